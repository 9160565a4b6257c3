"""The account itself."""

from __future__ import annotations

from whautomate_core.api.call import Call, get
from whautomate_core.api.endpoint import endpoint
from whautomate_core.api.records import AccountInfo


@endpoint("getAccountInfo", "GET /v1/account-info", "account")
def get_account_info() -> Call[AccountInfo]:
    """Name and owner of the account (`GET /v1/account-info`; integrators, evidence C)."""
    return get("/v1/account-info")
