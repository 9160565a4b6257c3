"""What Airflow sees of the package as a provider."""

import importlib
import importlib.metadata
import importlib.util
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_3_PLUS
from conftest import KEY, ROOT, connection, python

from airflow_provider_whautomate.get_provider_info import get_provider_info
from whautomate_core import __version__
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
    more = ("notifications.whautomate", "retry_policy", "task_groups")
    modules += [f"airflow_provider_whautomate.{name}" for name in more]
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
    added = loaded_by(ours) - loaded_by(airflows)
    assert "whautomate_core" in added
    heavy = {"httpx", "sqlalchemy", "phonenumbers", "pyarrow", "fsspec", "yaml", "tenacity", "pandas", "starlette"}
    assert not added & heavy


def test_provider_info_imports_nothing():
    code = "import sys; before = set(sys.modules)\nimport airflow_provider_whautomate.get_provider_info\n" + (
        "print(sorted(name for name in set(sys.modules) - before if 'airflow_provider' not in name))"
    )
    assert python("-c", code)[1].strip() == "[]"


AIRFLOWS = Path(importlib.util.find_spec("airflow").origin).parent


def schema(name):
    """A schema that Airflow ships."""
    return json.loads((AIRFLOWS / name).read_text(encoding="utf-8"))


def test_airflows_schema_takes_it():
    jsonschema.Draft7Validator(schema("provider_info.schema.json")).validate(INFO)


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="older schemas know no fields of connections")
def test_it_is_as_airflow_requires_of_its_own_providers():
    """`provider.yaml` of a provider in Airflow's repository, which its registry is made from, is checked strictly."""
    of_the_release = {"state": "ready", "source-date-epoch": 0, "versions": [__version__]}
    jsonschema.Draft7Validator(schema("provider.yaml.schema.json")).validate(INFO | of_the_release)


def test_guides_and_logo_are_there():
    [integration] = INFO["integrations"]
    assert [path for path in integration["how-to-guide"] if not (ROOT / path.lstrip("/")).is_file()] == []
    logo = PACKAGE / integration["logo"].lstrip("/")
    assert ElementTree.parse(logo).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert logo.stat().st_size < 10_000


def test_every_integration_named_is_one():
    known = {one["integration-name"] for one in INFO["integrations"]}
    named = [one for kind in ("hooks", "operators", "sensors", "triggers") for one in INFO[kind]]
    assert {one["integration-name"] for one in named} == known


def told(airflow, *command):
    """What a command about providers prints, as JSON."""
    code, said = airflow("-m", "airflow", "providers", *command, "-o", "json")
    assert code == 0, said
    return json.loads(next(line for line in said.splitlines() if line.startswith("[{")))


def texts(value):
    """A value with all that is in it as text, as Airflow prints it."""
    if isinstance(value, dict):
        return {name: texts(one) for name, one in value.items()}
    return [texts(one) for one in value] if isinstance(value, list) else str(value)


def test_airflow_shows_all_of_the_provider(airflow):
    [shown] = told(airflow, "get", "whautomate-pipelines", "--full")
    kept = {"package-name", "name", "integrations", "operators", "sensors", "hooks", "triggers", "connection-types"}
    for name in kept:
        assert shown[name] == texts(INFO[name])
    assert shown["description"] == re.sub("[`_<>]", "", INFO["description"]).rstrip(".")


HOOK = "airflow_provider_whautomate.hooks.whautomate.WhautomateHook"
LISTED = {
    "list": {"package_name": "whautomate-pipelines", "version": importlib.metadata.version("whautomate-pipelines")},
    "hooks": {
        "connection_type": "whautomate",
        "class": HOOK,
        "conn_id_attribute_name": "whautomate_conn_id",
        "package_name": "whautomate-pipelines",
        "hook_name": "Whautomate",
    },
    "links": {"extra_link_class_name": "airflow_provider_whautomate.links.WhautomateBroadcastLink"},
    "behaviours": {"field_behaviours": "whautomate"},
}


@pytest.mark.parametrize("command", LISTED)
def test_airflow_lists_it(airflow, command):
    assert [one for one in told(airflow, command) if LISTED[command].items() <= one.items()]


def test_airflow_lists_every_trigger(airflow):
    listed = {one["class"] for one in told(airflow, "triggers") if one["package_name"] == "whautomate-pipelines"}
    assert listed == set(INFO["triggers"][0]["python-modules"])


def test_airflow_lists_every_field_of_the_connection(airflow):
    fields = [one for one in told(airflow, "widgets") if one["package_name"] == "whautomate-pipelines"]
    assert {one["connection_parameter_name"] for one in fields} == {f"extra__whautomate__{name}" for name in NAMES}


def test_airflow_lists_the_notifier(airflow):
    code, said = airflow("-m", "airflow", "providers", "notifications", "-o", "json")
    assert code == 0, said
    assert "airflow_provider_whautomate.notifications.whautomate.WhautomateNotifier" in said


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
