"""People by what is known of them, a phone number or an e-mail address, since ids are not what users have."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from whautomate_core.api import clients, contacts
from whautomate_core.call import Call, Json
from whautomate_core.client import Client
from whautomate_core.differences import differing, write_differing
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound, PolicyRefused
from whautomate_core.pages import PAGE_SIZE
from whautomate_core.policy import digits, numbers
from whautomate_core.records import ClientUpdate, ContactUpdate, body
from whautomate_core.sync.phones import e164, national_digits

log = logging.getLogger(__name__)


def find_contact(
    client: Client, phone: str, *, default_region: str | None = None, missing_ok: bool = False, thorough: bool = False
) -> Json:
    """The contact with a phone number. Where several have it, the oldest.

    Costs one request, a search, of which is documented neither how it matches nor how soon it sees new records.

    Args:
        phone: As people write it.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None where there is none.
        thorough: Where the search shows none, read all contacts page by page.

    Returns: `id`; `doubles`, the number of other contacts with the number; `protected`, whether any of them has opted
        out. Nothing else, so that no personal data gets into results.

    Raises: `InvalidRequest` for what is no number, before anything is sent; `NotFound`.
    """
    return _told(client, _look_up(client, _CONTACTS, _by_phone(phone, default_region), thorough, missing_ok))


def find_client(
    client: Client,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    default_region: str | None = None,
    missing_ok: bool = False,
    thorough: bool = False,
) -> Json:
    """The client with a phone number or an e-mail address (one of the two); the rest as `find_contact`.

    A number that isn't found is searched for once more without its country code, which clients hold apart.
    """
    wanted = _asked(phone=phone, email_address=email_address, default_region=default_region)
    assert isinstance(wanted, _Wanted)
    return _told(client, _look_up(client, _CLIENTS, wanted, thorough, missing_ok))


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
    """Move a contact, by number or id, to a stage of the account's. Stages fire automations that message people.

    There is no list of an account's stages in the API, so a stage that isn't there is the server's to refuse.

    Returns: `id`; `changed`, False where it was in that stage and nothing was sent; `doubles` as `find_contact`.

    Raises: `PolicyRefused` where the contact, or another with its number, has opted out; as `find_contact`.
    """
    if not isinstance(stage, str) or not stage.strip():
        raise ConfigurationError("stage must be the name of a stage")
    wanted = _asked(phone=phone, contact_id=contact_id, default_region=default_region)
    return _set(client, _CONTACTS, wanted, {"stage": stage}, thorough, allow_protected)


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
    """Write fields of a contact, by number or id: those that differ, `customFields` key by key.

    Not `tags`: those go by the tag calls, which give and take single ones. Returns and raises as `set_contact_stage`.
    """
    checked = _fields(ContactUpdate, fields, "add_contact_tags and remove_contact_tags")
    wanted = _asked(phone=phone, contact_id=contact_id, default_region=default_region)
    return _set(client, _CONTACTS, wanted, checked, thorough, allow_protected)


def set_client_fields(
    client: Client,
    fields: ClientUpdate,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    client_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
    allow_protected: bool = False,
) -> Json:
    """Write fields of a client, by number, e-mail address or id; the rest as `set_contact_fields`."""
    checked = _fields(ClientUpdate, fields, "add_client_tags and remove_client_tags")
    wanted = _asked(phone=phone, email_address=email_address, client_id=client_id, default_region=default_region)
    return _set(client, _CLIENTS, wanted, checked, thorough, allow_protected)


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
    """Whom we look for: the texts to search for in turn, and how to tell that it is them."""

    what: str
    searches: tuple[str, ...]
    fits: Callable[[Mapping[str, Any]], bool]


def _asked(*, default_region: str | None, **given: str | None) -> _Wanted | str:
    """Whom the arguments name: an id, or whom to look for. Raises `ConfigurationError` unless one is given."""
    named = [(name, value) for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise ConfigurationError(f"name the person by one of {', '.join(given)}")
    ((name, value),) = named
    if name == "phone":
        return _by_phone(value, default_region)
    return _by_email(value) if name == "email_address" else value


def _by_phone(phone: str, region: str | None) -> _Wanted:
    if not isinstance(phone, str):
        raise InvalidRequest(f"phone must be text, not {type(phone).__name__}: numbers lose zeros")
    try:
        number = e164(phone, region)
    except ValueError as error:
        raise InvalidRequest(
            f"phone: {error} (default_region names the country of numbers without a country code)"
        ) from None
    wanted = digits(number)
    return _Wanted("phone number", (wanted, national_digits(number)), lambda person: wanted in numbers(person))


def _by_email(address: str) -> _Wanted:
    if not isinstance(address, str) or "@" not in address.strip()[1:-1]:
        raise InvalidRequest("email_address must be an address")
    wanted = address.strip()
    return _Wanted(
        "e-mail address",
        (wanted,),
        lambda person: str(person.get("email") or "").strip().casefold() == wanted.casefold(),
    )


def _look_up(client: Client, kind: _Kind, wanted: _Wanted, thorough: bool, missing_ok: bool) -> list[Json]:
    """Everybody who fits, found by searching, else (`thorough`) by reading all. Raises `NotFound`."""
    # Contacts hold the country code with the number, so that one search is enough.
    for text in wanted.searches[: 1 if kind is _CONTACTS else None]:
        found = _fitting(wanted, client.send(kind.all(filters={"searchText": text, "limit": PAGE_SIZE})))
        if found:
            return found
    if thorough:
        found = _fitting(wanted, chain.from_iterable(client.pages(kind.all())))
        if found:
            return found
    if missing_ok:
        return []
    hint = "" if thorough else "; a search may not show new records: thorough=True reads all"
    raise NotFound(f"no {kind.name} with that {wanted.what} is to be seen{hint}")


def _fitting(wanted: _Wanted, people: Iterable[Json]) -> list[Json]:
    return [person for person in people if person.get("id") and wanted.fits(person)]


def _told(client: Client, found: list[Json]) -> Json:
    if not found:
        return {"id": None, "doubles": 0, "protected": False}
    policy = client.account.policy
    person = functools.reduce(policy.as_one, found)
    if len(found) > 1:
        log.warning("%s: %d others have the same number or address; the oldest is taken", person["id"], len(found) - 1)
    return {"id": person["id"], "doubles": len(found) - 1, "protected": policy.protects(person)}


# --- setting


def _fields(record: type, fields: Any, instead: str) -> Json:
    checked = body(record, fields)
    if "tags" in checked:
        raise ConfigurationError(f"tags are not fields here, since a list of them would replace the others: {instead}")
    if not checked:
        raise ConfigurationError("fields names none: there is nothing to set")
    return checked


def _set(
    client: Client, kind: _Kind, wanted: _Wanted | str, fields: Json, thorough: bool, allow_protected: bool
) -> Json:
    if isinstance(wanted, str):
        found: Json = {"id": wanted, "doubles": 0, "protected": False}
    else:
        found = _told(client, _look_up(client, kind, wanted, thorough, missing_ok=False))

    def compare(fields: Mapping[str, Any], record: Mapping[str, Any]) -> Json:
        changes = differing(fields, record)
        if _same_number(fields, record):
            changes = {name: value for name, value in changes.items() if name not in _NUMBER}
        if found["protected"] and "stage" in changes and not allow_protected:
            raise PolicyRefused(
                f"another {kind.name} with the same number has opted out; "
                "allow_protected=True is for a person who means it"
            )
        return changes

    call = kind.update(found["id"], fields, allow_protected=allow_protected)
    changed = write_differing(client, call, fields, compare)
    return {"id": found["id"], "changed": changed, "doubles": found["doubles"]}


_NUMBER = ("phoneNumber", "phone", "countryCode")


def _same_number(fields: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether fields name the number that a record has: the server gives it back in its own way (see `numbers`)."""
    code = digits(str(fields.get("countryCode") or record.get("countryCode") or ""))
    phone = digits(str(fields.get("phoneNumber") or fields.get("phone") or ""))
    named = {code + phone} | ({phone} if phone.startswith(code) else set())
    return bool(phone) and bool(named & numbers(record))
