"""What Airflow sees of the package as a provider."""

import importlib
import importlib.metadata
import re
from pathlib import Path

import pytest
from conftest import KEY, connection, python

from airflow_provider_whautomate.get_provider_info import get_provider_info
from whautomate_core.settings import NAMES

INFO = get_provider_info()
PACKAGE = Path(importlib.import_module("airflow_provider_whautomate").__file__).parent


def test_package_name_is_the_distributions_or_airflow_does_not_start():
    name = importlib.metadata.metadata("whautomate-pipelines")["Name"]
    assert INFO["package-name"] == re.sub(r"[-_.]+", "-", name).lower()


def test_connection_fields_are_the_settings_of_an_account():
    [connection_type] = INFO["connection-types"]
    assert list(connection_type["conn-fields"]) == list(NAMES), "in their order"
    assert list(NAMES)[:3] == ["plan", "location_id", "account"]
    assert all(None not in about["schema"].get("enum", ()) for about in connection_type["conn-fields"].values())


@pytest.mark.parametrize("kind", ["hooks", "operators", "sensors", "triggers"])
def test_every_module_is_listed(kind):
    [listed] = INFO[kind]
    there = {path.stem for path in (PACKAGE / kind).glob("[a-z]*.py")} - {"base", "job"}
    assert set(listed["python-modules"]) == {f"airflow_provider_whautomate.{kind}.{name}" for name in there}


def loaded_by(code):
    """The packages, without Airflow's own and ours, that are loaded after some code."""
    told = "\nimport sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    return set(python("-c", code + told)[1].splitlines()[-1].split())


def test_dag_files_load_nothing_heavy_that_airflow_has_not_loaded_itself():
    modules = [name for kind in ("operators", "sensors", "triggers") for name in INFO[kind][0]["python-modules"]]
    modules += ["airflow_provider_whautomate.retry_policy", "airflow_provider_whautomate.task_groups"]
    ours = f"import sys, {', '.join(modules)}\n" + (
        "from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator as Sync\n"
        "Sync(task_id='sync', source='c.csv', mapping={'phoneNumber': 'mobile'}, default_region='DE', tags=['a'])\n"
        "from airflow_provider_whautomate.operators.contacts import WhautomateListContactsOperator as List\n"
        "List(task_id='list', filters={'limit': 1}, output_path='s3://a@b/c.parquet')\n"
        "assert 'whautomate_core.client.client' not in sys.modules"
    )
    # What any DAG file with an operator of a provider has.
    airflows = (
        "from airflow.providers.common.compat.sdk import DAG, BaseHook, BaseOperator, BaseSensorOperator, conf\n"
        "import airflow.triggers.base\n"
        "BaseOperator(task_id='task')"
    )
    more = loaded_by(ours) - loaded_by(airflows)
    assert "whautomate_core" in more
    heavy = {"httpx", "sqlalchemy", "phonenumbers", "pyarrow", "fsspec", "yaml", "tenacity", "pandas", "starlette"}
    assert not more & heavy


def test_provider_info_imports_nothing():
    code = "import sys; before = set(sys.modules)\nimport airflow_provider_whautomate.get_provider_info\n" + (
        "print(sorted(name for name in set(sys.modules) - before if 'airflow_provider' not in name))"
    )
    assert python("-c", code)[1].strip() == "[]"


def test_airflow_knows_the_provider(airflow):
    code, said = airflow("-m", "airflow", "providers", "get", "whautomate-pipelines", "--full", "-o", "json")
    assert code == 0, said
    assert "airflow_provider_whautomate.hooks.whautomate.WhautomateHook" in said


def test_airflow_tests_the_connection(airflow, whautomate_emulator):
    good = connection(whautomate_emulator.url, whautomate_emulator.key)
    said = airflow("-m", "airflow", "connections", "test", "good", AIRFLOW_CONN_GOOD=good)[1]
    assert "Connection success!" in said
    bad = connection(whautomate_emulator.url, KEY)
    said = airflow("-m", "airflow", "connections", "test", "bad", AIRFLOW_CONN_BAD=bad)[1]
    assert "the key was refused (403)" in " ".join(said.split())
    assert KEY not in said
    assert [request["operation"] for request in whautomate_emulator.requests()] == [
        "getAccountInfo",
        "getLocation",
        "getAccountInfo",
    ]
