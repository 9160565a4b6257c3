"""The definition of a broadcast: what it says, to whom, when, and within which limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from whautomate_core.api.records import Template
from whautomate_core.errors import ConfigurationError
from whautomate_core.values.arguments import not_taken
from whautomate_core.values.thresholds import Threshold, check_threshold
from whautomate_core.values.words import is_rendered_none

Component = Literal["header", "body", "button"]


def _threshold(value: Threshold | None) -> Threshold | None:
    if isinstance(value, str) and value.isdigit():  # what a template renders for a count
        value = int(value)
    if value is not None:
        check_threshold("it", value)
    return value


def _filled(value: str | None) -> str | None:
    if value is not None and (not value.strip() or is_rendered_none(value)):
        raise ValueError(f"it must not be empty{f' (it is {value.strip()!r})' if value.strip() else ''}")
    return value


def _path(value: str) -> str:
    if is_rendered_none(value):
        raise ValueError("it must not be the text of a missing value: give a path")
    return value


Text = Annotated[str, AfterValidator(_filled)]
FilePath = Annotated[str, AfterValidator(_path)]
Share = Annotated[int | str | None, AfterValidator(_threshold)]


class Campaign(BaseModel):
    """One broadcast. Its key is not a field, because the content must not decide whether it was sent before.

    `campaign_from` builds it, and raises `ConfigurationError` that names the wrong field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Text = Field(description="Name of the broadcast. At Whautomate, a short hash of its key follows the name.")
    template: Template = Field(description="Name and language of an approved template.")
    segment_name: Text | None = Field(
        default=None, description="Name of the segment it is sent to. The segment must exclude opted-out people."
    )
    segment_id: Text | None = Field(default=None, description="Id of the segment it is sent to.")
    retarget: Text | None = Field(
        default=None, description="Id of an earlier broadcast whose recipients it is sent to. Their log is read first."
    )
    retarget_type: Literal["sent", "failed", "delivered", "read", "replied"] = Field(
        default="sent", description="Which recipients of the earlier broadcast it is sent to."
    )
    body_parameters: list[str] = Field(default=[], description="Values of the placeholders in the template's body.")
    header_parameters: list[str] = Field(default=[], description="Values of the placeholders in its header.")
    button_parameters: list[str] = Field(
        default=[], description="Values of the placeholders in the URLs of its buttons."
    )
    header_media_url: Text | None = Field(
        default=None, description="URL of the image, video or document in its header."
    )
    template_text: dict[Component, str] | None = Field(
        default=None,
        description="Texts of the template by component (header, body, button), to count their placeholders. Not "
        "templated.",
    )
    expected_parameters: dict[Component, Annotated[int, Field(ge=0)]] | None = Field(
        default=None,
        description="Number of placeholders by component (header, body, button), instead of `template_text`.",
    )
    location_id: Text | None = Field(default=None, description="Location it belongs to; defaults to the account's.")
    schedule_at: AwareDatetime | None = Field(
        default=None, description="When it starts, with a time zone; defaults to `hold_minutes` from now."
    )
    hold_minutes: float = Field(
        default=5.0,
        ge=0,
        allow_inf_nan=False,
        description="Minimum minutes between creation and start, in which it can be cancelled.",
    )
    look_again: bool = Field(
        default=True,
        description="Check before the start for people who opted out since the creation, and create it anew without "
        "them. "
        "The step waits for that if the start is more than 90 seconds away.",
    )
    send_window: tuple[str, str, str] | None = Field(
        default=None,
        description='Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin").',
    )
    outside_window: Literal["shift", "skip", "fail"] = Field(
        default="shift",
        description="Outside of these hours: start when they begin (shift), send nothing (skip), or fail.",
    )
    max_lateness: timedelta | None = Field(
        default=timedelta(hours=6),
        description="How late after its due time it may still be sent; None means no limit. Later runs are skipped, "
        "such as "
        "those of a back-fill.",
    )
    min_recipients: int = Field(default=1, ge=0, description="Minimum number of people it reaches.")
    max_recipients: int | None = Field(default=None, ge=1, description="Maximum number of people it may reach.")
    max_deviation: Annotated[str | None, AfterValidator(_threshold)] = Field(
        default=None,
        description="How far the number of recipients may differ from the last broadcast of this name, such as "
        '"50%", and '
        "by how much it may exceed an approved plan.",
    )
    unit_price: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="Price of one message.")
    max_cost: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="Maximum cost.")
    cooldown: timedelta | None = Field(
        default=timedelta(hours=20),
        description="How long the same content to the same segment is refused under another key; None permits it.",
    )
    approved_plan: dict[str, Any] | None = Field(
        default=None,
        description="The result of `plan_broadcast` that somebody approved. A broadcast that differs from it is "
        "refused.",
    )
    approver: str | None = Field(default=None, description="Name of the person who approved it, for the receipt.")
    min_delivered: Share = Field(
        default=None, description='Minimum recipients it must be delivered to: a count, or a share like "95%".'
    )
    max_failed: Share = Field(
        default=None,
        description='Maximum recipients that may fail: a count, or a share like "5%"; defaults to unlimited.',
    )
    on_failed: Literal["fail", "warn"] = Field(
        default="fail",
        description="What happens if min_delivered or max_failed is not met: the step fails, or logs a warning.",
    )
    suppress_failed: bool = Field(
        default=False,
        description="Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050), as "
        "`suppress_unreachable` does. Tags trigger automations.",
    )
    logs_path: FilePath | None = Field(
        default=None,
        description="File for the log, with one line for each recipient: JSON lines, or Parquet if it ends in "
        ".parquet. It holds names and numbers.",
    )
    receipt_path: FilePath | None = Field(
        default=None, description="File for the receipt: an HTML page if it ends in .html, else JSON."
    )

    @model_validator(mode="after")
    def _fits(self) -> Campaign:
        if sum(one is not None for one in (self.segment_name, self.segment_id, self.retarget)) != 1:
            raise ValueError("give exactly one of segment_name, segment_id and retarget")
        if not all(self.template.values()):
            raise ValueError("template needs a name and a language")
        if self.template_text is not None and self.expected_parameters is not None:
            raise ValueError("give either template_text or expected_parameters, not both")
        if self.max_cost is not None and self.unit_price is None:
            raise ValueError("max_cost needs unit_price, the price of one message")
        if self.send_window is not None:
            self.window()
        return self

    def window(self) -> tuple[time, time, ZoneInfo]:
        """The send window. Raises `ConfigurationError` if it isn't valid."""
        begin, end, zone = self.send_window or ("00:00", "24:00", "UTC")
        if not all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", one) for one in (begin, end)) or begin >= end:
            raise ConfigurationError('send_window must begin and end within one day, such as "09:00" and "20:00"')
        try:
            known = ZoneInfo(zone)
        except (LookupError, ValueError, OSError):
            raise ConfigurationError("send_window: its zone must be an IANA name such as Europe/Berlin") from None
        return time.fromisoformat(begin), time.max if end == "24:00" else time.fromisoformat(end), known


