"""What the outlets of a task tell the DAGs that start with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow_provider_whautomate.assets import NAMED, SCHEME
from whautomate_core.rows.outcomes import counts_of

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperator


def names_own_assets(task: BaseOperator) -> bool:
    """Whether outlets of a task are assets of an account, or aliases that become one.

    :param task: The task.
    """
    from airflow.providers.common.compat.assets import AssetAlias

    return any(isinstance(one, AssetAlias) or _is_own(one) for one in task.outlets)


def tell_outlets(task: BaseOperator, context: Any, uris: Iterable[str], report: Mapping[str, Any]) -> None:
    """Put the counts of a report into the events of a task's outlets, and the id of a segment or broadcast.

    An `AssetAlias` becomes the assets that were written. For an outlet that is an asset, Airflow makes the event by
    itself.

    :param task: The task that runs.
    :param context: Of the task.
    :param uris: The URIs of what the task wrote.
    :param report: The report. Ids of other things than segments and broadcasts stay here: they may be those of people.
    """
    from airflow.providers.common.compat.assets import Asset, AssetAlias

    counts = counts_of(report)
    extras = {uri: counts | ({"id": report["id"]} if _is_named(uri) and "id" in report else {}) for uri in uris}
    for outlet in task.outlets:
        if isinstance(outlet, AssetAlias):
            for uri, extra in extras.items():
                try:
                    context["outlet_events"][outlet].add(Asset(uri), extra=extra)
                except ValueError as error:  # such as a name that is too long; the work is done, so the task goes on
                    task.log.warning(
                        "no event tells that %.100s was written: Airflow refuses its name (%s)", uri, error
                    )
        elif _is_own(outlet) and outlet.uri in extras:
            context["outlet_events"][outlet].extra.update(extras[outlet.uri])
        elif _is_own(outlet):
            task.log.warning(
                "outlet %s is not what this task writes (%s): its event has no counts",
                *(outlet.uri, ", ".join(extras) or "nothing of the account"),
            )


def tell_outlets_below(task: BaseOperator, context: Any, uri: str, report: Mapping[str, Any]) -> None:
    """Put the id and the counts of a report into the events of those outlets whose URI begins with this one.

    :param task: The task that runs.
    :param context: Of the task.
    :param uri: What the URIs begin with: the task knows of what kind it is, and not its name.
    :param report: The report.
    """
    uris = [one.uri for one in task.outlets if _is_own(one) and one.uri.startswith(uri)]
    tell_outlets(task, context, uris, report)


def withdraw_outlets(task: BaseOperator) -> None:
    """Make no events of an account's assets at the end of a task that wrote nothing.

    :param task: The task that runs.
    """
    task.outlets = [one for one in task.outlets if not _is_own(one)]  # Airflow reads them after the work


def _is_own(outlet: Any) -> bool:
    return str(getattr(outlet, "uri", "")).startswith(SCHEME)


def _is_named(uri: str) -> bool:
    return f"/{urlsplit(uri).path}".split("/")[-2] in NAMED
