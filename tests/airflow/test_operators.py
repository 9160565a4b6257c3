"""Operators when a DAG is parsed: names, signatures, errors. What they do is in test_steps.py."""

import importlib
import inspect
import pkgutil
from datetime import datetime

import pytest
from airflow.providers.common.compat.sdk import BaseOperator

import whautomate_core.api
from airflow_provider_whautomate.operators.base import Veiled, WhautomateOperator
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import (
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

ENDPOINTS = [
    (module.name, name)
    for module in pkgutil.iter_modules(whautomate_core.api.__path__)
    for name, function in vars(importlib.import_module(f"whautomate_core.api.{module.name}")).items()
    if inspect.isfunction(function) and function.__module__ == f"whautomate_core.api.{module.name}" and name[0] != "_"
]


@pytest.mark.parametrize(("resource", "function"), ENDPOINTS)
def test_every_endpoint_has_its_operator(resource, function):
    call = getattr(importlib.import_module(f"whautomate_core.api.{resource}"), function)
    module = importlib.import_module(f"airflow_provider_whautomate.operators.{resource}")
    operator = getattr(module, f"Whautomate{function.title().replace('_', '')}Operator")
    assert issubclass(operator, WhautomateOperator)
    arguments = inspect.signature(call).parameters
    parameters = inspect.signature(operator.__init__).parameters
    assert {*arguments, "whautomate_conn_id"} <= set(parameters)
    assert {*arguments, "whautomate_conn_id"} <= set(operator.template_fields)
    assert not set(operator.template_fields) & set(inspect.signature(BaseOperator.__init__).parameters)
    assert operator.__doc__.startswith(inspect.getdoc(call).splitlines()[0])
    assert all(f":param {name}:" in operator.__doc__ for name in operator.template_fields)
    given = {name: "{{ ti.try_number }}" for name, one in arguments.items() if one.default is one.empty}
    made = operator(task_id="task", **given)
    assert {name: getattr(made, name) for name in given} == given
    assert made.whautomate_conn_id == "whautomate_default"


def test_there_are_endpoints_to_test():
    assert ("contacts", "get_contact") in ENDPOINTS


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
        (WhautomateSyncContactsOperator, {"mapping": "mobile"}, ConfigurationError, "a mapping is a dict"),
        (WhautomateSyncContactsOperator, {"mapping": {**MAPPING, "stge": "s"}}, InvalidRequest, "did you mean stage?"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_failed": "5"}, None, ""),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_rejected": -1}, ConfigurationError, "max_rejected"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_failed": "5 %%"}, ConfigurationError, "max_failed"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "tags": ["unsubscribe"]}, PolicyRefused, "opt-out"),
        (WhautomateSyncContactsOperator, {"mapping": "{{ x }}", "max_failed": "{{ x }}", "tags": "{{ x }}"}, None, ""),
        (WhautomateTagContactsOperator, {"tag": "a", "match": {**MAPPING, "name": "n"}}, ConfigurationError, "alone"),
        (
            WhautomateTagContactsOperator,
            {"tag": "a", "match": MAPPING, "members": "exactly"},
            ConfigurationError,
            "only",
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
    assert str(Veiled({"name": "Ada", "phoneNumber": "+4915123456789"})) == "2 fields: name, phoneNumber"
    assert str(Veiled([{"name": "Ada"}])) == "1 items"
    assert str(Veiled("customers.csv")) == "customers.csv"
