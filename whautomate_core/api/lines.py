"""What a call of an endpoint did, in one line that steps log last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whautomate_core.api.call import Act, Call
from whautomate_core.api.endpoint import Endpoint, endpoint_of_call
from whautomate_core.values.words import counted


def endpoint_line(call: Call[Any], result: Any, *, did: bool = True, earlier: str | None = None) -> str:
    """What a call did. It holds ids, counts, times, paths and names of tags; nothing about people.

    Args:
        call: What was sent.
        result: What the step returns: a record or its summary, a list of records, or `path` and `records`.
        did: Whether there was anything to send: tag calls first look at what is missing (`call.watched`).
        earlier: When and by which run it was sent before (`Claim.origin`), where this attempt sent nothing.
    """
    endpoint = endpoint_of_call(call)
    id = call.ids[-1] if call.ids else ""
    written = result if isinstance(result, Mapping) and {"path", "records"} <= result.keys() else None
    if endpoint.lists:
        return _list_line(endpoint, id, result, written)
    if endpoint.tags:
        return _tags_line(endpoint, call, id, did)
    if endpoint.within:
        return _done(f"1 {endpoint.noun}", f"{endpoint.done} {endpoint.within} {id}", earlier)
    made = result.get("id") if isinstance(result, Mapping) else None
    named = f"{endpoint.noun} {made or id}".strip()
    if written:
        return f"{named} written to {written['path']}"
    return _done(named, endpoint.done, earlier)


def _list_line(endpoint: Endpoint, id: str, result: Any, written: Mapping[str, Any] | None) -> str:
    of = f" of {endpoint.within} {id}" if endpoint.within else ""
    if written:
        return f"{counted(written['records'], endpoint.noun)}{of} written to {written['path']}"
    return f"{counted(len(result), endpoint.noun)}{of} {endpoint.done}"


def _tags_line(endpoint: Endpoint, call: Call[Any], id: str, did: bool) -> str:
    names = (call.body or {}).get("tags") or []
    tags = f"the {'tag' if len(names) == 1 else 'tags'} {', '.join(names)}"
    done, already = ("now has", "already had") if endpoint.act is Act.TAG else ("no longer has", "did not have")
    return f"{endpoint.noun} {id} {done if did else already} {tags}{'' if did else '; nothing sent'}"


def _done(what: str, done: str, earlier: str | None) -> str:
    return f"{what} {done}" if earlier is None else f"{what} already {done} {earlier}; nothing sent"
