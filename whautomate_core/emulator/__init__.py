"""A stand-in for the vendor's API, for developing and testing offline (extra: `emulator`).

`create_app` builds it, `running` serves it for a while, `serve` until stopped, `Emulator` asks it what arrived. The
pytest plugin gives a test the fixture `whautomate_emulator`. Names load on first use: pytest imports this package
wherever the distribution is installed, with the extra or without.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import KEY as KEY
    from .app import create_app as create_app
    from .behaviour import PLANS as PLANS
    from .behaviour import Behaviour as Behaviour
    from .behaviour import all_questions as all_questions
    from .behaviour import behaviour_from as behaviour_from
    from .control import Emulator as Emulator
    from .faults import Fault as Fault
    from .server import running as running
    from .server import serve as serve
    from .world import LOCATION_ID as LOCATION_ID
    from .world import OTHER_STAFF_ID as OTHER_STAFF_ID
    from .world import STAFF_ID as STAFF_ID
    from .world import TIMEZONE as TIMEZONE

_HOMES = {
    "KEY": "app",
    "create_app": "app",
    "Emulator": "control",
    "Fault": "faults",
    "running": "server",
    "serve": "server",
    "Behaviour": "behaviour",
    "behaviour_from": "behaviour",
    "PLANS": "behaviour",
    "all_questions": "behaviour",
    "LOCATION_ID": "world",
    "OTHER_STAFF_ID": "world",
    "STAFF_ID": "world",
    "TIMEZONE": "world",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
