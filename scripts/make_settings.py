"""Writes what is made from `whautomate_core.settings.Settings`: Airflow's connection form, and the tables of
docs/reference/settings.md and docs/connections/. Run `python scripts/make_settings.py`; a test compares them.

Airflow reads provider info in each of its processes, so that file imports nothing, and the form stands in it as text.
"""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whautomate_core.settings import ADVANCED, MASKED, NAMES, Settings

ROOT = Path(__file__).parents[1]
IN_PAGE = ("<!-- Written by scripts/make_settings.py, from here -->\n\n", "\n<!-- to here. -->\n")
PAGES = {
    "airflow_provider_whautomate/get_provider_info.py": (
        "                # Written by scripts/make_settings.py, from here\n",
        "                # to here.\n",
    ),
    "docs/reference/settings.md": IN_PAGE,
    "docs/connections/airflow.md": IN_PAGE,
    "docs/connections/prefect.md": IN_PAGE,
}
"""File -> what stands before and after the part that is written."""

MORE = {
    "state": " See [state.md](../operations/state.md).",
    "list_lag": " See [sync.md](../guides/sync.md#whole-lists).",
    "show_server_messages": " See [below](#what-errors-logs-and-traces-hold).",
}
WIDTH = 120


def fields() -> dict[str, dict[str, Any]]:
    """Setting -> its description, title and type, as a JSON schema has them."""
    found: dict[str, dict[str, Any]] = Settings.model_json_schema()["properties"]
    return found


def form() -> dict[str, dict[str, Any]]:
    """The fields of Airflow's connection form. Each may be null: so Airflow saves one that is empty."""
    made = {}
    for name, field in fields().items():
        [kind] = [one for one in field.get("anyOf", [field]) if one["type"] != "null"]
        schema: dict[str, Any] = {"type": [kind["type"], "null"]}
        schema |= {key: kind[key] for key in ("enum", "minimum", "maximum") if key in kind}
        if name in MASKED:
            schema["format"] = "password"
        if kind["type"] == "boolean":
            schema["default"] = field["default"]
        made[name] = {"label": field["title"], "description": field["description"], "schema": schema}
    return made


def written_form() -> Iterator[str]:
    yield '                "conn-fields": {'
    for name, field in form().items():
        yield f'                    "{name}": {{'
        yield f'                        "label": {json.dumps(field["label"])},'
        whole = f'                        "description": {json.dumps(field["description"])},'
        if len(whole) <= WIDTH:
            yield whole
        else:
            yield '                        "description": ('
            for line in _lines(field["description"], WIDTH - 28 - 2):
                yield f"                            {json.dumps(line)}"
            yield "                        ),"
        schema = json.dumps(field["schema"]).replace("false", "False")
        yield f'                        "schema": {schema},'
        yield "                    },"
    yield "                },"


def _lines(text: str, width: int) -> list[str]:
    """A text in lines that are the text again when they are joined."""
    lines = textwrap.wrap(text, width - 1, break_long_words=False, break_on_hyphens=False)
    return [*(f"{line} " for line in lines[:-1]), lines[-1]]


def written_tables() -> Iterator[str]:
    usual = [name for name in NAMES if name not in ADVANCED]
    for head, chosen in (("", usual), ("Few accounts need these:", ADVANCED)):
        if head:
            yield from ("", head, "")
        yield "| Setting | In forms | What it means |"
        yield "|---|---|---|"
        for name in chosen:
            field = fields()[name]
            yield f"| `{name}` | {field['title']} | {field['description']}{MORE.get(name, '')} |"


def written_values() -> Iterator[str]:
    yield "| Setting | In the form | Value |"
    yield "|---|---|---|"
    for name, field in fields().items():
        yield f"| `{name}` | {field['title']} | {_value(field)} |"


def _value(field: dict[str, Any]) -> str:
    """What a setting may be, in words."""
    [kind] = [one for one in field.get("anyOf", [field]) if one["type"] != "null"]
    if "enum" in kind:
        return " or ".join(f"`{one}`" for one in kind["enum"]).replace("` or `", "`, `", len(kind["enum"]) - 2)
    if kind["type"] == "boolean":
        return "`true`, `false`"
    if "maximum" in kind:
        return f"number from {kind['minimum']} to {kind['maximum']:g}"
    if kind["type"] == "integer":
        return f"whole number, at least {kind['minimum']}"
    return "texts with commas between them" if "commas" in field["description"] else "text"


def pages() -> dict[Path, str]:
    """File -> its text, with the part that is written from the settings as it should be."""
    made = {}
    for (path, (start, end)), lines in zip(
        PAGES.items(), (written_form(), written_tables(), written_values(), written_values()), strict=True
    ):
        text = (ROOT / path).read_text(encoding="utf-8")
        before, found, rest = text.partition(start)
        _, ended, after = rest.partition(end)
        if not (found and ended):
            raise ValueError(f"{path} has lost the lines that say which part is written")
        made[ROOT / path] = before + start + "".join(f"{line}\n" for line in lines) + end + after
    return made


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
