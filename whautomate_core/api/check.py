"""The check that a body or a dict of filters is what its record says, before anything is sent."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import is_typeddict

from whautomate_core.api import records
from whautomate_core.api.call import Json
from whautomate_core.errors import InvalidRequest
from whautomate_core.values.arguments import expected, not_taken
from whautomate_core.values.words import is_rendered_none, rendered_none

# On each record, since pydantic takes no configuration for nested ones from outside. Inputs stay out of the errors: a
# body is about a person.
for _record in vars(records).values():
    if is_typeddict(_record):
        _record.__pydantic_config__ = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

_WAY_PAST = " (extra={...} sends a field past this check)"


def body(
    record: type, value: Any, extra: Json | None = None, *, names_only: bool = False, way_past: str = _WAY_PAST
) -> Json:
    """Check a dict against a record, and return it as a new dict.

    Args:
        record: The record: `records.ContactInput`.
        value: The dict.
        extra: Fields that are written over it and not checked, because the contract is partly inferred.
        names_only: Check only which fields there are, not their values: the body still holds Jinja templates.
        way_past: What errors say of a way past the check.

    Raises: `InvalidRequest` that names the field, and for an unknown one the nearest that is known. It shows no values.
    """
    name = record.__name__
    if not isinstance(value, dict):
        raise InvalidRequest(not_taken(name, record, value))
    extra = extra or {}
    if not isinstance(extra, dict):
        raise InvalidRequest(not_taken("extra", Json, extra))
    try:
        _adapter(record).validate_python({k: v for k, v in value.items() if k not in extra})
    except ValidationError as error:
        problems = [
            _problem(record, e["loc"], e["type"], e["msg"], way_past)
            for e in error.errors(include_input=False, include_url=False, include_context=False)
            if not (e["type"] == "missing" and len(e["loc"]) == 1 and e["loc"][0] in extra)
            and (not names_only or e["type"] in ("missing", "extra_forbidden"))
        ]
        if problems:
            raise InvalidRequest(f"{name}: " + "; ".join(problems)) from None
    if problem := next(_missing_ids(value), None):
        raise InvalidRequest(f"{name}: {problem}")
    sent = {**value, **extra}
    if not names_only:
        try:
            json.dumps(sent, allow_nan=False, ensure_ascii=False).encode()
        except (TypeError, ValueError):
            raise InvalidRequest(
                f"{name} holds what JSON can't say, in a field that takes anything: "
                "NaN, an infinity, a date, half an emoji, or the like"
            ) from None
    return sent


def query(filters: type, value: Any, *, names_only: bool = False) -> dict[str, str]:
    """Check a dict of query filters, and return it with each value as text, as the wire has it. None is left out.

    Args:
        filters: The record: `records.ContactFilters`.
        value: The dict, or None for no filters.
        names_only: As for `body`.
    """
    given = (
        {k: v for k, v in (value or {}).items() if v is not None} if isinstance(value, (dict, type(None))) else value
    )
    return {k: str(v) for k, v in body(filters, given, names_only=names_only, way_past="").items()}


def _missing_ids(fields: Any, where: str = "") -> Iterator[str]:
    """What is wrong with ids that are the text of a missing value, which no record has."""
    items = fields.items() if isinstance(fields, dict) else enumerate(fields) if isinstance(fields, list) else ()
    for name, value in items:
        place = f"{where}{name}"
        if isinstance(value, str) and str(name).endswith(("id", "Id")) and is_rendered_none(value):
            yield rendered_none(place, value)
        elif name != "customFields":
            yield from _missing_ids(value, f"{place}.")


@cache
def _adapter(record: type) -> TypeAdapter[Any]:
    return TypeAdapter(record)


def _problem(record: type, location: tuple[int | str, ...], kind: str, message: str, way_past: str) -> str:
    where = ".".join(str(part) for part in location)
    if kind == "missing":
        return f"{where} is required"
    if kind == "extra_forbidden":
        known = _fields_at(record, location[:-1])
        nearest = difflib.get_close_matches(str(location[-1]).lower(), {k.lower(): k for k in known}, n=1)
        proper = next((k for k in known if nearest and k.lower() == nearest[0]), None)
        meant = f"did you mean {proper}?" if proper else f"known are {', '.join(sorted(known))}."
        return f"{where} is not a known field; {meant}{way_past}"
    if kind == "dict_type":
        return f"{where} must be {expected(_type_at(record, location))}"
    return f"{where}: {message[0].lower()}{message[1:]}"


def _fields_at(record: Any, location: tuple[int | str, ...]) -> list[str]:
    record = _type_at(record, location)
    return list(get_type_hints(record)) if is_typeddict(record) else []


def _type_at(record: Any, location: tuple[int | str, ...]) -> Any:
    for part in location:
        record = record.__args__[0] if isinstance(part, int) else get_type_hints(record)[part]
    return record
