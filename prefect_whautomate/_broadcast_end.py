"""The end of a broadcast, which the task `wait_for_broadcast` waits for. Nothing here needs Prefect."""

from __future__ import annotations

from dataclasses import dataclass, field

from whautomate_core.messaging.conditions import BroadcastReached
from whautomate_core.messaging.outcome import Ending, condition_of
from whautomate_core.values.thresholds import Threshold


@dataclass(frozen=True)
class BroadcastEnd(BroadcastReached):
    """The end of a broadcast, and what is done then."""

    ending: Ending = field(default_factory=Ending)


def broadcast_end(
    broadcast_id: str,
    *,
    min_delivered: Threshold | None = None,
    max_failed: Threshold | None = None,
    on_failed: str = "fail",
    suppress_failed: bool = False,
    logs_path: str | None = None,
    receipt_path: str | None = None,
) -> BroadcastEnd:
    """Wait until a broadcast is finished, or has reached `min_delivered`, and return its figures.

    It is checked once before its `scheduleDateTime`. A count decides as soon as it is passed. A share is one of the
    number of recipients, which may not be final before the broadcast is complete. So a share decides then, or once the
    server counts more recipients than it has processed.

    If a person cancels the run meanwhile, or its last attempt fails, the broadcast is cancelled if it is still
    scheduled; see `cancel_on_kill`.

    Args:
        broadcast_id: Id of the broadcast, as `broadcast` returns it.
        min_delivered: Recipients that it has to be delivered to: a count, or a share of them like `"95%"`. The wait
            ends once they are reached; the task fails if the broadcast ends with fewer.
        max_failed: Messages that may fail before the task does, finished or not: a count, or a share like `"5%"`.
        on_failed: What happens if `min_delivered` or `max_failed` is not kept: `fail`, or `warn` for a warning in the
            log and in `problem`.
        suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050), as
            `suppress_unreachable` does. Tags trigger automations.
        logs_path: File for the log, written when the wait ends: a line for each recipient, with names and numbers; JSON
            lines, or Parquet if it ends in `.parquet`. Takes a request for each page of recipients.
        receipt_path: File for the receipt, written when the wait ends: a page if it ends in `.html`, else JSON.

    Returns: `id`, `status`, `finished`, `failed` (it was never sent), `recipients`, `sent`, `delivered`, `undelivered`;
        if recipients failed also `failures` (by reason) and `codes` (by WhatsApp's code). With `logs_path`,
        `receipt_path`, `suppress_failed` or `on_failed="warn"` these two always, and `problem`, `suppressed` (people by
        outcome), `logs` (lines written), `cost` and `receipt`. If recipients failed or a threshold was not met, the log
        is read, a request for each page of recipients, and an error names the reasons.
    """
    ending = Ending(min_delivered, max_failed, on_failed, suppress_failed, logs_path, receipt_path)
    asked = condition_of(ending, broadcast_id)
    return BroadcastEnd(broadcast_id, min_delivered=asked.min_delivered, max_failed=asked.max_failed, ending=ending)
