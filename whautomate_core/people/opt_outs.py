"""Opted-out people at Whautomate, for the warehouse: the other half of a sync's `suppress`."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from whautomate_core.api.call import Json
from whautomate_core.client.whole import require_agreed
from whautomate_core.job import job
from whautomate_core.people.kinds import CLIENTS, CONTACTS, Kind
from whautomate_core.people.lines import describe_opt_outs
from whautomate_core.policy import digits
from whautomate_core.rows.files import Storage, fsspec_storage, write_records
from whautomate_core.values.phones import as_dialled, is_valid
from whautomate_core.values.progress import LogProgress, Progress

if TYPE_CHECKING:
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)


@job("contacts", describe_opt_outs, lane="bulk", finished=False, reads=("contacts", "clients"))
def export_opt_outs(
    client: Client, output_path: str, *, progress: Progress | None = None, storage: Storage = fsspec_storage
) -> dict[str, Any]:
    """Write all opted-out people, contacts and clients, to a file. Both lists are read whole.

    Args:
        output_path: File of records `kind` (contact or client), `id`, `phoneNumber` (from its country code on, where
            there is one), `email`, `tags` (the opt-out tags), `updatedAt`: JSON lines, or Parquet where it ends in
            `.parquet`. Local, where only its owner can read it, or the URL of an object. As a source of `suppress` its
            column is `phoneNumber`. A client whose number can be read in two ways is in it once for each.

    Returns: `path`, `records`, `contacts` and `clients` (how many opted out), `requests`.

    Raises: `ConfigurationError` if the file can't be written; `ListUnstable`, without a file, if a list changed
        whenever it was read.
    """
    started = client.requests
    counts = {"contacts": 0, "clients": 0}
    shown = progress or LogProgress(log)

    def opted_out() -> Iterator[Json]:
        for kind in (CONTACTS, CLIENTS):
            found = _opted_out(client, kind, shown)
            counts[f"{kind.name}s"] = len(found)
            for record in found:
                yield from _rows(client, kind.name, record)

    records = write_records(output_path, opted_out(), storage=storage)
    return {"path": output_path, "records": records, **counts, "requests": client.requests - started}


def _opted_out(client: Client, kind: Kind, shown: Progress) -> list[Json]:
    """All opted-out people of a kind. Raises `ListUnstable`."""
    found: dict[str, Json] = {}
    read = 0

    def take(records: Sequence[Json], page: int) -> None:
        nonlocal read
        read += len(records) if page else 0
        shown(f"reading {kind.name}s{'' if page else ' again'}", read, 0)
        # A person who had opted out in any of the passes counts.
        found.update((str(record.get("id")), record) for record in records if client.account.policy.protects(record))

    listed = kind.list()
    require_agreed(listed, client.read_whole(listed, take), client.where)
    return list(found.values())


def _rows(client: Client, kind: str, record: Json) -> Iterator[Json]:
    for number in whole_numbers(record):
        yield {
            "kind": kind,
            "id": record.get("id"),
            "phoneNumber": f"+{number}" if number else None,
            "email": record.get("email"),
            "tags": [tag for tag in record.get("tags") or [] if client.account.policy.is_opt_out(tag)],
            "updatedAt": record.get("updatedAt"),
        }


def whole_numbers(record: Mapping[str, Any]) -> list[str]:
    """The digits of a person's number from its country code on: two if it can be read in two ways, "" if there is none.

    The server returns a client's `phone` with the digits of its `countryCode` in front, or without (C), and 9123456789
    of India begins with them anyway. So the reading that is a valid number counts.
    """
    code = digits(str(record.get("countryCode") or ""))
    phone = str(record.get("phoneNumber") or record.get("phone") or "")
    rest = digits(phone)
    if not rest:
        return [rest]
    is_whole = phone.startswith("+")
    read = [rest] if is_whole else [code + rest, rest] if code and rest.startswith(code) else [code + rest]
    led_to = [one for number in read for one in as_dialled(number, code)]
    return list(dict.fromkeys(filter(is_valid, read + led_to))) or read
