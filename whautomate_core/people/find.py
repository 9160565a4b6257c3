"""People by what is known of them, a phone number or an e-mail address, since ids are not what users have."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from whautomate_core.api import clients, contacts
from whautomate_core.api._people import anybody
from whautomate_core.api.call import Call, Json, path_id
from whautomate_core.api.check import body
from whautomate_core.api.records import ClientUpdate, ContactUpdate
from whautomate_core.client.differences import differing, write_differing
from whautomate_core.client.whole import require_agreed
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound, PolicyRefused
from whautomate_core.job import job
from whautomate_core.people.lines import describe_found
from whautomate_core.policy import age, digits, numbers
from whautomate_core.values.lines import describe_changed
from whautomate_core.values.phones import canonical, e164, shared_digits

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)


@job("contacts", describe_found("contact"), redacted=("phone",), finished=False)
def find_contact(
    client: Client, phone: str, *, default_region: str | None = None, missing_ok: bool = False, thorough: bool = False
) -> Json:
    """The id of the contact with a phone number. Where several have it, the oldest.

    Costs one request, a search; neither how it matches nor how soon it shows new records is documented. Contacts whom
    it doesn't show, and whom a sync or a step created, are read by id, one more request for each.

    Args:
        phone: Number as people write it.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None where there is none.
        thorough: Where the search shows none, read all contacts page by page.

    Returns: `id`; `duplicates`, how many others have the number; `protected`, whether any of them has opted out.
        Nothing else, so that no personal data gets into results.

    Raises: `InvalidRequest` for what is no number, before anything is sent; `NotFound`.
    """
    return _found(client, _CONTACTS, _asked(phone=phone, default_region=default_region), thorough, missing_ok)


@job("clients", describe_found("client"), redacted=("phone", "email_address"), finished=False)
def find_client(
    client: Client,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    default_region: str | None = None,
    missing_ok: bool = False,
    thorough: bool = False,
) -> Json:
    """The id of the client with a phone number or an e-mail address. Where several have it, the oldest.

    Costs one search, as `find_contact`. Clients whom it doesn't show, and whom a sync or a step created, are read by
    id, one more request for each, whether the sync matches by number, address or name.

    Args:
        phone: Number as people write it; this or `email_address`.
        email_address: E-mail address, in any spelling of upper and lower case.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None where there is none.
        thorough: Where the search shows none, read all clients page by page.

    Returns: `id`; `duplicates`, how many others have it; `protected`, whether any of them has opted out. Nothing
        else, so that no personal data gets into results.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.
    """
    wanted = _asked(phone=phone, email_address=email_address, default_region=default_region)
    return _found(client, _CLIENTS, wanted, thorough, missing_ok)


def clients_with(
    client: Client,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
) -> list[str]:
    """The ids of all clients whom `find_client` finds, the oldest first; none where there is nobody to be seen.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent.
    """
    wanted = _asked(phone=phone, email_address=email_address, default_region=default_region)
    assert isinstance(wanted, _Wanted)
    return [str(person["id"]) for person in sorted(_look_up(client, _CLIENTS, wanted, thorough), key=age)]


@job("contacts", describe_changed("contact", "moved to the stage", "already in the stage"), redacted=("phone",))
def set_contact_stage(
    client: Client,
    stage: str,
    *,
    phone: str | None = None,
    contact_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
    allow_protected: bool = False,
) -> Json:
    """Move a contact to a stage. Stages fire automations that message people, so nothing is sent where it is there.

    The API lists no stages, so one that doesn't exist is the server's to refuse.

    Args:
        stage: Name of the stage.
        phone: Number of the contact as people write it; this or `contact_id`. Of several with it, the oldest is meant.
        contact_id: Id of the contact.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: Where the search for the number shows nobody, read all contacts page by page.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.

    Returns: `id`; `changed`, False where nothing was sent; `duplicates`, how many others have the number.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` where the
        contact, or another contact or client with its number, has opted out: a search for each kind tells.
    """
    if not isinstance(stage, str) or not stage.strip():
        raise ConfigurationError("stage must be the name of a stage")
    wanted = _asked(phone=phone, contact_id=contact_id, default_region=default_region)
    return _set(client, _CONTACTS, wanted, {"stage": stage}, thorough, allow_protected)


@job("contacts", describe_changed("contact", "updated", "unchanged"), redacted=("fields", "phone"))
def set_contact_fields(
    client: Client,
    fields: ContactUpdate,
    *,
    phone: str | None = None,
    contact_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
    allow_protected: bool = False,
) -> Json:
    """Write the fields of a contact that differ, `customFields` key by key; nothing is sent where none does.

    Args:
        fields: Fields to write. Not `tags`, which the tag calls give and take one by one.
        phone: Number of the contact as people write it; this or `contact_id`. Of several with it, the oldest is meant.
        contact_id: Id of the contact.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: Where the search for the number shows nobody, read all contacts page by page.
        allow_protected: Also give a stage to opted-out people. Set it only after a deliberate human decision.

    Returns: `id`; `changed`, False where nothing was sent; `duplicates`, how many others have the number.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` for the stage
        or the number of a contact where it, or another contact or client with its number, has opted out.
    """
    checked = _fields(ContactUpdate, fields, "add_contact_tags and remove_contact_tags")
    wanted = _asked(phone=phone, contact_id=contact_id, default_region=default_region)
    return _set(client, _CONTACTS, wanted, checked, thorough, allow_protected)


@job("clients", describe_changed("client", "updated", "unchanged"), redacted=("fields", "phone", "email_address"))
def set_client_fields(
    client: Client,
    fields: ClientUpdate,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    client_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
) -> Json:
    """Write the fields of a client that differ, `customFields` key by key; nothing is sent where none does.

    Args:
        fields: Fields to write. Not `tags`, which the tag calls give and take one by one.
        phone: Number of the client as people write it; this, `email_address` or `client_id`. Of several with it, the
            oldest is meant.
        email_address: E-mail address of the client; the same of several.
        client_id: Id of the client.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: Where the search shows nobody, read all clients page by page.

    Returns: `id`; `changed`, False where nothing was sent; `duplicates`, how many others have the number or address.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.
    """
    checked = _fields(ClientUpdate, fields, "add_client_tags and remove_client_tags")
    wanted = _asked(phone=phone, email_address=email_address, client_id=client_id, default_region=default_region)
    return _set(client, _CLIENTS, wanted, checked, thorough)


# --- finding


@dataclass(frozen=True)
class _Kind:
    name: str
    all: Callable[..., Call[Any]]
    update: Callable[..., Call[Any]]


_CONTACTS = _Kind("contact", contacts.list_contacts, contacts.update_contact)
_CLIENTS = _Kind("client", clients.list_clients, clients.update_client)


@dataclass(frozen=True, repr=False)
class _Wanted:
    """Whom we look for: the text to search for, and how to tell that it is them."""

    what: str
    field: str
    """Of a client; a contact's is its number."""
    value: str
    search: str
    fits: Callable[[Mapping[str, Any]], bool]


