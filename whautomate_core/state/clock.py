"""The clock of this machine: what deadlines are measured by, and what a SQLite state stamps permits with."""

from __future__ import annotations

import functools
import time
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from whautomate_core.state import schema

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def steady() -> float:
    """Seconds by the boot clock: it runs on while the machine sleeps, and nobody can step it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if _boot_id() else time.time()


@functools.cache
def _boot_id() -> str | None:
    """Names this boot of the machine; None where there is no boot clock (not Linux), which leaves the wall clock."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return None


def boot_offset(connection: Connection) -> float:
    """Seconds that turn the boot clock into a time since the epoch: fixed at the first look in each boot."""
    boot = _boot_id()
    if boot is None:
        return 0.0
    known = select(schema.clocks.c.offset).where(schema.clocks.c.boot == boot)
    offset = connection.execute(known).scalar()
    if offset is None:
        # If the wall clock was set back since the latest permit, time would otherwise stand still for as long.
        latest = connection.execute(select(func.max(schema.pools.c.last_at))).scalar() or 0.0
        offset = max(time.time(), latest) - steady()
        connection.execute(schema.clocks.insert().values(boot=boot, offset=offset))
    return float(offset)
