"""Templates to single people, from rows: each of them once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from whautomate_core.api.call import Json, summary
from whautomate_core.api.check import body
from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.api.records import Template
from whautomate_core.client.identity import Step
from whautomate_core.errors import ConfigurationError, InvalidRequest, OutcomeUnknown, PolicyRefused
from whautomate_core.job import job
from whautomate_core.messaging.lines import describe_messages
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.row import Named
from whautomate_core.rows.sources import Source
from whautomate_core.state.forgotten import reason_of
from whautomate_core.values.phones import canonical, e164, require_region, spellings
from whautomate_core.values.thresholds import Threshold, check_threshold, limit, require_some_used
from whautomate_core.values.words import counted, reasons_of

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)

_JOB = "sendTemplateToContacts"
"""Stands in keys, and so is never changed."""

_COMPARED = ("template", "bodyTextParameters", "location")

_WITH_A_KEY = "if both are meant, send them by a step with another key (key=...)"

_IN_VAIN = 20
"""After so many rows that the server refused, and none that it took, it is not for the rows."""


@job("messages", describe_messages, lane="bulk", redacted=("source",), finished=False)
def send_template_to_contacts(
    client: Client,
    source: Source,
    template: Template,
    *,
    key: str | None = None,
    step: Step | None = None,
    phone_column: str = "phone",
    parameter_columns: list[str] | None = None,
    default_region: str | None = None,
    location_id: str | None = None,
    max_failed: Threshold = 0,
    max_lateness: timedelta | None = timedelta(hours=6),
    due: datetime | None = None,
    rejects_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Send a WhatsApp template to each number in a source, once under a key, however often the step runs.

    Each person has a claim of their own, so a step that was broken off resumes where it stopped, whatever the order of
    its rows, and chunks that hold the same person send to them once. A row that says something else to a person than
    another row, or than this step said to them before, is rejected; where those are more than `max_failed` allows,
    nothing is sent at all. All rows are read first. Whether somebody has opted out is read directly before the message
    to them, among contacts and clients: it takes three requests a message. That rests on searches, which may not show
    new people. So contacts and clients are also read once, at most as many pages of each as there are messages, and
    those who are new, or whom a sync knows and no list showed, are read by id as well, a request each.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        template: Name and language of an approved template.
        key: What identifies the step, where its run and task do not: under one key nobody gets a second message.
        step: The task of a run, where an orchestrator knows it.
        phone_column: Column of the numbers, as people write them.
        parameter_columns: Columns with the values of the body's placeholders, in order. Rows with an empty one are
            rejected.
        default_region: Country of a number without a country code, such as `DE`.
        location_id: Location they are sent from; defaults to the account's.
        max_failed: How many rows may be rejected, refused by the server or unsettled before the step is a failure: a
            count, or a share like "5%".
        max_lateness: How long after it was due the step may still send: a timedelta, seconds, or text such as "PT6H";
            None means no limit.
        due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); None where somebody
            asked for it now.
        rejects_path: File for rows that got no message, with row number and reason: JSON lines, or Parquet.

    Returns: counts `rows`, `sent`, `already` (sent before under this key), `opted_out` (or not among the `listed`),
        `rejected` (unfit, another message to
        a person than before, or refused by the server), `unsettled` (got no answer: nobody sends them again), `doubles`
        (numbers of an earlier row); `skipped`, why nothing was sent, else None.

    Raises: `ConfigurationError` before anything is sent; `PolicyRefused` where sends are off or stopped;
        `InvalidRequest` where more than `max_failed` failed, or the server refuses one after the other.
    """
    from whautomate_core.client.once import send_once
    from whautomate_core.messaging.opted_out import OptedOut
    from whautomate_core.messaging.timing import NotSent, due_at, lateness, require_in_time
    from whautomate_core.rows.files import open_file, write_records
    from whautomate_core.rows.sources import rows

    check_threshold("max_failed", max_failed)
    if step is None and (not isinstance(key, str) or not key.strip()):
        raise ConfigurationError("key is missing: what identifies the step, such as a campaign and its date")
    if default_region:
        require_region(default_region)
    if not all(body(Template, template).values()):
        raise ConfigurationError("template needs its name and its language")
    location = client.account.require_location(location_id)
    policy, stops = client.account.policy, client.state.stops
    if policy.sends == "off":
        raise PolicyRefused("sends are off for this account (its setting sends)")
    counts = dict.fromkeys(("rows", "sent", "already", "opted_out", "rejected", "unsettled", "doubles"), 0)
    try:
        require_in_time(due_at(due), datetime.now(UTC), lateness(max_lateness))
    except NotSent as reason:
        return {**counts, "skipped": str(reason)}

    messages: dict[str, _Row] = {}
    rejects: list[Json] = []
    others = in_vain = 0

    def reject(count: str, row: int, reason: str) -> None:
        counts[count] += 1
        rejects.append({"row": row, "reason": reason})

    # A step that waited for a permit and began anew has sent these itself, and finds their claims.
    earlier = client.used.earlier.get("sent", 0)
    client.used.changed = lambda: {"sent": counts["sent"] + earlier}
    columns = list(dict.fromkeys([Named(phone_column, "phone_column"), *(parameter_columns or [])]))
    for row, cells, problem in rows(source, columns, open_file=partial(open_file, storage=storage)):
        counts["rows"] += 1
        given = dict(zip(columns, cells, strict=False))
        phone, values = given.get(phone_column, ""), [given.get(column, "") for column in parameter_columns or []]
        try:
            number = e164(phone, default_region) if problem is None else ""
        except ValueError as error:
            problem = str(error)
        if problem is None and not all(values):
            problem = f"{(parameter_columns or [])[values.index('')]} is empty"
        if problem is not None:
            reject("rejected", row, problem)
            continue
        before = messages.setdefault(canonical(number[1:]), _Row(row, number, values))
        if before.number != row and before.values == values:
            counts["doubles"] += 1
        elif before.number != row:
            reject("rejected", row, f"another message to the person of row {before.number}: {_WITH_A_KEY}")
            others += 1

    def message(row: _Row) -> Any:
        sent = {"recepient": {"phoneNumber": row.phone}, "template": dict(template), "location": {"id": location}}
        return {**sent, **({"bodyTextParameters": row.values} if row.values else {})}

    claimed = _Claimed(client, key, step)
    for number, one in list(messages.items()):
        if claimed.under(number, message(one))[2]:
            reject("rejected", one.number, f"another message to this person than was sent before: {_WITH_A_KEY}")
            others += 1
            del messages[number]
    if others > limit("max_failed", max_failed, counts["rows"]):
        if rejects_path is not None:
            write_records(rejects_path, rejects, storage=storage)
        raise InvalidRequest(
            f"{others} of {counts['rows']} rows have another message to a person than a row before them, or than this "
            f"step has sent: nothing was sent now; {_WITH_A_KEY}, or allow them by max_failed"
        )
    opted_out: OptedOut | None = None
    for number, one in messages.items():
        call = send_whatsapp_template(message(one))
        own, payload, _ = claimed.under(number, call.body or {})
        try:
            if own not in claimed:
                opted_out = opted_out or OptedOut(client, most=len(messages))
                opted_out.refuse(number)
            _, sent = send_once(client, own, call, partial(summary, call), payload=payload)
        except PolicyRefused as error:
            stops.require_sends(client.account.id, "messages")  # where all are stopped, it isn't this person
            reject("opted_out", one.number, reason_of(error) or "opted out, or not listed")
        except InvalidRequest as error:
            reject("rejected", one.number, str(error))
            in_vain += error.status is not None
            if in_vain >= _IN_VAIN and not counts["sent"]:
                raise InvalidRequest(f"the server refuses one message after the other: {error}") from None
        except OutcomeUnknown:
            reject("unsettled", one.number, "got no answer: it may have been sent")
        else:
            counts["sent" if sent else "already"] += 1
    counts["sent"], counts["already"] = counts["sent"] + earlier, counts["already"] - earlier
    client.used.changed = lambda: {"sent": counts["sent"]}
    if rejects_path is not None:
        write_records(rejects_path, rejects, storage=storage)
    reasons = reasons_of((one["row"], one["reason"]) for one in rejects)
    if rejects:
        log.warning("%s got no message: %s", counted(len(rejects), "row"), reasons)
    failed = counts["rejected"] + counts["unsettled"]
    if failed > limit("max_failed", max_failed, counts["rows"]):
        raise InvalidRequest(
            f"{failed} of {counts['rows']} rows got no message, over max_failed={max_failed!r}: {reasons}"
        )
    require_some_used(counts["rejected"], counts["rows"], reasons)
    return {**counts, "skipped": None}


