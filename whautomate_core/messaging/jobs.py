"""The jobs around a broadcast, as functions whose arguments are the fields of `Campaign`.

Operators, tasks and their stubs are derived from them, so that each field is written once. What does the work is loaded
when it is done.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime, timedelta  # noqa: F401 - annotations of the jobs name them, and Template
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from whautomate_core import docs
from whautomate_core.api.call import Json
from whautomate_core.api.records import Template  # noqa: F401
from whautomate_core.errors import ConfigurationError
from whautomate_core.job import job
from whautomate_core.messaging.campaign import Campaign, campaign_from
from whautomate_core.messaging.lines import describe_broadcast, describe_cancelled, describe_plan

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client


_PERSONAL = ("body_parameters", "header_parameters", "button_parameters", "header_media_url", "approver")
"""Values of placeholders are texts of people, and the address of a file may be signed; names, audiences and bounds are
shown."""


def of_campaign(run: Callable[..., Json]) -> Callable[..., Json]:
    """A job that takes the fields of a campaign in place of `run`'s campaign, then what else `run` takes."""

    def job(client: Client, *args: Any, **given: Any) -> Json:
        given |= dict(zip(Campaign.model_fields, args, strict=False))
        fields = {name: given.pop(name) for name in Campaign.model_fields if name in given}
        campaign = campaign_from(fields)
        assert campaign is not None  # nothing of it is unknown here
        return run(client, campaign, **given)

    client, _, *others = inspect.signature(run).parameters.values()
    fields = [
        _parameter(name, hint) for name, hint in get_type_hints(Campaign).items() if name in Campaign.model_fields
    ]
    signature = inspect.signature(run).replace(parameters=[client, *fields, *others])
    job.__name__ = job.__qualname__ = run.__name__
    job.__module__ = run.__module__
    job.__doc__ = _doc(run)
    job.__signature__ = signature  # type: ignore[attr-defined]
    annotations = {one.name: one.annotation for one in signature.parameters.values()}
    job.__annotations__ = {**annotations, "return": signature.return_annotation}
    return job


def _parameter(name: str, hint: Any) -> inspect.Parameter:
    field = Campaign.model_fields[name]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if field.is_required() else inspect.Parameter.KEYWORD_ONLY
    default = inspect.Parameter.empty if field.is_required() else field.default
    return inspect.Parameter(name, kind, default=default, annotation=_words(hint))


def _words(hint: Any) -> str:
    """A type as it is written; of what pydantic takes as text, the type it becomes."""
    if hint is type(None):
        return "None"
    if get_origin(hint) is Literal:
        return "str"
    if get_origin(hint) in (list, tuple):
        return f"{get_origin(hint).__name__}[{', '.join(map(_words, get_args(hint)))}]"
    if get_origin(hint) is dict:
        return "Json"
    if get_args(hint):
        return " | ".join(dict.fromkeys(map(_words, get_args(hint))))
    return "datetime" if hint.__name__ == "AwareDatetime" else str(hint.__name__)


def _doc(run: Callable[..., Any]) -> str:
    what, arguments, results = docs.parts(run)
    meanings = {name: str(field.description) for name, field in Campaign.model_fields.items()}
    meanings |= {name: meaning for name, meaning in arguments.items() if name != "campaign"}
    described = "\n".join(f"    {name}: {meaning}" for name, meaning in meanings.items())
    return f"{what}\n\nArgs:\n{described}\n\n{results}"


@job("broadcasts", describe_plan, redacted=_PERSONAL, finished=False)
@of_campaign
def plan_broadcast(client: Client, campaign: Campaign, *, due: datetime | None = None) -> Json:
    """Work out what a broadcast would send now, and to how many, through the code that sends it. Nothing is written.

    Whoever approves it sees what it returns; given to the broadcast as `approved_plan`, it is sent as approved or
    not at all. Counting the audience reads all contacts, or clients: a request for each page.

    Args:
        campaign: What it is to be.
        due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); see `max_lateness`.

    Returns: `name`, `template`, `parameters` (how many, by component), `segments` (names), `criteria`, `recipients`
        (the most it may reach), `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`,
        `last_recipients` (of the last one of this name), `hash` (what tells another plan from this one), `skipped` (why
        nothing would be sent, else None).

    Raises: `PolicyRefused` where a guard forbids it; `ConfigurationError` and `InvalidRequest`.
    """
    from whautomate_core.messaging.plan import plan_broadcast

    return plan_broadcast(client, campaign, due=due)


@job("broadcasts", describe_broadcast, redacted=_PERSONAL)
@of_campaign
def broadcast(client: Client, campaign: Campaign, *, key: str | None = None, due: datetime | None = None) -> Json:
    """Message everybody in a segment with a WhatsApp template: created once under its key, however often this runs.

    Before it is created its recipients are counted, by reading all contacts or clients, and its guards are asked. Then
    it is read back, and deleted where it is not as it was sent. Where it starts over 90 seconds later, people who opt
    out until then are looked for before, and it is made anew without them (`look_again`); who opts out within the last
    90 seconds may still get it. What was cancelled or deleted is not sent again under its key.

    Args:
        campaign: What it is to be.
        key: What makes it the same broadcast. Never anything that changes between two runs of the same step.
        due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); see `max_lateness`.

    Returns: `id` and `name` at Whautomate; `created`, whether this attempt made it; `created_at` (ISO 8601, UTC) and
        `created_by`, the run that made it; `start`; `recipients`,
        the most it may reach, and `recipients_least`; `excluded`, how many were left out by tag; `cost`; `hash` of its
        plan; `looked`, whether people who opted out during the hold were looked for; `anew`, whether it was made anew
        for them; `look_at`, when to call again for that, in seconds since the epoch, else None; `skipped`, why nothing
        was sent, else None.

    Raises: `PolicyRefused` where a guard forbids it, or it was cancelled; `InvalidRequest` where the broadcast of this
        key has another content; `OutcomeUnknown` where nobody knows whether it was created: it is not sent again then.
    """
    from whautomate_core.messaging.send import send_broadcast

    if key is None:
        raise ConfigurationError("key is missing: what makes it the same broadcast when this runs again")
    return send_broadcast(client, campaign, key, due=due)


@job("broadcasts", describe_cancelled, finished=False)
def cancel_broadcast(client: Client, *, key: str | None = None, broadcast_id: str | None = None) -> Json:
    """Cancel a broadcast: delete it if it is still scheduled, and its start over a minute ahead.

    Its claim becomes final, so that a step of the same key doesn't send it again.

    Args:
        key: The key it was created under; this or `broadcast_id`.
        broadcast_id: Its id.

    Returns: `cancelled`, whether it was; `id`; `why` it wasn't, else None.

    Raises: `ConfigurationError`; `UnexpectedResponse` where it is still there after it was deleted.
    """
    from whautomate_core.messaging.cancel import cancel_broadcast

    return cancel_broadcast(client, key=key, broadcast_id=broadcast_id)
