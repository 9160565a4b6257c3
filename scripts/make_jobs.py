"""Writes whautomate_core/messaging/jobs.py: `python scripts/make_jobs.py`; a test compares it.

The jobs around a broadcast take the fields of `Campaign` as arguments. Each field is described once, in the model; the
jobs are written out, so that people and tools read plain functions.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from whautomate_core.messaging.campaign import Campaign

ROOT = Path(__file__).parents[1]
JOBS = ROOT / "whautomate_core" / "messaging" / "jobs.py"
WIDTH = 120

HEAD = '''"""The jobs around a broadcast. They take the fields of `campaign.Campaign`, where each field is described.

Written by scripts/make_jobs.py; a test compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from whautomate_core.api.call import Json
from whautomate_core.api.records import Template
from whautomate_core.errors import ConfigurationError
from whautomate_core.job import job
from whautomate_core.messaging.campaign import complete_campaign
from whautomate_core.messaging.lines import describe_broadcast, describe_cancelled, describe_plan
from whautomate_core.rows.files import Storage, fsspec_storage

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client


_PERSONAL = ("body_parameters", "header_parameters", "button_parameters", "header_media_url", "approver")
"""Values of placeholders may be about people, and the URL of a file may be signed."""

_AUDIENCE = ("segments/{segment_name}",)
'''

DUE = (
    "When the step was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see `max_lateness`. "
    "Defaults to None: somebody started it by hand."
)
STORAGE = "What opens URLs."
KEY = "Identifies the broadcast. Never anything that changes between two runs of the same step."

PLAN = '''
@job("broadcasts", describe_plan, redacted=_PERSONAL, finished=False, reads=_AUDIENCE)
def plan_broadcast(
    client: Client,
{arguments}
    due: datetime | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Work out what a broadcast would send now, and to how many people, with the code that sends it. Writes nothing.

    Show the result to the person who approves it, and pass it to the broadcast as `approved_plan`: the broadcast is
    then sent as approved, or not at all. Counting the audience reads all contacts, or clients: a request for each page.

    Args:
{meanings}

    Returns: `name`, `template`, `category` (`marketing`, `utility` or `authentication`; None if it isn't known),
        `parameters` (how many, by component), `segments` (names), `criteria`, `recipients` (the most it may reach),
        `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`, `last_recipients` (of the
        last broadcast of this name), `notes` (sentences: what could not be checked, and what may reach other people
        than meant), `hash` (differs for every other plan), `sent_before` (a broadcast with the same content and
        audience within `cooldown`: steps with another key refuse then; else None), `skipped` (why nothing would be
        sent, else None).

    Raises: `PolicyRefused` if a guard forbids it; `ConfigurationError`, also if a file that is written at its end can't
        be; `InvalidRequest`.
    """
    from whautomate_core.messaging import plan

    campaign = complete_campaign(
{fields}
    )
    return plan.plan_broadcast(client, campaign, due=due, storage=storage)
'''

SEND = '''
@job("broadcasts", describe_broadcast, redacted=_PERSONAL, reads=_AUDIENCE, writes=("broadcasts/{{name}}",))
def broadcast(
    client: Client,
{arguments}
    key: str | None = None,
    due: datetime | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Send a WhatsApp template to everybody in a segment. It is created once under its key, however often this runs.

    Before it is created, its recipients are counted by reading all contacts or clients, and its guards are checked. It
    is then read back, and deleted if it differs from what was sent. If it starts more than 90 seconds later, it is
    checked for people who opted out in the meantime, and created anew without them (`look_again`). People who opt out
    in the last 90 seconds may still get it. A broadcast that was cancelled or deleted is not sent again under its key.

    Args:
{meanings}

    Returns: `id` and `name` at Whautomate; `created`, whether this attempt created it; `created_at` (ISO 8601, UTC) and
        `created_by`, the run that created it; `start`; `recipients`, the most it may reach, and `recipients_least`;
        `excluded`, the number of people left out by tag; `cost`; `hash`, `category` and `notes` of its plan; `looked`,
        whether it was checked for opt-outs during the hold; `anew`, whether it was created anew because of them;
        `look_at`, when to call again for that check, in seconds since the epoch, else None; `skipped`, why nothing was
        sent, else None.

    Raises: `PolicyRefused` if a guard forbids it, or it was cancelled; `InvalidRequest` if the broadcast of this key
        has other content; `OutcomeUnknown` if it is unknown whether it was created: then it is not sent again;
        `ConfigurationError`, also if a file that is written at its end can't be.
    """
    from whautomate_core.messaging.send import send_broadcast

    campaign = complete_campaign(
{fields}
    )
    if key is None:
        raise ConfigurationError("key is missing: it identifies the broadcast when this step runs again")
    return send_broadcast(client, campaign, key, due=due, storage=storage)
'''

CANCEL = '''
@job("broadcasts", describe_cancelled, finished=False)
def cancel_broadcast(client: Client, *, key: str | None = None, broadcast_id: str | None = None) -> Json:
    """Cancel a broadcast: delete it if it is scheduled to start more than a minute from now.

    Its claim becomes final, so that no step with the same key sends it again.

    Args:
        key: The key it was created under; this or `broadcast_id`.
        broadcast_id: Its id.

    Returns: `cancelled`, whether it was; `id`; `why` it wasn't, else None.

    Raises: `ConfigurationError`; `UnexpectedResponse` if it still exists after it was deleted.
    """
    from whautomate_core.messaging import cancel

    return cancel.cancel_broadcast(client, key=key, broadcast_id=broadcast_id)
'''


def written() -> str:
    """The module."""
    names = [name for name in get_type_hints(Campaign) if name in Campaign.model_fields]
    given = {"arguments": _arguments(names), "fields": "\n".join(f"        {name}={name}," for name in names)}
    meanings = {name: str(Campaign.model_fields[name].description).rstrip(".") + "." for name in names}
    plan, send = ({**meanings, **key, "due": DUE, "storage": STORAGE} for key in ({}, {"key": KEY}))
    functions = (PLAN.format(**given, meanings=_meanings(plan)), SEND.format(**given, meanings=_meanings(send)), CANCEL)
    return HEAD + "\n" + "\n".join(functions)


def _arguments(names: list[str]) -> str:
    hints = get_type_hints(Campaign)
    required = [name for name in names if Campaign.model_fields[name].is_required()]
    optional = [f"    {name}: {_type(hints[name])} = {_default(name)}," for name in names if name not in required]
    return "\n".join([*(f"    {name}: {_type(hints[name])}," for name in required), "    *,", *optional])


def _default(name: str) -> str:
    default = Campaign.model_fields[name].default
    if default == []:
        return "()"
    if isinstance(default, str):
        return f'"{default}"'
    seconds = getattr(default, "total_seconds", None)
    return f"timedelta(hours={seconds() / 3600:g})" if seconds else repr(default)


def _type(hint: Any) -> str:
    """A type as it is written. For a value that pydantic converts, the type that it is converted to."""
    if hint is type(None):
        return "None"
    if get_origin(hint) is Literal:
        return "str"
    if get_origin(hint) in (list, tuple):
        name = "Sequence" if get_origin(hint) is list else "tuple"
        return f"{name}[{', '.join(map(_type, get_args(hint)))}]"
    if get_origin(hint) is dict:
        return "Json"
    if get_args(hint):
        return " | ".join(dict.fromkeys(map(_type, get_args(hint))))
    return "datetime" if hint.__name__ == "AwareDatetime" else str(hint.__name__)


def _meanings(meanings: dict[str, str]) -> str:
    lines = (f"{name}: {meaning}" for name, meaning in meanings.items())
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 12, break_long_words=False)
        for line in lines
    )


if __name__ == "__main__":
    JOBS.write_text(written(), encoding="utf-8")
