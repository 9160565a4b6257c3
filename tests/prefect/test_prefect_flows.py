"""The flows to deploy, from prefect.yaml to a run with the parameters that a form sends."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import wait_for
from prefect.blocks.system import Secret
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.events.worker import EventsWorker
from prefect.exceptions import ParameterTypeError, PrefectHTTPStatusError, SignatureMismatchError
from prefect.flow_engine import run_flow
from prefect.states import AwaitingRetry, Scheduled
from prefect.utilities.callables import parameter_schema

from prefect_whautomate import WhautomateNotification, flows
from whautomate_core import errors

ROOT = Path(__file__).parents[2]
CUSTOMERS = str(ROOT / "example_dags" / "data" / "quick_start.csv")
PEOPLE = {"source": CUSTOMERS, "default_region": "DE", "region_column": None, "consent_column": "newsletter"}
MAPPING = {"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"}
CAMPAIGN = {
    **PEOPLE,
    "mapping": MAPPING,
    "tag": "spring",
    "name": "spring-sale",
    "template": {"name": "spring_sale", "language": "en"},
    "hold_minutes": 0,
    "poll_interval": 1,
    "send_window": None,
    "receipt_path": None,
}
QUICK = pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)

DEPLOYED = {
    "sync_contacts_flow": ("nightly", "30 2 * * *", 1),
    "tag_contacts_flow": ("nightly", "0 4 * * *", 1),
    "contacts_to_campaign_flow": ("weekly", "0 9 * * 1", 1),
    "campaign_report_flow": ("on-demand", None, None),
    "export_flow": ("nightly-opt-outs", "0 1 * * *", None),
    "notify_flow": ("on-call", None, None),
}


BLOCK_OF = {
    "": ("WhautomateCredentials", "whautomate-credentials"),
    "notify_flow": ("WhautomateNotification", "whautomate-notification"),
}


@pytest.fixture(scope="module")
def deployments(block_types_at_start, whautomate_home, tmp_path_factory):
    """Deploys everything in prefect.yaml, as a user would; gives the deployments by flow."""
    from prefect.client.orchestration import get_client

    folder = tmp_path_factory.mktemp("deploying")
    shutil.copy(ROOT / "example_dags" / "prefect" / "prefect.yaml", folder)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PREFECT_HOME": str(folder / "home")}
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="whautomate", type="process"), overwrite=True)
        deploy = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
        said = subprocess.run(deploy, cwd=folder, env=environment, capture_output=True, text=True)
        assert said.returncode == 0, said.stdout + said.stderr
        return {
            name: client.read_deployment_by_name(f"{getattr(flows, name).name}/{deployed[0]}")
            for name, deployed in DEPLOYED.items()
        }


@pytest.fixture
def form(server, deployments, credentials_of_emulator):
    """Starts a run of a deployed flow as its form does, and runs it here; gives its result."""
    block = credentials_of_emulator(state_shared=True)
    block.save("of-forms", overwrite=True)

    def start(name, /, *, planned=None, **parameters):
        state = planned and Scheduled(scheduled_time=planned)
        given = {"credentials": {"$ref": {"block_document_id": str(block._block_document_id)}}} | parameters
        return server.create_flow_run_from_deployment(deployments[name].id, parameters=given, state=state)

    def run(name, /, **parameters):
        flow_run = server.read_flow_run(start(name, **parameters).id)
        return run_flow(getattr(flows, name), flow_run=flow_run, parameters=flow_run.parameters)

    run.start, run.credentials = start, block
    return run


# --- prefect.yaml


def test_prefect_yaml_deploys_each_flow(deployments):
    assert set(deployments) == set(DEPLOYED)
    for name, (_, cron, limit) in DEPLOYED.items():
        made = deployments[name]
        assert made.entrypoint == f"prefect_whautomate.flows.{name}"
        assert [(one.schedule.cron, one.schedule.timezone) for one in made.schedules] == (
            [(cron, "UTC")] if cron else []
        )
        assert made.global_concurrency_limit is None if limit is None else made.global_concurrency_limit.limit == limit
        assert made.work_pool_name == "whautomate"
        assert not made.pull_steps
        assert made.enforce_parameter_schema
        account = {"$ref": {"block_document_slug": "whautomate-credentials/whautomate"}}
        assert made.parameters.get("credentials", account) == account


def test_a_worker_runs_what_was_deployed(
    server, deployments, credentials_of_emulator, environment, processes, wait_until, tmp_path, whautomate_emulator
):
    credentials_of_emulator(state_shared=True).save("whautomate", overwrite=True)
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "whautomate", "--type", "process"]
    processes(command, tmp_path / "worker.log", env=environment)
    given = {**PEOPLE, "mapping": MAPPING, "rejects_path": str(tmp_path / "rejects-{day}.jsonl"), "max_rejected": "50%"}
    planned = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    run = server.create_flow_run_from_deployment(
        deployments["sync_contacts_flow"].id, parameters=given, state=Scheduled(scheduled_time=planned)
    )
    done = wait_until(run, "Completed", "Failed", "Crashed")
    assert done.state.name == "Completed", (tmp_path / "worker.log").read_text()[-5000:]
    assert len(whautomate_emulator.contacts()) == 3
    assert (tmp_path / "rejects-2026-03-01.jsonl").exists()


# --- the automations of prefect.yaml


def run_of_automation(server, deployment, after):
    """The first run of a deployment that an automation has started since."""
    asked = {"flow_runs": {"expected_start_time": {"after_": after.isoformat()}}}
    asked["flow_runs"]["deployment_id"] = {"any_": [str(deployment.id)]}

    failures = {
        "filter": {"event": {"name": ["prefect.automation.action.failed"]}, "occurred": {"since": after.isoformat()}}
    }

    def found():
        failed = server.request("POST", "/events/filter", json=failures | {"limit": 50}).json()["events"]
        assert [one["payload"] for one in failed] == []
        return server.request("POST", "/flow_runs/filter", json=asked).json()

    (run,) = wait_for(found, 120)
    assert run["created_by"]["type"] == "AUTOMATION"
    return server.read_flow_run(run["id"])


@QUICK
def test_a_report_is_started_by_the_event_of_a_broadcast(form, server, deployments):
    before = datetime.now(UTC)
    sent = form("contacts_to_campaign_flow", **CAMPAIGN)["broadcast"]["id"]
    EventsWorker.instance().wait_until_empty()
    run = run_of_automation(server, deployments["campaign_report_flow"], before)
    assert run.parameters["broadcast_id"] == sent


def test_the_people_on_call_hear_once_of_a_run_that_failed(
    form, server, deployments, whautomate_emulator, credentials_of_emulator
):
    credentials = credentials_of_emulator(state_shared=True, on_call="+4915123456001")
    credentials.save("of-on-call", overwrite=True)
    template = {"name": "pipeline_alert", "language": "en"}
    WhautomateNotification(credentials=credentials, template=template).save("on-call", overwrite=True)
    before = datetime.now(UTC)
    with pytest.raises(errors.InvalidRequest):
        form("sync_contacts_flow", **(PEOPLE | {"mapping": {**MAPPING, "city": "city"}}))
    EventsWorker.instance().wait_until_empty()
    run = run_of_automation(server, deployments["notify_flow"], before)
    assert run.parameters["subject"] == "sync-contacts-flow failed"
    for _ in range(2):  # as if the process had died, and the run is run again
        told = run_flow(flows.notify_flow, flow_run=server.read_flow_run(run.id), parameters=run.parameters)
        server.set_flow_run_state(run.id, AwaitingRetry(scheduled_time=datetime.now(UTC)), force=True)
    assert told == {"+49…01": "not sent again: it was sent before"}
    (message,) = whautomate_emulator.requests("sendWhatsappTemplate")
    subject, body = message["body"]["bodyTextParameters"]
    assert subject == "sync-contacts-flow failed"
    assert body.endswith(" is Failed")


# --- the forms


@pytest.mark.parametrize("name", DEPLOYED)
def test_the_form_explains_each_field(name):
    schema = parameter_schema(getattr(flows, name)).model_dump_for_openapi()
    first, (kind, slug) = next(iter(schema["properties"])), BLOCK_OF.get(name, BLOCK_OF[""])
    assert schema["properties"][first]["$ref"] == f"#/definitions/{kind}"
    assert schema["definitions"][kind]["block_type_slug"] == slug
    assert [field for field, one in schema["properties"].items() if not one.get("description")] == []
    assert [field for field, one in schema["properties"].items() if one.get("type") == "object"] == (
        ["mapping"] if "mapping" in schema["properties"] else []
    )
    needed = {
        "sync_contacts_flow": ["credentials", "source", "mapping"],
        "tag_contacts_flow": ["credentials", "source", "tag"],
        "contacts_to_campaign_flow": [
            *("credentials", "source", "mapping", "consent_column", "tag", "name", "template")
        ],
        "campaign_report_flow": ["credentials", "broadcast_id"],
        "export_flow": ["credentials", "what", "output_path"],
        "notify_flow": ["notification", "subject", "body"],
    }
    assert schema["required"] == needed[name]


def test_the_database_of_a_query_is_a_block():
    schema = parameter_schema(flows.sync_contacts_flow).model_dump_for_openapi()
    assert schema["definitions"]["Query"]["properties"]["database"]["$ref"] == "#/definitions/Secret"
    assert schema["definitions"]["Secret"]["block_type_slug"] == "secret"
    assert {"enum": ["upsert", "insert", "update", "mirror"], "default": "upsert"}.items() <= (
        schema["properties"]["mode"].items()
    )


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sync_contacts_flow", {"mapping": MAPPING, "max_rejected": "five"}),
        ("sync_contacts_flow", {"mapping": MAPPING, "mode": "replace"}),
        ("sync_contacts_flow", {"mapping": MAPPING, "source": " "}),
        ("sync_contacts_flow", {"mapping": MAPPING, "default_region": "Germany"}),
        ("contacts_to_campaign_flow", {**CAMPAIGN, "template": {"name": "spring_sale"}}),
        ("contacts_to_campaign_flow", {**CAMPAIGN, "send_window": ["09:00"]}),
        ("export_flow", {"what": "messages", "output_path": "m.jsonl"}),
    ],
)
def test_prefect_refuses_what_the_form_does_not_permit(form, whautomate_emulator, name, wrong):
    given = PEOPLE | wrong if name != "export_flow" else wrong
    with pytest.raises(PrefectHTTPStatusError) as refused:
        form.start(name, **given)
    assert refused.value.response.status_code == 409
    assert whautomate_emulator.requests() == []


@pytest.mark.parametrize(
    ("name", "wrong", "error"),
    [
        ("sync_contacts_flow", {"mapping": {**MAPPING, "city": "city"}}, errors.InvalidRequest),
        ("sync_contacts_flow", {"mapping": MAPPING, "day": "yesterday"}, ParameterTypeError),
        ("tag_contacts_flow", {"tag": "spring", "mebers": "exactly"}, SignatureMismatchError),
        ("contacts_to_campaign_flow", {**CAMPAIGN, "mapping": {"name": "full_name"}}, errors.ConfigurationError),
        ("contacts_to_campaign_flow", {**CAMPAIGN, "max_cost": 5}, errors.ConfigurationError),
        ("contacts_to_campaign_flow", {**CAMPAIGN, "send_window": ["9", "20:00", "UTC"]}, errors.ConfigurationError),
        (
            "contacts_to_campaign_flow",
            {**CAMPAIGN, "send_window": ["09:00", "20:00", "Berlin"]},
            errors.ConfigurationError,
        ),
    ],
)
def test_what_only_the_run_can_see_is_refused_before_anything_is_sent(form, whautomate_emulator, name, wrong, error):
    with pytest.raises(error):
        form(name, **(PEOPLE | wrong))
    assert whautomate_emulator.requests() == []


# --- what they do


def test_a_sync_writes_what_it_rejected_under_its_day(form, whautomate_emulator, tmp_path):
    done = form(
        "sync_contacts_flow",
        **(PEOPLE | {"mapping": MAPPING}),
        max_rejected="50%",
        rejects_path=str(tmp_path / "{day}.jsonl"),
        day="2026-06-01",
    )
    assert (done["created"], done["rejected"]) == (3, 1)
    assert len((tmp_path / "2026-06-01.jsonl").read_text().splitlines()) == 1
    assert len(whautomate_emulator.contacts()) == 3


def test_a_sync_reads_a_query_of_a_database_that_a_block_holds(form, whautomate_emulator, tmp_path):
    with sqlite3.connect(tmp_path / "warehouse.db") as database:
        database.execute("CREATE TABLE people (name TEXT, mobile TEXT)")
        database.execute("INSERT INTO people VALUES ('Ada', '+4915123456789')")
    block = Secret(value=f"sqlite:///{tmp_path}/warehouse.db")
    block.save("warehouse-of-forms", overwrite=True)
    source = {
        "sql": "SELECT name, mobile FROM people",
        "database": {"$ref": {"block_document_id": str(block._block_document_id)}},
    }
    mapping = {"name": "name", "phoneNumber": "mobile", "stage": {"value": "Lead"}}
    given = PEOPLE | {"source": source, "mapping": mapping, "consent_column": None, "rejects_path": None}
    assert form("sync_contacts_flow", **given)["created"] == 1
    assert [one["stage"] for one in whautomate_emulator.contacts()] == ["Lead"]


def test_a_tag_goes_to_the_people_of_a_source(form, whautomate_emulator):
    form("sync_contacts_flow", **(PEOPLE | {"mapping": MAPPING, "max_rejected": "50%", "rejects_path": None}))
    given = PEOPLE | {"tag": "spring", "phone_column": "mobile"}
    assert form("tag_contacts_flow", **given)["tagged"] == 2
    again = form("tag_contacts_flow", **given)
    assert (again["tagged"], again["unchanged"]) == (0, 2)


@QUICK
def test_a_campaign_is_sent_once_for_its_day(form, whautomate_emulator, tmp_path):
    given = CAMPAIGN | {"receipt_path": str(tmp_path / "{day}.json")}
    planned = datetime(2026, 6, 1, 9, tzinfo=UTC)
    done = form("contacts_to_campaign_flow", planned=planned, **given)
    assert (done["wait"]["recipients"], done["wait"]["delivered"]) == (2, 2)
    assert json.loads((tmp_path / "2026-06-01.json").read_text())["delivered"] == 2

    again = form("contacts_to_campaign_flow", planned=planned + timedelta(hours=3), **given)
    assert again["broadcast"]["id"] == done["broadcast"]["id"]
    by_hand = form("contacts_to_campaign_flow", day="2026-06-01", **given)
    assert by_hand["broadcast"]["id"] == done["broadcast"]["id"]
    other = form("contacts_to_campaign_flow", planned=planned + timedelta(days=1), cooldown=None, **given)
    assert other["broadcast"]["id"] != done["broadcast"]["id"]
    assert len(whautomate_emulator.requests("createBroadcast")) == 2


@pytest.mark.parametrize("path", ["/nowhere/at/{day}.html", "nosuch://bucket/{day}.html"])
def test_a_campaign_whose_receipt_can_not_be_written_sends_nothing(form, whautomate_emulator, path):
    with pytest.raises(errors.ConfigurationError, match=r"^receipt_path: "):
        form("contacts_to_campaign_flow", **(CAMPAIGN | {"receipt_path": path}))
    with pytest.raises(errors.ConfigurationError, match=r"^receipt_path: "):
        form("campaign_report_flow", broadcast_id="b", receipt_path=path)
    assert whautomate_emulator.requests() == []


@QUICK
def test_what_was_skipped_is_not_waited_for(form, whautomate_emulator):
    done = form(
        "contacts_to_campaign_flow", **(CAMPAIGN | {"send_window": ["00:00", "00:01", "UTC"]}), outside_window="skip"
    )
    assert done["broadcast"]["skipped"]
    assert done["wait"] is None
    assert whautomate_emulator.requests("createBroadcast") == []


@QUICK
def test_a_report_has_the_receipt_and_who_failed(form, tmp_path):
    sent = form("contacts_to_campaign_flow", **CAMPAIGN)["broadcast"]["id"]
    paths = {name: str(tmp_path / f"{name}-{{day}}.jsonl") for name in ("receipt_path", "logs_path", "failed_path")}
    done = form("campaign_report_flow", broadcast_id=sent, poll_interval=1, day="2026-06-02", **paths)
    assert (done["delivered"], done["logs"], done["retry"]["undelivered"]) == (2, 2, 0)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(f"{name}-2026-06-02.jsonl" for name in paths)


@pytest.mark.parametrize(
    "what", ["contacts", "clients", "opt_outs", "broadcasts", "appointments", "classes", "bookings"]
)
def test_an_export_writes_a_file_for_its_day(form, tmp_path, what):
    done = form("export_flow", what=what, output_path=str(tmp_path / "{day}.jsonl"), day="2026-06-01", days=2)
    assert done["path"] == str(tmp_path / "2026-06-01.jsonl")
    assert Path(done["path"]).exists()


def test_the_day_is_the_planned_one_however_late_or_often_a_run_is(form, server, tmp_path):
    planned = datetime(2026, 6, 1, 23, 59, tzinfo=UTC)
    paths = {"what": "contacts", "output_path": str(tmp_path / "{day}.jsonl")}
    made = form.start("export_flow", planned=planned, **paths)
    server.set_flow_run_state(
        made.id, AwaitingRetry(scheduled_time=datetime.now(UTC) + timedelta(seconds=1)), force=True
    )
    run = server.read_flow_run(made.id)
    assert run_flow(flows.export_flow, flow_run=run, parameters=run.parameters)["path"].endswith("/2026-06-01.jsonl")
    by_hand = form("export_flow", **paths)
    assert date.fromisoformat(Path(by_hand["path"]).stem) - datetime.now(UTC).date() <= timedelta(days=0)
