"""Objects that belong to one process: after a fork, the child starts afresh with them.

A child inherits the connections, queues, threads and locks of its parent. If both used them, answers would reach the
wrong process, and a lock held by a thread of the parent would never be released in the child, which lacks that thread.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class OfOneProcess(Protocol):
    """An object that has to start afresh in a child."""

    def begin_anew(self) -> None:
        """Drop what belongs to the parent. Called in the child before anything else runs there, so it must not wait."""
        ...


_things: weakref.WeakSet[OfOneProcess] = weakref.WeakSet()


def belongs_to_process(thing: OfOneProcess) -> None:
    """Call `begin_anew` of an object in each child that is forked from now on."""
    _things.add(thing)


def _after_fork_in_child() -> None:
    for thing in list(_things):
        thing.begin_anew()


os.register_at_fork(after_in_child=_after_fork_in_child)
