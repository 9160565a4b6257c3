"""What contacts and clients share: tags by name, and the search for people who exist already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whautomate_core.api.call import Act, Call, Json, Repeat, acting, listing, post
from whautomate_core.api.check import body
from whautomate_core.api.records import TagNames


def add_tags(path: str, read: Call[Any], tags: list[str], allow_protected: bool) -> Call[Any]:
    """Add tags to the person that `read` reads: those that are missing."""
    return _tag_call(Act.TAG, path, read, tags, allow_protected)


def remove_tags(path: str, read: Call[Any], tags: list[str], allow_protected: bool) -> Call[Any]:
    """Remove tags from the person that `read` reads: those that are there."""
    return _tag_call(Act.UNTAG, path, read, tags, allow_protected)


def _tag_call(act: Act, path: str, read: Call[Any], tags: list[str], allow_protected: bool) -> Call[Any]:
    def remaining_body(person: Json) -> Json | None:
        held = person.get("tags") or []
        names = [tag for tag in tags if (tag in held) is (act is Act.UNTAG)]
        return {"tags": names} if names else None

    call = replace(
        post(path, body(TagNames, {"tags": tags})),
        ids=read.ids,
        repeat=Repeat.IDEMPOTENT,
        remaining_body=remaining_body,
    )
    return acting(replace(call, names=read.names), act, allow_protected, (read,))


def anybody(about: str) -> tuple[Call[Any], Call[Any]]:
    """The searches, among clients and contacts, for people with a number (its `shared_digits`) or an address.

    Either record may hold the opt-out. It is not documented how `searchText` matches, so there may be more than a page
    of other people, nor how long it takes until a new record is found.
    """
    query = {"searchText": about, "limit": "100"}
    return listing("/v1/clients", query, paged=False), listing("/v1/contacts", query, paged=False)
