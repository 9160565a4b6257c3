"""The page of metrics, the dashboard and the alert rules name what is measured, and nothing else."""

import json
import re
import typing
from pathlib import Path
from typing import Any

import pytest
import yaml

from whautomate_core import telemetry
from whautomate_core.telemetry import METRICS

DOCS = Path(__file__).parents[2] / "docs" / "operations"
PAGE = (DOCS / "metrics.md").read_text(encoding="utf-8")
GRAFANA: dict[str, Any] = json.loads((DOCS / "metrics-grafana.json").read_text(encoding="utf-8"))
[GROUP] = yaml.safe_load((DOCS / "metrics-alerts.yml").read_text(encoding="utf-8"))["groups"]

IN_PROMETHEUS = {f"{name}_total" if one.kind == "counter" else name: one for name, one in METRICS.items()}
SELECTOR = re.compile(r'\{__name__=~"\(airflow_\)\?whautomate_(?P<name>\w+)"(?P<labels>[^}]*)\}')


def expressions() -> dict[str, str]:
    """Every expression of the dashboard and the rules, by what it is for."""
    found = {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in GRAFANA["panels"]
        for target in panel["targets"]
    }
    return found | {rule["alert"]: rule["expr"] for rule in GROUP["rules"]}


def test_the_table_has_each_metric() -> None:
    rows = [
        f"| `whautomate.{name}` | {one.kind} | {', '.join(f'`{tag}`' for tag in one.tags) or 'none'} | {one.says} |"
        for name, one in METRICS.items()
    ]
    assert re.findall(r"(?m)^\| `whautomate\..*$", PAGE) == rows


def test_the_table_has_each_kind_of_refusal() -> None:
    table = PAGE.partition("| kind | why |")[2].partition("\n\n")[0]
    assert set(re.findall(r"(?m)^\| `(\w+)` \| ", table)) == set(typing.get_args(telemetry.Refusal))


@pytest.mark.parametrize("about", expressions())
def test_dashboard_and_rules_ask_for_metrics_and_tags_that_there_are(about: str) -> None:
    expression = expressions()[about]
    selectors = list(SELECTOR.finditer(expression))
    assert selectors
    assert "whautomate" not in SELECTOR.sub("", expression)
    for one in selectors:
        tags = IN_PROMETHEUS[one["name"]].tags
        assert set(re.findall(r"(\w+)(?:=~|!=|!~|=)", one["labels"])) <= set(tags)
    grouped = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", expression))))
    assert grouped <= {tag for one in selectors for tag in IN_PROMETHEUS[one["name"]].tags}


def test_values_in_dashboard_and_rules_are_outcomes_and_windows_that_there_are() -> None:
    from whautomate_core import errors

    outcomes = {telemetry.outcome_of(one("")) for one in vars(errors).values() if _is_error(one)} | {"ok"}
    known = {"outcome": outcomes, "window": {"60", "86400"}}
    for expression in expressions().values():
        for one in SELECTOR.finditer(expression):
            for tag, values in re.findall(r'(\w+)(?:=~|!=|=)"([^"]*)"', one["labels"]):
                assert set(values.split("|")) <= known[tag]


def _is_error(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, Exception)


def test_the_dashboard_shows_each_metric_once_named() -> None:
    shown = {one["name"] for expression in expressions().values() for one in SELECTOR.finditer(expression)}
    assert shown == set(IN_PROMETHEUS)
    panels = GRAFANA["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)
    assert {"title", "uid", "schemaVersion", "templating", "time"} <= GRAFANA.keys()


def test_there_are_five_rules_that_say_what_to_do() -> None:
    assert len(GROUP["rules"]) == 5
    for rule in GROUP["rules"]:
        assert (
            {"alert", "expr", "labels", "annotations"}
            <= rule.keys()
            <= {"for", "alert", "expr", "labels", "annotations"}
        )
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert {"summary", "description", "runbook"} == rule["annotations"].keys()


def test_the_rules_of_the_statsd_exporter_map_each_name_to_that_of_the_dashboard() -> None:
    [text] = re.findall(r"```yaml\n(mappings:.*?)```", PAGE, re.DOTALL)
    mapped = {}
    for one in yaml.safe_load(text)["mappings"]:
        name, *stars = one["match"].removeprefix("airflow.whautomate.").split(".")
        assert set(stars) <= {"*"}
        places = {f"${number}" for number in range(1, len(stars) + 1)}
        assert set(one.get("labels", {}).values()) == places
        mapped[name, tuple(one.get("labels", {}))] = one["name"]
    expected = {}
    for name, metric in METRICS.items():
        suffix = "_total" if metric.kind == "counter" else ""
        for tags in {metric.tags, tuple(tag for tag in metric.tags if tag != "account")}:
            expected[name, tags] = f"airflow_whautomate_{name}{suffix}"
    assert mapped == expected
