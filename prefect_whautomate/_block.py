"""Blocks that refuse fields they don't have, which Prefect's own blocks ignore."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.settings import unknown_setting

log = logging.getLogger(__name__)

_validating: ContextVar[bool] = ContextVar("whautomate_validating", default=False)


class KnownFields:
    """Put before a block class, it makes a field that the block doesn't have an error that names the nearest one.

    In a saved block it is a warning: an earlier version accepted the field, and it never had an effect.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fields = type(self).model_fields  # type: ignore[attr-defined]
        # Prefect itself adds the type of a nested block, and where a block was saved.
        unknown = [name for name in kwargs if name not in fields and name[0] != "_" and name != "block_type_slug"]
        for name in unknown:
            said = unknown_setting(name, fields)
            if not _validating.get():
                raise ConfigurationError(f"{type(self).__name__}: {said}")
            log.warning("a saved block %s: %s; it has no effect: save the block without it", type(self).__name__, said)
        super().__init__(*args, **kwargs)

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Any:
        """Make a block from what was saved, as Prefect does when it loads one."""
        token = _validating.set(True)
        try:
            return super().model_validate(obj, **kwargs)  # type: ignore[misc]
        finally:
            _validating.reset(token)
