"""What the functions of contacts and clients share: tags by name, and finding who a new record would be again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whautomate_core.api.call import Act, Call, Json, Repeat, acting, listing, post
from whautomate_core.api.check import body
from whautomate_core.api.records import TagNames


def add_tags(path: str, read: Call[Any], tags: list[str], allow_protected: bool) -> Call[Any]:
    """Give tags to whom `read` reads: those that are missing."""
    return _tag_call(Act.TAG, path, read, tags, allow_protected)


def remove_tags(path: str, read: Call[Any], tags: list[str], allow_protected: bool) -> Call[Any]:
    """Take tags from whom `read` reads: those that are there."""
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
    """How to look for whom a number (its `shared_digits`) or an address belongs to: the opt-out may be with either.

    How `searchText` matches is not documented, so there may be more than a page of others; nor is it how long a
    new record is not found.
    """
    query = {"searchText": about, "limit": "100"}
    return listing("/v1/clients", query, paged=False), listing("/v1/contacts", query, paged=False)
