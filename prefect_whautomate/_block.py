"""What the blocks of this package have in common."""

from __future__ import annotations

from abc import ABC
from typing import Any, ClassVar

from prefect.blocks.core import Block, schema_extra
from pydantic import (
    ConfigDict,
    HttpUrl,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)

from whautomate_core.errors import ConfigurationError
from whautomate_core.settings import unknown_setting
from whautomate_core.values.confidential import raise_alone

_PREFECTS = r"^(_.*|block_type_slug|\$ref)$"
"""What Prefect adds to the fields of a block: its type, and where it was saved; or a reference, in their place."""


def strict_schema(schema: dict[str, Any], model: type[Block]) -> None:
    """Let the JSON schema of a block, by which forms and deployments check it, permit its own fields alone."""
    schema_extra(schema, model)
    # Prefect takes `additionalProperties` out.
    schema |= {"unevaluatedProperties": False, "patternProperties": {_PREFECTS: {}}}


class WhautomateBlock(Block, ABC):
    """A block that says in words what is wrong with its fields, and that runs get as a reference.

    A field that it doesn't have is an error that names the nearest one, where Prefect's own blocks ignore it: with a
    misspelt `sends`, people would be messaged. In parameters of runs, a saved block is a reference to itself, which
    Prefect resolves: Prefect's own blocks arrive with masks in place of their secrets.

    It is the last of a block's bases, so that its `model_config` holds.
    """

    # A field that is wrong must not show its neighbours, one of which is the key. Prefect sets on a loaded block where
    # it was saved: so it is not frozen, and `__init__` forbids fields in place of `extra`.
    model_config = ConfigDict(frozen=False, extra="ignore", hide_input_in_errors=True, json_schema_extra=strict_schema)

    # The address of `logo.png` once there is one: docs/contributing/listing.md.
    _logo_url: ClassVar[Any] = HttpUrl("https://whautomate-pipelines.example/logo.png")
    _documentation_url: ClassVar[Any] = HttpUrl("https://help.whautomate.com/product-guides/whautomate-rest-api")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fields = type(self).model_fields
        for name in kwargs:
            if name not in fields and name[0] != "_" and name != "block_type_slug":
                raise ConfigurationError(unknown_setting(name, fields))
        super().__init__(*args, **kwargs)

    @classmethod
    def __dispatch_key__(cls) -> str:
        """The key by which Prefect finds the class: the slug. Prefect makes the whole schema for it, at each import."""
        return cls.get_block_type_slug()

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Any:
        """Make a block from what was saved, as Prefect does when it loads one.

        Raises:
            ConfigurationError: Naming the field and what it may be. Prefect would only say that validation failed.
        """
        try:
            return super().model_validate(obj, **kwargs)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            said = [cls.__name__, ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")]
            wrong = ConfigurationError(": ".join(filter(None, said)))
        raise_alone(wrong)

    @model_serializer(mode="wrap")
    def ser_model(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        """Serialize as Prefect does; without a context, in which it saves blocks, a saved block is a reference."""
        if info.mode == "json" and not info.context and self._block_document_id is not None:
            return {"$ref": {"block_document_id": str(self._block_document_id)}}
        return super().ser_model(handler, info)
