"""What the probes that write share: whatever they create is removed, or they say how to remove it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from whautomate_core.api import client_tags, contact_tags
from whautomate_core.api.call import Call, Json
from whautomate_core.client.client import Client
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.doctor.probe import LISTS, Answer, Probe, ProbeStopped, a_page
from whautomate_core.errors import NotFound, WhautomateError

WRITES = 15
"""The most requests that a probe makes, those that remove what it created included."""

TRACE = "whautomate doctor"
"""The beginning of the name of everything that a probe creates."""

LOOKS = (0.0, 5.0, 15.0)
"""Seconds before each look for a new record."""

_REMOVAL_WAIT = 120.0
"""Seconds to wait for a permit for a request that removes something."""


@dataclass(frozen=True)
class Scratch:
    """A kind of record that a probe creates."""

    what: str
    """`contact`."""
    resource: str
    called: str
    """The field of its name."""
    search: str
    """The text that a search finds it by."""
    delete: Callable[[str], Call[Any]]
    command: str
    """The command that deletes one, without the id."""


def scratch_tag(of: str, name: str) -> Scratch:
    """A tag of contacts or clients, by the resource `contact_tags` or `client_tags`."""
    delete = contact_tags.delete_contact_tag if of == "contact_tags" else client_tags.delete_client_tag
    one = of.removesuffix("s")
    command = f"{of}.delete_{one} --{one.replace('_', '-')}-id"
    return Scratch("tag", of, "name", name, lambda id: delete(id, allow_protected=True), command)


class WriteProbe(Probe):
    """Base of the probes that write. What they created is removed at the end, whatever happened."""

    most, how = WRITES, "by writing"

    def __init__(self, *account_and_resource: Any, **more: Any) -> None:
        super().__init__(*account_and_resource, **more)
        self.name = f"{TRACE} {secrets.token_hex(4)}"
        self._made: list[tuple[Scratch, str]] = []
        """What there is to remove, with its id."""
        self._unclear: list[Scratch] = []
        """Of what one may have been created whose id isn't known."""

    @property
    def left_behind(self) -> list[str]:
        left = []
        for scratch, id in self._made:
            protected = " --allow-protected" if scratch.what != "tag" else ""
            left.append(f"a {scratch.what}: whautomate call {scratch.command} {id}{protected}")
        left += [f"maybe a {one.what} named {self.name!r}: look for it in Whautomate" for one in self._unclear]
        return left

    def ask_everything(self) -> None:
        try:
            self.ask_by_writing()
        finally:
            try:
                if self.reached:
                    self.note_server()
            finally:
                self._remove()

    def ask_by_writing(self) -> None:
        """Ask the questions. What is created is removed afterwards."""
        raise NotImplementedError

    def make(self, scratch: Scratch, call: Call[Any], is_ours: Callable[[Json], bool]) -> Answer:
        """Create something, to be removed at the end. The probe ends if its id can't be told from the answer, or if the
        answer is a record that was there before."""
        self._unclear.append(scratch)
        try:
            made = self.ask(call)
        except WhautomateError:
            self._unclear.remove(scratch)  # these errors mean that nothing was created
            raise
        has_id = isinstance(made.value, dict) and bool(made.value.get("id"))
        if made.unclear or not (made.problem or has_id):
            raise ProbeStopped(
                f"the request that creates a {scratch.what} got {made.problem or 'an answer without an id'}"
            )
        self._unclear.remove(scratch)
        if has_id and (scratch, str(made.value["id"])) not in self._made:
            if not is_ours(made.value):
                raise ProbeStopped("the create returned a record that existed before: it is left as it is")
            self._made.append((scratch, str(made.value["id"])))
        return made

    def note_delay(self, question: str, missed: float, seen: float | None) -> None:
        """Note how soon something was seen, given the seconds after which it was missed (0: never) and first seen."""
        if seen is None:
            return self.note(question, f"unknown: not on page 1 within {missed:.1f} s")
        found = f"at the first look, after {seen:.1f} s"
        if missed:
            found = f"after more than {missed:.1f} s and at most {seen:.1f} s"
        return self.note(question, found, round(seen, 1))

    # --- removing

    @property
    def to_remove(self) -> int:
        """Requests needed to remove what was created, one of them repeated."""
        return len(self._made) + 1

    def _remove(self) -> None:
        """Remove what was created; `left_behind` lists what could not be removed."""
        for scratch in list(self._unclear):
            self._look_for(scratch)
        # People first, since a tag that nobody has is taken from nobody.
        for one in sorted(self._made, key=lambda made: made[0].what == "tag"):
            scratch, id = one
            if self._is_gone(scratch.delete(id)):
                self._made.remove(one)

    def _look_for(self, scratch: Scratch) -> None:
        """Search for what may have been created, for as long as a search may take to show it."""
        search = a_page(LISTS[scratch.resource], searchText=scratch.search, limit=PAGE_SIZE)
        known = {id for made, id in self._made if made == scratch}
        for wait in LOOKS:
            if self.left <= self.to_remove + 1:
                return
            self.sleep(wait)
            answer = Answer(200, self._insist(search, 1))
            ours = {str(one.get("id") or "") for one in answer.records if one.get(scratch.called) == self.name}
            if new := ours - known - {""}:
                self._unclear.remove(scratch)
                self._made += [(scratch, id) for id in new]
                return

    def _is_gone(self, call: Call[Any]) -> bool:
        """Delete, and once more if the first request got no answer."""
        # Each of the others keeps at least one request.
        return any(self._insist(call, self.left - self.to_remove + 2) is not None for _ in range(2))

    def _insist(self, call: Call[Any], most: int) -> Any:
        """Send a request, waiting for permits and repeating it. None if it failed."""
        if self.left < 1:
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
