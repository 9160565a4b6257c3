"""What Airflow shows of rendered values about people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from airflow_provider_whautomate.sources import Sql, is_json
from whautomate_core.values.words import counted


class Redacted:
    """A rendered value that Airflow shows as a summary: the names of fields, the number of items, never a text.

    :param value: The value.
    :param is_path: Whether the value is a path, which is shown.
    """

    def __init__(self, value: Any, *, is_path: bool = False) -> None:
        self.value: Any = unredacted(value)
        self.is_path = is_path

    def __str__(self) -> str:
        value = self.value
        if isinstance(value, Sql):
            return repr(value)  # shows no values of its parameters
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return value if self.is_path and not is_json(value) and "\n" not in value else "text"
        if isinstance(value, Mapping):
            return f"{counted(len(value), 'field')}: {', '.join(map(str, value))}"
        if isinstance(value, (list, tuple)):
            return counted(len(value), "item")
        return "text" if isinstance(value, str) else "None" if value is None else type(value).__name__

    __repr__ = __str__


class RedactedNumber(Redacted):
    """A phone number that Airflow shows as its first and last digits.

    :param value: The number.
    """

    def __str__(self) -> str:
        text = str(self.value)
        return f"{text[:3]}…{text[-2:]}"

    __repr__ = __str__


def unredacted(value: Any) -> Any:
    """Return the value itself of a `Redacted`; any other value as it is.

    :param value: An attribute of a task.
    """
    return value.value if isinstance(value, Redacted) else value
