"""Whautomate as tasks of Prefect flows.

The modules are named after the API's resources, their tasks after its operations: `updateContact` is
`prefect_whautomate.contacts.update_contact`, with `aupdate_contact` for coroutines. The jobs live with their
resource: `contacts.sync_contacts`, `tag_contacts`, `find_contact`, `set_contact_stage`, `set_contact_fields`,
`clients.find_client`, `set_client_fields`, `services.upsert_service`, `classes.upsert_class`,
`segments.ensure_segment`, `broadcasts.broadcast`. What waits is named `wait_for_...`: `broadcasts.wait_for_broadcast`,
`contacts.wait_for_contact`, `clients.wait_for_client`, `messages.wait_for_message`, `account.wait_for_quota`.
"""

from __future__ import annotations

from typing import Any

# Prefect imports this package to register its blocks, wherever the distribution is installed beside it.
try:
    from prefect_whautomate.credentials import WhautomateCredentials
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] != "prefect":
        raise

__all__ = ["WhautomateCredentials"]


def __getattr__(name: str) -> Any:
    if name == "WhautomateCredentials":
        raise ImportError('Prefect is missing: pip install "whautomate-pipelines[prefect]"')
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
