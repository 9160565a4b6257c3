"""What the server's own log of arrivals says of the limit. It knows nothing of the pool."""

import json
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

Arrival = Mapping[str, Any]
Span = tuple[float, float]

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


def contended(
    writes: Mapping[int, Sequence[float]], interrupted: Collection[int], sends: Sequence[float]
) -> list[Span]:
    """The spans in which requests waited for permits: a chunk had begun to write and had not ended, so that eight
    threads of it wanted one each; and single messages were under way, which may use what bulk leaves free.

    Args:
        interrupted: Chunks that began anew. They waited for other things between their first and last write.
        sends: When single messages arrived.
    """
    first, last = min(sends), max(sends)
    spans: list[Span] = []
    for start, end in sorted((min(one), max(one)) for chunk, one in writes.items() if chunk not in interrupted):
        start, end = max(start, first), min(end, last)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif start < end:
            spans.append((start, end))
    return spans


def used(arrivals: Iterable[Arrival], spans: Iterable[Span]) -> float:
    """The share of the limit that was used in these spans."""
    spans = list(spans)
    there = sum(any(start <= one["at"] < end for start, end in spans) for one in arrivals)
    return there / (PER_MINUTE * sum(end - start for start, end in spans) / MINUTE)


def operations(arrivals: Iterable[Arrival]) -> Counter[str]:
    return Counter(str(one["operation"]) for one in arrivals)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def differing(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The first few entries in which the two differ, as text; empty if they are equal."""
    keys = [key for key in sorted({*expected, *found}) if expected.get(key) != found.get(key)]
    return "\n".join(f"{key}: {json.dumps(expected.get(key))} != {json.dumps(found.get(key))}" for key in keys[:10])
