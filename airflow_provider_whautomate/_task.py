"""What operators and sensors do with their arguments: check them at parse, redact them once rendered, read them."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_whautomate._arguments import (
    arguments_of,
    check_own,
    from_text,
    hints_of,
    named_after,
    require_taken,
)
from airflow_provider_whautomate._redacted import Redacted, unredacted
from airflow_provider_whautomate.sources import SOURCES
from whautomate_core.values.arguments import plain


class TakesArguments:
    """Mixin of the bases of operators and sensors, before Airflow's own base."""

    redacted_fields: ClassVar[frozenset[str]] = frozenset()
    """Arguments about people. Airflow keeps and shows what they were rendered to, so it gets a summary of it."""

    _ready = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Raise for an argument that the class does not take: Airflow would show its value, and no similar name.

        :raises ConfigurationError: which names the nearest argument.
        """
        require_taken(cls, kwargs)  # type: ignore[arg-type]
        return super().__new__(cls)

    def check_arguments(self, cls: type[BaseOperator]) -> None:
        """Check the arguments of a class, once its `__init__` has set them, as far as they are in the DAG file.

        From then on what sets an argument is the rendering, whose values about people are redacted.

        :param cls: The class whose `__init__` it is; a subclass may still have to set its own arguments.
        :raises ConfigurationError: and `InvalidRequest`, which name operator, task and argument.
        """
        for name in hints_of(cls):
            value = getattr(self, name)
            if (stored := plain(name, value)) is not value:
                setattr(self, name, stored)
        with named_after(self):
            check_own(self, cls)
            self.check_literals()
        self._ready = True

    def check_literals(self) -> None:
        """Check what else can be seen of arguments that are in the DAG file."""

    def __setattr__(self, name: str, value: Any) -> None:
        if self._ready and name in self.redacted_fields:
            value = self.redacted(name, value)
        super().__setattr__(name, value)

    def redacted(self, name: str, value: Any) -> Any:
        """Return what Airflow shows of a rendered value about people.

        :param name: Name of the argument.
        :param value: What it was rendered to.
        """
        return Redacted(value, is_path=name in SOURCES and isinstance(value, str))

    def given(self, name: str) -> Any:
        """Return the value of an argument as the core takes it: rendered, read from its JSON, its type checked.

        :param name: Name of the argument.
        :raises ConfigurationError: for a value of another type.
        """
        hints = arguments_of(type(self))  # type: ignore[arg-type]  # mypy takes this class for unhashable
        value = unredacted(getattr(self, name))
        return from_text(name, hints[name], value) if name in hints else value
