"""The steps from a source of people to a delivered broadcast, which Airflow's task group and Prefect's flow chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whautomate_core.errors import ConfigurationError

_PEOPLE = (
    "source", "default_region", "region_column", "consent_column", "max_rejected", "max_consent_rejected", "max_added"
)  # fmt: skip
_STEPS: Mapping[str, tuple[str, ...]] = {
    "sync": (*_PEOPLE, "mapping", "suppress", "location_id", "max_suppress_rejected", "max_created", "rejects_path"),
    "tag": (*_PEOPLE, "tag", "members", "max_removed"),
    "segment": ("segment_name", "location_id"),
    "broadcast": (
        "name", "template", "body_parameters", "header_parameters", "button_parameters", "header_media_url",
        "template_text", "location_id", "schedule_at", "hold_minutes", "send_window", "outside_window", "max_lateness",
        "min_recipients", "max_recipients", "max_deviation", "unit_price", "max_cost", "cooldown",
    ),
    "wait": ("min_delivered", "max_failed", "suppress_failed", "logs_path", "receipt_path", "poll_interval", "timeout"),
}  # fmt: skip
"""Step -> the arguments of the whole that it takes under their names."""


def steps_of_campaign(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The arguments of each step: `sync`, `tag`, `segment`, `broadcast` and `wait`.

    Args:
        given: The arguments of the whole by name. Others are left out.

    Raises: `ConfigurationError` if the mapping names no column of phone numbers, by which `tag` finds people.
    """
    mapping = given["mapping"]
    phone = mapping.get("phoneNumber") if isinstance(mapping, Mapping) else None
    if not isinstance(phone, str):
        raise ConfigurationError('mapping must name the column of phoneNumber, such as {"phoneNumber": "mobile"}')
    steps = {step: {name: given[name] for name in names if name in given} for step, names in _STEPS.items()}
    steps["sync"]["tags"] = [given["tag"]]  # with their creation, which saves a request for each person
    steps["tag"]["mapping"] = {"phoneNumber": phone}
    steps["segment"]["segment_name"] = given["segment_name"] or given["tag"]
    steps["segment"]["criteria"] = {"tags": [given["tag"]]}
    return steps
