"""Whautomate without an orchestrator: calls, clients, sync and campaigns. Imports neither Airflow nor Prefect."""

__version__ = "0.1.0"
