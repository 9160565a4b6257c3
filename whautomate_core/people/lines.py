"""What the jobs of people say of their results in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whautomate_core.values.lines import Describe, describe_export
from whautomate_core.values.words import counted


def describe_found(kind: str) -> Describe:
    """The line of a job that finds a person.

    Args:
        kind: `contact` or `client`.
    """

    def line(result: Mapping[str, Any]) -> str:
        if result["id"] is None:
            return f"no {kind} found"
        others = result.get("duplicates")
        return f"{kind} {result['id']} found{f'; {counted(others, kind)} more with the same number' if others else ''}"

    return line


def describe_opt_outs(result: Mapping[str, Any]) -> str:
    """The line of `export_opt_outs`."""
    who = f"{counted(result['contacts'], 'contact')} and {counted(result['clients'], 'client')} opted out"
    return f"{who}; {describe_export(result)}"
