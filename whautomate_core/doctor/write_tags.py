"""What only a tag of its own shows: it is created twice and removed. Nobody gets it, so nobody is messaged."""

from __future__ import annotations

from whautomate_core.api import client_tags, contact_tags
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.doctor.probe import ProbeStopped, a_page
from whautomate_core.doctor.write import LOOKS, WriteProbe, scratch_tag


class TagProbe(WriteProbe):
    """Questions that need a tag of contacts or clients: its resource is `contact_tags` or `client_tags`."""

    def ask_by_writing(self) -> None:
        self.ask(a_page(self.path, page=1, limit=1))  # is it the API? Only then something is created
        self._scratch = scratch_tag(self.resource, self.name)
        since = self.clock()
        first = self._create()
        if first is None:
            raise ProbeStopped("the scratch tag was not created: its request was refused")
        self._ask_delays(since, first)
        self._create_again(first)

    def _create(self) -> str | None:
        """Create the tag, and return its id; None if that was refused."""
        create = {"contact_tags": contact_tags.create_contact_tag, "client_tags": client_tags.create_client_tag}
        call = create[self.resource]({"name": self.name})
        made = self.make(self._scratch, call, lambda tag: tag.get("name", self.name) == self.name)
        return None if made.problem else str(made.value["id"])

    def _ask_delays(self, since: float, tag: str) -> None:
        """See how soon the list and a search show the tag."""
        asked = {
            "list_lag": a_page(self.path, page=1, limit=PAGE_SIZE),
            "search_delay": a_page(self.path, searchText=self.name, limit=PAGE_SIZE),
        }
        missed = dict.fromkeys(asked, 0.0)
        seen: dict[str, float] = {}
        for wait in LOOKS:
            if wait and len(seen) < len(asked):
                self.sleep(wait)
            for question in [one for one in asked if one not in seen]:
                found = tag in self.ask(asked[question]).ids
                (seen if found else missed)[question] = self.clock() - since
        for question in asked:
            self.note_delay(question, missed[question], seen.get(question))
        if "search_delay" in seen:
            self.learned["search_delay"] = round(seen["search_delay"], 1)

    def _create_again(self, first: str) -> None:
        again = self._create()
        found = {None: "is refused", first: "returns the existing tag"}
        value = {None: "reject", first: "reuse"}.get(again, "duplicate")
        self.note("known_tag", found.get(again, "makes a second tag"), value)
