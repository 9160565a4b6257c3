"""The code in docs/guides/prefect.md runs as it stands there."""

import re
import sys
import textwrap
import uuid
from pathlib import Path

import pytest
from conftest import find_deployment, wait_for
from prefect import flow
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.deployments.runner import EntrypointType
from prefect.events import emit_event

from prefect_whautomate import WhautomateNotification
from prefect_whautomate.flows import campaign_report_flow, notify_flow

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "prefect.md").read_text(encoding="utf-8")


def block_with(text, kind="python"):
    (found,) = [one for one in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S) if text in one]
    return found


TEMPLATE = {"name": "pipeline_alert", "language": "en"}


def of(block):
    return {"$ref": {"block_document_slug": f"whautomate-{block}"}}


def runs_of(server, deployment_id):
    of_deployment = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]))
    return server.read_flow_runs(flow_run_filter=of_deployment)


def test_the_page_shows_the_commands_that_the_tests_of_prefect_yaml_run():
    assert block_with("deploy --all", "console").count("$ prefect ") == 3


def test_deploying_in_python_needs_no_image_for_a_process_pool(server):
    server.create_work_pool(WorkPoolCreate(name="whautomate", type="process"), overwrite=True)
    exec(block_with("export_flow.deploy("), {})
    made = server.read_deployment_by_name("export-flow/opt-outs")
    assert made.entrypoint == "prefect_whautomate.flows.exports.export_flow"
    assert (made.work_pool_name, made.global_concurrency_limit.limit) == ("whautomate", 1)


def test_a_served_flow_runs(server, environment, processes, wait_until, credentials_of_emulator, tmp_path):
    credentials_of_emulator().save("whautomate", overwrite=True)
    name = f"served-{uuid.uuid4().hex[:8]}"
    script = block_with("export_flow.serve(").replace('"served"', repr(name)).replace("/data/", f"{tmp_path}/")
    (tmp_path / "serving.py").write_text(script)
    processes([sys.executable, "serving.py"], tmp_path / "log", env=environment, cwd=tmp_path)
    made = wait_for(lambda: find_deployment(server, f"export-flow/{name}"), 300)
    done = wait_until(server.create_flow_run_from_deployment(made.id), "Completed", "Failed", "Crashed", seconds=120)
    assert done.state.name == "Completed", (tmp_path / "log").read_text()[-3000:]
    assert len(list(tmp_path.glob("opt-outs-*.jsonl"))) == 1


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_the_automations_of_the_page_start_their_deployments(server, credentials_of_emulator):
    account = credentials_of_emulator()
    account.save("whautomate", overwrite=True)
    WhautomateNotification(credentials=account, template=TEMPLATE).save("on-call", overwrite=True)
    server.create_work_pool(WorkPoolCreate(name="whautomate", type="process"), overwrite=True)
    pool = {"work_pool_name": "whautomate", "entrypoint_type": EntrypointType.MODULE_PATH}
    report = campaign_report_flow.deploy(
        name="on-demand", **pool, parameters={"credentials": of("credentials/whautomate")}
    )
    alert = notify_flow.deploy(name="on-call", **pool, parameters={"notification": of("notification/on-call")})
    code = block_with("def on_event(")
    page = {"__name__": "page"}
    exec(code, page)
    (calls,) = re.findall(r'if __name__ == "__main__":\n(.*)', code, re.S)
    id = uuid.uuid4().hex
    made = []
    page["on_event"] = lambda *given, create=page["on_event"]: made.append(create(*given))
    exec(textwrap.dedent(calls), page)
    try:

        def started():
            # Again and again, since the server may not know the automations yet.
            for what in ("delivered", "failed"):
                payload = {"broadcast_id": id, "delivered": 2, "recipients": 3}
                resource = {"prefect.resource.id": f"whautomate.broadcast.{id}"}
                emit_event(f"whautomate.broadcast.{what}", resource=resource, payload=payload)
            runs = [runs_of(server, deployment) for deployment in (report, alert)]
            return all(runs) and [of_one[0].parameters for of_one in runs]

        of_report, of_alert = wait_for(started, 120)
        assert of_report["broadcast_id"] == id
        assert (of_alert["subject"], of_alert["body"]) == ("whautomate.broadcast.failed", "2 of 3 delivered")
        assert of_alert["event"].startswith("event ")
    finally:
        for one in made:
            one.delete()
        for one in (report, alert):
            server.delete_deployment(one)


def test_the_line_of_the_page_notifies(server, credentials_of_emulator, whautomate_emulator):
    (line,) = re.findall(r"`(WhautomateNotification\.load\(.*?)`", PAGE)
    block = WhautomateNotification(
        credentials=credentials_of_emulator(on_call="+4915123456001"),
        template=TEMPLATE,
    )
    block.save("on-call", overwrite=True)

    @flow
    def nightly():
        exec(line, {"WhautomateNotification": WhautomateNotification, "body": "it failed", "subject": "nightly"})

    nightly()
    assert [one["body"]["bodyTextParameters"] for one in whautomate_emulator.requests("sendWhatsappTemplate")] == [
        ["nightly", "it failed"]
    ]
