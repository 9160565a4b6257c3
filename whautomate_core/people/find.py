"""Finding people by a phone number or an e-mail address, since ids are not what users have."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from whautomate_core.api._people import anybody
from whautomate_core.api.call import Json, path_id
from whautomate_core.client.whole import require_agreed
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound
from whautomate_core.job import job
from whautomate_core.people.kinds import CLIENTS, CONTACTS, Kind
from whautomate_core.people.lines import describe_found
from whautomate_core.policy import age, digits, numbers
from whautomate_core.values.phones import canonical, e164, shared_digits

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)


@job("contacts", describe_found("contact"), redacted=("phone",), finished=False, reads=("contacts",))
def find_contact(
    client: Client, phone: str, *, default_region: str | None = None, missing_ok: bool = False, thorough: bool = False
) -> Json:
    """Find the id of the contact with a phone number. If several have the number, it is the oldest.

    It costs one request, a search. The vendor documents neither how a search matches nor how soon it shows new records.
    Contacts that the search does not show, but that a sync or a step created, are read by id, one more request each.

    Args:
        phone: Phone number as people write it.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None if there is no such contact, instead of raising `NotFound`.
        thorough: If the search shows nobody, read all contacts page by page.

    Returns: `id`; `duplicates`, how many other contacts have the number; `protected`, whether any of them has opted
        out. Nothing else, so that no personal data gets into results.

    Raises: `InvalidRequest` if it is not a phone number, before anything is sent; `NotFound`.
    """
    return found(client, CONTACTS, wanted(phone=phone, default_region=default_region), thorough, missing_ok)


@job("clients", describe_found("client"), redacted=("phone", "email_address"), finished=False, reads=("clients",))
def find_client(
    client: Client,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    default_region: str | None = None,
    missing_ok: bool = False,
    thorough: bool = False,
) -> Json:
    """Find the id of the client with a phone number or an e-mail address. If several have it, it is the oldest.

    It costs one search, like `find_contact`. Clients that the search does not show, but that a sync or a step created,
    are read by id, one more request each, whether the sync matches by number, address or name.

    Args:
        phone: Phone number as people write it. Give this or `email_address`.
        email_address: E-mail address; upper and lower case make no difference.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None if there is no such client, instead of raising `NotFound`.
        thorough: If the search shows nobody, read all clients page by page.

    Returns: `id`; `duplicates`, how many other clients have the number or address; `protected`, whether any of them has
        opted out. Nothing else, so that no personal data gets into results.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.
    """
    whom = wanted(phone=phone, email_address=email_address, default_region=default_region)
    return found(client, CLIENTS, whom, thorough, missing_ok)


def clients_with(
    client: Client,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
) -> list[str]:
    """Return the ids of all clients that `find_client` finds, the oldest first; an empty list if there are none.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent.
    """
    whom = wanted(phone=phone, email_address=email_address, default_region=default_region)
    assert isinstance(whom, Wanted)
    return [str(person["id"]) for person in sorted(look_up(client, CLIENTS, whom, thorough), key=age)]


def has(
    *, phone: str | None = None, email_address: str | None = None, default_region: str | None = None
) -> Callable[[Mapping[str, Any]], bool]:
    """Return a function that tells whether a contact or client has a number, or an address. Raises `InvalidRequest`."""
    whom = _by_email(str(email_address)) if phone is None else _by_phone(phone, default_region)
    return whom.fits


# --- what the arguments ask for


@dataclass(frozen=True, repr=False)
class Wanted:
    """The person to find: the text to search for, and how to recognize them. It has no repr: it is about a person."""

    what: str
    """`phone number` or `e-mail address`."""
    value: str
    search: str
    fits: Callable[[Mapping[str, Any]], bool]

    @property
    def by_phone(self) -> bool:
        """Whether they are to be found by their phone number."""
        return self.what == "phone number"


def wanted(*, default_region: str | None, **given: str | None) -> Wanted | str:
    """The person that the arguments name: an id, or whom to search for.

    Raises: `ConfigurationError` unless exactly one argument is given; `InvalidRequest`.
    """
    named = [(name, value) for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise ConfigurationError(f"name the person by either {' or '.join(given)}")
    ((name, value),) = named
    if name == "phone":
        return _by_phone(value, default_region)
    return _by_email(value) if name == "email_address" else path_id(name, value)


def _by_phone(phone: str, region: str | None) -> Wanted:
    if not isinstance(phone, str):
        raise InvalidRequest(f"phone must be text, not {type(phone).__name__}: numbers lose leading zeros")
    try:
        number = e164(phone, region)
    except ValueError as error:
        raise InvalidRequest(f"phone: {error}") from None
    value = canonical(digits(number))
    return Wanted("phone number", value, shared_digits(value), lambda person: value in numbers(person))


def _by_email(address: str) -> Wanted:
    if not isinstance(address, str) or "@" not in address.strip()[1:-1]:
        raise InvalidRequest("email_address must be an e-mail address such as ada@example.com")
    value = address.strip()

    def fits(person: Mapping[str, Any]) -> bool:
        return str(person.get("email") or "").strip().casefold() == value.casefold()

    return Wanted("e-mail address", value, value, fits)


# --- the search


def found(client: Client, kind: Kind, whom: Wanted | str, thorough: bool, missing_ok: bool = False) -> Json:
    """What `find_contact` and `find_client` return. Raises `NotFound`."""
    if isinstance(whom, str):
        return {"id": whom, "duplicates": 0, "protected": False}  # the client reads it before it writes
    people = look_up(client, kind, whom, thorough)
    if people:
        policy = client.account.policy
        person, others = functools.reduce(policy.as_one, people), len(people) - 1
        if others:
            log.warning("%s %s: %d others have that %s; the oldest is used", kind.name, person["id"], others, whom.what)
        return {"id": person["id"], "duplicates": others, "protected": policy.protects(person)}
    if missing_ok:
        return {"id": None, "duplicates": 0, "protected": False}
    hint = "" if thorough else "; a search may not show new records yet: thorough=True reads all of them"
    raise NotFound(f"no {kind.name} with that {whom.what} was found{hint}")


def look_up(client: Client, kind: Kind, whom: Wanted, thorough: bool) -> list[Json]:
    """Everybody who fits: those whom a search or our own state shows; if there are none, and `thorough`, among all."""
    from whautomate_core.people.known import read_known

    of_clients, of_contacts = anybody(whom.search)
    shown = [one for page in client.pages(of_contacts if kind is CONTACTS else of_clients) for one in page]
    field = kind.phone if whom.by_phone else "email"
    known = read_known(client, kind, field, whom.value, {str(one.get("id")) for one in shown})
    fitting = _fitting(whom, chain(shown, known))
    return _read_all(client, kind, whom) if thorough and not fitting else fitting


def _read_all(client: Client, kind: Kind, whom: Wanted) -> list[Json]:
    """Everybody who fits among all, including people created before this began.

    Raises: `ListUnstable` if nobody fits, and if the list changed so much that somebody may be missing from it.
    """
    fitting: dict[str, Json] = {}

    def take(people: Sequence[Json], page: int) -> None:
        fitting.update((str(person["id"]), person) for person in _fitting(whom, people))

    listed = kind.list()
    whole = client.read_whole(listed, take, since=time.monotonic())
    if not fitting:
        require_agreed(listed, whole, client.where)
    return list(fitting.values())


def _fitting(whom: Wanted, people: Iterable[Json]) -> list[Json]:
    return [person for person in people if person.get("id") and whom.fits(person)]
