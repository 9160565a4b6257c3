"""People who stopped your marketing messages in WhatsApp get the opt-out tag: all their contacts and clients."""

from __future__ import annotations

import json
import logging
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

from whautomate_core.api.call import Json
from whautomate_core.client.client import Client
from whautomate_core.errors import InvalidRequest
from whautomate_core.people.kinds import CLIENTS, CONTACTS, Kind
from whautomate_core.rows.sources import Table
from whautomate_core.values.phones import e164
from whautomate_core.values.progress import LogProgress
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

OUTCOMES = ("tagged", "unchanged", "missing", "failed", "unsettled")
"""What can become of somebody: a record of theirs got the tag; all had it; there is no record, or their number can't be
read; or one could not be given the tag, or it is unknown whether it was."""

_FIRST = ("failed", "unsettled", "tagged", "unchanged", "missing")
"""Which outcome counts if a person's records come to several."""


def suppress(client: Client, broadcast_id: str, people: Sequence[Sequence[str]]) -> Json:
    """Give the account's first opt-out tag to every contact and client of people, each once.

    A sync for each kind does it, so it resumes where it stopped, and records that have the tag are not tagged again.
    Only one run at a time does it for an account, because broadcasts may share recipients.

    Args:
        broadcast_id: For whose recipients it is done.
        people: The digits of each person's number from the country code on, in each reading; none if it can't be read.

    Returns: how many people came to each of `OUTCOMES`.
    """
    numbers: dict[str, int] = {}
    of_people: list[set[str]] = [set() for _ in people]
    for person, readings in enumerate(people):
        for one in readings:
            if _is_usable(one):
                numbers.setdefault(one, person)
    if unread := len(people) - len(set(numbers.values())):
        log.warning(
            "broadcast %s: its log has no number that can be read for %s who stopped marketing messages (131050), so "
            "nobody was given the opt-out tag for them: read the log (list_broadcast_logs), and tag them in Whautomate",
            *(broadcast_id, counted(unread, "recipient")),
        )
    if numbers:
        for kind in (CONTACTS, CLIENTS):
            for person, outcome in zip(
                numbers.values(), _tagged(client, kind, broadcast_id, list(numbers)), strict=True
            ):
                of_people[person].add(outcome)
    counts = Counter(next((one for one in _FIRST if one in theirs), "missing") for theirs in of_people)
    return {name: counts[name] for name in OUTCOMES}


def require_suppressed(broadcast_id: str, found: Json) -> None:
    """Raise `InvalidRequest` if somebody who stopped marketing could not be given the opt-out tag."""
    if failed := found["failed"] + found["unsettled"]:
        raise InvalidRequest(
            f"broadcast {broadcast_id}: {counted(failed, 'person')} who stopped your marketing messages (131050) could "
            "not be given the opt-out tag; the log says why. Run it again: people who have the tag are not tagged twice"
        )


def _tagged(client: Client, kind: Kind, broadcast_id: str, numbers: list[str]) -> list[str]:
    """Give the tag to all records of a kind with these numbers. Returns the outcome of each number, in order."""
    from whautomate_core.sync.mapping import people_mapping
    from whautomate_core.sync.options import Run
    from whautomate_core.sync.run import Order, run_sync

    by_number = people_mapping(kind, {kind.phone: kind.phone}, match=kind.phone)
    tag = client.account.policy.opt_out_tags[0]
    with tempfile.TemporaryDirectory() as folder:  # only its owner can read it; it holds no numbers
        path = f"{folder}/outcomes.jsonl"
        order = Order(
            Table([kind.phone], [(f"+{one}",) for one in numbers]),
            by_number,
            [tag],
            "update",
            "detect",
            "",
            members="at_least",
            max_failed="100%",
            outcomes_path=path,
        )
        # The same run goes on at once after a wait for permits; another waits for its lease.
        run = Run("suppress", True, f"{broadcast_id} {client.run or token_hex(8)}")
        run_sync(client, run.name, order, run, LogProgress(log))
        rows: list[Any] = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return ["tagged" if one["tagged"] else _ENDS.get(one["outcome"], one["outcome"]) for one in rows]


_ENDS = {"rejected": "failed", "pending": "failed", "withheld": "unchanged", "superseded": "unchanged"}
"""Outcomes of rows of a sync -> those of people."""


def _is_usable(number: str) -> bool:
    try:
        return bool(e164(f"+{number}", None))
    except ValueError:
        return False
