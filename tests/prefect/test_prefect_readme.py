"""The README and the quick start show flows that run, and what the quick start says of its run is so."""

import importlib.util
import io
import json
import logging
import re
import runpy
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.blocks.system import Secret
from prefect.exceptions import PrefectHTTPStatusError
from prefect.logging.configuration import setup_logging
from pydantic import SecretStr
from quoted import blocks, first_not_said
from sqlalchemy import Engine, create_engine

from prefect_whautomate import WhautomateCredentials
from whautomate_core.emulator import Emulator
from whautomate_core.errors import PolicyRefused

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "example_dags" / "prefect"
QUICK_START = EXAMPLES / "quick_start.py"
PAGE = "docs/quick-start/prefect.md"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What tasks say. Prefect's handler of the terminal writes to what was stderr when it was made."""
    setup_logging()  # the first flow would, and take the handlers away
    kept = logging.StreamHandler(io.StringIO())
    loggers = [logging.getLogger(f"prefect.{name}") for name in ("task_runs", "flow_runs")]
    for one in loggers:
        one.addHandler(kept)
    yield kept.stream
    for one in loggers:
        one.removeHandler(kept)


@pytest.fixture
def saved(whautomate_emulator: Emulator, server: Any) -> None:
    """The block of the quick start, for this test's emulator and without the wait of 30 s."""
    code = (EXAMPLES / "save_block.py").read_text(encoding="utf-8")
    code = code.replace("http://127.0.0.1:8787", whautomate_emulator.url)
    code = code.replace('"emulator-key"', f'"{whautomate_emulator.key}", list_lag=0')
    exec(compile(code, "save_block.py", "exec"), {})
    assert WhautomateCredentials.load("whautomate").get_account().host == whautomate_emulator.url


@pytest.mark.usefixtures("saved")
@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_the_quick_start_ends_in_the_lines_that_the_page_shows(whautomate_emulator: Emulator, log: io.StringIO) -> None:
    figures = runpy.run_path(str(QUICK_START))["quick_start"]()
    assert (figures["recipients"], figures["delivered"]) == (2, 2)
    *_, shown = blocks(PAGE, "text")
    said = log.getvalue()
    assert first_not_said(shown, said) is None, said
    assert "1 x not a valid phone number of its country (row 5)" in said


@pytest.mark.usefixtures("saved")
@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_the_flow_of_the_readme_runs(whautomate_emulator: Emulator, tmp_path: Path, monkeypatch: Any) -> None:
    _, shown = blocks("README.md", "python")
    monkeypatch.chdir(tmp_path)
    Path("customers.csv").write_text((EXAMPLES.parent / "data" / "quick_start.csv").read_text(encoding="utf-8"))
    Path("readme.py").write_text(shown.replace('segment["id"])', 'segment["id"], hold_minutes=0)'))
    runpy.run_path("readme.py")["spring_sale"]()
    whautomate_emulator.advance(60)
    assert len(whautomate_emulator.messages()) == 2


# --- the tutorial

CAMPAIGN = EXAMPLES / "campaign_to_warehouse.py"
TUTORIAL = "docs/tutorial/prefect.md"
TABLES = (EXAMPLES.parent / "data" / "tutorial.sql").read_text(encoding="utf-8")


@pytest.fixture
def tutorial() -> Any:
    spec = importlib.util.spec_from_file_location("campaign_to_warehouse", CAMPAIGN)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # Prefect looks there for the class of the answer
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def make_warehouse(url: str) -> Engine:
    engine = create_engine(url)
    with engine.begin() as database:
        for statement in ("DROP TABLE IF EXISTS customers", "DROP TABLE IF EXISTS campaigns", *TABLES.split(";\n")):
            if statement.strip():
                database.exec_driver_sql(statement)
    return engine


