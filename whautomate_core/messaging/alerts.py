"""Alerts: one template to a few people about something that happened in a pipeline.

Each event is told once, however often it is reported. Of the same subject, such as the retries of one task, people get
at most one alert within `cooldown`: what happens again meanwhile is left out, so a loop can't message them in a loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Timer
from typing import Any

from whautomate_core.account import Account
from whautomate_core.api.call import summary
from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.api.records import Template
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Step
from whautomate_core.client.once import send_once
from whautomate_core.errors import (
    ConfigurationError,
    InvalidRequest,
    KeyTaken,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    Stopped,
    WhautomateError,
)
from whautomate_core.state.claims import attempt
from whautomate_core.values.phones import canonical, recipient
from whautomate_core.values.redaction import shown_id

MAX_WAIT = 5.0
"""Seconds that an alert waits for a permit."""

TIME_LIMIT = 20.0
"""Seconds after which no more requests for an alert leave. A request under way gets ten more."""

LONGEST_PARAMETER = 250
"""Characters of a parameter; WhatsApp limits the whole message to 1,024."""

_WHAT = "an alert"
_SENT, _SENT_BEFORE = "sent", "not sent again: it was sent before"
_HELD_BACK = "not sent: an alert about the same was sent"
_OF_ONE_PERSON = (PolicyRefused, InvalidRequest, NotFound, OutcomeUnknown)
"""Errors that say nothing of the next person."""


@dataclass(frozen=True)
class Alert:
    """What happened, and what is said about it."""

    subject: str
    """What it is about, the same each time: the DAG, the task and the kind of event."""
    event: str
    """What happened, which identifies it: the subject with its run and attempt."""
    template: Mapping[str, Any]
    """Name and language of an approved template."""
    parameters: Sequence[str] = ()
    """The values of the placeholders in the body of the template, in order."""


def send_alert(
    account: Account,
    alert: Alert,
    to: Iterable[str] = (),
    *,
    cooldown: float,
    location_id: str | None = None,
    run: str | None = None,
) -> dict[str, str]:
    """Send an alert to each of a few people.

    It keeps its caller for a short time only: it waits for permits up to `MAX_WAIT` seconds, tries each request twice,
    and gives up after `TIME_LIMIT` seconds.

    Args:
        account: The account.
        alert: What to say, and about what.
        to: Numbers with country code, or ids of contacts; defaults to the account's `on_call`.
        cooldown: Seconds within which nobody gets a second alert about the same subject.
        location_id: Location it is sent from; defaults to the account's.
        run: The run that reports it. Claims name it.

    Returns: who, as logs may show it (`+49…12`), and what became of it: `sent`, or why not.

    Raises: `ConfigurationError` if there is nobody to tell, or no location; `InvalidRequest` for what can't be a
        number.
    """
    people = [_recipient(one) for one in (*to,) or account.on_call]
    if not people:
        raise ConfigurationError(
            "there is nobody to alert: name numbers or ids of contacts in to, or in the setting on_call of the "
            "connection"
        )
    told: dict[str, str] = {}
    location = account.require_location(location_id)
    with Client(account, max_wait=MAX_WAIT, attempts=2, run=run) as client:
        alarm = Timer(TIME_LIMIT, client.stop)
        alarm.daemon = True
        alarm.start()
        try:
            for place, (shown, named) in enumerate(people):
                try:
                    told[shown] = _tell(client, alert, named, location, cooldown)
                except _OF_ONE_PERSON as error:
                    told[shown] = f"not sent: {error}"
                except WhautomateError as error:
                    why = f"it took over {TIME_LIMIT:g} s" if isinstance(error, Stopped) else error
                    told |= {one: f"not sent: {why}" for one, _ in people[place:]}
                    break
        finally:
            alarm.cancel()
    return told


def is_told(outcome: str) -> bool:
    """Whether somebody knows, by what `send_alert` returned: now, or from an earlier alert."""
    return outcome in (_SENT, _SENT_BEFORE) or outcome.startswith(_HELD_BACK)


def parameter(value: Any) -> str:
    """A value as WhatsApp takes it in a placeholder: on one line, not empty, not long."""
    text = " ".join(str(value).split()) or "-"
    return text if len(text) <= LONGEST_PARAMETER else f"{text[: LONGEST_PARAMETER - 1]}…"


def _recipient(given: str) -> tuple[str, dict[str, Any]]:
    """Somebody as logs show them, and as a message names them."""
    text = str(given).strip()
    number = recipient("to", text)
    if number is None:
        return shown_id(text), {"contact": {"id": text}}
    return f"+{number[:2]}…{number[-2:]}", {"recepient": {"phoneNumber": f"+{number}"}}


def _tell(client: Client, alert: Alert, named: dict[str, Any], location: str, cooldown: float) -> str:
    template = Template(name=str(alert.template.get("name")), language=str(alert.template.get("language")))
    message: Any = {**named, "template": template, "location": {"id": location}}
    if alert.parameters:
        message["bodyTextParameters"] = list(alert.parameters)
    call = send_whatsapp_template(message)
    by = attempt(client.run)
    key = _key(client, alert, named)
    if not _is_due(client, key, alert, cooldown, by):
        return f"{_HELD_BACK} less than {cooldown / 60:g} min ago"
    try:
        _, sent = send_once(client, Step(f"alert {alert.event}"), call, partial(summary, call))
    except KeyTaken:  # its words hold something that changes
        sent = False
    except OutcomeUnknown:
        raise
    except WhautomateError:
        client.state.claims.release(client.account.id, key, made_by=by)
        raise
    return _SENT if sent else _SENT_BEFORE


def _key(client: Client, alert: Alert, named: Mapping[str, Any]) -> str:
    """The key of the claim that keeps others about the same subject back. It holds a keyed hash of the person."""
    if "recepient" in named:
        about = [["number", canonical(named["recepient"]["phoneNumber"][1:])]]
    else:
        about = [["contact", named["contact"]["id"]]]
    return f"alert about {alert.subject} to {client.state.secret.digest(about)}"


def _is_due(client: Client, key: str, alert: Alert, cooldown: float, by: str) -> bool:
    """Whether nobody else has alerted a person to this subject within `cooldown`. If so, this attempt has it now."""
    claims, account = client.state.claims, client.account.id
    while True:
        claim = claims.claim(account, key, {}, _WHAT, {"event": alert.event}, by=by)
        if claim.mine:
            claims.settle(account, key, {"event": alert.event})
            return True
        if claim.result == {"event": alert.event}:
            return True  # reported again; the claim of the message says what became of it
        if any(one.key == key for one in claims.latest(account, _WHAT, seconds=cooldown)):
            return False
        claims.release(account, key, made_by=claim.made_by)
