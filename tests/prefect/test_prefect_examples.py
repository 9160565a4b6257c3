"""The pictures of example flows are of what their runs do, and the starter's flow is set up and tested as it says."""

import os
import runpy
import sqlite3
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from prefect.blocks.system import Secret

from prefect_whautomate import WhautomateCredentials

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import make_examples  # noqa: E402

EXAMPLES = ROOT / "example_dags"
STARTER = ROOT / "examples" / "starter" / "prefect"
QUICK = pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)


def tasks_run(server, state):
    """The tasks of a flow run, in the order in which they started."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    run = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
    found = sorted(server.read_task_runs(flow_run_filter=run), key=lambda one: one.start_time)
    return [one.task_key.rpartition("-")[0] for one in found]


@QUICK
@pytest.mark.parametrize(
    ("file", "name", "given"),
    [
        ("quick_start", "quick_start", {}),
        ("hubspot_to_contacts", "hubspot_to_contacts", {"block": "whautomate"}),
        ("shopify_to_contacts", "shopify_to_contacts", {"block": "whautomate"}),
        ("bookings", "weekly_prices", {"credentials": "whautomate"}),
    ],
)
def test_a_picture_shows_the_tasks_of_a_run(server, credentials_of_emulator, file, name, given):
    credentials_of_emulator().save("whautomate", overwrite=True)
    flow = runpy.run_path(str(ROOT / "example_dags" / "prefect" / f"{file}.py"))[name]
    state = flow(**given, return_state=True)
    assert state.is_completed(), state
    (graph,) = (one for one in make_examples.read_flows()[f"{file}.py"] if one.id == name)
    assert tasks_run(server, state) == [task.id for task in graph.tasks]


def run(*command, **env):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=STARTER,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def test_the_tests_of_the_starter_pass_where_it_was_copied_to():
    said = run("-m", "pytest", "-q", "-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider", "tests")
    assert "1 passed" in said


def test_the_starter_is_deployed_as_its_containers_do(server, environment):
    lines = (STARTER / ".env.example").read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    own = {"PREFECT_HOME": environment["PREFECT_HOME"]}
    with suppress(ValueError):  # another test's block, which would be kept
        WhautomateCredentials.delete("whautomate")
    run("-m", "prefect", "work-pool", "create", "starter", "--type", "process", "--overwrite", **own)
    run("save_block.py", **settings, **own)
    run("-m", "prefect", "--no-prompt", "deploy", "--all", **own)
    made = server.read_deployment_by_name("first-campaign/starter")
    assert (made.entrypoint, made.work_pool_name) == ("flows/first_campaign.py:first_campaign", "starter")
    assert made.pull_steps == [{"prefect.deployments.steps.set_working_directory": {"directory": "/app"}}]
    block = server.read_block_document_by_name("whautomate", "whautomate-credentials", include_secrets=True)
    assert block.data["host"] == settings["WHAUTOMATE_HOST"]

    changed = WhautomateCredentials.load("whautomate")
    changed.sends = "off"
    changed.save("whautomate", overwrite=True)
    run("save_block.py", **settings, **own)
    assert WhautomateCredentials.load("whautomate").sends == "off", "what somebody set in Prefect's page stays"


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (EXAMPLES / "prefect/quick_start.py", {}),
        (EXAMPLES / "prefect/weekly_campaign.py", {"block": "whautomate"}),
        (
            EXAMPLES / "prefect/contacts_to_campaign.py",
            {"credentials": "whautomate", "logical_date": datetime(2026, 6, 1, tzinfo=UTC)},
        ),
        (EXAMPLES / "prefect/campaign_to_warehouse.py", {}),
        (STARTER / "flows/first_campaign.py", {}),
    ],
    ids=lambda one: one.stem if isinstance(one, Path) else "",
)
def test_a_run_that_starts_too_late_sends_nothing_and_ends(
    server, credentials_of_emulator, whautomate_emulator, tmp_path, monkeypatch, path, given
):
    credentials_of_emulator(list_lag=0).save("whautomate", overwrite=True)
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.executescript((EXAMPLES / "data/tutorial.sql").read_text(encoding="utf-8"))
    Secret(value=f"sqlite:///{tmp_path}/shop.db").save("warehouse", overwrite=True)
    monkeypatch.setattr("prefect_whautomate._broadcasting._due_of_run", lambda: datetime.now(UTC) - timedelta(hours=7))
    names = runpy.run_path(str(path))
    flow = names[path.stem]
    approved = SimpleNamespace(approved=True, name="Grace")
    monkeypatch.setitem(flow.fn.__globals__, "pause_flow_run", lambda **_: approved)
    assert "late" in flow(**given)["skipped"]
    assert whautomate_emulator.messages() == []
