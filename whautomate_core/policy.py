"""What no caller may do by accident. In Whautomate an opt-out is only a tag (help pages, Marketing opt-out)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from whautomate_core.errors import PolicyRefused

OPT_OUT_TAGS = ("Unsubscribe",)
"""Who holds one of these is never messaged and never given a tag or a stage, since both fire automations."""

_OPT_OUT = {tag.casefold() for tag in OPT_OUT_TAGS}


def opted_out(record: Mapping[str, Any]) -> bool:
    """Whether a contact holds an opt-out tag, in any spelling of upper and lower case."""
    return any(tag.casefold() in _OPT_OUT for tag in record.get("tags") or [])


def opt_out_tags(names: Iterable[str]) -> list[str]:
    """The opt-out tags, in each spelling that stands among the names of an account's tags.

    Whether the vendor tells `unsubscribe` from `Unsubscribe` is not documented.
    """
    return list(dict.fromkeys([*OPT_OUT_TAGS, *(name for name in names if name.casefold() in _OPT_OUT)]))


def require_exclusion(name: str, criteria: Mapping[str, Any] | None, tags: Iterable[str]) -> None:
    """Raise `PolicyRefused` unless a segment's criteria leave out everybody who holds one of the opt-out `tags`."""
    excluded = (criteria or {}).get("exclusionTags") or []
    missing = [tag for tag in tags if tag not in excluded]
    if missing:
        raise PolicyRefused(
            f"segment {name!r} would message people who opted out: "
            f"add {', '.join(missing)} to its exclusionTags (criteria.exclusionTags)"
        )


def refuse_opt_out_tags(tags: list[str]) -> None:
    """Raise `PolicyRefused` where a job is asked to give an opt-out tag as if it were any other."""
    for tag in tags:
        if tag.casefold() in _OPT_OUT:
            raise PolicyRefused(f"{tag!r} is an opt-out tag: jobs neither give it nor take it away")
