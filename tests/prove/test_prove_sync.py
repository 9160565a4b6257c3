"""A sync of 2,000 rows under Airflow, killed with SIGKILL at 50 random moments, over either store of its state.

It takes many minutes, so `make prove` runs it and `make test` does not.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from whautomate_core.emulator import Behaviour, Emulator, create_app, running

KEY = "key-of-the-proof-4711"
FILE = Path(__file__).parents[1] / "airflow" / "dags_prove" / "synced.py"
ROWS, KILLS = 2_000, int(os.environ.get("WHAUTOMATE_TEST_KILLS", "50"))


@pytest.fixture
def emulator():
    app = create_app(Behaviour(limits=((1_000_000, 60.0),)), key=KEY)
    with running(app) as url:
        yield Emulator(app, url)


def test_a_sync_that_is_killed_again_and_again_loses_and_doubles_nobody(tmp_path, emulator, state_url, account):
    there = [
        {"name": f"N{n}", "phoneNumber": f"49151{n:08d}", "customFields": {"kept": "x"}} for n in range(0, ROWS, 4)
    ]
    emulator.add_contacts(there)
    source = tmp_path / "customers.csv"
    source.write_text("name,mobile,plan\n" + "".join(f"N{n},+49151{n:08d},p{n % 3}\n" for n in range(ROWS)))
    settings = {"requests_per_minute": 1_000_000, "requests_per_day": 9_000_000, "account": account, "list_lag": 0}
    settings |= {"state": state_url, "location_id": "loc000000001"}
    env = os.environ | {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(FILE.parent),
        "AIRFLOW_CONN_SYNCED": json.dumps(
            {"conn_type": "whautomate", "host": emulator.url, "password": KEY, "extra": settings}
        ),
        "SYNCED_SOURCE": str(source),
    }
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, str(FILE), str(KILLS), "7"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    told = [line.partition(" ")[2] for line in done.stdout.splitlines() if line.startswith("told ")]
    assert told, done.stdout[-5000:]
    assert json.loads(told[-1])["state"].endswith("success"), done.stdout[-5000:]
    assert json.loads(told[-1])["killed"] == KILLS

    found = {one["phoneNumber"]: one for one in emulator.contacts()}
    assert len(emulator.contacts()) == len(found) == ROWS
    for n in range(ROWS):
        one = found[f"49151{n:08d}"]
        kept = {"kept": "x"} if n % 4 == 0 else {}
        assert (one["name"], one["tags"], one["customFields"]) == (f"N{n}", ["news"], {**kept, "plan": f"p{n % 3}"})
    fired = [(event["kind"], event["contact"]) for event in emulator.automations()]
    assert len(fired) == len(set(fired))
    assert not any(event["again"] for event in emulator.automations())
