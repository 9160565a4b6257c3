"""The code in docs/prefect.md runs as it stands there."""

import re
import sys
import uuid
from pathlib import Path

from conftest import find_deployment, wait_for
from prefect.client.schemas.actions import WorkPoolCreate

PAGE = (Path(__file__).parents[2] / "docs" / "prefect.md").read_text(encoding="utf-8")


def block_with(text, kind="python"):
    (found,) = [one for one in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S) if text in one]
    return found


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
