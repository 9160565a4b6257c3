"""What the server's own log of arrivals says of the limit. It knows nothing of the pool."""

import bisect
import itertools
import json
import math
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

Arrival = Mapping[str, Any]

PER_MINUTE, MINUTE = 300, 60.0


def busiest(arrivals: Iterable[Arrival], seconds: float = MINUTE) -> int:
    """The highest number of requests in any span of this many seconds."""
    most, span = 0, deque[float]()
    for arrival in arrivals:
        span.append(arrival["at"])
        while span[0] <= arrival["at"] - seconds:
            span.popleft()
        most = max(most, len(span))
    return most


def writes_of_chunks(
    arrivals: Iterable[Arrival], chunks: Mapping[str, int], numbers: Mapping[str, str]
) -> dict[int, list[float]]:
    """Chunk of the sync -> when its writes arrived.

    Args:
        chunks: Number of a person -> the chunk that writes them.
        numbers: Id of a contact -> number.
    """
    found: dict[int, list[float]] = {}
    for arrival in arrivals:
        number = None
        if arrival["operation"] == "createContact":
            number = str((arrival["body"] or {}).get("phoneNumber", "")).lstrip("+")
        elif arrival["operation"] in ("updateContact", "addContactTags"):
            number = numbers.get(arrival["path"].split("/")[3])
        if (chunk := chunks.get(number or "")) is not None:
            found.setdefault(chunk, []).append(arrival["at"])
    return found


def waiting(writes: Mapping[int, Sequence[float]], interrupted: Collection[int], sends: Sequence[float]) -> list[float]:
    """The moments, one a second, at which requests waited for permits.

    A chunk of the sync writes with eight threads, and a write takes milliseconds. So if nothing of it arrives for more
    than two seconds before its last write, all of them wait. Single messages have to be under way as well, since they
    may use the part of the limit that syncs leave free.

    Args:
        interrupted: Chunks that began anew. They waited for other things.
        sends: When single messages arrived.
    """
    gaps = [
        (earlier, later)
        for chunk, stamps in writes.items()
        if chunk not in interrupted
        for earlier, later in itertools.pairwise(sorted(stamps))
        if later - earlier > 2
    ]
    moments = range(math.ceil(min(sends)), math.floor(max(sends)))
    return [float(moment) for moment in moments if any(earlier < moment < later for earlier, later in gaps)]


def used(arrivals: Iterable[Arrival], moments: Sequence[float]) -> float:
    """The share of a minute's requests that had arrived in the minute before such a moment, on average."""
    stamps = sorted(arrival["at"] for arrival in arrivals)
    there = [bisect.bisect_right(stamps, at) - bisect.bisect_right(stamps, at - MINUTE) for at in moments]
    return sum(there) / (PER_MINUTE * len(moments))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def differing(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The first few entries in which the two differ, as text; empty if they are equal."""
    keys = [key for key in sorted({*expected, *found}) if expected.get(key) != found.get(key)]
    return "\n".join(f"{key}: {json.dumps(expected.get(key))} != {json.dumps(found.get(key))}" for key in keys[:10])
