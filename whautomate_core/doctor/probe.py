"""Finding out with a real key what the vendor's documents leave open; `whautomate doctor` is the command.

Two examinations: one reads, the other makes a contact of its own and removes it. Each asks every question once,
within a fixed number of requests, and tells nothing of the people it reads: names of fields, counts, forms.
"""

from __future__ import annotations

import email.utils
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from whautomate_core.account import Account
from whautomate_core.api import clients, contact_tags, contacts, locations, staffs
from whautomate_core.api.call import Call, Json, Repeat, get
from whautomate_core.client.client import Client
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    QuotaExhausted,
    RateLimited,
    StateUnavailable,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.policy import digits, numbers
from whautomate_core.state import open_state
from whautomate_core.state.profiles import Profile
from whautomate_core.values.phones import canonical, shared_digits

READS = 10
"""The most requests of the examination that reads."""
WRITES = 15
"""The most requests of the one that writes, those that remove what it made among them."""

TRACE = "whautomate doctor"
"""How the name of everything begins that the doctor makes."""

_MADE_UP = "whautomate00"
_LOOKS = (0.0, 5.0, 15.0)
"""Seconds before each look for a new record."""
_STAFFS = 3
_REMOVAL_WAIT = 120.0
_OLD = 600.0
"""Seconds before its answer after which a record was not made by this request, clocks of one vendor being apart."""


@dataclass(frozen=True)
class Finding:
    """The answer to one question."""

    name: str
    question: str
    found: str
    """A sentence without personal data."""
    expected: str
    """What the contract or the evidence says, with its grade."""
    value: Any = None
    """The same as plain JSON; None where it is unknown."""
    differs: bool | None = None
    """Whether it is not what was expected; None where nothing was, or nothing was found."""


@dataclass(frozen=True)
class _Answer:
    """What came of a request."""

    status: int | None
    value: Any = None
    problem: str = ""
    """Why there is no value."""
    unclear: bool = False
    """Whether nobody knows if the request took effect."""

    @property
    def records(self) -> list[Json]:
        return [one for one in self.value if isinstance(one, dict)] if isinstance(self.value, list) else []

    @property
    def ids(self) -> set[str]:
        return {str(one.get("id")) for one in self.records}


class _Enough(Exception):
    """The examination can't go on; what was found stands."""


