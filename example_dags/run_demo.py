"""The main job on the emulator: `python example_dags/run_demo.py airflow` (or `prefect`).

Starts the emulator on a free port of this machine, runs the example against it and prints its report as the last
line. What the emulator holds and what the orchestrator remembers stay in `.demo/`, so a second run finds it again.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from whautomate_core.emulator import Behaviour, create_app, running

ROOT = Path(__file__).resolve().parent.parent
KEY = "demo-key"
PER_MINUTE, PER_DAY = 600, 432_000
"""Twice what a subscribed account may send, so that the demo waits for the pool once and not for minutes."""


def airflow(home: Path, url: str) -> dict[str, str]:
    connection = {"conn_type": "whautomate", "host": url, "password": KEY}
    limits = {"requests_per_minute": PER_MINUTE, "requests_per_day": PER_DAY}
    # The emulator's lists show new records at once.
    connection["extra"] = {**limits, "account": "demo", "location_id": "loc000000001", "list_lag": 0}
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
        "WHAUTOMATE_REQUESTS_PER_MINUTE": str(PER_MINUTE),
        "WHAUTOMATE_REQUESTS_PER_DAY": str(PER_DAY),
        "WHAUTOMATE_LIST_LAG": "0",
    }


# What a person wants to see of a run: steps and their progress. The rest is in the log.
TELLING = re.compile(
    r"(?P<step>starting task_id=\w+)"
    r"|\[info +\] (?P<airflow>.*?) +\[(?:airflow\.task\.\w+\.)?(?:whautomate_core|airflow_provider_whautomate)"
    r"|INFO +\| (?P<prefect>Task run .*)"
)


def follow(command: list[str], env: dict[str, str], log: Path) -> int:
    """Run a command, write all it says to a file and show what tells of its progress."""
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            command, env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as running_example,
    ):
        assert running_example.stdout is not None
        for line in running_example.stdout:
            file.write(line)
            file.flush()
            if found := TELLING.search(re.sub(r"\x1b\[[0-9;]*m", "", line)):
                print(next(said for said in found.groups() if said), flush=True)
    return running_example.returncode


def tail(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines()[-40:]


def main(orchestrator: str) -> int:
    state = ROOT / ".demo" / orchestrator
    home = state / "home"
    home.mkdir(parents=True, exist_ok=True)
    report = state / "report.json"
    report.unlink(missing_ok=True)
    limits = Behaviour(limits=((PER_MINUTE, 60.0), (PER_DAY, 86_400.0)))
    with running(create_app(limits, key=KEY, path=str(state / "emulator.sqlite"))) as url:
        env = {"airflow": airflow, "prefect": prefect}[orchestrator](home, url)
        example = ROOT / "example_dags" / orchestrator / "contacts_to_campaign.py"
        log = state / "run.log"
        env |= {"WHAUTOMATE_DEMO_REPORT": str(report), "WHAUTOMATE_HOME": str(state)}
        code = follow([sys.executable, str(example)], env, log)
    if code or not report.exists():
        print(
            f"the demo failed: {log.relative_to(ROOT)} tells all, and ends so:", *tail(log), sep="\n", file=sys.stderr
        )
        return code or 1
    print(json.dumps(json.loads(report.read_text())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
