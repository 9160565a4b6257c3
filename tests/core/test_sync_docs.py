"""docs/guides/sync.md tells of all that a report holds, and of all that can be told to stop a sync."""

import inspect
from pathlib import Path
from typing import Any

from whautomate_core.client.client import Client
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.values.progress import silent

DOCS = (Path(__file__).parents[2] / "docs" / "guides" / "sync.md").read_text(encoding="utf-8")
ROWS = [{"name": "Ada", "mobile": "+4915123456789"}, {"name": "Bob", "mobile": "12"}]


def test_each_key_of_a_report_is_told_of_and_rows_add_up(client: Client, tmp_path: Path) -> None:
    mapping = {"name": "name", "phoneNumber": "mobile"}
    files: dict[str, Any] = {name: str(tmp_path / name) for name in ("rejects_path", "outcomes_path")}
    planned = sync_contacts(client, ROWS, mapping, plan_only=True, progress=silent, **files)
    synced = sync_contacts(client, ROWS, mapping, progress=silent, **files)
    tagged = tag_contacts(client, ROWS, "a", {"phoneNumber": "mobile"}, progress=silent, **files)
    for report in (planned, synced, tagged):
        assert [key for key in report if f"`{key}`" not in DOCS] == []
    first_table = DOCS.partition("they add up to `rows`")[2].partition("Beside them")[0]
    of_rows = [key for key in synced if f"| `{key}` |" in first_table]
    assert sum(synced[key] for key in of_rows) == synced["rows"] == 2
    assert len(of_rows) == 10


def test_each_cap_and_threshold_is_told_of() -> None:
    for job in (sync_contacts, tag_contacts):
        arguments = inspect.signature(job).parameters
        assert [name for name in arguments if name.startswith("max_") and f"`{name}`" not in DOCS] == []