def _asked(*, default_region: str | None, **given: str | None) -> _Wanted | str:
    """Whom the arguments name: an id, or whom to look for. Raises `ConfigurationError` unless one is given."""
    named = [(name, value) for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise ConfigurationError(f"name the person by either {' or '.join(given)}")
    ((name, value),) = named
    if name == "phone":
        return _by_phone(value, default_region)
    return _by_email(value) if name == "email_address" else path_id(name, value)


def has(
    *, phone: str | None = None, email_address: str | None = None, default_region: str | None = None
) -> Callable[[Mapping[str, Any]], bool]:
    """What tells whether a contact or client has a number, or an e-mail address. Raises `InvalidRequest`."""
    wanted = _by_email(str(email_address)) if phone is None else _by_phone(phone, default_region)
    return wanted.fits


def _by_phone(phone: str, region: str | None) -> _Wanted:
    if not isinstance(phone, str):
        raise InvalidRequest(f"phone must be text, not {type(phone).__name__}: numbers lose zeros")
    try:
        number = e164(phone, region)
    except ValueError as error:
        raise InvalidRequest(f"phone: {error}") from None
    wanted = canonical(digits(number))
    return _Wanted("phone number", "phone", wanted, shared_digits(wanted), lambda person: wanted in numbers(person))


def _by_email(address: str) -> _Wanted:
    if not isinstance(address, str) or "@" not in address.strip()[1:-1]:
        raise InvalidRequest("email_address must be an address")
    wanted = address.strip()
    return _Wanted(
        "e-mail address",
        "email",
        wanted,
        wanted,
        lambda person: str(person.get("email") or "").strip().casefold() == wanted.casefold(),
    )


def _found(client: Client, kind: _Kind, wanted: _Wanted | str, thorough: bool, missing_ok: bool = False) -> Json:
    """Whom the arguments name. Raises `NotFound`."""
    if isinstance(wanted, str):
        return {"id": wanted, "duplicates": 0, "protected": False}  # the client reads it before it writes
    people = _look_up(client, kind, wanted, thorough)
    if people:
        policy = client.account.policy
        person = functools.reduce(policy.as_one, people)
        if len(people) > 1:
            log.warning("%s: %d others have that %s; the oldest is taken", person["id"], len(people) - 1, wanted.what)
        return {"id": person["id"], "duplicates": len(people) - 1, "protected": policy.protects(person)}
    if missing_ok:
        return {"id": None, "duplicates": 0, "protected": False}
    hint = "" if thorough else "; a search may not show new records: thorough=True reads all"
    raise NotFound(f"no {kind.name} with that {wanted.what} is to be seen{hint}")


def _look_up(client: Client, kind: _Kind, wanted: _Wanted, thorough: bool) -> list[Json]:
    """Everybody who fits: those whom a search or our own state shows, else (`thorough`) those among all."""
    from whautomate_core.people.kinds import CLIENTS, CONTACTS
    from whautomate_core.people.known import read_known

    of_clients, of_contacts = anybody(wanted.search)
    shown = [one for page in client.pages(of_contacts if kind is _CONTACTS else of_clients) for one in page]
    of = CONTACTS if kind is _CONTACTS else CLIENTS
    field = of.phone if wanted.field == "phone" else wanted.field
    known = read_known(client, of, field, wanted.value, {str(one.get("id")) for one in shown})
    found = _fitting(wanted, chain(shown, known))
    if found or not thorough:
        return found
    return _read_all(client, kind, wanted)


def _read_all(client: Client, kind: _Kind, wanted: _Wanted) -> list[Json]:
    """Everybody who fits among all, those included who came before this. Raises `ListUnstable` where it can't tell."""
    fitting: dict[str, Json] = {}

    def take(people: Sequence[Json], page: int) -> None:
        fitting.update((str(person["id"]), person) for person in _fitting(wanted, people))

    listed = kind.all()
    whole = client.read_whole(listed, take, since=time.monotonic())
    if not fitting:
        require_agreed(listed, whole, client.where)
    return list(fitting.values())


def _fitting(wanted: _Wanted, people: Iterable[Json]) -> list[Json]:
    return [person for person in people if person.get("id") and wanted.fits(person)]


# --- setting


def _fields(record: type, fields: Any, instead: str) -> Json:
    checked = body(record, fields)
    if "tags" in checked:
        raise ConfigurationError(f"tags are not fields here, since a list of them would replace the others: {instead}")
    if not checked:
        raise ConfigurationError("fields names none: there is nothing to set")
    return checked


def _set(
    client: Client,
    kind: _Kind,
    wanted: _Wanted | str,
    fields: Json,
    thorough: bool,
    allow_protected: bool = False,
) -> Json:
    found = _found(client, kind, wanted, thorough)
    reaches = fields.keys() & {"stage", *_NUMBER}
    # By number their own kind was searched just now; of whom an id names, the client asks both kinds.
    cleared = isinstance(wanted, _Wanted) and wanted.what == "phone number"
    if isinstance(wanted, _Wanted) and cleared and reaches and not (found["protected"] or allow_protected):
        other = _CLIENTS if kind is _CONTACTS else _CONTACTS
        found["protected"] = any(map(client.account.policy.protects, _look_up(client, other, wanted, False)))

    def compare(fields: Mapping[str, Any], record: Mapping[str, Any]) -> Json:
        changes = differing(fields, record)
        if same_number(fields, record):
            changes = {name: value for name, value in changes.items() if name not in _NUMBER}
        if found["protected"] and changes.keys() & reaches and not allow_protected:
            raise PolicyRefused(
                "another contact or client with the same number has opted out; "
                "set allow_protected=True only after a deliberate human decision"
            )
        return changes

    def fits(record: Mapping[str, Any]) -> bool:
        # An attempt before may have written another number.
        return isinstance(wanted, str) or wanted.fits(record) or not compare(fields, record)

    call = kind.update(found["id"], fields, allow_protected=allow_protected)
    # Of the number that they get nobody knows yet whose it is.
    call = replace(call, cleared=cleared and not fields.keys() & {*_NUMBER}, fits=fits)
    changed = write_differing(client, call, fields, compare)
    return {"id": found["id"], "changed": changed, "duplicates": found["duplicates"]}


_NUMBER = ("phoneNumber", "phone", "countryCode")


def same_number(fields: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether fields name the number that a record has: the server gives it back in its own way (see `numbers`)."""
    code = digits(str(fields.get("countryCode") or record.get("countryCode") or ""))
    phone = digits(str(fields.get("phoneNumber") or fields.get("phone") or ""))
    named = numbers({"countryCode": code, "phone": phone})
    return bool(named & numbers(record))
