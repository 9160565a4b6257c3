"""The account itself."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import account


class WhautomateGetAccountInfoOperator(WhautomateOperator, call=account.get_account_info): ...
