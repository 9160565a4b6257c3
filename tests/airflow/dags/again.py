"""A broadcast, and the recipe of docs/guides/opt-outs.md for whom it failed. test_opt_outs.py runs it."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG

try:
    from airflow.providers.standard.operators.python import ShortCircuitOperator
    from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
except ImportError:  # Airflow 2 has them itself
    from airflow.operators.python import ShortCircuitOperator
    from airflow.sensors.date_time import DateTimeSensorAsync

from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomateFailedRecipientsOperator,
)
from airflow_provider_whautomate.operators.segments import WhautomateEnsureAudienceOperator

OPT_OUTS = Path(os.environ["AGAIN_DOCS"]) / "guides" / "opt-outs.md"
RECIPE = re.compile(r"```python\n(sent = .*?)```", re.DOTALL)
NAMES = {
    "DateTimeSensorAsync": DateTimeSensorAsync,
    "ShortCircuitOperator": ShortCircuitOperator,
    "WhautomateBroadcastOperator": WhautomateBroadcastOperator,
    "WhautomateEnsureAudienceOperator": WhautomateEnsureAudienceOperator,
    "WhautomateFailedRecipientsOperator": WhautomateFailedRecipientsOperator,
    "timedelta": timedelta,
}

with DAG(
    os.environ.get("AGAIN_ID", "again"),
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"hold_minutes": 0},
) as dag:
    spring = WhautomateBroadcastOperator(
        task_id="spring_sale", name="spring", segment_name="vip", template={"name": "spring_sale", "language": "de"}
    )
    [code] = RECIPE.findall(OPT_OUTS.read_text())
    exec(code, NAMES)
    spring >> NAMES["first"]

if __name__ == "__main__":
    dag.test()
