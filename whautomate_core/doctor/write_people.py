"""What only a person of its own shows: a contact or client is created with the number of who asks, changed, and
removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whautomate_core.account import Account
from whautomate_core.api import client_tags, contact_tags
from whautomate_core.api.call import Json
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.doctor.people import form_of, location_of, note_client_phone
from whautomate_core.doctor.probe import LISTS, Answer, ProbeStopped, a_page
from whautomate_core.doctor.write import LOOKS, TRACE, Scratch, WriteProbe, scratch_tag
from whautomate_core.errors import ConfigurationError, PolicyRefused
from whautomate_core.people.kinds import CLIENTS, CONTACTS, Kind, same_number
from whautomate_core.policy import digits, numbers
from whautomate_core.values.phones import canonical, e164, shared_digits, split_number
from whautomate_core.values.times import instant

_OLD = 600.0
"""A record made this many seconds before the server's time is not ours, even if clocks differ."""

_KINDS: dict[str, Kind] = {"contacts": CONTACTS, "clients": CLIENTS}
_TAGS: dict[str, str] = {"contacts": "contact_tags", "clients": "client_tags"}
_CREATE_TAG: dict[str, Callable[..., Any]] = {
    "contacts": contact_tags.create_contact_tag,
    "clients": client_tags.create_client_tag,
}


