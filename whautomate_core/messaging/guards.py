"""What has to be so before a broadcast is created: its words, how many it reaches, what it costs."""

from __future__ import annotations

import logging
import re

from whautomate_core.api.call import Json
from whautomate_core.errors import InvalidRequest, PolicyRefused
from whautomate_core.messaging.audience import Audience
from whautomate_core.messaging.campaign import Campaign, Component
from whautomate_core.values.thresholds import limit

log = logging.getLogger(__name__)


def require_parameters(campaign: Campaign) -> None:
    """Raise `InvalidRequest` unless each placeholder of the template has one value that is not empty.

    WhatsApp counts by component and refuses the whole send otherwise (error 132000, at the first recipient).
    """
    given: dict[Component, list[str]] = {
        "header": campaign.header_parameters,
        "body": campaign.body_parameters,
        "button": campaign.button_parameters,
    }
    for component, values in given.items():
        for place, value in enumerate(values, 1):
            if not value.strip() or value.strip() == "None":  # what a template makes of nothing
                raise InvalidRequest(f"{component}_parameters: the value of {{{{{place}}}}} is empty")
        wanted = _expected(campaign, component)
        if wanted is None:
            if values:
                log.warning(
                    "nobody says how many placeholders the %s has: template_text or expected_parameters", component
                )
        elif wanted != len(values):
            raise InvalidRequest(
                f"{component}_parameters has {len(values)} values, and the template's {component} {wanted} placeholders"
            )


def _expected(campaign: Campaign, component: Component) -> int | None:
    """How many placeholders a component of the template has, where somebody says so."""
    if campaign.expected_parameters is not None:
        return campaign.expected_parameters.get(component, 0)
    if campaign.template_text is None:
        return None
    found = {int(one) for one in re.findall(r"\{\{\s*(\d+)\s*\}\}", campaign.template_text.get(component, ""))}
    if found != set(range(1, len(found) + 1)):
        raise InvalidRequest(f"template_text: the placeholders of its {component} don't count from 1 without a gap")
    return len(found)


def require_recipients(campaign: Campaign, audience: Audience) -> None:
    """Raise `PolicyRefused` unless it surely reaches as many people as it may, costs no more than it may, and reaches
    nobody who has opted out."""
    named = f"broadcast {campaign.name!r}"
    if audience.elsewhere:
        raise PolicyRefused(
            f"{audience.elsewhere} of those whom it reaches have opted out through another contact or client with "
            "their number, or asked to be forgotten: give all of their records the opt-out tag (a sync whose "
            "suppress names them does; export_opt_outs writes who opted out), so that the segments leave them out"
        )
    if audience.most == 0 and campaign.min_recipients > 0:
        raise PolicyRefused("nobody is in its audience: nothing is sent (min_recipients=0 lets that pass)")
    if audience.least < campaign.min_recipients > 1:
        hint = "" if audience.least == audience.most else "; how its criteria are read is not documented"
        raise PolicyRefused(
            f"{named} reaches {audience}, and min_recipients is {campaign.min_recipients}{hint}: nothing was sent"
        )
    if campaign.max_recipients is not None and audience.most > campaign.max_recipients:
        raise PolicyRefused(
            f"{named} reaches {audience}, and max_recipients is {campaign.max_recipients}: nothing was sent"
        )
    price = cost(campaign.unit_price, audience.most)
    if price is not None and campaign.max_cost is not None and price > campaign.max_cost:
        raise PolicyRefused(
            f"{named} costs up to {price:.2f} for {audience}, and max_cost is {campaign.max_cost:.2f}: nothing was sent"
        )


def cost(unit_price: float | None, recipients: int) -> float | None:
    """What so many messages cost, where the price is known."""
    return None if unit_price is None else round(unit_price * recipients, 4)


def require_like_last(campaign: Campaign, audience: Audience, last: int | None) -> None:
    """Raise `PolicyRefused` where its recipients are further off those of the last one than `max_deviation`."""
    if campaign.max_deviation is None or last is None:
        return
    if abs(audience.most - last) > limit("max_deviation", campaign.max_deviation, last):
        raise PolicyRefused(
            f"it reaches {audience}, the last one {last}: further off than max_deviation={campaign.max_deviation!r}"
        )


def require_as_planned(campaign: Campaign, plan: Json) -> None:
    """Raise `PolicyRefused` where it is not as it was approved, or reaches more people."""
    approved = campaign.approved_plan
    if approved is None:
        return
    if not {"hash", "recipients"} <= approved.keys():
        raise InvalidRequest("approved_plan must be what the planning step returned")
    if approved["hash"] != plan["hash"]:
        raise PolicyRefused("what would be sent is not what was approved: plan it and have it approved anew")
    more = plan["recipients"] - approved["recipients"]
    if more > (limit("max_deviation", campaign.max_deviation, approved["recipients"]) if campaign.max_deviation else 0):
        raise PolicyRefused(
            f"it reaches {plan['recipients']} people, and {approved['recipients']} were approved: have it approved anew"
        )
