"""Links from tasks to Whautomate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperatorLink, XCom, conf

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import TaskInstanceKey


class WhautomateBroadcastLink(BaseOperatorLink):
    """Opens the broadcast of a task, at the address that `broadcast_url` in section `whautomate` of Airflow's
    configuration gives; there is no link without one, since no public page tells the vendor's."""

    name = "Broadcast"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:
        """Return the address."""
        url = conf.get("whautomate", "broadcast_url", fallback="")
        broadcast_id = XCom.get_value(key="broadcast_id", ti_key=ti_key) if url else None
        return url.replace("ID", str(broadcast_id)) if broadcast_id else ""
