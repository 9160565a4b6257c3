"""How a test controls a running emulator, in Python and over HTTP.

Over HTTP it is the paths under /_emulator. They need no key, aren't limited, recorded or counted, and refuse web pages.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import broadcasts, messages, people, templates
from .behaviour import Behaviour
from .contract import operations
from .faults import Fault, Kind
from .people import CLIENTS, CONTACTS
from .world import LOCATION_ID, STAFF_ID, Alias, Json, Planned, World


class Emulator:
    """A running emulator, as a test sees it. Safe to use from any thread.

    app: what `create_app` gave. url: where it is served, "" where it isn't.
    """

    location_id = LOCATION_ID
    """A location that is always there."""
    staff_id = STAFF_ID
    """A staff member who is always there, and works at that location."""

    def __init__(self, app: Starlette, url: str = "") -> None:
        self.app = app
        self.url = url
        self.key: str = app.state.key
        self._world: World = app.state.world

    @property
    def behaviour(self) -> Behaviour:
        return self._world.behaviour

    def close(self) -> None:
        """Close the database. Don't call it while the app is served; nothing works afterwards."""
        self._world.store.close()

    # What happened

    def requests(self, operation: str | None = None) -> list[Json]:
        """Every request that arrived, in order: number, at (seconds since 1970, emulator's clock), monotonic (seconds),
        method, path, operation, query, body (parsed, or text, or None), counted (against the limits), status (None: no
        answer, or not yet), fault."""
        with self._world.lock:
            rows = self._world.store.rows("SELECT * FROM requests ORDER BY number")
        for row in rows:
            row.update(query=json.loads(row["query"]), body=_parsed(row["body"]), counted=bool(row["counted"]))
        return [row for row in rows if operation in (None, row["operation"])]

    def automations(self) -> list[Json]:
        """Every automation that fired, in order: number, at, request (its number, None for a person's own doing), kind
        (contact_created, client_created, tag_added, tag_removed, stage_changed, appointment_booked,
        appointment_rescheduled, appointment_cancelled, class_booked, class_waitlisted, class_rescheduled,
        class_cancelled), contact (id, None for a client), client (id, None for a contact), tag, stage, again (the tag
        was there already)."""
        with self._world.lock:
            rows = self._world.store.rows("SELECT * FROM automations ORDER BY number")
        return [{**row, "again": bool(row["again"])} for row in rows]

    def messages(self) -> list[Json]:
        """Every message sent so far, in order: at, broadcast (id, None for a single one), contact (id, None
        where a broadcast chose a client), client (id, None where none was meant), phone (digits), operation (that sent
        it; createBroadcast)."""
        with _settled(self._world) as world:
            return messages.sent(world)

    def failures(self) -> list[Json]:
        """Every message that was sent so far and failed, in order: the same as of `messages`, and code (WhatsApp's)."""
        with _settled(self._world) as world:
            return messages.failed(world)

    def contacts(self) -> list[Json]:
        """Every contact, oldest first, phone numbers as digits whatever the behaviour."""
        return self.records("contacts")

    def clients(self) -> list[Json]:
        """Every client, oldest first, phone numbers as digits without those of the country whatever the behaviour."""
        return self.records("clients")

    def records(self, resource: str) -> list[Json]:
        """Every record of a resource (contacts, classes, availabilityBlocks, participants, ...), oldest first, as kept:
        without a broadcast's figures, which its own operations answer, and with instants of the emulator's own."""
        with _settled(self._world) as world:
            return world.store.select(resource)

    def busiest(self, seconds: float) -> int:
        """The highest number of counted requests in any span of this many seconds, by the emulator's clock."""
        with self._world.lock:
            rows = self._world.store.rows("SELECT at FROM requests WHERE counted ORDER BY at")
        most, span = 0, deque[float]()
        for row in rows:
            span.append(row["at"])
            while span[0] <= row["at"] - seconds:
                span.popleft()
            most = max(most, len(span))
        return most

    # What is to happen

    def fault(
        self,
        kind: Kind,
        *,
        on: int | None = None,
        probability: float | None = None,
        operation: str | None = None,
        seconds: float = 1.0,
    ) -> None:
        """Order a fault; see `Fault`. If the port is refused at once, it is closed on return."""
        fault = Fault(kind, on, probability, operation, seconds)
        if operation is not None:
            _known_operation(operation)
        with self._world.lock:
            self._world.faults.add(fault)
            now = self._world.faults.refusal() if self._world.refuse is not None else None
        # Without the lock: closing the port waits for the server's thread, which may be waiting for the lock.
        if now is not None and self._world.refuse is not None:
            self._world.refuse(now)

    def faults(self) -> list[Fault]:
        """Faults that have not happened yet, and those by probability."""
        with self._world.lock:
            return self._world.faults.waiting()

    def clear_faults(self) -> None:
        """Drop the faults that have not happened yet."""
        with self._world.lock:
            self._world.faults.clear()

    def held(self) -> int:
        """Number of calls that `slow` and `late_commit` hold now."""
        return self._world.held()

    def release(self) -> None:
        """Release every call that `slow` or `late_commit` holds."""
        self._world.release()

    def opt_out(self, contact: str, tag: str = "Unsubscribe") -> None:
        """Give the contact or client with this id, or all with this number, the tag now, as if the person asked."""
        with _settled(self._world) as world, world.store.transaction():
            people.opt_out(world, contact, tag)

    def opt_out_after(self, calls: int, contact: str, tag: str = "Unsubscribe") -> None:
        """The same after this many more calls (of any kind) were answered, before the next one."""
        with self._world.lock:
            self._world.planned.append(Planned(lambda world: people.opt_out(world, contact, tag), calls=calls))

    def opt_out_before(self, operation: str, contact: str, tag: str = "Unsubscribe") -> None:
        """The same when the next call of an operation has arrived, before its effect."""
        _known_operation(operation)
        with self._world.lock:
            self._world.planned.append(Planned(lambda world: people.opt_out(world, contact, tag), operation=operation))

    def change_before(
        self,
        operation: str,
        change: Literal["delete", "create", "active"],
        whom: str | Json,
        *,
        on: int = 1,
        page: int | None = None,
    ) -> None:
        """Let others change a contact or client, without automations, when the nth call of an operation (and of this
        page) has arrived, before its effect: `delete` one or let it be `active` (`whom` is its id), or `create` one
        (a body of createContact or createClient)."""
        _known_operation(operation)
        if change not in ("delete", "create", "active") or isinstance(whom, dict) != (change == "create"):
            raise ValueError("change is delete or active, and whom an id, or create, and whom a body")
        planned = Planned(lambda world: people.change(world, change, whom), operation=operation, on=on, page=page)
        with self._world.lock:
            self._world.planned.append(planned)

    def confuse(self, id: str, other: str, *, keeps_id: bool = False) -> None:
        """From now on, requests for `id` read, change and delete the record `other`. It is shown under the requested id
        (`keeps_id`), or under its own."""
        with self._world.lock:
            self._world.aliases[id] = Alias(other, keeps_id)

    def merge(self, gone: str, into: str, *, keeps_id: bool = False) -> None:
        """Merge two contacts, or two clients, as a person does at the vendor: the second gets the tags and fields that
        it lacks, the first is in no list any more, and its id leads to the second as after `confuse`. Raises ValueError
        where there are no such two."""
        with _settled(self._world) as world, world.store.transaction():
            people.merge(world, gone, into)
        self.confuse(gone, into, keeps_id=keeps_id)

    def now(self) -> float:
        """Seconds since 1970 on the emulator's clock."""
        return self._world.now()

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock forward, without waiting."""
        with _settled(self._world) as world:
            world.advance(seconds)

    def add_contacts(self, contacts: Iterable[Json]) -> list[str]:
        """Create contacts without requests or automations, and return their ids. Each is a body of createContact;
        the location may be left out. Raises ValueError for one that createContact would refuse."""
        with _settled(self._world) as world, world.store.transaction():
            return [people.place(CONTACTS, world, contact) for contact in contacts]

    def add_clients(self, clients: Iterable[Json]) -> list[str]:
        """The same for clients: bodies of createClient."""
        with _settled(self._world) as world, world.store.transaction():
            return [people.place(CLIENTS, world, client) for client in clients]

    def add_segment(self, name: str, *, location: str | None = None, type: str = "contact", **criteria: Any) -> str:
        """Create a segment without a request, as a person does at the vendor, and return its id. Without a location it
        chooses among the people of all locations."""
        place = {"location": {"id": location}} if location else {}
        with _settled(self._world) as world, world.store.transaction():
            made = world.create("segments", {"name": name, "type": type, "criteria": criteria, **place})
            return str(made["id"])

    def receive(self, contact: str, text: str = "Hello", channel: str = "Whatsapp") -> str:
        """Let a contact (id, or number; one nobody has makes a contact) write to the account, and give the message's
        id. Opens the window in which anything may be sent, and makes the contact one of that channel. Raises ValueError
        where there is no such contact or channel (Whatsapp, Messenger, Instagram, Telegram)."""
        with _settled(self._world) as world, world.store.transaction():
            return messages.receive(world, contact, text, channel)

    def reset(self) -> None:
        """Reset the emulator. Its clock keeps its time."""
        with self._world.lock:
            self._world.reset()


@contextlib.contextmanager
def _settled(world: World) -> Iterator[World]:
    """The world under its lock, with every broadcast started whose time has come."""
    with world.lock:
        with world.store.transaction():
            broadcasts.settle(world)
        yield world


def routes(app: Callable[[], Starlette]) -> list[Route]:
    """The control endpoints. All take and return JSON, and answer 400 to what they can't use.

    GET     requests, automations, messages, failures, contacts, clients, behaviour, faults, held, clock
    POST    contacts     a list of createContact bodies; gives their ids
            clients      a list of createClient bodies; gives their ids
            receive      contact, and text, channel; gives the message's id
            faults       a fault: kind, and on or probability, operation, seconds
            opt-out      contact (or a client), and tag, after (a number of calls) or before (an operationId)
            merge        gone, into (ids of two contacts or clients), keeps_id
            confuse      id, other, keeps_id
            change       operation, change (delete, create or active), whom, and on (the nth call), page
            clock        advance (seconds)
            reset
            release
    DELETE  faults
    """

    def emulator() -> Emulator:
        return Emulator(app())

    def opt_out(contact: str, tag: str = "Unsubscribe", after: int | None = None, before: str | None = None) -> None:
        if after is not None:
            emulator().opt_out_after(after, contact, tag)
        elif before is not None:
            emulator().opt_out_before(before, contact, tag)
        else:
            emulator().opt_out(contact, tag)

    return [
        Route("/requests", _gives(lambda: emulator().requests()), methods=["GET"]),
        Route("/automations", _gives(lambda: emulator().automations()), methods=["GET"]),
        Route("/messages", _gives(lambda: emulator().messages()), methods=["GET"]),
        Route("/failures", _gives(lambda: emulator().failures()), methods=["GET"]),
        Route("/contacts", _gives(lambda: emulator().contacts()), methods=["GET"]),
        Route("/contacts", _takes(lambda contacts: emulator().add_contacts(contacts)), methods=["POST"]),
        Route("/clients", _gives(lambda: emulator().clients()), methods=["GET"]),
        Route("/clients", _takes(lambda clients: emulator().add_clients(clients)), methods=["POST"]),
        Route("/receive", _takes(lambda message: {"id": emulator().receive(**message)}), methods=["POST"]),
        Route("/behaviour", _gives(lambda: dataclasses.asdict(emulator().behaviour)), methods=["GET"]),
        Route("/faults", _gives(lambda: [dataclasses.asdict(fault) for fault in emulator().faults()]), methods=["GET"]),
        Route("/faults", _takes(lambda fault: emulator().fault(**fault)), methods=["POST"]),
        Route("/faults", _gives(lambda: emulator().clear_faults()), methods=["DELETE"]),
        Route("/held", _gives(lambda: emulator().held()), methods=["GET"]),
        Route("/opt-out", _takes(lambda planned: opt_out(**planned)), methods=["POST"]),
        Route("/merge", _takes(lambda two: emulator().merge(**two)), methods=["POST"]),
        Route("/confuse", _takes(lambda two: emulator().confuse(**two)), methods=["POST"]),
        Route("/change", _takes(lambda planned: emulator().change_before(**planned)), methods=["POST"]),
        Route("/clock", _gives(lambda: {"now": emulator().now()}), methods=["GET"]),
        Route("/clock", _takes(lambda clock: emulator().advance(clock["advance"])), methods=["POST"]),
        Route("/release", _gives(lambda: emulator().release()), methods=["POST"]),
        Route("/reset", _gives(lambda: emulator().reset()), methods=["POST"]),
    ]


def _gives(ask: Callable[[], Any]) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def endpoint(request: HttpRequest) -> Response:
        return _answer(ask())

    return endpoint


def _takes(tell: Callable[[Any], Any]) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def endpoint(request: HttpRequest) -> Response:
        try:
            return _answer(tell(await request.json()))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return endpoint


def _answer(value: Any) -> Response:
    return JSONResponse({"done": True} if value is None else value)


def _known_operation(operation: str) -> None:
    if operation not in operations() and operation not in templates.HANDLERS:
        raise ValueError(f"the contract has no operation {operation}")


def _parsed(body: str | None) -> Any:
    try:
        return None if body is None else json.loads(body)
    except (ValueError, RecursionError):
        return body
