"""What a task tells the consumers of its outlets: which asset it changed, and the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.common.compat.sdk import BaseOperator

SCHEME = "whautomate://"


def names_own_assets(task: BaseOperator) -> bool:
    """Whether outlets of a task are assets of an account, or aliases that become one.

    :param task: The task.
    """
    from airflow.providers.common.compat.assets import AssetAlias

    return any(isinstance(one, AssetAlias) or str(getattr(one, "uri", "")).startswith(SCHEME) for one in task.outlets)


def tell_assets(task: BaseOperator, context: Any, uri: str, report: Mapping[str, Any]) -> None:
    """Put the figures of a report, and the id of what it is about, into the events of a task's outlets.

    An `AssetAlias` becomes the asset; for an asset with this URI, Airflow makes the event by itself.

    :param task: The task.
    :param context: Of the task.
    :param uri: The URI of what the task changed.
    :param report: The report. Nothing of it but counts and `id` is passed on, so nothing about people.
    """
    from airflow.providers.common.compat.assets import Asset, AssetAlias

    extra: dict[str, Any] = {
        name: value
        for name, value in report.items()
        if name == "id" or (isinstance(value, int) and not isinstance(value, bool))
    }
    for outlet in task.outlets:
        if isinstance(outlet, AssetAlias):
            context["outlet_events"][outlet].add(Asset(uri), extra=extra)
        elif isinstance(outlet, Asset) and outlet.uri == uri:
            context["outlet_events"][outlet].extra.update(extra)
