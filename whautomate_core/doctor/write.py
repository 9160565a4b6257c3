"""What only a contact of its own shows: it is created with the number of the person who asks, changed, and removed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from whautomate_core.account import Account
from whautomate_core.api import clients, contact_tags, contacts, locations
from whautomate_core.api.call import Call, Json
from whautomate_core.client.client import Client
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.doctor.probe import Answer, Probe, ProbeStopped, phone_form
from whautomate_core.errors import ConfigurationError, NotFound, PolicyRefused, WhautomateError
from whautomate_core.policy import digits, numbers
from whautomate_core.values.phones import canonical, shared_digits
from whautomate_core.values.times import instant

WRITES = 15
"""The most requests that the probe makes, those that remove what it created included."""

TRACE = "whautomate doctor"
"""The beginning of the name of everything that the probe creates."""

_LOOKS = (0.0, 5.0, 15.0)
"""Seconds before each search for a new record."""
_REMOVAL_WAIT = 120.0
"""Seconds to wait for a permit for a request that removes something."""
_OLD = 600.0
"""A record made this many seconds before the server's time is not ours, even if clocks differ."""


class WriteProbe(Probe):
    """Questions that need a contact: it is created with the number of the person who asks, and removed at the end.

    Args:
        number: A number in E.164 form that nobody in the account has.
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
        """Whether one may have been created whose id we don't know."""

    @property
    def left_behind(self) -> list[str]:
        left = [
            f"a contact: whautomate call contacts.delete_contact --contact-id {one} --allow-protected"
            for one in self._contacts
        ]
        if self._tag:
            left.append(f"a tag: whautomate call contact_tags.delete_contact_tag --contact-tag-id {self._tag}")
        left += [
            f"maybe a {what} named {self._name!r}: look for it in Whautomate"
            for what, unclear in self._unclear.items()
            if unclear
        ]
        return left

    def ask_everything(self) -> None:
        try:
            body = self._body()
            self._require_nobody()
            self._create_tag(body)
            first = self._create_first(body)
            since = self.clock()
            found = self._is_found(first)
            self._create_again(body, first)
            self._note_search(since, found, first)
            if self._put_fields(body, first):
                self._put_custom_fields(body, first)
        finally:
            try:
                if self.requests:
                    self.note_headers()
            finally:
                self._remove()

    def _body(self) -> Json:
        """The body of the scratch contact. Its location and custom fields are in use already, so that none is
        created."""
        people = self.ask(contacts.list_contacts(filters={"page": 1, "limit": PAGE_SIZE}))
        placed = [one["location"]["id"] for one in people.records if (one.get("location") or {}).get("id")]
        location = self.account.location_id or next(iter(placed), None)
        if location is None:
            places = self.ask(locations.list_locations())
            location = next(iter(sorted(places.ids)), None)
        if location is None:
            raise ProbeStopped("no location is known for the scratch contact: name one with --set location_id=...")
        body = {
            "name": self._name,
            "phoneNumber": self._number,
            "location": {"id": location},
            "notes": "created by whautomate doctor, which removes it",
        }
        fields = [one["customFields"] for one in people.records if isinstance(one.get("customFields"), dict)]
        texts = sorted({name for one in fields for name, value in one.items() if isinstance(value, str)})
        if len(texts) > 1:
            body["customFields"] = dict.fromkeys(texts[:2], TRACE)
        return body

    def _require_nobody(self) -> None:
        """Raise `PolicyRefused` if somebody has the number, `ProbeStopped` if that can't be checked."""
        wanted = canonical(digits(self._number))
        for listed in (contacts.list_contacts, clients.list_clients):
            answer = self.ask(listed(filters={"searchText": shared_digits(wanted), "limit": PAGE_SIZE}))
            if answer.problem:
                raise ProbeStopped(f"it can't be checked whether somebody has the number: {answer.problem}")
            for one in answer.records:
                if wanted in numbers(one):
                    ours = str(one.get("name") or "").startswith(TRACE)
                    raise PolicyRefused(
                        f"an earlier run left its contact behind: remove it with `whautomate call "
                        "contacts.delete_contact "
                        f"--contact-id {one.get('id')} --allow-protected`"
                        if ours
                        else "somebody in the account has the number of --scratch-number: give one that nobody has"
                    )

    def _create_tag(self, body: Json) -> None:
        """Create a new tag, which no automation reacts to, to see whether PUT keeps tags."""
        made = self._make("tag", contact_tags.create_contact_tag({"name": self._name}))
        if made.value and made.value.get("name", self._name) == self._name:
            self._tag = str(made.value["id"])
            body["tags"] = [self._name]

    def _create(self, body: Json) -> Answer:
        """Create a contact, and keep its id for the removal."""
        made = self._make("contact", contacts.create_contact(body, allow_protected=True))  # type: ignore[arg-type]
        if made.value and str(made.value["id"]) not in self._contacts:
            if not self._is_ours(made.value):
                raise ProbeStopped("the create returned a contact that existed before: it is left as it is")
            self._contacts.append(str(made.value["id"]))
        return made

    def _make(self, what: str, call: Call[Any]) -> Answer:
        """Create something. The probe ends if its id can't be told from the answer."""
        self._unclear[what] = True
        try:
            made = self.ask(call)
        except WhautomateError:
            self._unclear[what] = False  # these errors mean that nothing was created
            raise
        has_id = isinstance(made.value, dict) and bool(made.value.get("id"))
        self._unclear[what] = made.unclear or not (made.problem or has_id)
        if self._unclear[what]:
            raise ProbeStopped(f"the request that creates a {what} got {made.problem or 'an answer without an id'}")
        return made

    def _is_ours(self, contact: Json) -> bool:
        """Whether this probe created the contact, and it did not exist before."""
        if not str(contact.get("name", "")).startswith(TRACE):
            return False
        made = instant(contact.get("createdAt"))
        return made is None or self.server_date is None or made.timestamp() > self.server_date - _OLD

    def _create_first(self, body: Json) -> str:
        made = self._create(body)
        if made.problem and body.pop("customFields", None):
            made = self._create(body)
        if made.problem:
            raise ProbeStopped(f"the scratch contact was not created: {made.problem}")
        missing = sorted(name for name in body if name not in made.value)
        self.note(
            "create_answer",
            "Does a create return the whole record?",
            f"no: without {', '.join(missing)}" if missing else "yes: every field that was sent",
            "yes (A)",
            not missing,
            differs=bool(missing),
        )
        number = str(made.value.get("phoneNumber") or "")
        form = phone_form(number) if number else None
        self.note(
            "phone_form",
            "How is a number returned that was sent with a plus?",
            {"plus": "with a plus", "digits": "digits without a plus"}.get(form or "", "not at all"),
            "both forms were seen (C); this package compares digits",
            form,
        )
        return self._contacts[0]

    def _create_again(self, body: Json, first: str) -> None:
        again = self._create({**body, "notes": f"{body['notes']} too"})
        if again.problem:
            value, found = "reject", again.problem
        elif str(again.value["id"]) != first:
            value, found = "duplicate", "creates a second contact"
        elif again.value.get("notes") == body["notes"]:
            value, found = "reuse", "returns the existing contact unchanged"
        else:
            value, found = "update", "overwrites the existing contact"
        self.note("known_number", "What does a create with a known number do?", found, "no evidence", value)

    def _is_found(self, contact: str) -> bool:
        search = {"searchText": shared_digits(digits(self._number)), "limit": PAGE_SIZE}
        return contact in self.ask(contacts.list_contacts(filters=search)).ids  # type: ignore[arg-type]

    def _note_search(self, since: float, found: bool, contact: str) -> None:
        looked = self.clock() if not found else since
        missed = looked - since
        for wait in _LOOKS[1:]:
            # Still to come: PUT, GET, PUT, and the removal with one repeat.
            if found or self._left() <= 3 + self._to_remove():
                break
            self.sleep(wait)
            found = self._is_found(contact)
            looked = self.clock()
            missed = missed if found else looked - since
        after = looked - since
        text = f"after more than {missed:.1f} s and at most {after:.1f} s" if after else "at once"
        if found:
            self.learned["search_delay"] = round(after, 1)
        self.note(
            "search_delay",
            "How soon does searchText find a new contact?",
            text if found else f"unknown: not within {after:.1f} s",
            "no evidence",
            round(after, 1) if found else None,
        )

    def _put_fields(self, body: Json, contact: str) -> bool:
        """PUT one field, and see whether the others are kept. Returns whether all are."""
        question, expected = "Does PUT keep the fields it doesn't name?", "no (suggested by an integrator, C)"
        new = f"{body['notes']} soon"
        wrote = self.ask(contacts.update_contact(contact, {"notes": new}, overwrite=True, allow_protected=True))
        if wrote.problem.startswith("refused"):
            self.learned["put_merges"] = False
            self.note("put", question, f"it requires all fields: {wrote.problem}", expected, "refused", differs=False)
            return False
        after = self.ask(contacts.get_contact(contact))
        if after.problem or after.value.get("notes") != new:
            self.note("put", question, f"unknown: {after.problem or 'the field was not written'}", expected)
            return False
        others = [name for name in body if name != "notes"]
        lost = [name for name in others if not _same(name, body[name], after.value.get(name))]
        value = "replace" if len(lost) == len(others) else "partly" if lost else "merge"
        # "Merges" is only learned if it was seen for everything that could be lost.
        unseen = [name for name in ("tags", "customFields") if name not in body]
        if lost:
            self.learned["put_merges"] = False
        elif not unseen:
            self.learned["put_merges"] = True
        found = f"no: {', '.join(lost)} got lost" if lost else "yes"
        if not lost and unseen:
            found += f"; not checked for {' and '.join(unseen)}"
        self.note("put", question, found, expected, value, differs=not lost)
        return not lost

    def _put_custom_fields(self, body: Json, contact: str) -> None:
        question, expected = "Does PUT keep the custom fields it doesn't name?", "no evidence"
        if "customFields" not in body:
            return self.note(
                "put_custom_fields", question, f"unknown: the first {PAGE_SIZE} contacts use fewer than two", expected
            )
        one, other = body["customFields"]
        changed = {one: f"{TRACE} too"}
        wrote = self.ask(
            contacts.update_contact(contact, {"customFields": changed}, overwrite=True, allow_protected=True)
        )
        # The answer may just echo what was sent: only a field that was not sent proves something.
        held = (wrote.value or {}).get("customFields") if isinstance(wrote.value, dict) else None
        if not isinstance(held, dict) or held.get(one) != changed[one]:
            return self.note(
                "put_custom_fields", question, f"unknown: {wrote.problem or 'not in the answer'}", expected
            )
        kept = held.get(other) == body["customFields"][other]
        self.learned["put_merges_custom_fields"] = kept
        self.note("put_custom_fields", question, "yes" if kept else "no", expected, kept)

    # --- removing

    def _left(self) -> int:
        return self.most - self.requests

    def _to_remove(self) -> int:
        """Requests needed to remove what was created, one of them repeated."""
        return len(self._contacts) + bool(self._tag) + 1

    def _remove(self) -> None:
        """Remove what was created; `left_behind` lists what could not be removed."""
        for what in [what for what, unclear in self._unclear.items() if unclear]:
            self._look_for(what)
        for one in list(self._contacts):
            if self._is_gone(contacts.delete_contact(one, allow_protected=True)):
                self._contacts.remove(one)
        if self._tag and self._is_gone(contact_tags.delete_contact_tag(self._tag, allow_protected=True)):
            self._tag = None

    def _look_for(self, what: str) -> None:
        """Search for what may have been created, for as long as a search may take to show it."""
        filters = {
            "searchText": shared_digits(digits(self._number)) if what == "contact" else self._name,
            "limit": PAGE_SIZE,
        }
        listed: Any = contacts.list_contacts if what == "contact" else contact_tags.list_contact_tags
        for wait in _LOOKS:
            if self._left() <= self._to_remove() + 1:
                return
            self.sleep(wait)
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
        """Delete, and once more if the first request got no answer."""
        # Each of the others keeps at least one request.
        return any(self._insist(call, self._left() - self._to_remove() + 2) is not None for _ in range(2))

    def _insist(self, call: Call[Any], most: int) -> Any:
        """Send a request, waiting for permits and repeating it. None if it failed."""
        if self._left() < 1:
            return None
        account = replace(self.account, limits_assumed=False)  # the probe's own client has warned about it
        with Client(account, max_wait=_REMOVAL_WAIT, max_requests=max(most, 1), sleep=self.sleep) as client:
            try:
                return client.send(call)
            except NotFound:
                return {}
            except WhautomateError:
                return None
            finally:
                self.client.used.go_on(client.requests, 0.0)


def _same(name: str, sent: Any, held: Any) -> bool:
    """Whether a field still holds what was sent."""
    if name == "phoneNumber":
        return digits(str(held or "")) == digits(sent)
    if isinstance(sent, dict) and isinstance(held, dict):
        return all(held.get(key) == value for key, value in sent.items())
    return bool(sent == held)


def scratch_number(text: str) -> str:
    """The number of a scratch contact as E.164. Raises `ConfigurationError` if it isn't one."""
    from whautomate_core.values.phones import e164

    try:
        return e164(text, None)
    except ValueError as error:
        raise ConfigurationError(f"--scratch-number: {error}; write it as +4915123456789") from None