class PersonProbe(WriteProbe):
    """Questions that need a contact or a client: one is created with the number of the person who asks.

    Args:
        resource: `contacts` or `clients`.
        number: A number in E.164 form that nobody in the account has.
    """

    def __init__(self, account: Account, number: str, resource: str = "contacts", **more: Any) -> None:
        super().__init__(account, resource, **more)
        self._number = number
        self._kind = kind = _KINDS[resource]
        self._search = shared_digits(digits(number))
        command = f"{resource}.delete_{kind.name} --{kind.name}-id"
        self._person = Scratch(
            kind.name,
            resource,
            kind.called,
            self._search,
            lambda id: kind.delete(id, allow_protected=True),
            command,
        )

    def ask_by_writing(self) -> None:
        body = self._body()
        self._require_nobody()
        self._create_tag(body)
        since = self.clock()
        first = self._create_first(body)
        found, after = self._is_found(first), self.clock() - since
        self._create_again(body, first)
        self._note_search(since, found, after, first)
        if self._put_fields(body, first):
            self._put_custom_fields(body, first)

    def _body(self) -> Json:
        """The body of the scratch person. Its location and custom fields are in use already, so that none is
        created."""
        people = self.ask(a_page(self.path, page=1, limit=PAGE_SIZE))
        location = location_of(self, people.records, self._kind.location)
        if location is None:
            location = next(iter(sorted(self.ask(a_page(LISTS["locations"])).ids)), None)
        if location is None:
            raise ProbeStopped(
                f"no location is known for the scratch {self._kind.name}: name one with --set location_id=..."
            )
        code, phone = split_number(self._number)
        body = {
            self._kind.called: self.name,
            **({"phoneNumber": self._number} if self._kind is CONTACTS else {"countryCode": code, "phone": phone}),
            self._kind.location: {"id": location},
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
        for resource, kind in _KINDS.items():
            answer = self.ask(a_page(LISTS[resource], searchText=self._search, limit=PAGE_SIZE))
            if answer.problem:
                raise ProbeStopped(f"it can't be checked whether somebody has the number: {answer.problem}")
            for one in answer.records:
                if wanted in numbers(one):
                    ours = str(one.get(kind.called) or "").startswith(TRACE)
                    raise PolicyRefused(
                        f"an earlier run left its {kind.name} behind: remove it with `whautomate call "
                        f"{resource}.delete_{kind.name} --{kind.name}-id {one.get('id')} --allow-protected`"
                        if ours
                        else "somebody in the account has the number of --scratch-number: give one that nobody has"
                    )

    def _create_tag(self, body: Json) -> None:
        """Create a new tag, which no automation reacts to, to see whether PUT keeps tags."""
        scratch = scratch_tag(_TAGS[self.resource], self.name)
        call = _CREATE_TAG[self.resource]({"name": self.name})
        made = self.make(scratch, call, lambda tag: tag.get("name", self.name) == self.name)
        if made.value:
            body["tags"] = [self.name]

    def _create(self, body: Json) -> Answer:
        return self.make(self._person, self._kind.create(body, allow_protected=True), self._is_ours)

    def _is_ours(self, person: Json) -> bool:
        """Whether this probe created the person, who did not exist before."""
        if not str(person.get(self._kind.called, "")).startswith(TRACE):
            return False
        made = instant(person.get("createdAt"))
        return made is None or self.server_date is None or made.timestamp() > self.server_date - _OLD

    def _create_first(self, body: Json) -> str:
        made = self._create(body)
        if made.problem and body.pop("customFields", None):
            made = self._create(body)
        if made.problem:
            raise ProbeStopped(f"the scratch {self._kind.name} was not created: {made.problem}")
        missing = sorted(name for name in body if name not in made.value)
        found = f"no: without {', '.join(missing)}" if missing else "yes: every field that was sent"
        self.note("create_answer", found, not missing, differs=bool(missing))
        if self._kind is CONTACTS:
            number = str(made.value.get("phoneNumber") or "")
            form = form_of(number) if number else None
            found = {"plus": "with a plus", "digits": "digits without a plus"}.get(form or "", "not at all")
            self.note("phone_form", found, form)
        else:
            note_client_phone(self, [made.value])
        return str(made.value["id"])

    def _create_again(self, body: Json, first: str) -> None:
        again = self._create({**body, "notes": f"{body['notes']} too"})
        if again.problem:
            value, found = "reject", again.problem
        elif str(again.value["id"]) != first:
            value, found = "duplicate", f"creates a second {self._kind.name}"
        elif again.value.get("notes") == body["notes"]:
            value, found = "reuse", f"returns the existing {self._kind.name} unchanged"
        else:
            value, found = "update", f"overwrites the existing {self._kind.name}"
        self.note("known_number" if self._kind is CONTACTS else "known_client", found, value)

    def _is_found(self, person: str) -> bool:
        return person in self.ask(a_page(self.path, searchText=self._search, limit=PAGE_SIZE)).ids

    def _note_search(self, since: float, found: bool, after: float, person: str) -> None:
        """Note how soon a search finds the person; the first search was made `after` seconds."""
        seen, missed = (after, 0.0) if found else (None, after)
        for wait in LOOKS[1:]:
            # Still to come: PUT, GET, PUT, and the removal with one repeat.
            if seen is not None or self.left <= 3 + self.to_remove:
                break
            self.sleep(wait)
            found = self._is_found(person)
            seen, missed = (self.clock() - since, missed) if found else (None, self.clock() - since)
        if seen is not None:
            self.learned["search_delay"] = round(seen, 1)
        self.note_delay("search_delay", missed, seen)

    def _put_fields(self, body: Json, person: str) -> bool:
        """PUT one field, and see whether the others are kept. Returns whether all are."""
        new = f"{body['notes']} soon"
        wrote = self.ask(self._kind.update(person, {"notes": new}, overwrite=True, allow_protected=True))
        if wrote.problem.startswith("refused"):
            self.learned["put_merges"] = False
            self.note("put", f"it requires all fields: {wrote.problem}", "refused", differs=False)
            return False
        after = self.ask(self._kind.get(person))
        if after.problem or after.value.get("notes") != new:
            self.note("put", f"unknown: {after.problem or 'the field was not written'}")
            return False
        others = [name for name in body if name != "notes"]
        lost = [name for name in others if not _same(name, body, after.value)]
        value = "replace" if len(lost) == len(others) else "partly" if lost else "merge"
        # "Merges" is only learned if it was seen for everything that could be lost.
        unseen = [name for name in ("tags", "customFields") if name not in body]
        if lost:
            self.learned["put_merges"] = False
        elif not unseen:
            self.learned["put_merges"] = True
        found = f"no: {', '.join(lost)} got lost" if lost else "yes"
        if not lost and unseen:
            found += f"; not checked for {' and '.join(unseen)}, so clients still read a record before they change it"
        self.note("put", found, value, differs=not lost)
        return not lost

    def _put_custom_fields(self, body: Json, person: str) -> None:
        if "customFields" not in body:
            return self.note("put_custom_fields", f"unknown: the first {PAGE_SIZE} records use fewer than two")
        one, other = body["customFields"]
        changed = {one: f"{TRACE} too"}
        wrote = self.ask(self._kind.update(person, {"customFields": changed}, overwrite=True, allow_protected=True))
        # The answer may just echo what was sent: only a field that was not sent proves something.
        held = (wrote.value or {}).get("customFields") if isinstance(wrote.value, dict) else None
        if not isinstance(held, dict) or held.get(one) != changed[one]:
            return self.note("put_custom_fields", f"unknown: {wrote.problem or 'not in the answer'}")
        kept = held.get(other) == body["customFields"][other]
        self.learned["put_merges_custom_fields"] = kept
        return self.note("put_custom_fields", "yes" if kept else "no", kept)


def _same(name: str, sent: Json, held: Json) -> bool:
    """Whether a record still holds what was sent of a field."""
    one, other = sent[name], held.get(name)
    if name in ("phoneNumber", "phone"):
        return bool(other) and same_number(sent, {**sent, name: other})
    if name == "countryCode":
        return digits(str(other or "")) == digits(one)
    if isinstance(one, dict) and isinstance(other, dict):
        return all(other.get(key) == value for key, value in one.items())
    return bool(one == other)


def scratch_number(text: str) -> str:
    """The number of a scratch person as E.164. Raises `ConfigurationError` if it isn't one."""
    try:
        return e164(text, None)
    except ValueError as error:
        said = (
            f"{error}; write it as"
            if text.strip().startswith("+")
            else "The number needs + and a country code, such as"
        )
        raise ConfigurationError(f"--scratch-number: {said} +4915123456789.") from None
