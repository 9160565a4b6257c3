"""The core's log lines in Prefect's run logs, without any setting by the user."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prefect.exceptions import MissingContextError
from prefect.logging import get_logger, get_run_logger

RESCHEDULED = "Rescheduled"
"""Name of the state of a task run whose flow run gives its process back and runs again."""

_kept: ContextVar[list[str] | None] = ContextVar("whautomate_warnings", default=None)


@contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """Gives the list of what is warned of meanwhile, in threads that the work starts too."""
    warnings: list[str] = []
    token = _kept.set(warnings)
    try:
        yield warnings
    finally:
        _kept.reset(token)


class RunLogs(logging.Handler):
    """Gives each line to the run it was logged in. Outside of runs, lines go where they would have gone anyway."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.WARNING and (kept := _kept.get()) is not None:
            kept.append(record.getMessage())
        try:
            run = get_run_logger()
        except MissingContextError:
            if logging.root.isEnabledFor(record.levelno):
                logging.root.handle(record)
        else:
            run.log(record.levelno, record.getMessage(), exc_info=record.exc_info)


def send_to_runs(name: str) -> None:
    """Send the lines of a logger, from INFO on, to runs. A logger that the user has set up is left alone."""
    logger = logging.getLogger(name)
    if logger.handlers:
        return
    logger.addHandler(RunLogs())
    logger.propagate = False  # the run logger's own lines reach the console, so each line would be there twice
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)


_NO_ALARM = (f"Finished in state {RESCHEDULED}(", "Finished in state AwaitingRetry('Whautomate: ")
"""Of a task run, and of the flow run, whose state's message `_leaving` writes."""


def _without_alarm(record: logging.LogRecord) -> bool:
    """Let Prefect say as INFO that a run is rescheduled: for tasks and async flows it says as ERROR what is not
    Completed."""
    if record.levelno == logging.ERROR and record.getMessage().startswith(_NO_ALARM):
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


for _runs in ("task_runs", "flow_runs"):
    get_logger(_runs).addFilter(_without_alarm)
