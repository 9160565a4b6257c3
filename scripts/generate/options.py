"""The arguments that tasks of Prefect have beside those of the functions of the core, and what their help says."""

from __future__ import annotations

from typing import NamedTuple

from prefect_whautomate._help import CANCEL_ON_KILL


class Option(NamedTuple):
    """An argument that tasks have and functions of the core have not."""

    type: str
    default: str
    meaning: str


OPTIONS = {
    "max_records": Option("int | None", "None", "The most records to return; defaults to all."),
    "output_path": Option(
        "str | None",
        "None",
        "File to write the records to instead of returning them: JSON lines, or Parquet if it ends in `.parquet`; "
        "local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only its owner can "
        "read a local one.",
    ),
    "return_records": Option(
        "bool",
        "False",
        "Return whole records, with names, numbers and texts. Prefect stores results that are persisted, and everybody "
        "who may read these sees them.",
    ),
    "key": Option(
        "str | None",
        "None",
        "What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for "
        "the person or booking it is about, however often it is called, mapped or retried. The same call again returns "
        "the result of the first. A different call about the same, such as another text to the same person, sends "
        "nothing and is an error that asks for a key. Outside of runs each call without a key is sent.",
    ),
    "cancel_on_kill": Option("bool | None", "None", CANCEL_ON_KILL),
    "poll_interval": Option(
        "float",
        "60.0",
        "Seconds between the first two checks; doubles up to a quarter of an hour. All waiting tasks of the account "
        "together make at most a tenth of the requests of its day, and half of that in a quarter of it.",
    ),
    "timeout": Option(
        "float",
        "86_400.0",
        "The longest time to wait, in seconds, from its first start, however often the flow run is rescheduled.",
    ),
    "max_requests": Option(
        "int | None", "None", "The most requests it may make, repeats included; `BudgetExceeded` before one more."
    ),
}

KEY_OF_A_JOB = (
    "What identifies it: under one key it happens once. None means once in a flow run (the outermost) for the person "
    "or thing it is about; outside of runs a key is needed."
)
DUE = (
    "When the task was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see `max_lateness`. "
    "Defaults to the time for which the flow run was scheduled; a flow run that somebody started has none."
)
ONCE_IN_A_RUN = """

Without `key` it is created once in a flow run (the outermost one, if flows call flows) for each `name`: retries of
the task and of the flows find what they created before. Two broadcasts of one flow run need two names or two keys.
A new flow run sends again; if it must not, give a key that says what it is about, such as the logical date.

If a person cancels the run while it waits, or its last attempt fails, the broadcast is cancelled too, if it is
still scheduled; see `cancel_on_kill`."""
