"""Recipients of a broadcast that failed: who stopped marketing, who can't be reached, and who may be tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from whautomate_core.api.call import Json
from whautomate_core.job import job
from whautomate_core.messaging.lines import describe_failed, describe_suppressed
from whautomate_core.policy import age, numbers
from whautomate_core.rows.files import Storage, fsspec_storage, write_records
from whautomate_core.rows.outputs import require_writable
from whautomate_core.values.codes import UNREACHABLE, code_of, failed_at, has_failed, retry_at, words_of
from whautomate_core.values.times import utc

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client


@job("broadcasts", describe_suppressed, lane="bulk", finished=False, writes=("contacts", "clients"))
def suppress_unreachable(
    client: Client, broadcast_id: str, *, unreachable_path: str | None = None, storage: Storage = fsspec_storage
) -> Json:
    """Give the opt-out tag to recipients of a broadcast who stopped your marketing messages in WhatsApp (131050).

    All their contacts and clients get the account's first opt-out tag, each once, however often this runs. Tags trigger
    automations. People who can't be reached at all (131026) get no tag: they are only counted, and written to a file
    for somebody to look at. The log is read, a request for each page of recipients. If somebody stopped, contacts and
    clients are looked up as a sync does it.

    Args:
        broadcast_id: Id of the broadcast. If it is not finished yet, run this again afterwards.
        unreachable_path: File for the recipients who can't be reached: `phoneNumber`, `code`, `meaning`, `failedAt`;
            JSON lines, or Parquet if it ends in `.parquet`. `suppress` of a sync takes it, and so does a job that gives
            a tag.

    Returns: `broadcast_id`; `undelivered`, how many recipients failed; `codes`, how many by WhatsApp's code (`unread`
        where it can't be read); `stopped`, the people who stopped marketing, of whom `tagged`, `unchanged` (they had
        the tag) and `missing` (no contact or client has their number, or the log has none that can be read);
        `unreachable`, how many can't be reached.

    Raises: `InvalidRequest` if somebody could not be given the tag; `ConfigurationError` if the file can't be written.
    """
    from whautomate_core.messaging.failures import Failures
    from whautomate_core.messaging.suppress import require_suppressed, suppress

    require_writable(storage=storage, unreachable_path=unreachable_path)
    failures = Failures(client.account)
    lines = (one for one in failures.read(client, broadcast_id) if has_failed(one) and code_of(one) in UNREACHABLE)
    if unreachable_path is None:
        for _ in lines:
            pass
    else:
        write_records(unreachable_path, (_row(one) for one in lines), storage=storage)
    found = suppress(client, broadcast_id, failures.stopped)
    require_suppressed(broadcast_id, found)
    return {
        "broadcast_id": broadcast_id,
        "undelivered": failures.lines,
        "codes": dict(failures.codes.most_common()),
        "stopped": len(failures.stopped),
        **{name: found[name] for name in ("tagged", "unchanged", "missing")},
        "unreachable": failures.unreachable,
    }


@job("broadcasts", describe_failed, lane="bulk", finished=False)
def failed_recipients(
    client: Client,
    broadcast_id: str,
    *,
    output_path: str | None = None,
    storage: Storage = fsspec_storage,
    clock: Callable[[], datetime] | None = None,
) -> Json:
    """Find the recipients of a broadcast that failed, and who of them may be tried again now.

    Nobody who stopped your marketing messages (131050), can't be reached, or failed for a reason that can't be read may
    be tried again, nor whom the broadcast reached through another contact or client with their number; after WhatsApp's
    limits (131049, 131048) a day has to pass. To try the others again, give `contacts`
    to `ensure_audience`, and send a broadcast to its segment. The log is read, a request for each page of recipients,
    and then all contacts, if there is somebody to try again.

    Args:
        broadcast_id: Id of the broadcast.
        output_path: File with a line for each recipient that failed: `phoneNumber`, `code`, `meaning`, `failedAt`,
            `tryAgainAt` (UTC; none for those who are not to be tried again); JSON lines, or Parquet if it ends in
            `.parquet`.

    Returns: `broadcast_id`; `undelivered`, how many recipients failed; `codes`, how many by WhatsApp's code (`unread`
        where it can't be read); `contacts`, the ids of contacts who may be tried again now; `later`, how many people
        may be later, and `later_at`, when all of them may (ISO 8601, UTC; None if there are none); `never`, how many
        recipients are not to be tried again; `missing`, how many people could be tried again now, but opted out or have
        no contact.

    Raises: `ListUnstable`; `ConfigurationError` if the file can't be written.
    """
    from whautomate_core.messaging import timing
    from whautomate_core.messaging.failures import Failures

    require_writable(storage=storage, output_path=output_path)
    now = (clock or timing.now)()
    failures, groups = Failures(client.account), _Groups(now)
    for one in failures.read(client, broadcast_id):
        groups.add(one)
    groups.settle()
    if output_path is not None:
        write_records(output_path, groups.rows, storage=storage)
    contacts, missing = _contacts(client, groups.now)
    return {
        "broadcast_id": broadcast_id,
        "undelivered": failures.lines,
        "codes": dict(failures.codes.most_common()),
        "contacts": contacts,
        "later": len(groups.later),
        "later_at": groups.later_at and utc(groups.later_at),
        "never": groups.never,
        "missing": missing,
    }


class _Groups:
    """The failed recipients by when they may be tried again.

    The log has a line for each contact or client, so a person may have several: each of them counts.
    """

    def __init__(self, now: datetime) -> None:
        self._at = now
        self._lines: list[tuple[set[str], Json, datetime | None]] = []
        self._never = set[str]()
        self._latest: dict[str, datetime] = {}
        self.now: dict[str, set[str]] = {}
        """One of their numbers -> all that their line may mean."""
        self.later = set[str]()
        self.later_at: datetime | None = None
        self.never = 0
        self.rows: list[Json] = []

    def add(self, line: Mapping[str, Any]) -> None:
        """Note a line of the log."""
        theirs = numbers(line)
        if not has_failed(line):
            self._never |= theirs  # the message reached them, or is on its way
            return
        again = retry_at(code_of(line), failed_at(line) or self._at) if theirs else None
        self._lines.append((theirs, _row(line), again))
        if again is None:
            self._never |= theirs
        else:
            self._latest |= {one: max(again, self._latest.get(one, again)) for one in theirs}

    def settle(self) -> None:
        """Put everybody into their group, once all lines are known."""
        for theirs, row, again in self._lines:
            if again is None or theirs & self._never:
                again = None
                self.never += 1
            else:
                again = max(self._latest[one] for one in theirs)
                who = min(theirs)
                if again > self._at:
                    self.later.add(who)
                    self.later_at = max(again, self.later_at or again)
                else:
                    self.now[who] = theirs
            self.rows.append({**row, "tryAgainAt": again and utc(again)})


def _contacts(client: Client, wanted: Mapping[str, set[str]]) -> tuple[list[str], int]:
    """The oldest contact of each person, unless one of theirs has opted out, and how many people have none."""
    from whautomate_core.api.contacts import list_contacts
    from whautomate_core.client.whole import require_agreed

    if not wanted:
        return [], 0
    persons = {number: who for who, theirs in wanted.items() for number in theirs}
    found: dict[str, dict[str, Any]] = {}

    def take(page: Sequence[Any], number: int) -> None:
        for one in page:
            for number_of_theirs in numbers(one) & persons.keys():
                found.setdefault(persons[number_of_theirs], {})[str(one.get("id"))] = one

    listed = list_contacts()
    require_agreed(listed, client.read_whole(listed, take), client.where)
    protects = client.account.policy.protects
    chosen = [min(theirs.values(), key=age) for theirs in found.values() if not any(map(protects, theirs.values()))]
    return sorted({str(one["id"]) for one in chosen}), len(wanted) - len(chosen)


def _row(line: Mapping[str, Any]) -> Json:
    """A line of a log as files of failed recipients have it."""
    from whautomate_core.people.opt_outs import whole_numbers

    code, number, at = code_of(line), next(iter(whole_numbers(line)), ""), failed_at(line)
    return {
        "phoneNumber": f"+{number}" if number else None,
        "code": code,
        "meaning": words_of(code) if code else None,
        "failedAt": at and utc(at),
    }
