"""What reading shows, with requests that change nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from whautomate_core.account import Account
from whautomate_core.api import contacts, staffs
from whautomate_core.api.call import get
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.doctor.probe import Answer, Probe, phone_form

READS = 10
"""The most requests that the probe makes."""

_MADE_UP = "whautomate00"
"""An id that no record has."""
_STAFFS = 3
"""Members of staff whose availability blocks are read."""


class ReadProbe(Probe):
    """Questions that reading answers."""

    most = READS

    def __init__(
        self,
        account: Account,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(account, sleep=sleep, clock=clock)

    def ask_everything(self) -> None:
        try:
            self._pages()
            self._wrong_id()
            self._blocks()
            self._templates()
        finally:
            if self.requests:
                self.note_errors()
                self.note_headers()

    def _pages(self) -> None:
        default = self.ask(contacts.list_contacts())
        first, second, zero = (
            self.ask(contacts.list_contacts(filters={"page": page, "limit": PAGE_SIZE})) for page in (1, 2, 0)
        )
        self._note_base(default, first, zero)
        self._note_zero(first, zero)
        more = second.ids - first.ids
        from_one = bool(default.ids & first.ids)
        if from_one and second.records and not more:
            self.note(
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
        forms = {phone_form(one["phoneNumber"]) for one in [*default.records, *first.records] if one.get("phoneNumber")}
        self._note_phone_form(forms, "unknown: no contact with a number")

    def _note_base(self, default: Answer, first: Answer, zero: Answer) -> None:
        value, found = None, "unknown: no contacts"
        if default.ids & first.ids:
            value, found = 1, "page 1 is the first"
        elif default.ids & zero.ids:
            value, found = 0, "page 0 is the first, and this package never reads it"
        elif default.records or default.problem:
            found = f"unknown: {default.problem or first.problem or 'page 1 holds other records than no page'}"
        self.note(
            "page_base",
            "Which page is the first?",
            found,
            "1 (two integrators, C)",
            value,
            differs=value != 1,
        )

    def _note_zero(self, first: Answer, zero: Answer) -> None:
        value, found = None, "unknown: no contacts"
        if zero.problem:
            value, found = "refused", zero.problem
        elif first.records and zero.ids & first.ids:
            value, found = "page 1", "the same as page 1"
        elif first.records:
            value, found = ("other", "other records") if zero.records else ("empty", "an empty list")
        self.note("page_zero", "What is page 0?", found, "no evidence", value)

    def _note_default(self, without_limit: int, at_most: int, more: int) -> None:
        value = without_limit if without_limit and (without_limit != at_most or more) else None
        self.note(
            "page_default",
            "How many records does a page without limit have?",
            str(value) if value else f"unknown: the contacts fit one page ({without_limit})",
            "no evidence (an integrator names 100, C)",
            value,
        )

    def _note_cap(self, without_limit: int, at_most: int, more: int) -> None:
        full = at_most >= PAGE_SIZE
        value = at_most if at_most and (full or more) else None
        found = f"{at_most} or more" if full else f"{at_most}, when {PAGE_SIZE} were requested"
        self.note(
            "page_cap",
            "How many records does the largest page have?",
            found if value else f"unknown: the contacts fit one page ({at_most})",
            f"no evidence; clients ask for {PAGE_SIZE}",
            value,
        )
        # A server that leaves records out of pages also gives shorter ones. Two pages of one length show that it
        # doesn't.
        if full or (value and more == at_most):
            self.learned["page_cap"] = value

    def _note_phone_form(self, forms: set[str], unknown: str) -> None:
        value = "both" if len(forms) > 1 else next(iter(forms), None)
        found = {"plus": "with a plus", "digits": "digits without a plus", "both": "some with a plus, some without"}
        self.note(
            "phone_form",
            "How are phone numbers returned?",
            found.get(value or "", unknown),
            "both forms were seen (C); this package compares digits",
            value,
        )

    def _wrong_id(self) -> None:
        answer = self.ask(contacts.get_contact(_MADE_UP))
        self.note(
            "wrong_id",
            "What is the answer for an id that doesn't exist?",
            answer.problem or str(answer.status),
            "404 (A for clients)",
            answer.status,
            differs=not answer.absent,
        )

    def _blocks(self) -> None:
        question, expected = (
            "Which fields does an availability block have?",
            "startDate, endDate or startTime, endTime (D)",
        )
        known = {"id", "staffId", "reason", "startDate", "endDate", "startTime", "endTime", "createdAt", "updatedAt"}
        people = self.ask(staffs.list_staffs())
        for one in people.records[:_STAFFS]:
            blocks = self.ask(staffs.list_staff_availability_blocks(str(one.get("id"))))
            if blocks.records:
                fields = sorted(blocks.records[0])
                return self.note(
                    "block_fields", question, ", ".join(fields), expected, fields, differs=not set(fields) <= known
                )
            if blocks.problem:
                return self.note("block_fields", question, f"unknown: {blocks.problem}", expected)
        looked = min(len(people.records), _STAFFS)
        found = people.problem or (f"none of {looked} members of staff has a block" if looked else "no staff")
        self.note("block_fields", question, f"unknown: {found}", expected)

    def _templates(self) -> None:
        # Not in the contract: only a white-label copy of the API documents it.
        answer = self.ask(replace(get("/v1/whatsapp-templates"), answer=object))
        there = not answer.problem
        self.note(
            "templates",
            "Is there a list of WhatsApp templates?",
            "yes: GET /v1/whatsapp-templates"
            if there
            else f"{'unknown' if answer.unclear else 'no'}: {answer.problem}",
            "no: on the white label only (C)",
            None if answer.unclear else there,
            differs=there,
        )
