"""A real browser that opens pages of Airflow and Prefect, and keeps what it sees where the documents want pictures."""

import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"

try:
    from selenium import webdriver
except ImportError:
    if REQUIRED:
        raise
    pytest.skip("the dependency group `browser` brings Selenium", allow_module_level=True)

LARGEST = 150_000
"""Bytes of a picture in the documents."""
PATIENCE = 120.0
"""Seconds until a page has to say what is expected of it."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's Chromium without a window. The test is skipped where it is missing, or fails with REQUIRE_SERVICES=1."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        say = "apt-get install chromium chromium-driver brings the browser"
        pytest.fail(say) if REQUIRED else pytest.skip(say)
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
    for flag in (*flags.split(), "--window-size=1280,900", "--hide-scrollbars"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


def text_of(driver: Any) -> str:
    """What the page says."""
    said: str = driver.find_element("tag name", "body").text
    return said


def wait_for_text(driver: Any, texts: Collection[str]) -> str:
    """What the page says, once it says all of this."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = text_of(driver)
        if not (missing := [one for one in texts if one not in seen]):
            return seen
        assert time.monotonic() < deadline, f"no {missing} in\n{seen}"
        time.sleep(0.2)


def picture(driver: Any, name: str) -> None:
    """Keep what is seen in the folder WHAUTOMATE_TEST_SCREENS, if that is set."""
    if folder := os.environ.get("WHAUTOMATE_TEST_SCREENS"):
        png = driver.get_screenshot_as_png()
        assert len(png) <= LARGEST
        Path(folder, f"{name}.png").write_bytes(png)
