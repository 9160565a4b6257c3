"""What a transaction of Prefect that fails says of what a task did at Whautomate. Nothing is undone.

Messages can't be taken back. Tags could be, but Whautomate has an event for a tag that was removed
(`contact_tag_removed`, B), and nothing says that no automation starts with it: that could message people who got the
tag by mistake. What a record was before isn't known once it is written.
"""

from __future__ import annotations

import logging

from prefect.transactions import get_transaction

log = logging.getLogger(__name__)

MESSAGES = "messages can't be taken back, and are not sent again if the flow run runs again"
TAGS = "tags are not removed, because removing one may trigger automations that message people"


def stays(line: str, why: str | None = None) -> None:
    """Have the transaction of a task log, if it is rolled back, that what the task did stays.

    Args:
        line: What the task did, as its last log line says it.
        why: `MESSAGES` or `TAGS`; None for anything else.
    """
    transaction = get_transaction()
    if transaction is None:
        return

    def say(_: object) -> None:
        said = f"the transaction is rolled back, and this stays at Whautomate: {line}"
        log.warning("%s", f"{said} ({why})" if why else said)

    say.log_on_run = False  # type: ignore[attr-defined]  # Prefect's own lines would name this function
    transaction.on_rollback_hooks.append(say)
