"""The end of a broadcast: its figures, its failures by WhatsApp's codes, its log in a file, and a receipt."""

from __future__ import annotations

import html
import json
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from whautomate_core.api.broadcasts import get_broadcast
from whautomate_core.api.call import Json
from whautomate_core.api.records import BroadcastLog
from whautomate_core.client.client import Client
from whautomate_core.errors import ConfigurationError, NotDelivered, Stopped, WhautomateError
from whautomate_core.messaging.campaign import Campaign
from whautomate_core.messaging.conditions import BroadcastReached
from whautomate_core.messaging.delivery import delivery
from whautomate_core.messaging.failures import Failures
from whautomate_core.messaging.guards import cost
from whautomate_core.messaging.keys import claims_of
from whautomate_core.messaging.suppress import require_suppressed, suppress
from whautomate_core.rows.files import Storage, fsspec_storage, write_records, write_text
from whautomate_core.rows.outputs import require_writable
from whautomate_core.values.thresholds import Threshold
from whautomate_core.values.words import counted
from whautomate_core.waiting.condition import Seen

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """What to do at the end of a broadcast that is known by its id only. The fields are those of `Campaign`."""

    min_delivered: Threshold | None = None
    max_failed: Threshold | None = None
    on_failed: str = "fail"
    suppress_failed: bool = False
    logs_path: str | None = None
    receipt_path: str | None = None

    def __post_init__(self) -> None:
        if self.on_failed not in ("fail", "warn"):
            raise ConfigurationError(f"on_failed must be fail or warn, not {self.on_failed!r}")

    @property
    def concludes(self) -> bool:
        """Whether the end takes more than returning the figures."""
        return bool(self.logs_path or self.receipt_path or self.suppress_failed or self.on_failed == "warn")


def condition_of(ending: Campaign | Ending, broadcast_id: str) -> BroadcastReached:
    """What to wait for: the end of the broadcast, or an earlier decision by a threshold."""
    max_failed = None if ending.on_failed == "warn" else ending.max_failed
    return BroadcastReached(broadcast_id, min_delivered=ending.min_delivered, max_failed=max_failed)


def require_files(ending: Campaign | Ending, storage: Storage = fsspec_storage) -> None:
    """Raise `ConfigurationError` if a file that is written at the end of a broadcast can't be written."""
    require_writable(storage=storage, logs_path=ending.logs_path, receipt_path=ending.receipt_path)


Keep: TypeAlias = Callable[[Json], object]
"""Takes the receipt of a broadcast."""


def conclude(
    client: Client,
    campaign: Campaign,
    key: str,
    broadcast_id: str,
    *,
    storage: Storage = fsspec_storage,
    keep: Keep = lambda receipt: None,
) -> Json:
    """Read the figures of a broadcast, count its failures, write its log and its receipt, and check its thresholds.

    The log is read if a recipient failed, or for `logs_path` or `suppress_failed`. It takes a request for each page of
    recipients. If nobody asked for it and it can't be read, for example because of `max_requests`, a warning says so.

    Args:
        key: The key it was created under.
        storage: Finds object storage.
        keep: Called with the receipt before it is written, and before a threshold that was not met raises an error.

    Returns: the figures of `Delivery`; `problem`, the threshold that was not met, else None; `failures`, the number by
        reason, and `codes`, the number by WhatsApp's code (`unread` where it can't be read), both None if the log was
        not read; `suppressed`, what `suppress` returns (None without `suppress_failed`); `logs`, the number of lines
        written (None without `logs_path`); `cost` of the delivered messages; `receipt` (see `receipt`). Nothing about
        people.

    Raises: `InvalidRequest` if somebody could not be given the opt-out tag; `NotDelivered` if it was not sent, or a
        threshold was not met and `on_failed` is "fail". Everything is written before that.
    """
    claim = client.state.claims.get(client.account.id, key)
    given = {"template": dict(campaign.template), "unit_price": campaign.unit_price}
    stored = {**((claim and claim.result) or {}), **given}
    return _concluded(client, campaign, stored, broadcast_id, storage, keep)


