"""What a trigger waits for, without personal data in clear.

Airflow keeps the arguments of a trigger in its metadata database, and its API shows them to everybody who may read the
DAG. A phone number among them is encrypted with a key that only the state database of the account has.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING

from whautomate_core.api.call import Json
from whautomate_core.errors import ConfigurationError
from whautomate_core.state import open_state

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

    from whautomate_core.account import Account
    from whautomate_core.waiting.condition import Question


def encrypted(question: Question, account: Callable[[], Account]) -> Json:
    """Return a question as JSON for a trigger: its personal fields are encrypted, together, under `encrypted`.

    :param question: What is waited for.
    :param account: Returns the account whose state database has the key; called only where there is personal data.
    """
    asked = question.as_json()
    personal = {name: asked.pop(name) for name in question.personal if asked.get(name) is not None}
    if not personal:
        return asked
    return {**asked, "encrypted": _cipher(account()).encrypt(json.dumps(personal).encode()).decode()}


def decrypted(asked: Json, account: Account) -> Json:
    """Return what `encrypted` made, with its personal fields in clear.

    :param asked: The question.
    :param account: The account.
    :raises ConfigurationError: where the state database is another one than before.
    """
    if "encrypted" not in asked:
        return asked
    from cryptography.fernet import InvalidToken

    rest = dict(asked)
    token = rest.pop("encrypted")
    try:
        return {**rest, **json.loads(_cipher(account).decrypt(token.encode()))}
    except InvalidToken:
        raise ConfigurationError(
            "the phone number that this task waits for can't be decrypted, because the state database is another one "
            "than when the task was deferred (the connection's field state, or a new file): clear the task, so that it "
            "starts anew"
        ) from None


def _cipher(account: Account) -> Fernet:
    from cryptography.fernet import Fernet

    return Fernet(urlsafe_b64encode(open_state(account.state).secret.key("arguments of triggers")))
