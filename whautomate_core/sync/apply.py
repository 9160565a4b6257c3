"""Writing what the plan says: some requests at once, one bad row never ends the run."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from whautomate_core.api import contacts
from whautomate_core.call import Call
from whautomate_core.client import Client
from whautomate_core.errors import (
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    ServerError,
    UnexpectedResponse,
)
from whautomate_core.prepare import known
from whautomate_core.progress import Progress
from whautomate_core.sync.mapping import Person, Reject

T = TypeVar("T")

WORKERS = 8
"""Requests under way at once. The pool bounds how fast; this only hides the way to the server and back."""


FRESH = 300.0
"""Seconds for which what was read of a contact may decide whether it is tagged."""


@dataclass
class Outcomes:
    """What became of the rows, counted by several threads."""

    created: int = 0
    updated: int = 0
    tagged: int = 0
    untagged: int = 0
    protected: int = 0
    failed: list[Reject] = field(default_factory=list)
    """Refused by the server."""
    unsettled: list[Reject] = field(default_factory=list)
    """Sent, and nobody knows whether it happened."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, **more: int) -> None:
        with self._lock:
            for name, number in more.items():
                setattr(self, name, getattr(self, name) + number)

    def note(self, rejects: list[Reject], row: int, error: Exception) -> None:
        with self._lock:
            rejects.append(Reject(row, str(error)))


def create(
    client: Client, people: list[Person], location_id: str, tags: list[str], out: Outcomes, progress: Progress
) -> None:
    """Create contacts; those who consent carry `tags` from the start."""

    def one(person: Person) -> None:
        if not person.fields.get("name"):
            raise InvalidRequest("name is empty, and a new contact needs one")
        carried = {"tags": tags} if tags and person.consent else {}
        contact: Any = {**person.fields, "location": {"id": location_id}, **carried}
        # Nobody has the number, as the reading of this run showed.
        client.send(replace(contacts.create_contact(contact), reads=()))
        out.count(created=1, tagged=int(bool(carried)))

    _each("creating contacts", [(person.row, person) for person in people], one, out, progress)


def update(
    client: Client, updates: list[tuple[str, Person, dict[str, Any]]], out: Outcomes, progress: Progress
) -> None:
    """Write the fields that differ: contact id, person, fields. Who has opted out by now gets no stage."""

    def one(item: tuple[str, Person, Any]) -> None:
        contact_id, _, changes = item
        try:
            client.send(contacts.update_contact(contact_id, changes))
        except PolicyRefused:
            # Who has opted out by now gets the rest of it.
            rest: Any = {name: value for name, value in changes.items() if name != "stage"}
            out.count(protected=1)
            if not rest:
                return
            client.send(contacts.update_contact(contact_id, rest))
        out.count(updated=1)

    _each("updating contacts", [(item[1].row, item) for item in updates], one, out, progress)


def add_tags(
    client: Client,
    adds: list[tuple[str, Person, list[str]]],
    read_at: float,
    out: Outcomes,
    progress: Progress,
) -> None:
    """Give contacts the tags they lack: contact id, person, tags. `read_at`: when they were read (monotonic).

    Where that is a while ago, each is read again: who has opted out since gets no tag.
    """

    def one(item: tuple[str, Person, list[str]]) -> None:
        contact_id, _, tags = item
        call = contacts.add_contact_tags(contact_id, tags)
        if time.monotonic() - read_at > FRESH:
            try:
                client.send(call)
            except PolicyRefused:
                return out.count(protected=1)
        else:
            _send_known(client, call, [])
        out.count(tagged=1)

    _each("tagging contacts", [(item[1].row, item) for item in adds], one, out, progress)


def remove_tags(
    client: Client, removes: list[tuple[str, Person, list[str]]], out: Outcomes, progress: Progress
) -> None:
    """Take tags from contacts: contact id, person, tags."""

    def one(item: tuple[str, Person, list[str]]) -> None:
        _send_known(client, contacts.remove_contact_tags(item[0], item[2]), item[2])
        out.count(untagged=1)

    _each("untagging contacts", [(item[1].row, item) for item in removes], one, out, progress)


def _send_known(client: Client, call: Call[Any], held: list[str]) -> None:
    """Send a tag call to somebody who was read in this run and has not opted out: `held` are the tags it is about."""
    rest = known(call, {"tags": held}, client.account.policy)
    if rest is not None:
        client.send(rest)


def _each(what: str, items: list[tuple[int, T]], do: Callable[[T], None], out: Outcomes, progress: Progress) -> None:
    """Run `do` over items. What concerns one row is noted with its number, what concerns all ends the work."""

    def one(row: int, item: T) -> None:
        try:
            do(item)
        except OutcomeUnknown as error:
            out.note(out.unsettled, row, error)
        except (InvalidRequest, NotFound, ServerError, UnexpectedResponse) as error:
            out.note(out.failed, row, error)

    done, under_way = 0, set[Future[None]]()
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="whautomate") as executor:
        for row, item in items:
            if len(under_way) >= WORKERS:
                done, under_way = _collect(what, done, under_way, len(items), progress)
            # In the caller's context, so that log lines find the run they belong to.
            under_way.add(executor.submit(contextvars.copy_context().run, one, row, item))
        while under_way:
            done, under_way = _collect(what, done, under_way, len(items), progress)


def _collect(
    what: str, done: int, under_way: set[Future[None]], total: int, progress: Progress
) -> tuple[int, set[Future[None]]]:
    finished, rest = wait(under_way, return_when=FIRST_COMPLETED)
    for future in finished:
        future.result()
    progress(what, done + len(finished), total)
    return done + len(finished), set(rest)
