"""Where a run leaves its figures, for the end of what pytest says."""

import pytest

REPORT = pytest.StashKey[list[str]]()
"""Lines of Markdown."""
