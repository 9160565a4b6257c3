"""What the server saw: the only judge of a round. Counts come from the emulator, never from a contestant.

The one thing that a contestant says itself is whom it left to a person (`left`): people whom it names in its outcomes,
because it can't know whether the server did it. `left_unsent` is how many of them the server did nothing for. Somebody
who was neither reached nor named is `missed`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from whautomate_core.emulator import Emulator


def digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def person(number: str) -> str:
    """Whose number this is: a Mexican number is one person's, with the 1 after 52 and without it."""
    found = digits(number)
    return "52" + found[3:] if len(found) == 13 and found.startswith("521") else found


def judge_send(
    emulator: Emulator, wanted: Collection[str], refusing: Collection[str], left: set[str]
) -> dict[str, int]:
    """Messages: sent twice, people who got none, and messages to people who had opted out."""
    got = Counter(person(one["phone"]) for one in emulator.messages())
    return {
        "people": len(wanted),
        "twice": sum(count - 1 for count in got.values()),
        "missed": sum(person(number) not in got and number not in left for number in wanted),
        "left": len(left),
        "left_unsent": sum(person(number) not in got for number in left),
        "reached": sum(got[person(number)] > 0 for number in refusing),
        "refusing": len(refusing),
    }


def judge_create(emulator: Emulator, wanted: Collection[str], left: set[str]) -> dict[str, int]:
    """Contacts: made twice, and people who have none."""
    made = Counter(digits(one["phoneNumber"]) for one in emulator.contacts())
    return {
        "people": len(wanted),
        "twice": sum(made[number] - 1 for number in wanted if made[number]),
        "missed": sum(made[number] == 0 and number not in left for number in wanted),
        "left": len(left),
        "left_unsent": sum(made[number] == 0 for number in left),
    }


def judge_export(there: Collection[str], exported: Collection[str]) -> dict[str, int]:
    """Opted-out people who were there all the time, and those of them whom an export lacks."""
    return {"people": len(there), "missed": len(set(there) - set(exported))}


def judge_requests(emulator: Emulator, limit: int, seconds: float) -> dict[str, Any]:
    """Requests: how many arrived, were refused, and came in the busiest span of a limit's length."""
    requests = emulator.requests()
    busiest = emulator.busiest(seconds) if limit else 0
    return {
        "requests": len(requests),
        "refused": sum(one["status"] == 429 for one in requests),
        "busiest": busiest,
        "over": max(0, busiest - limit) if limit else 0,
    }
