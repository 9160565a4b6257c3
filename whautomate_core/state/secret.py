"""The secret of a state database, with which values are hashed before they are kept."""

from __future__ import annotations

import hmac
import json
from hashlib import blake2b
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from whautomate_core.state.database import Database
from whautomate_core.state.schema import secrets


class Secret:
    """Hashes that tell nothing of a value to who doesn't have the database: phone numbers are few enough to try all."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._value: str | None = None

    def value(self, connection: Connection | None = None) -> bytes:
        """The secret itself, read once."""
        if self._value is None:
            found = select(secrets.c.value)
            if connection is not None:
                self._value = connection.execute(found).scalar_one()
            else:
                self._value = self._database.run(lambda connection: connection.execute(found).scalar_one())
        return self._value.encode()

    def digest(self, value: Any, connection: Connection | None = None) -> str:
        """A short name for a value (JSON)."""
        text = json.dumps(value, sort_keys=True, default=str)
        return hmac.new(self.value(connection), text.encode(), "sha256").hexdigest()[:16]

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for a purpose, such as encrypting what is kept outside of the database."""
        return hmac.new(self.value(), f"key\0{purpose}".encode(), "sha256").digest()

    def hasher(self, purpose: str) -> Any:
        """A hash to copy and feed with bytes; of another purpose the same bytes give another."""
        keyed = blake2b(key=self.value()[:64], digest_size=16)
        keyed.update(purpose.encode() + b"\0")
        return keyed
