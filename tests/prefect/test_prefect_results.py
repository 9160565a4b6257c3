"""Results in object storage: an attempt of a deployed flow run on another machine goes on where the last one stopped.

A machine is a process as the pools of containers and of Kubernetes start it, with homes of its own.
"""

import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from prefect.filesystems import RemoteFileSystem
from prefect.states import AwaitingRetry


@pytest.fixture
def bucket(server):
    """The block of a new bucket in an object storage, as its slug."""
    moto = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    storage = moto.ThreadedMotoServer("127.0.0.1", 0)
    storage.start()
    try:
        host, port = storage.get_host_and_port()
        name = f"results-{uuid.uuid4().hex[:8]}"
        settings = {"key": "k", "secret": "s", "client_kwargs": {"endpoint_url": f"http://{host}:{port}"}}
        s3fs.S3FileSystem(**settings).mkdir(name)
        RemoteFileSystem(basepath=f"s3://{name}/prefect", settings=settings).save(name)
        yield f"remote-file-system/{name}"
    finally:
        storage.stop()


@pytest.fixture
def machine(environment, tmp_path):
    """Runs an attempt of a flow run on a machine of its own: the flow run, and more of its environment."""

    def execute(run, **more):
        home = tmp_path / uuid.uuid4().hex
        own = {"PREFECT_HOME": str(home / "prefect"), "WHAUTOMATE_HOME": str(home / "whautomate")}
        subprocess.run(
            [sys.executable, "-m", "prefect", "flow-run", "execute", str(run.id)],
            env={**environment, **own, **more},
            capture_output=True,
            timeout=600,
        )

    return execute


@pytest.mark.parametrize("is_shared", [True, False], ids=["in object storage", "on each machine"])
def test_another_machine_repeats_nothing_where_results_are_in_object_storage(
    request, server, machine, credentials_of_emulator, whautomate_emulator, postgres, is_shared
):
    more = {"PREFECT_RESULTS_DEFAULT_STORAGE_BLOCK": request.getfixturevalue("bucket")} if is_shared else {}
    credentials_of_emulator(state=postgres).save("resumed", overwrite=True)
    deployment = server.create_deployment(
        server.create_flow_from_name("resumed"),
        name="resumed",
        path=str(Path(__file__).parent),
        entrypoint="resumed_flow.py:resumed",
    )
    run = server.create_flow_run_from_deployment(deployment, parameters={"block": "resumed"})

    machine(run, **more)
    assert server.read_flow_run(run.id).state.is_failed()
    before = len(whautomate_emulator.requests())
    server.set_flow_run_state(run.id, AwaitingRetry(), force=True)  # as the button Retry does
    machine(run, **more)

    again = server.read_flow_run(run.id)
    assert (again.state.type.value, again.run_count) == ("COMPLETED", 2)
    repeated = whautomate_emulator.requests()[before:]
    assert bool(repeated) is not is_shared
    assert not [
        one for one in repeated if one["method"] not in ("GET", "HEAD")
    ]  # nothing is done twice without it either
    assert len(whautomate_emulator.contacts()) == 3
    assert len(whautomate_emulator.records("segments")) == 1
