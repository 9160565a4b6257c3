"""The site, built once for the tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, str]:
    """Path in the site -> HTML. The page for what isn't found is left out: a host shows it under any address."""
    found = {one.relative_to(site).as_posix(): one.read_text(encoding="utf-8") for one in site.rglob("*.html")}
    return {path: text for path, text in sorted(found.items()) if path != "404.html"}
