"""Checks before a broadcast is created: its parameters, the number of people it reaches, its cost."""

from __future__ import annotations

import re

from whautomate_core import telemetry
from whautomate_core.api.call import Json
from whautomate_core.errors import InvalidRequest
from whautomate_core.messaging.audience import Audience
from whautomate_core.messaging.campaign import Campaign, Component
from whautomate_core.values.thresholds import limit
from whautomate_core.values.words import counted, is_rendered_none


def require_parameters(campaign: Campaign) -> None:
    """Raise `InvalidRequest` unless every placeholder of the template has exactly one value, and none is empty.

    Otherwise WhatsApp refuses the send at the first recipient (error 132000). It counts for each component.
    """
    given: dict[Component, list[str]] = {
        "header": campaign.header_parameters,
        "body": campaign.body_parameters,
        "button": campaign.button_parameters,
    }
    for component, values in given.items():
        for place, value in enumerate(values, 1):
            if not value.strip() or is_rendered_none(value):
                raise InvalidRequest(f"{component}_parameters: the value of {{{{{place}}}}} is empty")
        wanted = _expected(campaign, component)
        if wanted is not None and wanted != len(values):
            raise InvalidRequest(
                f"{component}_parameters has {counted(len(values), 'value')}, but the template's {component} has "
                f"{counted(wanted, 'placeholder')}"
            )


def counts_values(campaign: Campaign) -> bool:
    """Whether a campaign says how many values its template takes, or gives none."""
    given = campaign.header_parameters or campaign.body_parameters or campaign.button_parameters
    return not given or campaign.template_text is not None or campaign.expected_parameters is not None


def _expected(campaign: Campaign, component: Component) -> int | None:
    """The number of placeholders in a component of the template; None if it is not given."""
    if campaign.expected_parameters is not None:
        return campaign.expected_parameters.get(component, 0)
    if campaign.template_text is None:
        return None
    found = {int(one) for one in re.findall(r"\{\{\s*(\d+)\s*\}\}", campaign.template_text.get(component, ""))}
    if found != set(range(1, len(found) + 1)):
        raise InvalidRequest(f"template_text: the placeholders of its {component} must count from 1 without a gap")
    return len(found)


def require_recipients(campaign: Campaign, audience: Audience) -> None:
    """Raise `PolicyRefused` if a broadcast may reach too few or too many people, cost too much, or reach opted-out
    people."""
    named = f"broadcast {campaign.name!r}"
    if audience.elsewhere:
        raise telemetry.refused(
            "opted_out",
            f"{named} reaches {counted(audience.elsewhere, 'person')} who opted out through another contact or "
            "client with the "
            "same "
            "number, or asked to be forgotten. Give all their records the opt-out tag, so that segments leave them "
            "out: "
            "a sync whose suppress names them does that, and export_opt_outs lists opted-out people",
        )
    if audience.most == 0 and campaign.min_recipients > 0:
        raise telemetry.refused(
            "audience_size", f"{named} reaches nobody, so nothing was sent (min_recipients=0 permits that)"
        )
    if audience.least < campaign.min_recipients > 1:
        hint = (
            ""
            if audience.least == audience.most
            else " (a range, because it is not documented how the criteria are read)"
        )
        raise telemetry.refused(
            "audience_size",
            f"{named} reaches {audience}{hint}, but min_recipients is {campaign.min_recipients}: nothing was sent",
        )
    if campaign.max_recipients is not None and audience.most > campaign.max_recipients:
        raise telemetry.refused(
            "audience_size",
            f"{named} reaches {audience}, but max_recipients is {campaign.max_recipients}: nothing was sent",
        )
    price = cost(campaign.unit_price, audience.most)
    if price is not None and campaign.max_cost is not None and price > campaign.max_cost:
        raise telemetry.refused(
            "cost",
            f"{named} costs up to {price:.2f} for {audience}, but max_cost is {campaign.max_cost:.2f}: nothing was "
            "sent",
        )


def cost(unit_price: float | None, recipients: int) -> float | None:
    """The cost of so many messages; None if the price is unknown."""
    return None if unit_price is None else round(unit_price * recipients, 4)


def require_like_last(campaign: Campaign, audience: Audience, last: int | None) -> None:
    """Raise `PolicyRefused` if the number of recipients differs from the last broadcast by more than
    `max_deviation`."""
    if campaign.max_deviation is None or last is None:
        return
    if abs(audience.most - last) > limit("max_deviation", campaign.max_deviation, last):
        raise telemetry.refused(
            "deviation",
            f"broadcast {campaign.name!r} reaches {audience}, and the last one reached {last}: that differs by more "
            "than "
            f"max_deviation={campaign.max_deviation!r}, so nothing was sent",
        )


def require_as_planned(campaign: Campaign, plan: Json) -> None:
    """Raise `PolicyRefused` if the broadcast differs from the approved plan, or reaches more people."""
    approved = campaign.approved_plan
    if approved is None:
        return
    if not {"hash", "recipients"} <= approved.keys():
        raise InvalidRequest("approved_plan must be the result of the planning step")
    if approved["hash"] != plan["hash"]:
        raise telemetry.refused(
            "approval",
            f"broadcast {campaign.name!r} is no longer what was approved: plan it again and have it approved",
        )
    more = plan["recipients"] - approved["recipients"]
    if more > (limit("max_deviation", campaign.max_deviation, approved["recipients"]) if campaign.max_deviation else 0):
        raise telemetry.refused(
            "approval",
            f"broadcast {campaign.name!r} reaches {plan['recipients']} people, but {approved['recipients']} were "
            "approved: "
            "plan it again and have it approved",
        )
