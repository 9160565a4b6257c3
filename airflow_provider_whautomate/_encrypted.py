"""Conditions as arguments of triggers, with personal data encrypted.

Airflow keeps the arguments of a trigger in its metadata database, and its API shows them to everybody who may read the
DAG. A phone number among them is encrypted with a key that only the account's state database has.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING

from whautomate_core.api.call import Json
from whautomate_core.errors import ConfigurationError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

    from whautomate_core.account import Account
    from whautomate_core.waiting.condition import Condition


def encrypted(condition: Condition, account: Callable[[], Account]) -> Json:
    """Return a condition as JSON for a trigger, with its personal fields encrypted together under `encrypted`.

    :param condition: The condition.
    :param account: Returns the account whose state database has the key. It is called only if there is personal data.
    """
    given = condition.as_json()
    personal = {name: given.pop(name) for name in condition.personal if given.get(name) is not None}
    if not personal:
        return given
    return {**given, "encrypted": _cipher(account()).encrypt(json.dumps(personal).encode()).decode()}


def decrypted(given: Json, account: Account) -> Json:
    """Return the JSON that `encrypted` made, with its personal fields in clear.

    :param given: The JSON.
    :param account: The account.
    :raises ConfigurationError: if the state database is not the one that encrypted them.
    """
    if "encrypted" not in given:
        return given
    from cryptography.fernet import InvalidToken

    rest = dict(given)
    token = rest.pop("encrypted")
    try:
        return {**rest, **json.loads(_cipher(account).decrypt(token.encode()))}
    except InvalidToken:
        raise ConfigurationError(
            "the phone number that this task waits for can't be decrypted, because the state database is another one "
            "than when the task was deferred (the connection's field state, or a new file): clear the task, so that it "
            "starts again"
        ) from None


def _cipher(account: Account) -> Fernet:
    from cryptography.fernet import Fernet

    from whautomate_core.state import open_state

    return Fernet(urlsafe_b64encode(open_state(account.state).secret.key("arguments of triggers")))
