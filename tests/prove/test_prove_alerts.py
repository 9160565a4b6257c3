"""A real Airflow that alerts the people on call: from workers, the DAG processor, the triggerer and an executor.

It takes minutes, so `make prove` runs it and `make test` does not.
"""

from pathlib import Path

from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_3_PLUS
from test_prove_airflow import KEY, Airflow, wait_until

from whautomate_core.emulator import Emulator, create_app, running

DAGS = Path(__file__).parents[1] / "airflow" / "dags_prove_alerts"
ON_CALL = "+4915123456712"
TOLD = {
    ("failure", "broken", "fails"),
    ("failure", "broken", "-"),
    ("success", "fine", "-"),
    ("failure", "killed", "-"),
    *([("deadline", "late_async", "-"), ("deadline", "late_sync", "-")] if AIRFLOW_V_3_3_PLUS else []),
    *([] if AIRFLOW_V_3_3_PLUS else [("sla", "late_sla", "-")]),
}


def test_each_kind_of_callback_tells_once(tmp_path):
    app = create_app(key=KEY)
    with running(app) as url:
        emulator = Emulator(app, url)
        airflow = Airflow(
            tmp_path, {"whautomate_default": emulator}, DAGS, on_call=ON_CALL, location_id=emulator.location_id
        )

        def told():
            messages = [one["body"] for one in emulator.requests("sendWhatsappTemplate")]
            assert {one["recepient"]["phoneNumber"] for one in messages} <= {ON_CALL}
            return [tuple(one["bodyTextParameters"]) for one in messages]

        try:
            wait_until(lambda: set(told()) >= TOLD, airflow)
        finally:
            airflow.stop()
        assert sorted(told()) == sorted(TOLD), "each of them once, and nothing else"
        assert ON_CALL[1:] not in (tmp_path / "said.txt").read_text(errors="replace") + airflow.said()