class _Examination:
    """What the two examinations share: asking, within a number of requests."""

    most: int

    def __init__(self, account: Account, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self.account = account
        self.findings: list[Finding] = []
        self.learnt: dict[str, Any] = {}
        """Fields of the account's `Profile`."""
        self.stopped: str | None = None
        """Why not every question was asked."""
        self._sleep = sleep
        self._clock = clock
        self._date: float | None = None
        self._headers: dict[str, str] = {}
        self._shapes: dict[int, str] = {}
        # Without waiting for permits: that there are enough is looked at first, and a 429 ends it.
        self._client = Client(
            account, max_wait=0.0, max_requests=self.most, sleep=sleep, on_response=self._look_at_response
        )

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._client.requests

    @property
    def left_behind(self) -> list[str]:
        """What could not be removed, and how a person does it."""
        return []

    def run(self) -> None:
        """Ask. `stopped` says where something kept it from asking everything; what was found until then stands."""
        require_permits(self.account, self.most)
        try:
            self._ask_everything()
        except _Enough as reason:
            self.stopped = str(reason)
        except WhautomateError as error:
            self.stopped = str(error)
        finally:
            self._client.close()

    def _ask_everything(self) -> None:
        raise NotImplementedError

    def _note(
        self, name: str, question: str, found: str, expected: str, value: Any = None, *, differs: bool | None = None
    ) -> None:
        self.findings.append(Finding(name, question, found, expected, value, None if value is None else differs))

    def _ask(self, call: Call[Any]) -> _Answer:
        """Send a request, once. Raises what ends the examination: no permit, a 429, no connection, a refused key."""
        try:
            # ONCE: after a failure it is not sent again, whatever it is.
            return _Answer(200, self._client.send(replace(call, repeat=Repeat.ONCE)))
        except (RateLimited, QuotaExhausted, ConnectionFailed, StateUnavailable):
            raise
        except AuthenticationError as error:
            if self.requests == 1:
                raise
            return _Answer(error.status, problem=f"refused ({error.status})")
        except OutcomeUnknown as error:
            return _Answer(
                error.status, problem=f"no clear answer ({error.status or 'the connection was lost'})", unclear=True
            )
        except UnexpectedResponse as error:
            return _Answer(error.status, problem=f"an error or no record in its answer ({error.status})")
        except WhautomateError as error:
            return _Answer(error.status, problem=f"refused ({error.status})")

    def _look_at_response(self, response: httpx.Response) -> None:
        for name, value in response.headers.items():
            if re.search(r"rate|limit|quota|retry|remaining", name):
                # Of the values only what can be a number, a time or a limit.
                self._headers[name] = value if re.fullmatch(r"[0-9;=,. wq]{1,30}", value) else "…"
        at = email.utils.parsedate_tz(response.headers.get("date", ""))
        self._date = float(email.utils.mktime_tz(at)) if at else None
        if response.status_code >= 400:
            self._shapes[response.status_code] = _shape(response.read())

    def _note_headers(self) -> None:
        said = ", ".join(f"{name}: {value}" for name, value in sorted(self._headers.items()))
        self._note(
            "limit_headers",
            "Which headers tell of limits?",
            said or "none, on answers that were not refused for it",
            "no evidence; Retry-After shows on a 429 only, which is not provoked",
            sorted(self._headers),
        )

    def _note_errors(self) -> None:
        shapes = {str(status): shape for status, shape in sorted(self._shapes.items())}
        self._note(
            "errors",
            "What does an error look like?",
            "; ".join(f"{status}: {shape}" for status, shape in shapes.items()) or "unknown: there was none",
            "no evidence; read are error, error.message and message",
            shapes or None,
            differs=not all(shape in ("no JSON", "empty") or "error" in shape or "message" in shape
                            for shape in shapes.values()),
        )  # fmt: skip


def require_permits(account: Account, requests: int) -> None:
    """Raise `QuotaExhausted` where the account's pool has fewer than so many permits that may go now."""
    usage = open_state(account.state).pool_of(account).usage()
    if usage.next_permit_in:
        raise QuotaExhausted(f"the account's next request is due in {usage.next_permit_in:.0f} s: come back then")
    for left, count, seconds in usage.remaining:
        if left < requests:
            raise QuotaExhausted(
                f"the doctor takes up to {requests} requests, and {left} of {count} in {seconds:g} s are left"
            )


# --- by reading


class Reading(_Examination):
    """The questions that reading answers."""

    most = READS

    def __init__(
        self,
        account: Account,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(account, sleep=sleep, clock=clock)

    def _ask_everything(self) -> None:
        try:
            self._pages()
            self._wrong_id()
            self._blocks()
            self._templates()
        finally:
            if self.requests:
                self._note_errors()
                self._note_headers()

    def _pages(self) -> None:
        default = self._ask(contacts.list_contacts())
        first, second, zero = (
            self._ask(contacts.list_contacts(filters={"page": page, "limit": PAGE_SIZE})) for page in (1, 2, 0)
        )
        self._note_base(default, first, zero)
        self._note_zero(first, zero)
        more = second.ids - first.ids
        from_one = bool(default.ids & first.ids)
        if from_one and second.records and not more:
            self._note(
                "paging",
                "Does page 2 differ from page 1?",
                "no: paging is ignored",
                "yes",
                False,
                differs=True,
            )
        sizes = (len(default.records), len(first.records), len(more)) if from_one else (0, 0, 0)
        self._note_default(*sizes)
        self._note_cap(*sizes)
        forms = {
            _phone_form(one["phoneNumber"]) for one in [*default.records, *first.records] if one.get("phoneNumber")
        }
        self._note_phone_form(forms, "unknown: no contact with a number")

    def _note_base(self, default: _Answer, first: _Answer, zero: _Answer) -> None:
        value, found = None, "unknown: no contacts"
        if default.ids & first.ids:
            value, found = 1, "page 1 is the first"
        elif default.ids & zero.ids:
            value, found = 0, "page 0 is the first: clients of this package would miss it"
        elif default.records or default.problem:
            found = f"unknown: {default.problem or first.problem or 'page 1 holds other records than no page'}"
        self._note(
            "page_base",
            "Which page is the first?",
            found,
            "1 (two integrators, C)",
            value,
            differs=value != 1,
        )

    def _note_zero(self, first: _Answer, zero: _Answer) -> None:
        value, found = None, "unknown: no contacts"
        if zero.problem:
            value, found = "refused", zero.problem
        elif first.records and zero.ids & first.ids:
            value, found = "page 1", "the same as page 1"
        elif first.records:
            value, found = ("other", "other records") if zero.records else ("empty", "an empty list")
        self._note("page_zero", "What is page 0?", found, "no evidence", value)

    def _note_default(self, without_limit: int, at_most: int, more: int) -> None:
        value = without_limit if without_limit and (without_limit != at_most or more) else None
        self._note(
            "page_default",
            "How many records has a page without limit?",
            str(value) if value else f"unknown: no more contacts than a page ({without_limit})",
            "no evidence (an integrator names 100, C)",
            value,
        )

    def _note_cap(self, without_limit: int, at_most: int, more: int) -> None:
        full = at_most >= PAGE_SIZE
        value = at_most if at_most and (full or more) else None
        found = f"{at_most} or more" if full else f"{at_most}, of {PAGE_SIZE} asked for"
        self._note(
            "page_cap",
            "How many has the largest page?",
            found if value else f"unknown: no more contacts than a page ({at_most})",
            f"no evidence; clients ask for {PAGE_SIZE}",
            value,
        )
        # A server that leaves records out of a page gives shorter ones too: two of one length show that it doesn't.
        if full or (value and more == at_most):
            self.learnt["page_cap"] = value

    def _note_phone_form(self, forms: set[str], unknown: str) -> None:
        value = "both" if len(forms) > 1 else next(iter(forms), None)
        found = {"plus": "with a plus", "digits": "digits without a plus", "both": "some with a plus, some without"}
        self._note(
            "phone_form",
            "How do phone numbers come back?",
            found.get(value or "", unknown),
            "both forms were seen (C); numbers are compared by digits",
            value,
        )

    def _wrong_id(self) -> None:
        answer = self._ask(contacts.get_contact(_MADE_UP))
        self._note(
            "wrong_id",
            "What does an id that is none answer?",
            str(answer.status or answer.problem),
            "404 (D)",
            answer.status,
            differs=answer.status != 404,
        )

    def _blocks(self) -> None:
        question, expected = "Which fields has an availability block?", "startDate, endDate or startTime, endTime (D)"
        known = {"id", "staffId", "reason", "startDate", "endDate", "startTime", "endTime", "createdAt", "updatedAt"}
        people = self._ask(staffs.list_staffs())
        for one in people.records[:_STAFFS]:
            blocks = self._ask(staffs.list_staff_availability_blocks(str(one.get("id"))))
            if blocks.records:
                fields = sorted(blocks.records[0])
                return self._note(
                    "block_fields", question, ", ".join(fields), expected, fields, differs=not set(fields) <= known
                )
            if blocks.problem:
                return self._note("block_fields", question, f"unknown: {blocks.problem}", expected)
        looked = min(len(people.records), _STAFFS)
        found = people.problem or (f"the {looked} looked at have no block" if looked else "no staff")
        self._note("block_fields", question, f"unknown: {found}", expected)

    def _templates(self) -> None:
        # Not in the contract: a white-label copy of the API has it.
        answer = self._ask(replace(get("/v1/whatsapp-templates"), answer=object))
        there = not answer.problem
        self._note(
            "templates",
            "Is there a list of WhatsApp templates?",
            "yes: GET /v1/whatsapp-templates"
            if there
            else f"{'unknown' if answer.unclear else 'no'}: {answer.problem}",
            "no: on the white label only (C)",
            None if answer.unclear else there,
            differs=there,
        )


# --- by writing


class Writing(_Examination):
    """The questions that need a contact: it is made with the number of the person who asks, and removed.

    Args:
        number: E.164, a number nobody in the account has.
    """

    most = WRITES

    def __init__(
        self,
        account: Account,
        number: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(account, sleep=sleep, clock=clock)
        self._number = number
        self._name = f"{TRACE} {secrets.token_hex(4)}"
        self._contacts: list[str] = []
        self._tag: str | None = None
        self._unclear = dict.fromkeys(("contact", "tag"), False)
        """Whether one may have been made without our knowing its id."""

    @property
    def left_behind(self) -> list[str]:
        left = [
            f"a contact: whautomate call contacts.delete_contact --contact-id {one} --allow-protected"
            for one in self._contacts
        ]
        if self._tag:
            left.append(f"a tag: whautomate call contact_tags.delete_contact_tag --contact-tag-id {self._tag}")
        left += [
            f"maybe a {what} named {self._name!r}: look for it at Whautomate"
            for what, unclear in self._unclear.items()
            if unclear
        ]
        return left

    def _ask_everything(self) -> None:
        try:
            body = self._body()
            self._require_nobody()
            self._create_tag(body)
            first = self._create_first(body)
            since = self._clock()
            found = self._is_found(first)
            self._create_again(body, first)
            self._note_search(since, found, first)
            if self._put_fields(body, first):
                self._put_custom_fields(body, first)
        finally:
            try:
                if self.requests:
                    self._note_headers()
            finally:
                self._remove()

    def _body(self) -> Json:
        """The scratch contact: at a location and with custom fields that are in use, so that none is made."""
        people = self._ask(contacts.list_contacts(filters={"page": 1, "limit": PAGE_SIZE}))
        placed = [one["location"]["id"] for one in people.records if (one.get("location") or {}).get("id")]
        location = self.account.location_id or next(iter(placed), None)
        if location is None:
            places = self._ask(locations.list_locations())
            location = next(iter(sorted(places.ids)), None)
        if location is None:
            raise _Enough("no location is known for the scratch contact: --set location_id=... names one")
        body = {
            "name": self._name,
            "phoneNumber": self._number,
            "location": {"id": location},
            "notes": "made by whautomate doctor, which removes it",
        }
        fields = [one["customFields"] for one in people.records if isinstance(one.get("customFields"), dict)]
        texts = sorted({name for one in fields for name, value in one.items() if isinstance(value, str)})
        if len(texts) > 1:
            body["customFields"] = dict.fromkeys(texts[:2], TRACE)
        return body

    def _require_nobody(self) -> None:
        """Raise `PolicyRefused` where somebody has the number, or where that can't be seen."""
        wanted = canonical(digits(self._number))
        for listed in (contacts.list_contacts, clients.list_clients):
            answer = self._ask(listed(filters={"searchText": shared_digits(wanted), "limit": PAGE_SIZE}))
            if answer.problem:
                raise _Enough(f"whether somebody has the number can't be seen: {answer.problem}")
            for one in answer.records:
                if wanted in numbers(one):
                    ours = str(one.get("name") or "").startswith(TRACE)
                    raise PolicyRefused(
                        f"an earlier doctor left its contact: remove it by `whautomate call contacts.delete_contact "
                        f"--contact-id {one.get('id')} --allow-protected`"
                        if ours
                        else "somebody in the account has the number of --scratch-number: name one that nobody has"
                    )

    def _create_tag(self, body: Json) -> None:
        """A new tag, which no automation can know, to see whether PUT keeps tags."""
        made = self._make("tag", contact_tags.create_contact_tag({"name": self._name}))
        if made.value and made.value.get("name", self._name) == self._name:
            self._tag = str(made.value["id"])
            body["tags"] = [self._name]

    def _create(self, body: Json) -> _Answer:
        """Create a contact, and keep its id for the removal."""
        made = self._make("contact", contacts.create_contact(body, allow_protected=True))  # type: ignore[arg-type]
        if made.value and str(made.value["id"]) not in self._contacts:
            if not self._is_ours(made.value):
                raise _Enough("a create gave a contact that was there before: it is left alone")
            self._contacts.append(str(made.value["id"]))
        return made

    def _make(self, what: str, call: Call[Any]) -> _Answer:
        """Create something. Until its id is known there may be one, and where it isn't the examination ends."""
        self._unclear[what] = True
        try:
            made = self._ask(call)
        except WhautomateError:
            self._unclear[what] = False  # what ends an examination has done nothing
            raise
        has_id = isinstance(made.value, dict) and bool(made.value.get("id"))
        self._unclear[what] = made.unclear or not (made.problem or has_id)
        if self._unclear[what]:
            raise _Enough(f"the create of a {what} has {made.problem or 'an answer without an id'}")
        return made

    def _is_ours(self, contact: Json) -> bool:
        """Whether a contact was made by us, and is not somebody's that was there before."""
        if not str(contact.get("name", "")).startswith(TRACE):
            return False
        try:
            made = datetime.fromisoformat(str(contact.get("createdAt")))
        except ValueError:
            return True
        made = made.replace(tzinfo=made.tzinfo or UTC)
        return self._date is None or made.timestamp() > self._date - _OLD

    def _create_first(self, body: Json) -> str:
        made = self._create(body)
        if made.problem and body.pop("customFields", None):
            made = self._create(body)
        if made.problem:
            raise _Enough(f"the scratch contact was not made: {made.problem}")
        missing = sorted(name for name in body if name not in made.value)
        self._note(
            "create_answer",
            "Does a create answer with the whole record?",
            f"no: without {', '.join(missing)}" if missing else "yes: every field sent is there",
            "yes (A)",
            not missing,
            differs=bool(missing),
        )
        number = str(made.value.get("phoneNumber") or "")
        form = _phone_form(number) if number else None
        self._note(
            "phone_form",
            "How does a number sent with a plus come back?",
            {"plus": "with a plus", "digits": "digits without a plus"}.get(form or "", "not at all"),
            "both forms were seen (C); numbers are compared by digits",
            form,
        )
        return self._contacts[0]

    def _create_again(self, body: Json, first: str) -> None:
        again = self._create({**body, "notes": f"{body['notes']} too"})
        if again.problem:
            value, found = "reject", again.problem
        elif str(again.value["id"]) != first:
            value, found = "duplicate", "makes a second contact"
        elif again.value.get("notes") == body["notes"]:
            value, found = "reuse", "gives the contact that is there, unchanged"
        else:
            value, found = "update", "writes over the contact that is there"
        self._note("known_number", "What does a create with a known number do?", found, "no evidence", value)

    def _is_found(self, contact: str) -> bool:
        search = {"searchText": shared_digits(digits(self._number)), "limit": PAGE_SIZE}
        return contact in self._ask(contacts.list_contacts(filters=search)).ids  # type: ignore[arg-type]

    def _note_search(self, since: float, found: bool, contact: str) -> None:
        looked = self._clock() if not found else since
        missed = looked - since
        for wait in _LOOKS[1:]:
            # What follows: PUT, GET, PUT, and the removal with one repeat.
            if found or self._left() <= 3 + self._to_remove():
                break
            self._sleep(wait)
            found = self._is_found(contact)
            looked = self._clock()
            missed = missed if found else looked - since
        after = looked - since
        text = f"after more than {missed:.1f} s and at most {after:.1f} s" if after else "at once"
        if found:
            self.learnt["search_delay"] = round(after, 1)
        self._note(
            "search_delay",
            "How soon does searchText find a new contact?",
            text if found else f"unknown: not within {after:.1f} s",
            "no evidence",
            round(after, 1) if found else None,
        )

    def _put_fields(self, body: Json, contact: str) -> bool:
        """PUT of one field, and what is left of the others. Returns whether all are."""
        question, expected = "Does PUT keep the fields it doesn't name?", "no (suggested by an integrator, C)"
        new = f"{body['notes']} soon"
        wrote = self._ask(contacts.update_contact(contact, {"notes": new}, overwrite=True, allow_protected=True))
        if wrote.problem.startswith("refused"):
            self.learnt["put_merges"] = False
            self._note("put", question, f"it wants them all: {wrote.problem}", expected, "refused", differs=False)
            return False
        after = self._ask(contacts.get_contact(contact))
        if after.problem or after.value.get("notes") != new:
            self._note("put", question, f"unknown: {after.problem or 'the field was not written'}", expected)
            return False
        others = [name for name in body if name != "notes"]
        lost = [name for name in others if not _same(name, body[name], after.value.get(name))]
        value = "replace" if len(lost) == len(others) else "partly" if lost else "merge"
        # The safe answer needs to have been seen of everything that could be lost.
        unseen = [name for name in ("tags", "customFields") if name not in body]
        if lost:
            self.learnt["put_merges"] = False
        elif not unseen:
            self.learnt["put_merges"] = True
        found = f"no: {', '.join(lost)} went" if lost else "yes"
        if not lost and unseen:
            found += f"; of {' and '.join(unseen)} it was not seen"
        self._note("put", question, found, expected, value, differs=not lost)
        return not lost

    def _put_custom_fields(self, body: Json, contact: str) -> None:
        question, expected = "Does PUT keep the custom fields it doesn't name?", "no evidence"
        if "customFields" not in body:
            return self._note(
                "put_custom_fields", question, f"unknown: no two are in use among {PAGE_SIZE} contacts", expected
            )
        one, other = body["customFields"]
        changed = {one: f"{TRACE} too"}
        wrote = self._ask(
            contacts.update_contact(contact, {"customFields": changed}, overwrite=True, allow_protected=True)
        )
        # The answer may be no more than what was sent: only what was not sent proves something.
        held = (wrote.value or {}).get("customFields") if isinstance(wrote.value, dict) else None
        if not isinstance(held, dict) or held.get(one) != changed[one]:
            return self._note(
                "put_custom_fields", question, f"unknown: {wrote.problem or 'not in the answer'}", expected
            )
        kept = held.get(other) == body["customFields"][other]
        self.learnt["put_merges_custom_fields"] = kept
        self._note("put_custom_fields", question, "yes" if kept else "no", expected, kept)

    # --- removing

    def _left(self) -> int:
        return self.most - self.requests

    def _to_remove(self) -> int:
        """Requests to remove what was made, one of them repeated."""
        return len(self._contacts) + bool(self._tag) + 1

    def _remove(self) -> None:
        """Remove what was made; `left_behind` says what could not be."""
        for what in [what for what, unclear in self._unclear.items() if unclear]:
            self._look_for(what)
        for one in list(self._contacts):
            if self._is_gone(contacts.delete_contact(one, allow_protected=True)):
                self._contacts.remove(one)
        if self._tag and self._is_gone(contact_tags.delete_contact_tag(self._tag, allow_protected=True)):
            self._tag = None

    def _look_for(self, what: str) -> None:
        """Look for what may have been made, for as long as a search may take to find it."""
        filters = {
            "searchText": shared_digits(digits(self._number)) if what == "contact" else self._name,
            "limit": PAGE_SIZE,
        }
        listed: Any = contacts.list_contacts if what == "contact" else contact_tags.list_contact_tags
        for wait in _LOOKS:
            if self._left() <= self._to_remove() + 1:
                return
            self._sleep(wait)
            answers: list[Json] = self._insist(listed(filters=filters), 1) or []
            new = {str(one["id"]) for one in answers if one.get("name") == self._name} - {*self._contacts}
            if new:
                self._unclear[what] = False
                if what == "contact":
                    self._contacts += new
                else:
                    self._tag = new.pop()
                return

    def _is_gone(self, call: Call[Any]) -> bool:
        """Delete, a second time where the answer to the first was none."""
        # One request at least is left to each of the others.
        return any(self._insist(call, self._left() - self._to_remove() + 2) is not None for _ in range(2))

    def _insist(self, call: Call[Any], most: int) -> Any:
        """Send a request, waiting for permits and repeating it. None where it failed."""
        if self._left() < 1:
            return None
        account = replace(self.account, limits_assumed=False)  # that was said by the client that asks
        with Client(account, max_wait=_REMOVAL_WAIT, max_requests=max(most, 1), sleep=self._sleep) as client:
            try:
                return client.send(call)
            except NotFound:
                return {}
            except WhautomateError:
                return None
            finally:
                self._client.used.go_on(client.requests, 0.0)


# --- shapes


def _shape(content: bytes) -> str:
    """The names of the fields of an error's body."""
    if not content:
        return "empty"
    try:
        value = json.loads(content)
    except ValueError:
        return "no JSON"
    return ", ".join(_names(value)) or type(value).__name__


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for name, one in sorted(value.items()):
            inner = list(_names(one)) if isinstance(one, dict) else []
            yield from (f"{name}.{each}" for each in inner) if inner else (name,)


def _phone_form(number: str) -> str:
    return "plus" if number.strip().startswith("+") else "digits"


def _same(name: str, sent: Any, held: Any) -> bool:
    """Whether a field still holds what was sent."""
    if name == "phoneNumber":
        return digits(str(held or "")) == digits(sent)
    if isinstance(sent, dict) and isinstance(held, dict):
        return all(held.get(key) == value for key, value in sent.items())
    return bool(sent == held)


def learn(account: Account, learnt: Json) -> Profile:
    """Write what was learnt to the account's profile, over what is known of the same. Returns the profile."""
    state = open_state(account.state).profiles
    profile = replace(state.get(account.id), **learnt)
    if learnt:
        state.put(account.id, profile)
    return profile


def scratch_number(text: str) -> str:
    """The number of a scratch contact as E.164. Raises `ConfigurationError`."""
    from whautomate_core.values.phones import e164

    try:
        return e164(text, None)
    except ValueError as error:
        raise ConfigurationError(f"--scratch-number: {error}; write it as +4915123456789") from None
