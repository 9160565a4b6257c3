"""The secret of a state database. Values are hashed with it before they are stored."""

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
    """Hashes that reveal nothing without the database. Otherwise all phone numbers could be tried: they are few."""

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
        """A short keyed hash of a value (JSON)."""
        text = json.dumps(value, sort_keys=True, default=str)
        return hmac.new(self.value(connection), text.encode(), "sha256").hexdigest()[:16]

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for a purpose, such as encrypting data that is stored outside the database."""
        return hmac.new(self.value(), f"key\0{purpose}".encode(), "sha256").digest()

    def hasher(self, purpose: str) -> Any:
        """A hash to copy and feed with bytes. For another purpose, the same bytes give another hash."""
        keyed = blake2b(key=self.value()[:64], digest_size=16)
        keyed.update(purpose.encode() + b"\0")
        return keyed