@pytest.mark.usefixtures("saved")
@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0, broadcast_failed_share=0)
@pytest.mark.parametrize("approved", [True, False])
def test_the_tutorial_ends_with_the_figures_in_the_warehouse(
    whautomate_emulator: Emulator,
    server: Any,
    tutorial: Any,
    tmp_path: Path,
    monkeypatch: Any,
    log: io.StringIO,
    approved: bool,
) -> None:
    engine = make_warehouse(f"sqlite:///{tmp_path}/shop.db")
    Secret(value=str(engine.url)).save("warehouse", overwrite=True)
    monkeypatch.setattr(tutorial, "pause_flow_run", partial(tutorial.pause_flow_run, poll_interval=0.2))
    shown: list[str] = []

    def answer() -> None:
        """As somebody in Prefect's UI."""
        end = time.monotonic() + 240
        while not shown and time.monotonic() < end:
            for run in server.read_flow_runs():
                if run.state.is_paused() and run.state.name == "Paused":
                    keys = run.state.state_details.run_input_keyset
                    with suppress(PrefectHTTPStatusError):  # it is paused before its text is there
                        shown.append(json.loads(server.read_flow_run_input(run.id, keys["description"])))
                        server.resume_flow_run(run.id, run_input={"approved": approved, "name": "Grace"})
                        return
            time.sleep(0.2)

    answering = threading.Thread(target=answer)
    answering.start()
    tutorial.campaign_to_warehouse(poll_interval=0.2)
    answering.join()
    with engine.begin() as database:
        kept = [tuple(row)[1:] for row in database.exec_driver_sql("SELECT * FROM campaigns")]
    assert kept == ([("summer-sale", "Grace", "Completed", 4, 4, 0)] if approved else [])
    assert len(whautomate_emulator.messages()) == (4 if approved else 0)
    plan, lines = blocks(TUTORIAL, "text")
    assert first_not_said(plan, shown[0]) is None, shown[0]
    if approved:
        said = log.getvalue()
        assert first_not_said(lines, said) is None, said


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0, broadcast_failed_share=0)
def test_on_an_account_of_your_own_the_broadcast_goes_to_the_test_segment_alone(
    whautomate_emulator: Emulator, server: Any, tutorial: Any, credentials_of_emulator: Any, tmp_path: Path
) -> None:
    """As "On your account" says."""
    assert "`listed` set to `newsletter-test`" in " ".join((ROOT / TUTORIAL).read_text(encoding="utf-8").split())
    credentials_of_emulator(sends="listed", listed="newsletter-test").save("whautomate", overwrite=True)
    engine = make_warehouse(f"sqlite:///{tmp_path}/shop.db")
    Secret(value=str(engine.url)).save("warehouse", overwrite=True)
    tutorial.pause_flow_run = lambda **_: SimpleNamespace(approved=True, name="Grace")
    with pytest.raises(PolicyRefused, match="sends go to listed segments only"):
        tutorial.campaign_to_warehouse()
    renamed = re.sub(r'(?<!consent_column=)"newsletter"', '"newsletter-test"', CAMPAIGN.read_text(encoding="utf-8"))
    exec(compile(renamed, str(CAMPAIGN), "exec"), tutorial.__dict__)
    tutorial.pause_flow_run = lambda **_: SimpleNamespace(approved=True, name="Grace")
    assert tutorial.campaign_to_warehouse(poll_interval=0.2)["delivered"] == 4
    assert len(whautomate_emulator.messages()) == 4


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_figures_that_are_written_twice_are_one_row(kind: str, tutorial: Any, server: Any, request: Any) -> None:
    tmp_path = request.getfixturevalue("tmp_path")
    url = f"sqlite:///{tmp_path}/shop.db" if kind == "sqlite" else request.getfixturevalue("postgres")
    url = url.replace("postgresql://", "postgresql+psycopg2://")  # the driver that the extra `postgres` brings
    engine = make_warehouse(url)
    counted = {"id": "b1", "status": "Processing", "recipients": 4, "delivered": 1, "undelivered": 0}
    tutorial.keep_figures(SecretStr(url), counted, "summer-sale", "Grace")
    tutorial.keep_figures(SecretStr(url), {**counted, "status": "Completed", "delivered": 4}, "summer-sale", "Grace")
    with engine.begin() as database:
        kept = [tuple(row) for row in database.exec_driver_sql("SELECT * FROM campaigns")]
    assert kept == [("b1", "summer-sale", "Grace", "Completed", 4, 4, 0)]
