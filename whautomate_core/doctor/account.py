"""What the Test button and `whautomate doctor` report about an account: whether it can be reached, and its limits."""

from __future__ import annotations

from whautomate_core.account import HOSTS, Account
from whautomate_core.api.account import get_account_info
from whautomate_core.api.locations import get_location, list_locations
from whautomate_core.client.client import Client
from whautomate_core.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NoSuchPath,
    NotFound,
    QuotaExhausted,
    RateLimited,
    ServerError,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.state import open_state

_SHOWN = 5
"""Locations that are listed if the account has more."""


def check_account(account: Account, *, scheme_assumed: bool = False) -> str:
    """Ask an account for its name and its location, with two or three requests, and describe it.

    Args:
        scheme_assumed: The host was given without https:// or http://.

    Raises: `WhautomateError` that names the host, what went wrong and what to do.
    """
    try:
        # Somebody waits for the answer, so nothing is repeated.
        with Client(account, max_wait=10.0, attempts=1) as client:
            name = client.send(get_account_info()).get("name")
            location = _location(client)
    except WhautomateError as error:
        where = "" if account.host in str(error) else f"{account.host}: "
        assumed = " Host names no scheme, so https was assumed." if scheme_assumed else ""
        end = "" if str(error).endswith(("?", ".")) else "."
        raise type(error)(f"{where}{error}{end}{assumed}{advice(error, scheme_assumed=scheme_assumed)}") from None
    who = f"account {name!r}" if name else "an account without a name"
    return f"Connected to {who} at {account.host}. {allowance(account)} {location}"


def allowance(account: Account) -> str:
    """The plan of an account, the limits in force, and how many requests are left of each."""
    usage = open_state(account.state).pool_of(account).usage()
    if account.limits_assumed:
        plan = "Plan is not set, so trial limits apply"
    else:
        plan = f"Plan: {account.plan}" if account.plan else "Your own limits apply"
    left = [f"{left:,} of {count:,} requests a {_span(seconds)}" for left, count, seconds in usage.remaining]
    paused = f" Whautomate asked for a pause of another {usage.paused_for:.0f} s." if usage.paused_for else ""
    if usage.is_spent:
        paused = f" Whautomate says the day's requests are used up; the next is tried in {usage.paused_for:.0f} s."
    pace = f" {usage.paced.in_words()}" if usage.paced else ""
    return f"{plan}. Left now: {' and '.join(left)}.{paused}{pace}"


def _span(seconds: float) -> str:
    return {60.0: "minute", 86_400.0: "day"}.get(seconds, f"{seconds:g} s")


def _location(client: Client) -> str:
    """The location of new records. Raises `ConfigurationError` if the account doesn't have it."""
    wanted = client.account.location_id
    if wanted is not None:
        try:
            title = client.send(get_location(wanted)).get("title")
        except NotFound:
            raise ConfigurationError(f"the account has no location {wanted!r}; {_locations(client)}") from None
        return f"New records belong to location {wanted}" + (f" ({title})." if title else ".")
    return f"Location is not set, so each step that creates records must name one; {_locations(client)}."


def _locations(client: Client) -> str:
    found = client.send(list_locations())
    names = [f"{one.get('id')} ({one.get('title')})" for one in found[:_SHOWN]]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"the account's locations are {', '.join(names)}{more}" if names else "the account has no locations"


def advice(error: WhautomateError, *, scheme_assumed: bool = False) -> str:
    """What to do where an account can't be reached, as a sentence with a space before it; empty for other errors."""
    if isinstance(error, AuthenticationError):
        return f" Copy the API key again from Integrations > REST API, which also shows your host: {HOSTS}."
    if isinstance(error, ConnectionFailed):
        plain = " Begin it with http:// if the server has no TLS." if scheme_assumed else ""
        return f"{plain} If your network needs a proxy, set Proxy."
    if isinstance(error, (NoSuchPath, NotFound, UnexpectedResponse, InvalidRequest)):
        return f" This may not be the Whautomate API: the host should be {HOSTS}."
    if isinstance(error, ServerError):
        return " Try again later, and check the host if it goes on."
    if isinstance(error, (QuotaExhausted, RateLimited)):
        return " The connection may well be right: try again then."
    return ""
