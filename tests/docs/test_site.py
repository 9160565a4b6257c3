"""The site builds without a warning, and holds what a reader is sent to. `test_site_in_browser.py` opens it."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TAG = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*>")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, str]:
    return {str(one.relative_to(site)): one.read_text(encoding="utf-8") for one in site.rglob("*.html")}


def hooks() -> Any:
    spec = importlib.util.spec_from_file_location("docs_site", ROOT / "scripts" / "docs_site.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_page_loads_anything_from_elsewhere(pages: dict[str, str]) -> None:
    loaded = {
        tag for text in pages.values() for tag in TAG.findall(text) if re.search(r'(?:src|href)="(?:https?:)?//', tag)
    }
    assert loaded == set()


def test_each_public_name_of_the_core_is_in_the_reference(pages: dict[str, str]) -> None:
    tree = ast.parse((ROOT / "whautomate_core" / "__init__.py").read_text(encoding="utf-8"))
    homes = {
        name.name: str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if str(node.module).startswith("whautomate_core.") and not name.name.startswith("__")
    }
    shown = {one for text in pages.values() for one in re.findall(r'id="(whautomate_core\.[\w.]+)"', text)}
    tables = {"ENDPOINTS", "JOBS", "Job"}  # endpoints.md and steps.md list what they hold
    assert {f"{module}.{name}" for name, module in homes.items() if name not in tables} - shown == set()


def test_each_public_module_of_an_integration_has_a_page(pages: dict[str, str]) -> None:
    assert "reference/python/airflow/operators/contacts.html" in pages
    assert "reference/python/prefect/broadcasts.html" in pages
    for page in hooks().python_pages():
        assert page.replace(".md", ".html") in pages


def test_a_document_outside_docs_is_a_page_and_links_to_it_lead_there(pages: dict[str, str]) -> None:
    assert "The way of one call" in pages["contributing/index.html"]
    assert 'href="../source/example_dags/airflow/bookings.py.html"' in pages["guides/bookings.html"]
    assert "0.1.0" in pages["changelog.html"]
    assert 'href="guides/quota.html#a-steady-pace"' in pages["changelog.html"]


LISTS = """Text:
- one
  more
  - inner
- two

1. first:

   ```python
   if x:
       y
   ```

   end

Text
"""


def test_lists_are_indented_for_python_markdown() -> None:
    lines = hooks().indented(LISTS).split("\n")
    assert lines[:6] == ["Text:", "", "- one", "    more", "    - inner", "- two"]
    assert lines[7:] == [
        "1. first:",
        "",
        "    ```python",
        "    if x:",
        "        y",
        "    ```",
        "",
        "    end",
        "",
        "Text",
        "",
    ]


def test_code_is_not_indented_anew() -> None:
    given = "```text\n- one\n  - two\n```\n\n    - three\n"
    assert hooks().indented(given).startswith("```text\n- one\n  - two\n```\n")
