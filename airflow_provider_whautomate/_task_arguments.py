"""Arguments that every operator takes beside its own, for type checkers and editors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Required, TypedDict


class TaskArguments(TypedDict, total=False):
    """`WhautomateBaseOperator`'s own, and those of Airflow's BaseOperator."""

    task_id: Required[str]
    max_wait: float | timedelta | None
    max_requests: int | None
    whautomate_conn_id: str
    allow_nested_operators: Any
    dag: Any
    default_args: Any
    depends_on_past: Any
    do_xcom_push: Any
    doc: Any
    doc_json: Any
    doc_md: Any
    doc_rst: Any
    doc_yaml: Any
    email: Any
    email_on_failure: Any
    email_on_retry: Any
    end_date: Any
    execution_timeout: Any
    executor: Any
    executor_config: Any
    ignore_first_depends_on_past: Any
    inlets: Any
    logger_name: Any
    map_index_template: Any
    max_active_tis_per_dag: Any
    max_active_tis_per_dagrun: Any
    max_retry_delay: Any
    multiple_outputs: Any
    on_execute_callback: Any
    on_failure_callback: Any
    on_retry_callback: Any
    on_skipped_callback: Any
    on_success_callback: Any
    outlets: Any
    owner: Any
    params: Any
    pool: Any
    pool_slots: Any
    post_execute: Any
    pre_execute: Any
    priority_weight: Any
    queue: Any
    render_template_as_native_obj: Any
    resources: Any
    retries: Any
    retry_delay: Any
    retry_exponential_backoff: Any
    retry_policy: Any
    run_as_user: Any
    sla: Any
    start_date: Any
    task_concurrency: Any
    task_display_name: Any
    task_group: Any
    trigger_rule: Any
    wait_for_downstream: Any
    wait_for_past_depends_before_skipping: Any
    weight_rule: Any


class SensorArguments(TaskArguments, total=False):
    """`WhautomateSensor`'s own, and those of Airflow's BaseSensorOperator."""

    poll_interval: float | timedelta
    deferrable: bool
    exponential_backoff: Any
    mode: Any
    never_fail: Any
    poke_interval: Any
    silent_fail: Any
    soft_fail: Any
    timeout: Any
