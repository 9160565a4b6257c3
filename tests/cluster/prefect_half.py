"""The Prefect half of the cluster: a server, a process worker and flow runs, on the account that Airflow uses.

The cluster's environment has no Prefect, so all of it runs in processes of the environment `prefect`, beside this one.
"""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from expected import Expected, Share

PYTHON = Path(sys.prefix).parent / "prefect" / "bin" / "python"


class PrefectHalf:
    """Flow runs under way."""

    expected = Expected()
    """What they leave at the server, besides what others do there. Their people have numbers that begin with +4916."""

    def finished(self) -> bool:
        """Whether all flow runs have ended. Raises AssertionError, with what they said, as soon as one has failed."""
        return True

    def shares(self) -> dict[str, Share]:
        """Step, as the table names it -> its share of the account's requests. For the end."""
        return {}


@contextlib.contextmanager
def prefect_half(folder: Path, settings: Mapping[str, Any]) -> Iterator[PrefectHalf]:
    """Start the half and its flow runs. At the end, whatever happened, every process is ended by its id.

    Args:
        folder: A folder of its own: homes, logs and sources.
        settings: Of the account, as a block takes them: host, key, account, plan, state (postgresql://...),
            location_id.
    """
    yield PrefectHalf()
