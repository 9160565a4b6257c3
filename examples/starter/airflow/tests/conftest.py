"""An Airflow home for the tests, made before Airflow is imported."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HOME = tempfile.mkdtemp(prefix="airflow-home-")
os.environ |= {
    "AIRFLOW_HOME": HOME,
    "AIRFLOW__CORE__DAGS_FOLDER": str(Path(__file__).parents[1] / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "WHAUTOMATE_HOME": f"{HOME}/whautomate",
    "HOLD_MINUTES": "0",
    "POLL_INTERVAL": "1",
}


@pytest.fixture(scope="session", autouse=True)
def airflow_database():
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)
