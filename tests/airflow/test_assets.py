"""Outlets: which event they make, and what its extra holds."""

from types import SimpleNamespace

import pytest
from airflow.providers.common.compat.assets import Asset, AssetAlias
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS

from airflow_provider_whautomate._assets import tell_assets
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from whautomate_core.errors import ConfigurationError

if AIRFLOW_V_3_0_PLUS:
    from airflow.sdk.execution_time.context import OutletEventAccessors
else:
    from airflow.utils.context import OutletEventAccessors

URI = "whautomate://acme/broadcasts/Spring%20sale"
REPORT = {
    "id": "b1",
    "sent": 5,
    "delivered": 4,
    "finished": True,
    "name": "Ada",
    "cost": 0.5,
    "failures": {"131050": 1},
}
FIGURES = {"id": "b1", "sent": 5, "delivered": 4}


def told(outlet):
    events = OutletEventAccessors()
    tell_assets(SimpleNamespace(outlets=[outlet]), {"outlet_events": events}, URI, REPORT)
    return events[outlet]


def test_the_asset_gets_the_figures_and_nothing_else():
    assert told(Asset(URI)).extra == FIGURES


def test_an_asset_of_something_else_is_left_alone():
    assert told(Asset("whautomate://acme/contacts")).extra == {}


def test_an_alias_becomes_the_asset():
    accessor = told(AssetAlias("delivered"))
    [event] = accessor.asset_alias_events if AIRFLOW_V_3_0_PLUS else accessor.dataset_alias_events
    if AIRFLOW_V_3_0_PLUS:
        assert (event.dest_asset_key.uri, event.extra) == (URI, FIGURES)
    else:
        assert (event["dest_dataset_uri"], event["extra"]) == (URI, FIGURES)


@pytest.mark.parametrize("outlet", [Asset(URI), AssetAlias("delivered")])
def test_a_broadcast_that_is_not_waited_for_cannot_tell_that_it_was_delivered(outlet):
    sale = {"name": "Spring sale", "template": {"name": "t", "language": "en"}, "segment_id": "s1"}
    with pytest.raises(ConfigurationError, match="outlets tell that the broadcast was delivered, so they need wait"):
        WhautomateBroadcastOperator(task_id="send", outlets=[outlet], **sale)
    WhautomateBroadcastOperator(task_id="send", outlets=[outlet], wait=True, **sale)
    WhautomateBroadcastOperator(task_id="send", outlets=[Asset("s3://bucket/key")], **sale)
