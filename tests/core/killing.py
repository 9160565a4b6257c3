"""Ends a step at any statement of ours, as a process ends: nothing of it runs on, and nothing is tidied up."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import whautomate_core

HOME = Path(whautomate_core.__file__).parent
_CLIENT = ("answers", "base", "client", "differences", "last_check", "once", "retries", "usage")
WATCHED = tuple(str(HOME / name) for name in ("bookings/", *(f"client/{one}.py" for one in _CLIENT)))


class Killed(BaseException):
    """The process is gone."""


def run(step: Callable[[], Any], kill_at: int | None = None) -> tuple[Any, int]:
    """What a step returns (or `Killed`), and how many statements of ours it ran; killed before the one of that number.

    Once killed, each further statement of the step kills again: no `except BaseException` and no `finally` of ours has
    an effect.
    """
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(WATCHED):
            return None
        if event == "line":
            count += 1
            if kill_at is not None and count >= kill_at:
                raise Killed
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return step(), count
    except Killed as killed:
        return killed, count
    finally:
        sys.settrace(before)
