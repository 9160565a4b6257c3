"""The audience of a broadcast, as the policy sees it: which segments it reaches, and whether they may be reached."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from whautomate_core import telemetry
from whautomate_core.api import lookups
from whautomate_core.api.call import Call, Json
from whautomate_core.client.reads import Everything, read_everything, read_record
from whautomate_core.client.steps import Read, Rest
from whautomate_core.policy import ALLOW_PROTECTED, Policy, held_tags, tag_names
from whautomate_core.values.words import counted

Checks = Generator[Read | Rest, Any, None]


def audience_is_permitted(call: Call[Any], body: Mapping[str, Any], policy: Policy, everything: Everything) -> Checks:
    """Raise `PolicyRefused` if a broadcast could reach people who opted out, or segments that it may not reach.

    Args:
        body: The whole broadcast. That of the call may be only what changes.
        everything: Reads a whole list.
    """
    chosen: list[Json] = []
    for reference in body.get("segments") or []:
        chosen.append((yield from read_record(lookups.segment(reference))))
    others = [name for name in ("targetClass", "retargetBroadcast") if body.get(name)]
    if policy.sends == "listed" and (
        others or not chosen or not all(policy.lists((str(one.get("name")), str(one.get("id")))) for one in chosen)
    ):
        raise telemetry.refused(
            "not_listed",
            f"{call.request}: sends go to listed segments only, and this audience is not listed (settings sends and "
            "listed)",
        )
    if not call.allow_protected:
        if others or not chosen:
            raise telemetry.refused(
                "unknown_audience",
                f"{call.request}: the audience of {' and '.join(others) or 'a broadcast without segments'} can't be "
                f"checked for people who opted out: use segments that exclude them; {ALLOW_PROTECTED}",
            )
        for kind in sorted(set(map(_kind, chosen))):
            # If everybody was read a moment ago, their tags were too.
            tags = [] if call.cleared else (yield from read_everything(lookups.tags_of(kind), everything))
            excluded = policy.spellings(str(tag["name"]) for tag in tags if tag.get("name"))
            for segment in chosen:
                if _kind(segment) == kind:
                    require_exclusion(segment, excluded)
    if policy.max_recipients is not None:
        yield from _require_few(call, chosen, others, policy.max_recipients, everything)


def require_exclusion(segment: Mapping[str, Any], tags: Iterable[str]) -> None:
    """Raise `PolicyRefused` unless a segment excludes everybody who holds one of these tags."""
    excluded = (segment.get("criteria") or {}).get("exclusionTags") or []
    missing = [tag for tag in tags if tag not in excluded]
    if missing:
        raise telemetry.refused(
            "opted_out",
            f"segment {str(segment.get('name') or segment.get('id'))!r} would message people who opted out: "
            f"add {', '.join(missing)} to its exclusionTags (criteria.exclusionTags)",
        )


def may_hold(segment: Mapping[str, Any], person: Mapping[str, Any]) -> bool:
    """Whether a segment may select somebody. It is not documented whether several tags mean any or all: any."""
    criteria, held = segment.get("criteria") or {}, set(held_tags(person))
    wanted, unwanted = (
        set(tag_names(criteria.get(name), f"the {name} of a segment", "which people it selects"))
        for name in ("tags", "exclusionTags")
    )
    return (not wanted or bool(wanted & held)) and not unwanted & held


def _require_few(call: Call[Any], chosen: list[Json], others: list[str], most: int, everything: Everything) -> Checks:
    """Raise `PolicyRefused` if the audience may be larger than `most`. People who can't be ruled out count."""
    if others:
        raise telemetry.refused(
            "unknown_audience",
            f"{call.request}: the audience of {' and '.join(others)} can't be counted (max_recipients)",
        )
    reached: set[str] = set()
    for kind in ("contact", "client"):
        of_kind = [segment for segment in chosen if _kind(segment) == kind]
        people = (yield from read_everything(lookups.people_of(kind), everything)) if of_kind else []
        reached |= {str(one["id"]) for one in people if any(may_hold(segment, one) for segment in of_kind)}
    if len(reached) > most:
        raise telemetry.refused(
            "audience_size",
            f"{call.request}: up to {counted(len(reached), 'person')} would get it, and max_recipients is {most}",
        )


def _kind(segment: Mapping[str, Any]) -> str:
    return str(segment.get("type") or "contact")