@dataclass(frozen=True)
class _Row:
    number: int
    phone: str
    values: list[str]


class _Claimed:
    """What a step has claimed for single people."""

    def __init__(self, client: Client, key: str | None, step: Step | None) -> None:
        self._client = client
        self._step = step if key is None else None
        # Numbers stand in no key: the digest tells nothing of them.
        self._prefix = f"{key} to " if step is None or key is not None else step.prefix(_JOB)
        client.state.claims.require_remembered(client.account.id, self._prefix)
        self._claims = {claim.key: claim for claim in client.state.claims.under(client.account.id, self._prefix)}

    def __contains__(self, key: str) -> bool:
        return key in self._claims

    def under(self, number: str, body: Json) -> tuple[str, Json, bool]:
        """The key of the message to a number, what of it is compared, and whether another was sent under it."""
        state, account = self._client.state, self._client.account.id
        # Claims of before are known by the spelling of their row.
        own, *others = (state.secret.digest(f"+{one}") for one in spellings(number))
        keys = [f"{self._prefix}{each}" for each in (own, *others)]
        key = next((one for one in keys if one in self._claims), None)
        if key is None and self._step is not None and self._step.before is not None:
            before = self._step.before
            found = filter(None, (before.find_row(state, account, _JOB, each) for each in (own, *others)))
            key = next(found, None)
            if key is not None and (claim := state.claims.get(account, key)):
                self._claims[key] = claim
        claim = self._claims.get(key or "")
        payload = {name: body.get(name) for name in _COMPARED}
        if claim is not None and claim.payload.keys() == {"template"}:  # of the first form
            payload = {"template": body["template"]}
        return key or keys[0], payload, claim is not None and state.claims.hashes(payload) != claim.payload
