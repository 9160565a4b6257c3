"""How the cluster is configured: what docs/operations/cluster.md shows is this.

A name after $ is what a team has of its own.
"""

from string import Template

WORKERS = 3
SLOTS = 4
"""Tasks that one worker runs at once."""

# Every process of Airflow: scheduler, triggerer, DAG processor, API server and workers.
SHARED = {
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW__CORE__PARALLELISM": f"{WORKERS * SLOTS}",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "$API_URL/execution/",
    "AIRFLOW__CORE__FERNET_KEY": "$FERNET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET": "$JWT_SECRET",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://$METADATA_DATABASE",
    "AIRFLOW__CELERY__BROKER_URL": "$REDIS_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND": "db+postgresql+psycopg2://$METADATA_DATABASE",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": f"{SLOTS}",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "86400",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "90",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "120",
    "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
    "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"connections_file_path": "$CONNECTIONS_FILE"}',
}

# What the secrets backend holds. The account's state is named by the id of the second one.
CONNECTIONS = """\
{
  "whautomate_default": {
    "conn_type": "whautomate",
    "host": "$WHAUTOMATE_HOST",
    "password": "$WHAUTOMATE_KEY",
    "extra": {
      "account": "shop",
      "plan": "subscribed",
      "location_id": "loc000000001",
      "state": "whautomate_state"
    }
  },
  "whautomate_state": "postgresql://$STATE_DATABASE"
}
"""

# Airflow's pools: how many tasks of a kind run at once, so that long ones leave slots to short ones. How fast all of
# them send is up to the account's own pool of requests.
POOLS = """\
{
  "syncs": {"slots": 5, "description": "Long tasks that write people", "include_deferred": false},
  "broadcasts": {"slots": 3, "description": "Tasks that count their audience first", "include_deferred": false}
}
"""


def filled(text: str, **values: str) -> str:
    """A text of the configuration with what a run has of its own. Raises KeyError for a name that it lacks."""
    return Template(text).substitute(values)
