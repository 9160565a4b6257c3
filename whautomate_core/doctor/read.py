"""What reading shows, with requests that change nothing."""

from __future__ import annotations

from whautomate_core.api.locations import get_location
from whautomate_core.doctor import bookings, people
from whautomate_core.doctor.pages import ask_pages, ask_wrong_id
from whautomate_core.doctor.probe import Probe

READS = 10
"""The most requests that the probe makes."""

_ASKS = {**people.ASKS, **bookings.ASKS}


class ReadProbe(Probe):
    """Questions about one resource that reading answers: the pages of its list, and what its records show."""

    most, how = READS, "by reading"

    def ask_everything(self) -> None:
        try:
            records = ask_pages(self)
            ask_wrong_id(self)
            if self.account.location_id is not None:
                self._ask_location(self.account.location_id)
            if self.resource in _ASKS:
                _ASKS[self.resource](self, records)
        finally:
            if self.reached:
                self.note_server()

    def _ask_location(self, location: str) -> None:
        """See whether the account has its location."""
        answer = self.ask(get_location(location))
        if answer.absent:
            advice = "no: steps that create records will fail. Set location_id to one of the account's locations."
            return self.note("location", advice, False, differs=True)
        if answer.problem:
            return self.note("location", f"unknown: {answer.problem}")
        return self.note("location", "yes", True, differs=False)
