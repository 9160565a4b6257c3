"""Rows -> contacts as the API has them, with a reason for every row that can't be one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.phones import e164, require_region
from whautomate_core.policy import Policy, digits
from whautomate_core.records import ContactUpdate, body
from whautomate_core.sources import Source, rows

_CUSTOM = "customFields."
_YES = {"yes", "y", "true", "t", "1", "x", "ja", "oui", "si", "sí"}
_NO = {"no", "n", "false", "f", "0", "", "nein", "non"}


@dataclass(frozen=True)
class ContactMapping:
    """Which column holds what. Built and checked by `contact_mapping`."""

    fields: Mapping[str, str]
    """Field of a contact (`name`, `phoneNumber`, `customFields.city`) -> column."""
    default_region: str | None = None
    region_column: str | None = None
    consent_column: str | None = None

    @property
    def columns(self) -> list[str]:
        extra = [column for column in (self.region_column, self.consent_column) if column]
        return list(dict.fromkeys([*self.fields.values(), *extra]))


def contact_mapping(
    fields: Mapping[str, str],
    *,
    default_region: str | None = None,
    region_column: str | None = None,
    consent_column: str | None = None,
) -> ContactMapping:
    """Check a mapping before anything is read or sent.

    Args:
        fields: Field of a contact -> column, such as `{"name": "full_name", "customFields.plan": "plan"}`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; rows that say no are synced and get no tag.

    Raises: `ConfigurationError`, `InvalidRequest` naming the field.
    """
    if not isinstance(fields, Mapping):
        raise ConfigurationError(f"mapping must be a dict of field to column, got {type(fields).__name__}")
    if "phoneNumber" not in fields:
        raise ConfigurationError("mapping must name the column of phoneNumber: contacts are matched by it")
    refused = [name for name in ("tags", "location", "channel") if name in fields]
    if refused:
        raise ConfigurationError(f"mapping can't write {refused[0]}: tags= gives tags, location_id= the location")
    sample: dict[str, Any] = {}
    for name, column in fields.items():
        if not isinstance(column, str) or not column:
            raise ConfigurationError(f"mapping[{name!r}] must be the name of a column")
        if name == _CUSTOM:
            raise ConfigurationError("mapping names no custom field: customFields.NAME")
        _put(sample, name, column)
    body(ContactUpdate, sample)
    region = require_region(default_region) if default_region else None
    return ContactMapping(dict(fields), region, region_column, consent_column)


def _put(contact: dict[str, Any], name: str, value: str) -> None:
    if name.startswith(_CUSTOM):
        contact.setdefault("customFields", {})[name.removeprefix(_CUSTOM)] = value
    else:
        contact[name] = value


@dataclass(frozen=True)
class Person:
    """One row that can be sent. The repr holds no personal data."""

    row: int
    key: str = field(repr=False)
    """The digits of the number: what contacts are matched by."""
    fields: dict[str, Any] = field(repr=False)
    """Fields of a contact; empty cells are left out, so that they leave alone what is there."""
    consent: bool = True


@dataclass(frozen=True)
class Reject:
    """A row that is not sent, and why; the reason holds no personal data."""

    row: int
    reason: str


@dataclass
class People:
    """What a source holds, each person once."""

    by_key: dict[str, Person] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    folded: list[tuple[int, int]] = field(default_factory=list)
    """Rows given up for a later row with the same number: (row, later row)."""
    rows: int = 0


def read_people(source: Source, mapping: ContactMapping) -> People:
    """Read a source: map, normalise, reject, and fold rows with the same number (the later row wins).

    Raises: `ConfigurationError` for a missing column or an empty source.
    """
    people = People()
    for row in rows(source, mapping.columns):
        people.rows += 1
        try:
            if row.problem:
                raise ValueError(row.problem)
            person = _person(row.number, dict(zip(mapping.columns, row.cells, strict=True)), mapping)
        except ValueError as error:
            people.rejects.append(Reject(row.number, str(error)))
            continue
        earlier = people.by_key.pop(person.key, None)
        if earlier:
            people.folded.append((earlier.row, person.row))
            # The later row wins, but not over a refusal.
            person = replace(person, consent=person.consent and earlier.consent)
        people.by_key[person.key] = person
    return people


def _person(number: int, row: Mapping[str, str], mapping: ContactMapping) -> Person:
    region = (row[mapping.region_column] if mapping.region_column else "") or mapping.default_region
    phone = e164(row[mapping.fields["phoneNumber"]], region)
    fields: dict[str, Any] = {}
    for name, column in mapping.fields.items():
        if name != "phoneNumber" and row[column]:
            _put(fields, name, row[column])
    return Person(number, digits(phone), {**fields, "phoneNumber": phone}, _consent(row, mapping))


def _consent(row: Mapping[str, str], mapping: ContactMapping) -> bool:
    if mapping.consent_column is None:
        return True
    word = row[mapping.consent_column].casefold()
    if word not in _YES | _NO:
        raise ValueError("consent is neither yes nor no")
    return word in _YES


def check_tags(tags: Iterable[str], policy: Policy = Policy()) -> list[str]:  # noqa: B008 - it is a value
    """Tags that a job gives, as a list. Raises `ConfigurationError`, `PolicyRefused`."""
    tags = [tags] if isinstance(tags, str) else list(tags)
    if any(not isinstance(tag, str) or not tag.strip() for tag in tags):
        raise ConfigurationError("tags must be non-empty names")
    tags = [tag.strip() for tag in tags]
    policy.refuse_opt_out_tags(tags)
    return tags
