"""The main job on the emulator: `python example_dags/run_demo.py airflow` (or `prefect`).

Starts the emulator on a free port of this machine, runs the example against it and prints its report as the last
line. What the emulator holds and what the orchestrator remembers stay in `.demo/`, so a second run finds it again.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from whautomate_core.emulator import create_app, running

ROOT = Path(__file__).resolve().parent.parent
KEY = "demo-key"


def airflow(home: Path, url: str) -> dict[str, str]:
    connection = {"conn_type": "whautomate", "host": url, "password": KEY}
    connection["extra"] = {"plan": "subscribed", "account": "demo", "location_id": "loc000000001"}
    env = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "example_dags" / "airflow"),
        "AIRFLOW_CONN_WHAUTOMATE_DEFAULT": json.dumps(connection),
    }
    print("preparing Airflow's database", flush=True)
    with (home / "db-migrate.log").open("w") as log:
        subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"], env=os.environ | env, stdout=log, stderr=log, check=True
        )
    return env


def prefect(home: Path, url: str) -> dict[str, str]:
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "WHAUTOMATE_HOST": url,
        "WHAUTOMATE_KEY": KEY,
        "WHAUTOMATE_PLAN": "subscribed",
    }


def main(orchestrator: str) -> int:
    state = ROOT / ".demo" / orchestrator
    home = state / "home"
    home.mkdir(parents=True, exist_ok=True)
    report = state / "report.json"
    report.unlink(missing_ok=True)
    with running(create_app(key=KEY, path=str(state / "emulator.sqlite"))) as url:
        env = {"airflow": airflow, "prefect": prefect}[orchestrator](home, url)
        example = ROOT / "example_dags" / orchestrator / "contacts_to_campaign.py"
        done = subprocess.run(
            [sys.executable, str(example)], env=os.environ | env | {"WHAUTOMATE_DEMO_REPORT": str(report)}
        )
    if done.returncode or not report.exists():
        print("the demo failed; what went wrong stands above", file=sys.stderr)
        return done.returncode or 1
    print(json.dumps(json.loads(report.read_text())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
