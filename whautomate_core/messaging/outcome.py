"""The end of a broadcast: its figures, its failures by reason, its log in a file, and a receipt."""

from __future__ import annotations

import html
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from whautomate_core.account import Account
from whautomate_core.api.broadcasts import get_broadcast, list_broadcast_logs
from whautomate_core.api.call import Json
from whautomate_core.api.records import BroadcastLog
from whautomate_core.client.client import Client
from whautomate_core.client.server_words import shortened
from whautomate_core.errors import ConfigurationError, NotDelivered
from whautomate_core.messaging.campaign import Campaign
from whautomate_core.messaging.conditions import BroadcastReached
from whautomate_core.messaging.delivery import delivery
from whautomate_core.messaging.guards import cost
from whautomate_core.messaging.keys import claims_of
from whautomate_core.rows.files import Storage, fsspec_storage, write_records, write_text
from whautomate_core.values.thresholds import Threshold

log = logging.getLogger(__name__)

_CODES = {
    "131050": "stopped marketing messages (131050): never send to them again",
    "131049": "reached WhatsApp's limit of marketing messages (131049): don't retry at once",
    "131026": "not on WhatsApp, or can't receive it (131026)",
    "131047": "last wrote more than 24 hours ago (131047)",
    "132000": "template: wrong number of parameters (132000)",
    "132012": "template: a parameter has the wrong format (132012)",
}
"""The meaning of WhatsApp's codes (providers' pages). It is not known whether Whautomate's log contains them."""


@dataclass(frozen=True)
class Ending:
    """What to do at the end of a broadcast that is known by its id only. The fields are those of `Campaign`."""

    min_delivered: Threshold | None = None
    max_failed: Threshold | None = None
    on_failed: str = "fail"
    logs_path: str | None = None
    receipt_path: str | None = None

    def __post_init__(self) -> None:
        if self.on_failed not in ("fail", "warn"):
            raise ConfigurationError(f"on_failed must be fail or warn, not {self.on_failed!r}")

    @property
    def concludes(self) -> bool:
        """Whether the end takes more than returning the figures."""
        return bool(self.logs_path or self.receipt_path or self.on_failed == "warn")


def condition_of(ending: Campaign | Ending, broadcast_id: str) -> BroadcastReached:
    """What to wait for: the end of the broadcast, or an earlier decision by a threshold."""
    max_failed = None if ending.on_failed == "warn" else ending.max_failed
    return BroadcastReached(broadcast_id, min_delivered=ending.min_delivered, max_failed=max_failed)


def conclude(
    client: Client,
    campaign: Campaign,
    key: str,
    broadcast_id: str,
    *,
    storage: Storage = fsspec_storage,
) -> Json:
    """Read the figures of a broadcast, write its log and its receipt, and check its thresholds.

    The log is only read for `logs_path`, and takes a request for each page of recipients.

    Args:
        key: The key it was created under.
        storage: Finds object storage.

    Returns: the figures of `Delivery`; `problem`, the threshold that was not met, else None; `failures`, the number by
        reason, and `logs`, the number of lines written (None without `logs_path`); `cost` of the delivered messages;
        `receipt` (see `receipt`). Nothing about people.

    Raises: `NotDelivered` if it was not sent, or a threshold was not met and `on_failed` is "fail". Everything is
        written before that.
    """
    claim = client.state.claims.get(client.account.id, key)
    given = {"template": dict(campaign.template), "unit_price": campaign.unit_price}
    stored = {**((claim and claim.result) or {}), **given}
    return _concluded(client, campaign, stored, broadcast_id, storage)


def conclude_by_id(client: Client, ending: Ending, broadcast_id: str, *, storage: Storage = fsspec_storage) -> Json:
    """`conclude` without campaign and key: the receipt is filled from the broadcast's claim.

    For a broadcast that this package didn't create, the receipt holds only what the server says.
    """
    claim = next(iter(claims_of(client, broadcast_id)), None)
    return _concluded(client, ending, claim.result if claim else {}, broadcast_id, storage)


def _concluded(
    client: Client, ending: Campaign | Ending, stored: Mapping[str, Any], broadcast_id: str, storage: Storage
) -> Json:
    broadcast = client.send(get_broadcast(broadcast_id))
    figures = delivery(broadcast)
    failures: Counter[str] = Counter()
    lines = None
    if ending.logs_path:
        logs = _counted(client, broadcast_id, failures)
        lines = write_records(ending.logs_path, logs, record=BroadcastLog, storage=storage)
    reached = BroadcastReached(broadcast_id, min_delivered=ending.min_delivered, max_failed=ending.max_failed)
    problem = reached.decide(broadcast).problem
    found = {
        **figures.as_dict(),
        "problem": problem,
        "failures": dict(failures.most_common(10)) if ending.logs_path else None,
        "logs": lines,
        "cost": cost(stored.get("unit_price"), figures.delivered),
    }
    found["receipt"] = receipt(stored, found, broadcast)
    if ending.receipt_path:
        page = ending.receipt_path.lower().endswith((".html", ".htm"))
        text = receipt_page(found["receipt"]) if page else json.dumps(found["receipt"], indent=2) + "\n"
        write_text(ending.receipt_path, text, storage=storage)
    if problem is not None:
        if ending.on_failed == "fail" or figures.failed:
            raise NotDelivered(problem)
        log.warning("%s", problem)
    return found


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
        "problem": found["problem"],
        "unit_price": stored.get("unit_price"),
        "cost_planned": stored.get("cost"),
        "cost": found["cost"],
    }


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


def _counted(client: Client, broadcast_id: str, failures: Counter[str]) -> Iterator[BroadcastLog]:
    """Yield the lines of a log, and count failures by reason."""
    for page in client.pages(list_broadcast_logs(broadcast_id)):
        for line in page:
            if line.get("error") or str(line.get("status")).casefold() == "failed":
                failures[_reason(str(line.get("error") or "failed"), client.account)] += 1
            yield line


def _reason(error: str, account: Account) -> str:
    """Why a message failed: the meaning of WhatsApp's code, else the server's words if the account permits them."""
    for code, meaning in _CODES.items():
        if re.search(rf"\b{code}\b", error):
            return meaning
    if error == "failed" or account.show_server_messages:
        return shortened(error, account)
    return "another reason: see the log at logs_path, or set show_server_messages"
