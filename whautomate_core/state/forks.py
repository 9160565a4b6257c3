"""What belongs to one process: after a fork the child begins anew with it.

Connections, queues, threads and locks are those of the parent: used in both, answers reach the wrong process, and a
lock that a thread of the parent held is never let go in the child, where that thread does not exist.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class OfOneProcess(Protocol):
    """What has to begin anew in a child."""

    def begin_anew(self) -> None:
        """Drop what belongs to the parent. Called in the child, before anything else runs there: it must not wait."""
        ...


_things: weakref.WeakSet[OfOneProcess] = weakref.WeakSet()


def belongs_to_process(thing: OfOneProcess) -> None:
    """Have something begin anew in each child that is forked from now on."""
    _things.add(thing)


def _after_fork_in_child() -> None:
    for thing in list(_things):
        thing.begin_anew()


os.register_at_fork(after_in_child=_after_fork_in_child)
