"""Help that tasks and blocks share. It imports nothing: Prefect imports every block when it starts."""

CANCEL_ON_KILL = (
    "Whether the end of the run cancels the broadcast while it is still scheduled. None cancels it if a person cancels "
    "the flow run or its last attempt fails, but not if its process ends with attempts left, because the next attempt "
    "resumes it. True cancels it then too. False never does."
)
"""The help of the argument of that name, which tasks and the block `Broadcast` have."""
