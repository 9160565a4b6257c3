"""The gallery shows each example as it is, each example is run by a test, and the starter fits this package."""

import base64
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import blocks_of

from whautomate_core import __version__
from whautomate_core.account import account_from_settings

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("example_dags/airflow/*"), *ROOT.glob("example_dags/prefect/*")])
EXAMPLES = [path for path in FILES if path.suffix == ".py" and re.search(r"\bDAG\(|@flow|@dag", path.read_text())]
STARTER = ROOT / "examples" / "starter"


@pytest.fixture(scope="module")
def gallery() -> Any:
    spec = importlib.util.spec_from_file_location("make_examples", ROOT / "scripts" / "make_examples.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_as_they_are_written_from_the_examples(gallery: Any) -> None:
    graphs = gallery.read_all()
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.page(graphs), "nox -s generate writes it anew"
    assert gallery.README.read_text(encoding="utf-8") == gallery.readme(graphs), "nox -s generate writes it anew"


def test_the_readme_beside_them_names_every_file(gallery: Any) -> None:
    readme = gallery.README.read_text(encoding="utf-8")
    files = [path for path in FILES if path.is_file()]
    assert [path.name for path in files if f"{path.parent.name}/{path.name}" not in readme] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_example_is_on_the_page_with_a_sentence_and_a_picture(gallery: Any, path: Path) -> None:
    graphs = gallery.read_all()[path.parent.name]
    assert graphs[path.name], "it has no DAG or flow"
    assert all(one.tasks for one in graphs[path.name])
    assert gallery.about(path.parent.name, path.name).endswith(".")
    link = f"](../{path.relative_to(ROOT)})"
    assert gallery.PAGE.read_text(encoding="utf-8").count(link) == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_example_is_run_by_a_test(path: Path) -> None:
    folders = {"airflow": ["airflow", "prove"], "prefect": ["prefect"]}[path.parent.name]
    tests = [file for folder in folders for file in (ROOT / "tests" / folder).rglob("*.py")]
    named = re.compile(rf"\b{path.stem}\b")
    assert [file for file in tests if named.search(file.read_text(encoding="utf-8"))], "no test names it"


FLOW = '''
from prefect import flow, task
from prefect.flow_runs import pause_flow_run
from prefect_whautomate import WhautomateCredentials, contacts
from prefect_whautomate.broadcasts import Broadcast
from prefect_whautomate.messages import send_text

@task
def rows(): ...

def send_all(account):
    for row in rows():
        send_text(account, row)

@flow
def example():
    """Send it. And more."""
    account = WhautomateCredentials.load("whautomate")
    contacts.sync_contacts.submit(account, source=rows())
    pause_flow_run()
    send_all(account)
    Broadcast(credentials=account).trigger().wait_for_completion()
'''


def test_the_tasks_of_a_flow_are_shown_in_the_order_of_the_calls(gallery: Any, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(FLOW)
    (graph,) = gallery.flows_in(tmp_path / "example.py")
    assert (graph.id, graph.about) == ("example", "Send it.")
    assert [(one.id, one.kind, one.mapped) for one in graph.tasks] == [
        ("rows", "function", False),
        ("sync_contacts", "task", False),
        ("pause_flow_run", "a person answers", False),
        ("rows (2)", "function", False),
        ("send_text", "task", True),
        ("trigger", "Broadcast", False),
        ("wait_for_completion", "Broadcast", False),
    ]
    assert graph.edges[0] == ("rows", "sync_contacts")
    assert len(graph.edges) == 6


# --- the starter

ORCHESTRATORS = pytest.mark.parametrize("orchestrator", ["airflow", "prefect"])


def settings_of(orchestrator: str) -> dict[str, str]:
    lines = (STARTER / orchestrator / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@ORCHESTRATORS
def test_a_compose_file_asks_for_what_the_example_and_the_readme_set(orchestrator: str) -> None:
    compose = (STARTER / orchestrator / "compose.yaml").read_text(encoding="utf-8")
    readme = (STARTER / "README.md").read_text(encoding="utf-8")
    made = set(re.findall(r'echo "(\w+)=', readme))
    assert made == {"POSTGRES_PASSWORD", "FERNET_KEY", "JWT_SECRET"}
    asked = set(re.findall(r"\$\{(\w+)", compose))
    assert asked - made == set(settings_of(orchestrator))


@ORCHESTRATORS
def test_services_wait_for_services_that_there_are(orchestrator: str) -> None:
    compose = yaml.safe_load((STARTER / orchestrator / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert {"postgres", "emulator"} <= services.keys()
    for name, one in services.items():
        assert set(one.get("depends_on", {})) <= services.keys()
        shared = str(one.get("network_mode", "")).removeprefix("service:")
        assert not shared or shared in one["depends_on"], f"{name} starts before the network that it shares"
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", []))
        held = [volume.split(":")[0] for volume in one.get("volumes", [])]
        assert all((STARTER / orchestrator / path).exists() for path in held if path.startswith("."))
        assert {volume for volume in held if not volume.startswith(".")} <= compose["volumes"].keys()


def test_airflows_connections_are_accounts_of_the_emulator_with_their_state_in_postgres() -> None:
    compose = yaml.safe_load((STARTER / "airflow" / "compose.yaml").read_text(encoding="utf-8"))
    environment = compose["services"]["scheduler"]["environment"]
    text = re.sub(
        r"\$\{(\w+)[^}]*\}",
        lambda found: settings_of("airflow")[found[1]],
        environment["AIRFLOW_CONN_WHAUTOMATE_DEFAULT"],
    )
    connection = json.loads(text)
    assert connection["conn_type"] == "whautomate"
    state = connection["extra"].pop("state")
    assert f"AIRFLOW_CONN_{state.upper()}" in environment
    account = account_from_settings(connection["host"], connection["password"], connection["extra"])
    assert (account.plan, account.location_id) == ("subscribed", "loc000000001")
    port = ["--port", account.host.rpartition(":")[2]]
    assert port[1] in compose["services"]["emulator"]["entrypoint"]


@ORCHESTRATORS
def test_the_images_are_of_the_versions_that_the_tests_pin(orchestrator: str) -> None:
    dockerfile = (STARTER / orchestrator / "Dockerfile").read_text(encoding="utf-8")
    pins = (ROOT / "constraints" / f"{orchestrator}.txt").read_text(encoding="utf-8")
    package = {"airflow": "apache-airflow", "prefect": "prefect"}[orchestrator]
    (pinned,) = re.findall(rf"^{package}==(\S+)$", pins, re.M)
    assert re.findall(r"^FROM \S+:([\d.]+)-python3\.12$", dockerfile, re.M) == [pinned]
    assert re.findall(r"\]==([\d.]+)\"", dockerfile) == [__version__]


def test_both_begin_with_the_customers_of_the_quick_start() -> None:
    customers = (ROOT / "example_dags" / "data" / "quick_start.csv").read_bytes()
    for path in ("airflow/include/customers.csv", "prefect/data/customers.csv"):
        assert (STARTER / path).read_bytes() == customers


def test_the_first_steps_of_the_starters_readme_make_a_folder_with_all_settings(tmp_path: Path) -> None:
    pages = [block for block in blocks_of(STARTER / "README.md") if block.run_by == "tests/core/test_examples.py"]
    commands = [line.removeprefix("$ ") for block in pages for line in block.text.splitlines()]
    # The wheel needs the package index; `make release-check` builds it.
    script = "\n".join(["set -eu", "function pip { mkdir wheels; }", *commands])
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=os.environ | {"CLONE": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "my-pipelines" / ".env").read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    compose = (tmp_path / "my-pipelines" / "compose.yaml").read_text(encoding="utf-8")
    assert settings.keys() == set(re.findall(r"\$\{(\w+)", compose))
    assert len(base64.urlsafe_b64decode(settings["FERNET_KEY"])) == 32
    assert len(settings["JWT_SECRET"]) == 64
