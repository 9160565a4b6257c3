"""Templates to single people, from rows: each of them once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from whautomate_core import telemetry
from whautomate_core.api.call import Json, summary
from whautomate_core.api.check import body
from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.api.records import Template
from whautomate_core.client.identity import Step
from whautomate_core.errors import ConfigurationError, InvalidRequest, PolicyRefused, WhautomateError
from whautomate_core.job import job
from whautomate_core.messaging.lines import describe_messages
from whautomate_core.people.location import Location
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import LeftOut, RowJob, Wanted, check_mapping, read_lines, region_mapping, run_rows
from whautomate_core.rows.outcomes import ENDS, Outcome
from whautomate_core.rows.row import Named
from whautomate_core.rows.sources import Source
from whautomate_core.rows.store import Item, Store
from whautomate_core.values.codes import STOPPED, words_of
from whautomate_core.values.phones import canonical, e164, require_region, spellings
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client
    from whautomate_core.messaging.recent_opt_outs import OptedOut

_JOB = "sendTemplateToContacts"
"""Stands in keys, and so is never changed."""

_COMPARED = ("template", "bodyTextParameters", "location")

_WITH_A_KEY = "if both are meant, send them by a step with another key (key=...)"

_IN_VAIN = 20
"""After the server has refused so many messages and taken none, the fault is not in the rows."""


@job(
    "messages",
    describe_messages,
    lane="bulk",
    redacted=("source", "mapping"),
    finished=False,
    reads=("contacts",),
    writes=("messages",),
)
def send_template_to_contacts(
    client: Client,
    source: Source,
    template: Template,
    *,
    key: str | None = None,
    step: Step | None = None,
    mapping: Mapping[str, str | list[str]] | None = None,
    default_region: str | None = None,
    region_column: str | None = None,
    location_id: str | None = None,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    max_lateness: timedelta | None = timedelta(hours=6),
    due: datetime | None = None,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Send a WhatsApp template to each number in a source, once under a key, however often the step runs.

    Each person has a claim of their own, so a step that was interrupted resumes where it stopped, whatever the order of
    its rows, and chunks that hold the same person send to them once. A row that says something else to a person than
    an earlier row, or than this step said to them before, fails; if more of these fail than `max_failed` allows,
    nothing is sent at all. All rows are read first. Whether somebody has opted out is read directly before the message
    to them, among contacts and clients, so a message takes three requests. Searches may not show new people, so
    contacts and clients are also listed once, up to as many pages of each as there are messages, and people who are
    new, or known to a sync but in no list, are also read by id, one request each.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        template: Name and language of an approved template.
        key: What identifies the step, where its run and task do not: under one key nobody gets a second message.
        step: The task of a run, where an orchestrator knows it.
        mapping: What the API calls a value -> its column: `phoneNumber`, the number as people write it, and
            `bodyTextParameters`, the columns with the values of the body's placeholders, in order. Rows with an empty
            one are rejected. Defaults to the column `phoneNumber`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where it is empty, `default_region` applies.
        location_id: Location they are sent from; defaults to the account's.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        max_lateness: How long after it was due the step may still send: a timedelta, seconds, or text such as "PT6H";
            None means no limit.
        due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); None where somebody
            asked for it now.
        rejects_path: File or URL for rows that got no message, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.

    Returns: Counts: `rows`, of which `sent`, `unchanged` (sent before under this key), `superseded` (the same number
        and message as an earlier row), `rejected`, `protected` (opted out, stopped your marketing in WhatsApp, or not
        listed), `failed` (refused by the server, or another message to the person was sent before), `unsettled` (got no
        answer, so it is not sent again); `skipped`, why nothing was sent, or None.

    Raises: `ConfigurationError` before anything is sent; `PolicyRefused` where sends are off or stopped;
        `InvalidRequest` over the thresholds, or where the server refuses one message after the other.
    """
    from whautomate_core.messaging.timing import NotSent, due_at, lateness, require_in_time

    if step is None and (not isinstance(key, str) or not key.strip()):
        raise ConfigurationError("key is missing: it identifies the step, such as a campaign and its date")
    if default_region:
        require_region(default_region)
    if not all(body(Template, template).values()):
        raise ConfigurationError("template needs its name and its language")
    columns, parameters = _columns(mapping, region_column)
    location = client.account.require_location(location_id)
    if client.account.policy.sends == "off":
        raise telemetry.refused("sends_off", "sends are off for this account (its setting sends)")
    try:
        require_in_time(due_at(due), datetime.now(UTC), lateness(max_lateness))
    except NotSent as reason:
        return {**dict.fromkeys(("rows", *_Messages.outcomes, *ENDS), 0), "skipped": str(reason)}
    counts = run_rows(
        _Messages(client, template, parameters, default_region, location, _Claimed(client, key, step)),
        client.used,
        read_lines(source, columns, storage),
        max_rejected=max_rejected,
        max_failed=max_failed,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        storage=storage,
    )
    return {**counts, "skipped": None}


