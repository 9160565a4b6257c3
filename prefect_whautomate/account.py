"""The account itself."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import account

get_account_info, aget_account_info = endpoint_tasks(account.get_account_info)
