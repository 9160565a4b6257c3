"""Links from tasks to Whautomate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperatorLink, XCom, conf

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import TaskInstanceKey


class WhautomateBroadcastLink(BaseOperatorLink):
    """Opens the broadcast of a task, at `broadcast_url` in the section `whautomate` of Airflow's configuration.

    Without that setting there is no link: no public page says the vendor's address.
    """

    name = "Broadcast"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:
        """Return the address."""
        url = conf.get("whautomate", "broadcast_url", fallback="")
        broadcast_id = XCom.get_value(key="broadcast_id", ti_key=ti_key) if url else None
        return url.replace("ID", str(broadcast_id)) if broadcast_id else ""