def _columns(
    mapping: Mapping[str, str | list[str]] | None, region_column: str | None
) -> tuple[dict[str, str], list[str]]:
    """What a cell is -> its column, and the columns of the parameters, which are cells under their own names."""
    given = dict(mapping or {"phoneNumber": "phoneNumber"})
    parameters = given.pop("bodyTextParameters", [])
    parameters = [parameters] if isinstance(parameters, str) else parameters
    if not isinstance(parameters, (list, tuple)) or not all(isinstance(one, str) and one for one in parameters):
        raise ConfigurationError('mapping["bodyTextParameters"] must be a list of the names of columns')
    columns = check_mapping(given, {"phoneNumber"}, {"bodyTextParameters"})
    columns |= {f"parameter {place}": Named(column, "mapping") for place, column in enumerate(parameters)}
    return columns | region_mapping(region_column), list(parameters)


class _Messages(RowJob):
    """The key of a row is a number, in its canonical form."""

    job = "send_template_to_contacts"
    outcomes = ("sent", "unchanged")

    def __init__(
        self,
        client: Client,
        template: Template,
        parameters: list[str],
        default_region: str | None,
        location: str,
        claimed: _Claimed,
    ) -> None:
        self._client = client
        self._template = template
        self._parameters = parameters
        self._default_region = default_region
        self._location = Location(client, location)
        self._claimed = claimed
        self._opted_out: OptedOut | None = None
        self._in_vain = 0

    def read(self, cells: Mapping[str, str]) -> Wanted:
        try:
            number = e164(cells["phoneNumber"], cells.get("region") or self._default_region)
        except ValueError as error:
            raise InvalidRequest(str(error)) from None
        values = [cells[f"parameter {place}"] for place in range(len(self._parameters))]
        if not all(values):
            raise InvalidRequest(f"{self._parameters[values.index('')]} is empty")
        return [((canonical(number[1:]),), {"number": number, "values": values})]

    def choose(self, earlier: Item, later: Item) -> Item:
        if earlier.wanted["values"] != later.wanted["values"]:
            raise LeftOut("failed", f"another message to the person of row {earlier.row}: {_WITH_A_KEY}")
        return earlier

    def look(self, items: Store) -> None:
        self._count = len(items)
        if first := next(items.items(), None):
            self._client.look_up_template(send_whatsapp_template(self._message(first)))

    def check(self, item: Item) -> None:
        if self._claimed.under(item.key[0], self._message(item))[2]:
            raise LeftOut("failed", f"another message to this person was sent before: {_WITH_A_KEY}")

    def apply(self, item: Item) -> Outcome:
        from whautomate_core.client.once import send_once
        from whautomate_core.messaging.recent_opt_outs import OptedOut

        number = item.key[0]
        call = send_whatsapp_template(self._message(item))
        own, payload, _ = self._claimed.under(number, call.body or {})
        if own not in self._claimed:
            self._opted_out = self._opted_out or OptedOut(self._client, most=self._count)
            self._opted_out.refuse(number)
        try:
            result, sent = send_once(self._client, own, call, partial(summary, call), payload=payload)
        except PolicyRefused as error:
            if error.status is not None:  # by WhatsApp, for ever: a run after this one must not try again
                self._claimed.note_refused(own, payload, call.request)
            raise
        if isinstance(result, dict) and result.get("refused"):
            raise PolicyRefused(words_of(STOPPED), status=200)
        if sent:
            self._in_vain = -1  # it is in vain no more
        return "sent" if sent else "unchanged"

    def failed(self, item: Item, error: WhautomateError) -> LeftOut:
        if isinstance(error, PolicyRefused):
            # Where all messages are stopped, it is not about this person.
            self._client.state.stops.require_sends(self._client.account, "messages")
            from whautomate_core.state.forgotten import reason_of

            refused = words_of(STOPPED) if error.status is not None else None
            return LeftOut("protected", refused or reason_of(error) or "opted out, or not listed")
        if self._in_vain >= 0:
            self._location.require_after(error)
        if isinstance(error, InvalidRequest) and error.status is not None and self._in_vain >= 0:
            self._in_vain += 1
            if self._in_vain >= _IN_VAIN:
                raise InvalidRequest(f"the server refuses one message after the other: {error}") from None
        return super().failed(item, error)

    def _message(self, item: Item) -> Any:
        number, values = item.wanted["number"], item.wanted["values"]
        sent = {
            "recepient": {"phoneNumber": number},
            "template": dict(self._template),
            "location": {"id": self._location.id},
        }
        return {**sent, **({"bodyTextParameters": values} if values else {})}


class _Claimed:
    """What a step has claimed for single people, all of it in memory: some hundred bytes for each message sent."""

    def __init__(self, client: Client, key: str | None, step: Step | None) -> None:
        self._client = client
        self._step = step if key is None else None
        # Numbers stand in no key: the digest tells nothing of them.
        self._prefix = f"{key} to " if step is None or key is not None else step.prefix(_JOB)
        client.state.claims.require_remembered(client.account.id, self._prefix)
        self._claims = {claim.key: claim for claim in client.state.claims.under(client.account.id, self._prefix)}

    def __contains__(self, key: str) -> bool:
        return key in self._claims

    def note_refused(self, key: str, payload: Json, what: str) -> None:
        """Note that WhatsApp refused a message because the person stopped marketing."""
        from whautomate_core.state.claims import attempt

        claims, account = self._client.state.claims, self._client.account.id
        claims.claim(account, key, payload, what, by=attempt(self._client.run))
        claims.settle(account, key, {"refused": STOPPED})

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
