"""What syncs, and their plans, say of their results in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whautomate_core.values.lines import ENDS, Describe, describe_rows
from whautomate_core.values.words import counted

_PLANNED = {
    "to_create": "to create",
    "to_update": "to update",
    "to_compare": "to compare",
    "unchanged": "unchanged",
    "tags_to_add": "to tag",
    "tags_to_remove": "to untag",
    "to_delete": "to delete",
    "to_suppress": "to be given the opt-out tag",
    "suppressed": "given the opt-out tag",
    "protected": "not created or tagged because they opted out or asked to be forgotten",
    "rejected": "rejected",
    "superseded": "superseded by another row",
}


def planned(counts: Mapping[str, Any]) -> str:
    """The counts of a plan: "3 to create, 1 superseded by another row"."""
    return ", ".join(f"{counts[name]} {word}" for name, word in _PLANNED.items() if counts.get(name)) or "nothing to do"


def _or_plan(done: Describe) -> Describe:
    """The line of the plan where the job made one and stopped, else the line of what was done."""

    def line(result: Mapping[str, Any]) -> str:
        plan = result.get("plan")
        if plan is None:
            return done(result)
        head = f"plan for {counted(result['rows'], 'row')}: {planned(plan)}"
        if not plan["requests_to_come"]:
            return f"{head}; nothing to send"
        requests = counted(plan["requests_to_come"], "request")
        wait = f"about {plan['minutes']:g} min" if plan["minutes"] else "no wait for permits"
        return f"{head}; at least {requests}, {wait}; nothing sent"

    return line


describe_sync = _or_plan(
    describe_rows(
        {
            "created": "created",
            "updated": "updated",
            "unchanged": "unchanged",
            "missing": "not found",
            "existing": "already there",
            "withheld": "not created because they opted out or asked to be forgotten",
            **ENDS,
        },
        {
            "tagged": "tagged",
            "untagged": "untagged",
            "protected": "not tagged because they opted out or asked to be forgotten",
            "deleted": "deleted",
            "suppressed": "given the opt-out tag",
        },
    )
)


describe_tags = _or_plan(
    describe_rows(
        {
            "tagged": "tagged",
            "unchanged": "already tagged",
            "protected": "not tagged because they opted out or asked to be forgotten",
            "no_consent": "not tagged without consent",
            "missing": "not found",
            **ENDS,
        },
        {"untagged": "untagged", "kept": "kept the tag because rows were rejected"},
    )
)
