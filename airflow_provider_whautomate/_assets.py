"""What an account has, as assets of Airflow and datasets of OpenLineage; and what outlets tell their consumers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from airflow.providers.common.compat.sdk import BaseOperator

if TYPE_CHECKING:
    from airflow.providers.common.compat.openlineage.facet import Dataset

    from whautomate_core.account import Account

SCHEME = "whautomate://"


def asset_uri(account: Account, conn_id: str, what: str) -> str:
    """Return the URI of what an account has, such as its contacts, under the name that people know the account by.

    :param account: The account.
    :param conn_id: Its connection, for an account without a name.
    :param what: What it is, percent-encoded, as `Job.parts` returns it: `contacts`, `broadcasts/Spring%20sale`.
    """
    host = urlsplit(account.host).netloc
    named = quote(account.name, safe="") if account.name else f"{host}/{quote(conn_id, safe='')}"
    return f"{SCHEME}{named}/{what}"


def dataset(uri: str) -> Dataset:
    """Return the dataset of an asset's URI: `whautomate://acme/contacts` is `contacts` in `whautomate://acme`.

    :param uri: The URI.
    """
    from openlineage.client.event_v2 import Dataset

    parts = urlsplit(uri)
    return Dataset(namespace=f"{parts.scheme}://{parts.netloc}", name=unquote(parts.path.lstrip("/")))


def to_openlineage(asset: Any, lineage_context: Any = None) -> Dataset:
    """Return the dataset of an asset. OpenLineage asks for those that a DAG names as inlets or outlets.

    :param asset: The asset.
    :param lineage_context: The hook or operator that reported it.
    """
    return dataset(asset.uri)


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