AT_THE_END = ("min_delivered", "max_failed", "on_failed", "suppress_failed", "logs_path", "receipt_path")
"""Fields that only act when somebody waits for the end of the broadcast."""


def acting_at_the_end(given: Mapping[str, Any]) -> list[str]:
    """The fields of `AT_THE_END` that differ from their defaults."""
    return [name for name in AT_THE_END if name in given and given[name] != Campaign.model_fields[name].default]


def campaign_from(values: Mapping[str, Any], unknown: Iterable[str] = ()) -> Campaign | None:
    """The campaign with these fields. Texts are converted ("100" becomes 100).

    Args:
        unknown: Fields whose values are not known yet, such as templates. They are not checked, and the result is None.

    Raises: `ConfigurationError` that names the field.
    """
    unknown = set(unknown)
    try:
        campaign = Campaign.model_validate(dict(values))
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False):
            place = [str(part) for part in one["loc"] if not str(part).startswith("function-")]
            if place[:1] and place[0] in unknown:
                continue
            if not place and unknown:
                continue
            if one["type"] == "dict_type":
                raise ConfigurationError(_not_a_dict(place[0], values[place[0]])) from None
            said = re.sub(r"^(Value error|Assertion failed), ", "", one["msg"])
            raise ConfigurationError(f"{'.'.join(place)}: {said}" if place else said) from None
        return None
    return None if unknown else campaign


def _not_a_dict(name: str, value: Any) -> str:
    return not_taken(name, Campaign.model_fields[name].annotation, value)


def complete_campaign(**fields: Any) -> Campaign:
    """The campaign with these fields. Raises `ConfigurationError` that names the wrong field."""
    campaign = campaign_from(fields)
    assert campaign is not None  # no field is unknown
    return campaign
