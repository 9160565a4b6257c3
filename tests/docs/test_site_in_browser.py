"""The built site as a visitor sees it: in Chromium, on a desktop and on a phone, light and dark, without a network."""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import pytest

REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"

try:
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:
    if REQUIRED:
        raise
    pytest.skip("the dependency group `docs` brings Playwright", allow_module_level=True)

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
    "rules": {
        "landmark-unique": {
            "enabled": False
        },  # the theme makes a nameless navigation of the buttons of each block of code
        "empty-table-header": {"enabled": False},  # the corner of a table whose rows have names
    },
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
SCHEMES = {"light": RULES, "dark": COLOURS}
EVERY = 8
"""One page of so many of the Python reference is looked at: a template makes them all."""

# The theme hides a drawing from scripts. Tests look inside.
OPEN_SHADOWS = """{
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) { return attach.call(this, { ...options, mode: "open" }); };
}"""
DRAWN = """() => {
  const all = [...document.querySelectorAll(".mermaid")];
  return all.every((one) => one.shadowRoot && one.shadowRoot.querySelector("svg"));
}"""
WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
STILL = "* { transition: none !important; animation: none !important; }"
CHOOSE = """(scheme) => {
  const name = { light: "default", dark: "slate" }[scheme];
  document.querySelector(`input[name=__palette][data-md-color-scheme=${name}]`).click();
}"""
RUN_AXE = """async (rules) => {
  const found = await axe.run(rules);
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target} ${node.failureSummary}`));
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. The tests are skipped where it is missing, or fail with REQUIRE_SERVICES=1."""
    path = shutil.which("chromium")
    if not path:
        say = "apt-get install chromium brings the browser"
        pytest.fail(say) if REQUIRED else pytest.skip(say)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, url: str, wrong: list[str]) -> Page:
    """A page on a desktop, with all it needs. What it asks of others, and its errors, go into `wrong`."""
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.add_init_script(OPEN_SHADOWS)
    page = context.new_page()
    here = url.split("/", 3)[2]
    page.on("request", lambda asked: asked.url.split("/", 3)[2:3] in ([here], [""]) or wrong.append(asked.url))
    page.on("response", lambda answer: answer.status < 400 or wrong.append(f"{answer.status} {answer.url}"))
    page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(url, wait_until="load")
    page.wait_for_function(DRAWN)
    return page


def looked_at(pages: dict[str, str]) -> list[str]:
    python = [path for path in pages if path.startswith("reference/python/")]
    source = [path for path in pages if path.startswith("source/")]
    rest = [path for path in pages if path not in python and path not in source]
    return [*rest, *python[::EVERY], *source[::EVERY]]


def test_every_page_stays_on_the_host_fits_a_phone_and_can_be_read_by_everybody(
    browser: Browser, address: str, pages: dict[str, str]
) -> None:
    wrong = []
    for path in looked_at(pages):
        on_page: list[str] = []
        page = opened(browser, f"{address}/{path}", on_page)
        page.evaluate(AXE)
        page.add_style_tag(content=STILL)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            if (more := page.evaluate(WIDER_THAN_THE_SCREEN)) > 0:
                on_page.append(f"{size['width']} px: {more} px too wide")
            for scheme, rules in SCHEMES.items():
                page.evaluate(CHOOSE, scheme)
                on_page += [f"{size['width']} px, {scheme}: {one}" for one in page.evaluate(RUN_AXE, rules)]
        wrong += [f"{path}: {one}" for one in on_page]
        page.context.close()
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(("scheme", "shown"), [("light", "default"), ("dark", "slate")])
def test_the_system_s_preference_chooses_the_colours(
    browser: Browser, address: str, scheme: Literal["light", "dark"], shown: str
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    assert page.get_attribute("body", "data-md-color-scheme") == shown
    context.close()


@pytest.mark.parametrize("how", ["server", "folder"])
def test_search_finds_a_page_from_a_server_and_from_a_folder(
    browser: Browser, address: str, site: Path, how: str
) -> None:
    wrong: list[str] = []
    page = opened(browser, f"{address if how == 'server' else site.as_uri()}/index.html", wrong)
    page.fill("input.md-search__input", "list_lag")
    link = page.locator("a.md-search-result__link").first
    link.wait_for()
    link.click()
    page.wait_for_url("**/*.html*")
    assert "list_lag" in page.inner_text("article")
    assert wrong == []
    page.context.close()


def test_a_drawing_is_drawn_from_a_folder(browser: Browser, site: Path, pages: dict[str, str]) -> None:
    drawn = [path for path, text in pages.items() if '<pre class="mermaid">' in text]
    assert drawn
    wrong: list[str] = []
    page = opened(browser, f"{site.as_uri()}/{drawn[0]}", wrong)
    assert page.locator(".mermaid").count() == pages[drawn[0]].count('<pre class="mermaid">')
    assert wrong == []
    page.context.close()


def test_commands_are_copied_without_their_prompt(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}/quick-start/airflow.html", [])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("button.md-code__button[title*=Copy]").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("python3 -m venv"), copied
    assert "$ " not in copied
    page.context.close()
