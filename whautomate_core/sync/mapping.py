"""Rows -> people as the API has them, or the reason why a row can't be sent."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, get_args, get_type_hints

from whautomate_core.api.check import body
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.people.kinds import SEPARATOR, Kind, key_of
from whautomate_core.policy import Policy
from whautomate_core.sync.consent import consents, unknown
from whautomate_core.sync.options import Column, Nulls, check_choice
from whautomate_core.values.arguments import require_kind
from whautomate_core.values.phones import e164, require_region, split_number

_CUSTOM = "customFields."


@dataclass(frozen=True)
class Person:
    """What a row that can be sent says of a person. The repr holds no personal data."""

    key: str = field(repr=False)
    """What identifies them (`kinds.key_of`)."""
    fields: dict[str, Any] = field(repr=False)
    consent: bool = True


class Unfit(ValueError):
    """A row that can't be sent, why, and what can be read of it all the same."""

    def __init__(self, reason: str, about: Person | None, consents: bool) -> None:
        super().__init__(reason)
        self.about = about
        """The person it is about, with the fields of `match` and without consent; None if they can't be identified."""
        self.consents = consents
        """Whether it says that they consent. Text that can't be read does not."""


@dataclass(frozen=True)
class PeopleMapping:
    """Which column holds which field. `people_mapping` builds and checks it."""

    kind: Kind
    fields: Mapping[str, Column]
    """Field (`name`, `phoneNumber`, `customFields.city`) -> where its value comes from."""
    match: tuple[str, ...]
    default_region: str | None
    region_column: str | None
    consent_column: str | None
    nulls: Nulls

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        named = [column for column in self.fields.values() if isinstance(column, str)]
        extra = [column for column in (self.region_column, self.consent_column) if column]
        return tuple(dict.fromkeys([*named, *extra]))

    @property
    def has_functions(self) -> bool:
        """Whether it has functions, which may use any column of a row."""
        return any(callable(column) for column in self.fields.values())

    def fingerprint(self) -> str:
        """A text that differs if the mapping treats cells differently. It can't tell functions apart."""
        fields = sorted((name, column if not callable(column) else "function") for name, column in self.fields.items())
        rest = (self.default_region, self.region_column, self.consent_column, self.nulls, self.match)
        return json.dumps([self.kind.name, fields, rest], default=dict)

    def reader(self, columns: Sequence[str]) -> Callable[..., Person]:
        """A function that makes a person of a row's cells, in the order of `columns`, and of the row's problem if any.

        The function raises `Unfit` with a reason that holds no personal data.
        """
        place = {column: number for number, column in enumerate(columns)}
        takes = [(name, _taker(name, column, place), callable(column)) for name, column in self.fields.items()]
        region = _cell(self.region_column, place)
        consent, consent_column = _cell(self.consent_column, place), self.consent_column
        phone, match, clears = self.kind.phone, self.match, self.nulls == "clear"
        matched_by = {*match, *(self.kind.number if phone in match else ())}

        def person(cells: tuple[str, ...], problem: str | None = None) -> Person:
            if problem and not cells:
                raise Unfit(problem, None, consent_column is None)
            fields: dict[str, Any] = {}
            key, wrong = "", problem
            for name, take, is_computed in takes:
                if problem and is_computed:
                    continue  # its cells are not what the source has
                try:
                    value = take(cells)
                    if name == phone:
                        if value:
                            _put_number(self.kind, fields, e164(str(value), region(cells) or self.default_region))
                        elif phone in match:
                            raise ValueError("phone number is empty")
                    elif value not in (None, ""):
                        _put(fields, name, value)
                    elif clears and name != self.kind.called and name not in match:
                        _put(fields, name, "")
                except ValueError as error:
                    wrong = wrong or str(error)
            try:
                key = key_of(match, fields)
            except ValueError as error:
                wrong = wrong or str(error)
            says = consents(consent(cells)) if consent_column else True
            if says is None:
                wrong = wrong or unknown(str(consent_column), consent(cells))
            if wrong:
                known = {name: value for name, value in fields.items() if name in matched_by}
                raise Unfit(wrong, Person(key, known, False) if key else None, bool(says))
            return Person(key, fields, bool(says))

        return person


