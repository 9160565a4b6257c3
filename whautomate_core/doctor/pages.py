"""What the pages of a list show: where they begin, how long they are, and their order."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from whautomate_core.api.call import Json, get
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.doctor.probe import Answer, Probe, a_page
from whautomate_core.values.times import instant

_MADE_UP = "whautomate00"
"""An id that no record has."""


def ask_pages(probe: Probe) -> list[Json]:
    """Ask for a few pages of the probe's resource, with at most 4 requests, and return the records that have an id."""
    default = probe.ask(a_page(probe.path))
    first = probe.ask(a_page(probe.path, page=1, limit=PAGE_SIZE))
    second = probe.ask(a_page(probe.path, page=2, limit=PAGE_SIZE)) if first.records else first
    from_one = bool(default.ids & first.ids)
    _note_base(probe, default, first)
    if from_one and second.records and not second.ids - first.ids:
        probe.note("paging", "no: paging is ignored", False, differs=True)
    at_most = len(first.records) if from_one else 0
    # Page 2 in the size that page 1 had begins after it, whatever the server does with a limit that is too large.
    exact = second
    if 0 < at_most < PAGE_SIZE:
        exact = probe.ask(a_page(probe.path, page=2, limit=at_most))
    more = exact.ids - first.ids
    _note_sizes(probe, len(default.records) if from_one else 0, at_most, len(more))
    _note_start(probe, second, exact if 0 < at_most < PAGE_SIZE and more else None)
    _note_order(probe, first.records)
    records = first.records if from_one else [*default.records, *first.records]
    return [one for one in records if one.get("id")]


def ask_wrong_id(probe: Probe) -> None:
    """Ask for a record that doesn't exist. If the answer may be about the path, ask for a path that doesn't exist."""
    answer = probe.ask(get(f"{probe.path}/{{}}", id=_MADE_UP))
    found, form = answer.problem or str(answer.status), probe.form_of_404
    if form is None:
        return probe.note("wrong_id", found, answer.status, differs=not answer.absent)
    other = probe.ask(get("/v1/whautomate00/{}", id=_MADE_UP))
    told_apart = other.no_path and probe.form_of_404 != form
    if told_apart or probe.form_of_404 == form:
        probe.learned["absent"] = form if told_apart else None
    if told_apart:
        found = f"404 ({form}), and another answer for a path that doesn't exist: {other.problem}"
    elif probe.form_of_404 == form:
        found = (
            f"404 ({form}), as for a path that doesn't exist: a step that meets a deleted record fails, because its "
            "host may be wrong as well"
        )
    else:
        found = f"404 ({form}), and a path that doesn't exist has no clear answer: {other.problem or other.status}"
    return probe.note("wrong_id", found, answer.status, differs=not told_apart)


def _note_base(probe: Probe, default: Answer, first: Answer) -> None:
    value, found = None, "unknown: no records"
    if default.ids & first.ids:
        value, found = 1, "page 1 is the first"
    elif default.records and not first.problem and default.ids & probe.ask(a_page(probe.path, page=0)).ids:
        value, found = 0, "page 0 is the first, and this package never reads it"
    elif default.records or default.problem:
        found = f"unknown: {default.problem or first.problem or 'page 1 holds other records than no page'}"
    probe.note("page_base", found, value, differs=value != 1)


def _note_sizes(probe: Probe, without_limit: int, at_most: int, more: int) -> None:
    value = without_limit if without_limit and (without_limit != at_most or more) else None
    probe.note("page_default", str(value) if value else f"unknown: the list fits one page ({without_limit})", value)
    full = at_most >= PAGE_SIZE
    value = at_most if at_most and (full or more) else None
    found = f"{at_most} or more" if full else f"{at_most}, when {PAGE_SIZE} were requested"
    probe.note("page_cap", found if value else f"unknown: the list fits one page ({at_most})", value)
    # A server that leaves records out of pages also gives shorter ones. Two pages of one length show that it doesn't.
    if full or (value and more == at_most):
        probe.learned["page_cap"] = value


def _note_start(probe: Probe, second: Answer, exact: Answer | None) -> None:
    """Compare page 2 with a limit above the largest page and page 2 in its true size."""
    value, found = None, "unknown: no limit was reduced"
    if exact is not None and not second.problem:
        if second.ids and second.ids <= exact.ids:
            value, found = "given", "after the records that page 1 returned"
        elif not second.ids & exact.ids:
            value, found = "asked", "after those that were requested: the records in between are on no page"
        else:
            found = "unknown: the list changed meanwhile"
    probe.note("page_start", found, value)


def _note_order(probe: Probe, records: list[Json]) -> None:
    created = [at for one in records if (at := instant(one.get("createdAt")))]
    active = [max(times) for one in records if (times := _times(one))]
    fits = {
        "newest_first": _falls(created),
        "oldest_first": _falls(created[::-1]),
        "active_first": _falls(active) and len(active) == len(created),
    }
    names = {"newest_first": "newest first", "oldest_first": "oldest first", "active_first": "last active first"}
    possible = [name for name, fit in fits.items() if fit]
    value: str | None = None
    found = f"unknown: {' or '.join(names[one] for one in possible)}"
    if len(created) < 2 or len(set(created)) == 1:
        found = "unknown: fewer than two records of different times"
    elif not possible:
        value, found = "other", "not by the time of creation, nor of the last change"
    elif len(possible) == 1:
        value, found = possible[0], names[possible[0]]
    probe.note("order", found, value)


def _times(record: Json) -> list[datetime]:
    times: list[Any] = [record.get("updatedAt"), record.get("lastActivity")]
    return [at for one in times if (at := instant(one))]


def _falls(times: list[datetime]) -> bool:
    return all(one >= other for one, other in itertools.pairwise(times))
