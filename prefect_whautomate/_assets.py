"""What a task has changed of an account, as assets of Prefect: `whautomate://ACCOUNT/contacts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prefect.assets import Asset
from prefect.context import AssetContext, TaskRunContext
from prefect.types.names import MAX_ASSET_KEY_LENGTH

from whautomate_core.account import Account, asset_uri
from whautomate_core.job import Job
from whautomate_core.rows.outcomes import counts_of

_BY = "whautomate"


def materialized(account: Account, job: Job, given: Mapping[str, Any], report: Mapping[str, Any]) -> None:
    """Let Prefect know what a task has written of the account, from what, with its counts, as `@materialize` does.

    Tasks of ours learn only from their arguments what they write, so `@materialize` itself can't name it.

    Args:
        account: The account.
        job: The job of the task.
        given: Its arguments by name.
        report: Its result. Counts, and the id of a segment or broadcast, become metadata; nothing else does.
    """
    context, task = AssetContext.get(), TaskRunContext.get()
    if context is None or task is None or report.get("skipped"):
        return
    block = getattr(task.parameters.get("credentials"), "_block_document_name", None)
    if not (account.name or block):
        return  # nothing tells it from other accounts of this host

    def keys(parts: Iterable[str]) -> dict[str, str]:
        named = {what: asset_key(account, block or "", what) for what in parts}
        return {what: key for what, key in named.items() if len(key) <= MAX_ASSET_KEY_LENGTH}

    names = keys(job.written(given))
    if not names:
        return
    read = {*keys(job.parts(job.reads, given)).values()} - {*names.values()}
    context.direct_asset_dependencies |= {Asset(key=key) for key in read}
    context.downstream_assets |= {Asset(key=key) for key in names.values()}
    context.materialized_by = _BY
    context.update_tracked_assets()
    for what, key in names.items():
        of_record = {"id": report["id"]} if "/" in what and report.get("id") else {}
        context.add_asset_metadata(key, counts_of(report) | of_record)


def asset_key(account: Account, block: str, what: str) -> str:
    """The key of an asset. Prefect forbids `%` in it, so `=20` stands for a blank.

    Args:
        account: The account.
        block: The name of its block.
        what: What it is, as `Job.written` returns it.
    """
    return asset_uri(account, block, what).replace("%", "=")
