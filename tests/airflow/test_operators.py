"""Operators when a DAG is parsed: names, signatures, errors. The endpoints' are walked in
test_endpoints.py; what they do is in test_steps.py."""

from datetime import datetime

import pytest

from airflow_provider_whautomate.operators.base import Veiled
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import (
    WhautomateAddContactTagsOperator,
    WhautomateCreateContactOperator,
    WhautomateGetContactOperator,
    WhautomateListContactsOperator,
    WhautomateSyncContactsOperator,
    WhautomateTagContactsOperator,
    WhautomateUpdateContactOperator,
)
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from whautomate_core.errors import ConfigurationError, InvalidRequest, PolicyRefused


def refused(operator, **arguments):
    with pytest.raises(Exception) as error:  # noqa: PT011 - Airflow's type depends on its version
        operator(task_id="task", **arguments)
    return error.value


def test_missing_and_unknown_arguments_are_errors_at_parse():
    assert "missing keyword argument 'contact_id'" in str(refused(WhautomateGetContactOperator))
    assert "contct_id" in str(refused(WhautomateGetContactOperator, contact_id="c", contct_id="c"))
    with pytest.raises(TypeError, match="contct_id"):
        WhautomateGetContactOperator.partial(task_id="task").expand(contct_id=["c"])


def test_wrong_field_names_are_errors_at_parse_with_the_nearest_name():
    error = refused(WhautomateUpdateContactOperator, contact_id="c", contact={"phone_number": "{{ 1 }}"})
    assert isinstance(error, InvalidRequest)
    assert "did you mean phoneNumber?" in str(error)
    error = refused(WhautomateListContactsOperator, filters={"serchText": "x"})
    assert "did you mean searchText?" in str(error)
    assert "location is required" in str(
        refused(WhautomateCreateContactOperator, contact={"name": "", "phoneNumber": ""})
    )


@pytest.mark.parametrize("value", ["{{ True }}", "False", 1, None])
def test_whether_people_get_into_xcom_stands_in_the_dag_file(value):
    error = refused(WhautomateListContactsOperator, return_records=value)
    assert "return_records must be True or False" in str(error)


@pytest.mark.parametrize("tags", ["vip", '"vip"', "{}", 1, {"vip": 1}])
def test_tags_that_are_no_list_are_an_error_at_parse(tags):
    error = refused(WhautomateAddContactTagsOperator, contact_id="c", tags=tags)
    assert "tags must be a list, or text that is a JSON array" in str(error)
    assert "vip" not in str(error)


def test_templates_and_extra_pass_the_check_of_names():
    WhautomateUpdateContactOperator(task_id="a", contact_id="c", contact="{{ params.contact }}")
    WhautomateUpdateContactOperator(task_id="b", contact_id="c", contact={"name": "x"}, extra={"newField": 1})
    WhautomateUpdateContactOperator(
        task_id="c", contact_id="c", contact={"phone_number": 1}, extra="{{ params.extra }}"
    )
    WhautomateCreateContactOperator.partial(task_id="d", extra={"newField": 1}).expand(contact=[{}])


MAPPING = {"phoneNumber": "mobile"}
TEMPLATE = {"name": "t", "language": "en"}


@pytest.mark.parametrize(
    ("operator", "arguments", "kind", "said"),
    [
        (WhautomateSyncContactsOperator, {"mapping": {"name": "n"}}, ConfigurationError, "column of phoneNumber"),
        (WhautomateSyncContactsOperator, {"mapping": "mobile"}, ConfigurationError, "mapping must be a dict"),
        (WhautomateSyncContactsOperator, {"mapping": {**MAPPING, "stge": "s"}}, InvalidRequest, "did you mean stage?"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_failed": "5"}, None, ""),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_rejected": -1}, ConfigurationError, "max_rejected"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_failed": "5 %%"}, ConfigurationError, "max_failed"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "tags": ["unsubscribe"]}, PolicyRefused, "opt-out"),
        (WhautomateSyncContactsOperator, {"mapping": "{{ x }}", "max_failed": "{{ x }}", "tags": "{{ x }}"}, None, ""),
        (
            WhautomateTagContactsOperator,
            {"tag": "a", "match": {**MAPPING, "name": "n"}},
            ConfigurationError,
            "match must be",
        ),
        (
            WhautomateTagContactsOperator,
            {"tag": "a", "match": MAPPING, "members": "all"},
            ConfigurationError,
            "members must be at_least or exactly",
        ),
        (WhautomateTagContactsOperator, {"tag": "{{ x }}", "match": "{{ x }}", "members": "{{ x }}"}, None, ""),
    ],
)
def test_jobs_with_a_source_at_parse(operator, arguments, kind, said):
    if kind is None:
        operator(task_id="task", source="{{ x }}", **arguments)
    else:
        error = refused(operator, source="customers.csv", **arguments)
        assert isinstance(error, kind)
        assert said in str(error)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "either segment_name or segment_id"),
        ({"segment_name": "a", "segment_id": "b"}, "either segment_name or segment_id"),
        ({"segment_name": "a", "template": {"name": "t"}}, "language is required"),
        ({"segment_name": "a", "schedule_at": datetime(2026, 1, 1)}, "schedule_at"),
        ({"segment_name": "a", "schedule_at": "tomorrow"}, "schedule_at"),
        ({"segment_name": "a", "hold_minutes": -1}, "hold_minutes"),
    ],
)
def test_broadcasts_at_parse(arguments, said):
    assert said in str(refused(WhautomateBroadcastOperator, **{"name": "b", "template": TEMPLATE, **arguments}))


def test_segments_and_sensors_at_parse():
    error = refused(WhautomateEnsureSegmentOperator, segment_name="s", criteria={"tag": ["a"]})
    assert "did you mean tags?" in str(error)
    assert "max_failed" in str(refused(WhautomateBroadcastSensor, broadcast_id="b", max_failed="many"))
    assert "poll_interval" in str(refused(WhautomateBroadcastSensor, broadcast_id="b", poll_interval=0))


def test_what_people_are_about_is_shown_as_a_summary():
    for value, shown in {
        '{"name": "Ada"}': "1 fields: name",
        '[{"name": "Ada"}]': "1 items",
        "Ada": "text",
        '"Ada"': "text",
    }.items():
        assert str(Veiled(value)) == repr(Veiled(value)) == shown
    assert str(Veiled({"name": "Ada", "phoneNumber": "+4915123456789"})) == "2 fields: name, phoneNumber"
    assert str(Veiled([{"name": "Ada"}])) == "1 items"
    assert str(Veiled(4915123456789)) == "int"
    assert str(Veiled(None)) == "None"
    assert str(Veiled("customers.csv", is_path=True)) == "customers.csv"
    assert Veiled(Veiled({"name": "Ada"})).value == {"name": "Ada"}
