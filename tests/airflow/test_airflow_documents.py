"""The blocks of the documents that are DAGs, or parts of one, in Airflow: on an emulator, and all in one run of it."""

import json
import re

import commands
import documents
import pytest
from conftest import DAGS_FOLDER, ROOT, connection

from airflow_provider_whautomate.hooks.whautomate import FINAL
from airflow_provider_whautomate.retry_policy import _needs_mending
from whautomate_core import AuthenticationError, ConfigurationError, InvalidRequest
from whautomate_core.emulator import Behaviour, Emulator, create_app, running

pytest.importorskip("airflow.sdk", reason="the documents show Airflow 3")
PACKAGES = (
    "airflow_provider_whautomate",
    "whautomate_core",
    "airflow.sdk",
    "airflow.providers.standard.operators.python",
    "airflow.providers.standard.sensors.date_time",
    "datetime",
)
CHAINS = documents.runs_of("airflow")

RUN = """
import json, os, sys, traceback
from pathlib import Path
folder, dags, tests, port, told, *imported = sys.argv[1:]
sys.path.insert(0, tests)
import documents
documents.answer_as_the_emulator(int(port))
os.chdir(folder)
from airflow.dag_processing.dagbag import DagBag
wrong, there = {}, []
for file in sorted(Path(folder).glob("*.py")):
    (Path(dags) / file.name).symlink_to(file)  # each alone: pages may name their DAGs alike
    try:
        bag = DagBag(bundle_path=dags, dag_folder=dags, bundle_name="dags-folder")
        assert not bag.import_errors, "".join(bag.import_errors.values())
        there += [file.stem for _ in bag.dags]
        for dag in bag.dags.values() if file.stem not in imported else ():
            state = str(dag.test().state)
            assert state == "success", f"{dag.dag_id} ended as {state}"
    except Exception:
        wrong[file.stem] = traceback.format_exc()
    (Path(dags) / file.name).unlink()
Path(told).write_text(json.dumps({"wrong": wrong, "there": there}))
"""


def name_of(block):
    return re.sub(r"\W", "_", block.where)


@pytest.fixture(scope="module")
def ran(airflow, tmp_path_factory):
    """What all blocks came to: errors by file, the files in which there is a DAG, and all that was said."""
    folder, told = tmp_path_factory.mktemp("dags"), tmp_path_factory.mktemp("told") / "told.json"
    (folder / "people.csv").write_text("full_name,mobile\nAda,+4915123456701\nBob,+4915123456702\n")
    wrong, imported = {}, []
    for chain in (one.values[0] for one in CHAINS):
        *_, block = chain
        text = "".join(one.text for one in chain)
        has_dag = "DAG(" in text or "@dag" in text
        if block.is_only_imported or not has_dag:
            imported.append(name_of(block))
        if not has_dag:
            text = documents.in_a_body(f'with DAG("{name_of(block)}", schedule=None):', text)
        try:
            (folder / f"{name_of(block)}.py").write_text("# airflow DAG\n" + documents.with_imports(text, PACKAGES))
        except (AssertionError, SyntaxError) as error:
            wrong[name_of(block)] = str(error)
    served = create_app(
        Behaviour(broadcast_seconds=0, delivery_seconds=0, limits=((100_000, 60.0),)), key=documents.KEY
    )
    emulator = Emulator(served)
    with running(served) as emulator.url:
        code, said = airflow(
            *("-c", RUN, folder, DAGS_FOLDER, ROOT / "tests", emulator.url.rpartition(":")[2], told, *imported),
            timeout=600,
            AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY=0,
            AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection(emulator.url, documents.KEY),
        )
    assert code == 0, said
    found = json.loads(told.read_text())
    return wrong | found["wrong"], found["there"], said


@pytest.mark.parametrize("chain", CHAINS)
def test_airflow_takes_and_runs_it(chain, ran):
    wrong, there, said = ran
    name = name_of(chain[-1])
    assert name not in wrong, f"{wrong[name]}\n{said}"
    assert name in there, "Airflow found no DAG in it"


def test_the_errors_without_a_retry_are_those_of_the_table():
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|.*\| never \|$", page, re.M)) == {one.__name__ for one in FINAL}
    mended = {ConfigurationError("x"), AuthenticationError("x"), InvalidRequest("x", status=400)}
    assert set(re.findall(r"^\| `(\w+)` \|.*\| policy", page, re.M)) == {
        type(one).__name__ for one in mended if _needs_mending(one)
    }


def parse(words):
    from airflow.cli.cli_parser import get_parser

    try:
        get_parser().parse_args(words[1:])
    except SystemExit as end:
        if end.code:
            raise ValueError(words) from None


CONSOLE = [one for one in documents.blocks() if one.language in documents.CONSOLE and "airflow " in one.text]


@pytest.mark.parametrize("block", [pytest.param(one, id=one.where) for one in CONSOLE])
def test_commands_of_airflow_exist(block, tmp_path):
    for words in commands.run(block, tmp_path).noted:
        if words[0] == "airflow":
            parse(words)


@pytest.mark.parametrize("command", documents.inline_commands("airflow"))
def test_commands_in_sentences_exist(command, capsys):
    words = commands.words_of(command)
    try:
        parse(words)
    except ValueError:
        # A sentence may leave out what follows.
        assert "the following arguments are required" in capsys.readouterr().err, words
