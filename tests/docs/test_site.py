"""The site builds without a warning, and holds what a reader is sent to. `test_site_in_browser.py` opens it."""

import ast
import importlib.util
import re
import textwrap
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]
TAG = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*>")


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
    assert "The way of one call" in pages["contributing/contributing.html"]
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


def test_a_folder_is_a_page_that_links_to_its_files() -> None:
    here, text = "source/example_dags/airflow/index.md", hooks().shown("example_dags/airflow")
    assert "(quick_start.py.md)" in hooks().relinked(text, "example_dags/airflow", here).replace("../airflow/", "")


def test_code_for_both_orchestrators_is_in_tabs() -> None:
    given = (
        "**Airflow**, from [a](a.md):\n\n```python\n# a\n```\n\nMore.\n\n"
        "**Prefect**, from b:\n\n```python\nb\n\n```\n\nFor both.\n\n**Airflow** alone.\n"
    )
    assert hooks().tabbed(given) == (
        '=== "Airflow"\n\n    From [a](a.md):\n\n    ```python\n    # a\n    ```\n\n    More.\n\n'
        '=== "Prefect"\n\n    From b:\n\n    ```python\n    b\n\n    ```\n\nFor both.\n\n**Airflow** alone.\n'
    )


def test_tabs_are_on_the_page(pages: dict[str, str]) -> None:
    page = pages["how-to/weekly-campaign.html"]
    assert re.findall(r"<label[^>]*>(Airflow|Prefect)</label>", page) == ["Airflow", "Prefect"]


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


class Addresses(HTMLParser):
    """What a page links to, what can be linked to in it, and its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.nameless: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {str(given[name]) for name in ("id", "name") if given.get(name)}
        if tag in ("a", "link", "script", "img") and (address := given.get("href") or given.get("src")):
            self.links.append(address)
        if tag == "img" and not given.get("alt"):
            self.nameless.append(str(given.get("src")))


def test_each_link_and_anchor_leads_somewhere_and_each_picture_has_words(site: Path, pages: dict[str, str]) -> None:
    read = {path: Addresses(text) for path, text in pages.items()}
    wrong = [f"{path}: picture {one} without words" for path, page in read.items() for one in page.nameless]
    for path, page in read.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            target = normpath(f"{path}/../{unquote(parts.path)}") if parts.path else path
            target = f"{target}/index.html" if (site / target).is_dir() else target
            if not (site / target).is_file():
                wrong.append(f"{path}: {link}")
            elif parts.fragment and target in read and unquote(parts.fragment) not in read[target].anchors:
                wrong.append(f"{path}: {link} has no such anchor")
    assert wrong == []


def test_code_on_the_home_page_is_from_the_examples() -> None:
    code = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "index.md").read_text(encoding="utf-8"), re.S)
    files = [ROOT / "example_dags" / one / "quick_start.py" for one in ("airflow", "prefect")]
    assert len(code) == len(files)
    for shown, file in zip(code, files, strict=True):
        whole = file.read_text(encoding="utf-8")
        assert shown in whole or textwrap.indent(shown, "    ") in whole


def test_each_drawing_says_in_words_what_it_shows() -> None:
    drawings = [
        (page.name, one)
        for page in (ROOT / "docs").rglob("*.md")
        for one in re.findall(r"```mermaid\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    ]
    assert len(drawings) >= 4
    assert [page for page, one in drawings if not re.search(r"^ *accTitle: \S.*\n *accDescr: \S", one, re.M)] == []