def people_mapping(
    kind: Kind,
    fields: Mapping[str, Column],
    *,
    match: str | Sequence[str] | None = None,
    default_region: str | None = None,
    region_column: str | None = None,
    consent_column: str | None = None,
    nulls: Nulls = "keep",
) -> PeopleMapping:
    """Check a mapping before anything is read or sent.

    Raises: `ConfigurationError`, `InvalidRequest` naming the field.
    """
    require_kind("mapping", Mapping[str, Any], fields)
    by = _matched_by(kind, match)
    for name in by:
        if name not in fields:
            raise ConfigurationError(
                f"mapping must name the column of {name}: {kind.name}s are matched by {' and '.join(by)}"
                f"{_meant(kind, name, fields)}"
            )
    refused = [name for name in ("tags", kind.location, "channel") if name in fields]
    if refused:
        raise ConfigurationError(f"mapping can't write {refused[0]}: tags= gives tags, location_id= the location")
    if "countryCode" in fields:
        raise ConfigurationError("mapping can't write countryCode: it is taken from the number, as is its country")
    sample: dict[str, Any] = {}
    for name, column in fields.items():
        if name == _CUSTOM:
            raise ConfigurationError("mapping names no custom field: customFields.NAME")
        if isinstance(column, Mapping) and set(column) == {"value"}:
            try:
                _require_json(f"mapping[{name!r}] is a value that can't be sent", column["value"])
            except ValueError as error:
                raise ConfigurationError(str(error)) from None
            _put(sample, name, column["value"])
        elif callable(column) or (isinstance(column, str) and column):
            _put(sample, name, "text")
        else:
            raise ConfigurationError(
                f'mapping[{name!r}] must be the name of a column, {{"value": ...}} for all rows, or a function of a row'
            )
    try:
        body(kind.fields, sample, way_past="")
    except InvalidRequest as error:  # it names the record of the API, which the author of a mapping does not know
        raise InvalidRequest(f"mapping: {str(error).removeprefix(f'{kind.fields.__name__}: ')}") from None
    check_choice("nulls", nulls, get_args(Nulls))
    region = require_region(default_region) if default_region else None
    return PeopleMapping(kind, dict(fields), by, region, region_column, consent_column, nulls)


def _meant(kind: Kind, name: str, fields: Mapping[str, Column]) -> str:
    """The field that may be a misspelling of a missing one, in words."""
    unknown = {one.replace("_", "").casefold(): one for one in fields if one not in get_type_hints(kind.fields)}
    near = difflib.get_close_matches(name.casefold(), unknown, n=1)
    return f"; you wrote {unknown[near[0]]}; did you mean {name}?" if near else ""


def _matched_by(kind: Kind, match: str | Sequence[str] | None) -> tuple[str, ...]:
    by = kind.match if match is None else (match,) if isinstance(match, str) else tuple(match)
    unknown = [name for name in by if name not in kind.matches]
    if unknown or not by:
        raise ConfigurationError(
            f"match must be of {', '.join(kind.matches)} for {kind.name}s, not {', '.join(map(str, unknown)) or 'none'}"
        )
    return by


def _taker(name: str, column: Column, place: Mapping[str, int]) -> Callable[[tuple[str, ...]], Any]:
    if isinstance(column, str):
        return itemgetter(place[column])
    if isinstance(column, Mapping):
        value = column["value"]
        return lambda cells: value

    def computed(cells: tuple[str, ...]) -> Any:
        try:
            value = column(dict(zip(place, cells, strict=True)))
        except Exception as error:  # its text may hold a cell
            raise ValueError(f"the function of {name} failed: {type(error).__name__}") from None
        _require_json(f"the function of {name} returned what can't be sent", value)
        return value

    return computed


def _require_json(says: str, value: Any) -> None:
    """Raise `ValueError` for values that no request can carry: other types, NaN, half a character."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise ValueError(f"{says}: {type(value).__name__}") from None


def _cell(column: str | None, place: Mapping[str, int]) -> Callable[[tuple[str, ...]], str]:
    return itemgetter(place[column]) if column else lambda cells: ""


def _put(fields: dict[str, Any], name: str, value: Any) -> None:
    if name.startswith(_CUSTOM):
        fields.setdefault("customFields", {})[name.removeprefix(_CUSTOM)] = value
    else:
        fields[name] = value


def _put_number(kind: Kind, fields: dict[str, Any], number: str) -> None:
    if len(kind.number) == 1:
        fields[kind.phone] = number
    else:
        # It is not documented whether a client's `phone` may hold the country code; it was seen apart (C).
        fields["countryCode"], fields[kind.phone] = split_number(number)


def cells_of(text: str) -> tuple[str, ...]:
    """The cells of a row, from their text with `SEPARATOR` between them."""
    return tuple(text.split(SEPARATOR))


def check_tags(tags: Iterable[str], policy: Policy = Policy()) -> list[str]:  # noqa: B008 - it is a value
    """The tags that a job gives, as a list. Raises `ConfigurationError`, or `PolicyRefused` for opt-out tags."""
    tags = [tags] if isinstance(tags, str) else list(tags)
    if any(not isinstance(tag, str) or not tag.strip() for tag in tags):
        raise ConfigurationError("tags must be non-empty names")
    tags = [tag.strip() for tag in tags]
    policy.refuse_opt_out_tags(tags)
    return tags
