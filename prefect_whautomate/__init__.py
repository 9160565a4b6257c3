"""Whautomate as tasks of Prefect flows.

The modules are named after the API's resources, and their tasks after its operations: `updateContact` is
`prefect_whautomate.contacts.update_contact`. Jobs of several requests live with their resource, such as
`contacts.sync_contacts`, `segments.ensure_segment` and `broadcasts.broadcast`, as do tasks that wait, such as
`broadcasts.wait_for_broadcast`. `prefect_whautomate.aio` has the same tasks as coroutines, under the same names:
`aio.contacts.update_contact`.
"""

from __future__ import annotations

from typing import Any

# Prefect imports this package to register its blocks, also if the distribution was installed without Prefect. So all
# blocks are here, and what they import is little.
try:
    from prefect_whautomate._broadcast_block import Broadcast
    from prefect_whautomate.credentials import WhautomateCredentials
    from prefect_whautomate.notifications import WhautomateNotification
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] != "prefect":
        raise

__all__ = ["Broadcast", "WhautomateCredentials", "WhautomateNotification"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        raise ImportError('Prefect is missing: pip install "whautomate-pipelines[prefect]"')
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