def conclude_by_id(
    client: Client,
    ending: Ending,
    broadcast_id: str,
    *,
    storage: Storage = fsspec_storage,
    keep: Keep = lambda receipt: None,
) -> Json:
    """`conclude` without campaign and key: the receipt is filled from the broadcast's claim.

    For a broadcast that this package didn't create, the receipt holds only what the server says.
    """
    claim = next(iter(claims_of(client, broadcast_id)), None)
    return _concluded(client, ending, claim.result if claim else {}, broadcast_id, storage, keep)


def _concluded(
    client: Client,
    ending: Campaign | Ending,
    stored: Mapping[str, Any],
    broadcast_id: str,
    storage: Storage,
    keep: Keep,
) -> Json:
    broadcast = client.send(get_broadcast(broadcast_id))
    figures = delivery(broadcast)
    failures, lines = None, None
    if ending.logs_path or ending.suppress_failed or figures.undelivered:
        failures, lines = _read_log(client, ending, broadcast_id, storage, figures.undelivered)
    suppressed = None
    if ending.suppress_failed and failures:
        suppressed = suppress(client, broadcast_id, failures.stopped)
        if not figures.finished:
            log.warning(
                "broadcast %s is not finished, so others may still fail because they stopped your marketing messages: "
                "run suppress_unreachable once it is",
                broadcast_id,
            )
    elif failures:
        _warn_of_stopped(broadcast_id, failures)
    reached = BroadcastReached(broadcast_id, min_delivered=ending.min_delivered, max_failed=ending.max_failed)
    problem = _with_reasons(reached.decide(broadcast).problem, failures)
    found = {
        **figures.as_dict(),
        "problem": problem,
        **_counts(failures),
        "suppressed": suppressed,
        "logs": lines,
        "cost": cost(stored.get("unit_price"), figures.delivered),
    }
    found["receipt"] = receipt(stored, found, broadcast)
    keep(found["receipt"])  # first, so that it is told even if the storage refuses the file
    if ending.receipt_path:
        page = ending.receipt_path.lower().endswith((".html", ".htm"))
        text = receipt_page(found["receipt"]) if page else json.dumps(found["receipt"], indent=2) + "\n"
        write_text(ending.receipt_path, text, storage=storage)
    if suppressed is not None:
        require_suppressed(broadcast_id, suppressed)
    if problem is not None:
        if ending.on_failed == "fail" or figures.failed:
            raise NotDelivered(problem)
        log.warning("%s", problem)
    return found


def explained(client: Client, seen: Seen, broadcast_id: str) -> Seen:
    """What a wait for a broadcast found, with the reasons why recipients failed, where somebody asked for nothing more.

    Returns: `seen` with the reasons in its problem, or as `failures` and `codes` in its result, as `conclude` has them.
        If no recipient failed, or the log can't be read, it is `seen` itself; a warning says the latter.
    """
    if not needs_reasons(seen):
        return seen
    failures, _ = _read_log(client, Ending(), broadcast_id, fsspec_storage, (seen.result or {}).get("undelivered"))
    if failures is None:
        return seen
    _warn_of_stopped(broadcast_id, failures)
    result, known = (one and {**one, **_counts(failures)} for one in (seen.result, seen.known))
    return replace(seen, result=result, known=known, problem=_with_reasons(seen.problem, failures))


def needs_reasons(seen: Seen) -> bool:
    """Whether recipients of the broadcast failed, or a threshold was not met."""
    return seen.problem is not None or bool((seen.result or {}).get("undelivered"))


def _counts(failures: Failures | None) -> Json:
    return {
        "failures": failures and dict(failures.reasons.most_common(10)),
        "codes": failures and dict(failures.codes.most_common()),
    }


def _with_reasons(problem: str | None, failures: Failures | None) -> str | None:
    return f"{problem}: {failures.words}" if problem and failures and failures.lines else problem


def _warn_of_stopped(broadcast_id: str, failures: Failures) -> None:
    if failures.stopped:
        log.warning(
            "broadcast %s: %s stopped your marketing messages in WhatsApp (131050). The job suppress_unreachable, or "
            "suppress_failed=True, gives them the opt-out tag, so that no segment chooses them again",
            *(broadcast_id, counted(len(failures.stopped), "recipient")),
        )


