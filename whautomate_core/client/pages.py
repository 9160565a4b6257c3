"""Walking a list page by page."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

from whautomate_core.api.call import Call
from whautomate_core.errors import InvalidRequest, UnexpectedResponse

log = logging.getLogger(__name__)

PAGE_SIZE = 100
"""Records of a page that is asked for: the largest size that any source names (evidence C)."""

SMALLEST_PAGE = 10
"""Records. If a list without documented paging is shorter, it is taken as whole; else its page 2 is asked for."""

MOST_PAGES = 100_000
"""Pages after which a list is taken to be endless: ten million records, and less than the requests of a day."""


@dataclass
class Pages:
    """Walks a list page by page. Pages count from 1 (a white label, B; two integrators, C); answers are arrays (A).

    The server may give fewer records than asked for, so only an empty page, or one shorter than an earlier one, is the
    last.
    """

    call: Call[Any]
    page: int = 0
    size: int = 0
    """Records of a full page: the largest page so far, or what is known of the server (`Profile.full_page`)."""
    seen: set[str] = field(default_factory=set)
    latest: list[Any] = field(default_factory=list, repr=False)
    repeated: int = 0
    """Records that came twice, because the list changed while it was read. They are returned once."""
    in_vain: int = 0
    """The full pages at the end of those read that held nothing new. The first may have moved down by as many as it
    holds (a list of one, and another comes); a second shows that paging is ignored."""
    done: bool = False

    def __post_init__(self) -> None:
        if "page" in self.call.query:
            raise InvalidRequest(
                "filters must not name a page: every page is read (max_records reads only part of a list)"
            )

    def next_call(self) -> Call[Any]:
        self.page += 1
        require_end(self.call, self.page)
        if not self.call.paged:
            return replace(self.call, query={**self.call.query, "page": str(self.page)}) if self.page > 1 else self.call
        # If the server cuts pages, the next page of the size that was asked for could begin too late.
        size = min(self.size, PAGE_SIZE) if self.page > 1 and self.size else PAGE_SIZE
        query = {"limit": str(size), **self.call.query, "page": str(self.page)}
        return replace(self.call, query=query)

    def take(self, records: list[Any]) -> list[Any]:
        """The records of a page that are new. Sets `done` at the last page.

        Raises: `UnexpectedResponse` if the list repeats itself, or holds something that is not a record.
        """
        if not all(isinstance(one, dict) for one in records):
            raise UnexpectedResponse(f"{self.call.request}: the list holds something that is not a record")
        ids = [None if one.get("id") is None else str(one["id"]) for one in records]
        new = [r for r, i in zip(records, ids, strict=True) if i is None or i not in self.seen]
        if records and not new and not self.call.paged:
            self.done = True  # it gives the whole list whichever page is asked for
            return []
        full = bool(records) and len(records) >= self.size
        self.in_vain = self.in_vain + 1 if full and not new else 0
        # Not every record has an id: lines of a broadcast's log have none.
        if self.in_vain > 1 or (full and new and records == self.latest):
            raise UnexpectedResponse(
                f"{self.call.request}: page {self.page} repeats what came before: is paging ignored?"
            )
        self.repeated += len(records) - len(new)
        self.seen.update(i for i in ids if i is not None)
        self.done = not records or len(records) < (self.size if self.call.paged else max(self.size, SMALLEST_PAGE))
        self.size = max(self.size, len(records))
        self.latest = records
        if self.done and self.repeated:
            log.warning(
                "%s: %d records came twice, because the list changed while it was read: others may be missing",
                self.call.request,
                self.repeated,
            )
        return new


def require_end(call: Call[Any], page: int) -> None:
    """Raise `UnexpectedResponse` at a page number that no real list has."""
    if page > MOST_PAGES:
        raise UnexpectedResponse(
            f"{call.request}: the list has no end: {MOST_PAGES:,} pages were read, and there are more; "
            "max_records reads only part of a list"
        )