def _read_log(
    client: Client, ending: Campaign | Ending, broadcast_id: str, storage: Storage, undelivered: int | None
) -> tuple[Failures | None, int | None]:
    """The failures in the log of a broadcast, and how many lines were written; None for what was not read or written.

    Raises: what reading or writing raises, if somebody asked for it.
    """
    is_wanted = bool(ending.logs_path or ending.suppress_failed)
    failures, before = Failures(client.account), client.requests
    lines, written = failures.read(client, broadcast_id), None
    try:
        if ending.logs_path:
            written = write_records(ending.logs_path, lines, record=BroadcastLog, storage=storage)
        else:
            deque(lines, maxlen=0)
    except WhautomateError as error:
        if is_wanted or isinstance(error, Stopped):
            raise
        log.warning(
            "broadcast %s: its log could not be read, so it is not known why %s failed: %s",
            *(broadcast_id, counted(undelivered, "recipient") if undelivered else "recipients", error),
        )
        return None, None
    requests = counted(client.requests - before, "request")
    reasons = f"; not delivered: {failures.words}" if failures.lines else ""
    log.info("broadcast %s: log read in %s%s", broadcast_id, requests, reasons)
    return failures, written


def receipt(stored: Mapping[str, Any], found: Mapping[str, Any], broadcast: Any) -> Json:
    """What was sent, to how many people, who was left out and why, who approved it, and the cost. No personal data.

    Args:
        stored: The content of its claim, with `template` and `unit_price`.
        found: Its figures and failures.
        broadcast: The broadcast as the server shows it now.
    """
    return {
        "name": broadcast.get("name"),
        "id": broadcast.get("id"),
        "template": stored.get("template"),
        "category": stored.get("category"),
        "notes": stored.get("notes"),
        "segments": stored.get("segments"),
        "criteria": stored.get("criteria"),
        "recipients_planned": stored.get("recipients"),
        "excluded": stored.get("excluded"),
        "opt_outs_looked_for_during_hold": stored.get("looked"),
        "made_anew_for_opt_outs": bool(stored.get("anew")),
        "approver": stored.get("approver"),
        "plan_hash": stored.get("hash"),
        "scheduled": broadcast.get("scheduleDateTime"),
        "started": broadcast.get("startedAt"),
        "completed": broadcast.get("completedAt"),
        **{name: found[name] for name in ("status", "recipients", "sent", "delivered", "undelivered")},
        "failures": found["failures"],
        "codes": found["codes"],
        "suppressed": found["suppressed"],
        "problem": found["problem"],
        "unit_price": stored.get("unit_price"),
        "cost_planned": stored.get("cost"),
        "cost": found["cost"],
    }


def receipt_of_wait(client: Client, broadcast_id: str, seen: Seen) -> Json:
    """The receipt of a broadcast as a wait for it saw it last, filled from its claim. Sends nothing.

    Args:
        seen: What the wait found, as `explained` returns it.
    """
    claim = next(iter(claims_of(client, broadcast_id)), None)
    stored = (claim and claim.result) or {}
    figures = seen.result or seen.known or {}
    found = {**dict.fromkeys(_OF_THE_END), **figures, "problem": seen.problem}
    broadcast = {"id": broadcast_id, "name": stored.get("name"), "scheduleDateTime": stored.get("start")}
    return receipt(stored, found | {"cost": cost(stored.get("unit_price"), figures.get("delivered") or 0)}, broadcast)


_OF_THE_END = ("status", "recipients", "sent", "delivered", "undelivered", "failures", "codes", "suppressed")


def receipt_page(receipt: Mapping[str, Any]) -> str:
    """A receipt as an HTML page to read or print."""
    rows = "\n".join(
        f"<tr><th>{html.escape(name.replace('_', ' '))}</th><td>{html.escape(shown(value))}</td></tr>"
        for name, value in receipt.items()
    )
    title = html.escape(f"Receipt of broadcast {receipt.get('name')}")
    style = "body{font-family:sans-serif;margin:2em}th{text-align:left;padding-right:2em;font-weight:normal;color:#555}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style></head>\n<body><h1>{title}</h1>\n<table>\n{rows}\n</table></body></html>\n"
    )


def shown(value: Any) -> str:
    """A value of a receipt as people read it."""
    if value in (None, {}, []):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {shown(one)}" for name, one in value.items())
    return "; ".join(map(shown, value)) if isinstance(value, (list, tuple)) else str(value)
