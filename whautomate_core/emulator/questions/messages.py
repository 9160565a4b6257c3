"""What is not known of segments, broadcasts and messages."""

from __future__ import annotations

import dataclasses
from typing import Literal

from . import open_question, simulated

SENDS = tuple(
    f"send{channel}{kind}"
    for channel in ("Whatsapp", "Messenger", "Instagram", "Telegram")
    for kind in ("Text", "Media", "Template")
)
"""The operations that send one message."""


@dataclasses.dataclass(frozen=True)
class Messages:
    """Segments, broadcasts and messages"""

    templates: tuple[str, ...] = simulated(
        (),
        "The templates of the account: NAME, NAME:LANGUAGE, or NAME:LANGUAGE:CATEGORY:HEADER/BODY/BUTTONS:STATUS, "
        "where the numbers are those of the placeholders, and HEADER may be image, video or document. Others, and "
        "those that are not approved, are refused. With a wrong number of values a message is refused, and a "
        "broadcast reaches nobody. Empty: every template is accepted.",
    )
    template_list: Literal["absent", "location", "workspace", "open"] = open_question(
        "absent",
        "Does GET /v1/whatsapp-templates list the templates: not at all (no such path), for a `locationId`, for a "
        "`workspaceId` (so that asking for a location is refused), or for everybody?",
        why="A misspelt template is noticed only when it is sent.",
        otherwise="Nothing breaks: a broadcast's plan checks its template if the list is there.",
        evidence="B: two white labels have it and require the workspace. There is no sign of it on Whautomate.",
    )
    no_schedule: Literal["draft", "at_once"] = open_question(
        "draft",
        "Does a broadcast without `scheduleDateTime` stay a draft, or start at once?",
        why="A broadcast that was created to be sent is never sent.",
        otherwise="Nothing breaks: jobs always send a time. `create_broadcast` without one may message people at once.",
        evidence="none.",
    )
    recipients_fixed: Literal["creation", "start"] = open_question(
        "creation",
        "When are a broadcast's recipients chosen: at its creation (or latest PUT), or at its start?",
        why="Somebody who opts out between the two still gets the message.",
        otherwise="Nothing breaks. If somebody opts out during the hold, the broadcast is created again for nothing.",
        evidence="none.",
    )
    broadcast_seconds: float = simulated(10.0, "Seconds that a started broadcast takes to process everybody.")
    broadcast_failed_share: float = simulated(
        0.02, "Share of the recipients that fail, rounded to whole people; the seed chooses them."
    )
    failure_codes: tuple[str, ...] = simulated(
        ("131050", "131026", "131049"),
        "WhatsApp's codes of the recipients that fail, in turn; repeat one for a larger share. After 131050 (the "
        "person stopped the marketing) every later broadcast and template to the number fails too, and nothing sets "
        "the tag.",
    )
    log_error: Literal["text", "words", "code", "object", "none"] = open_question(
        "text",
        "Is the `error` of a failed recipient in a broadcast's log a text that names WhatsApp's code, a text that does "
        "not, the code alone, an object, or absent?",
        why="The code stands among words: whoever compares the whole text finds none.",
        otherwise="Code and object are read too. Without a code nobody can be told apart who stopped your marketing: "
        "such failures count as unread, and a retarget of them warns.",
        evidence="C that it is a text, none for what it says.",
    )
    stopped_send: Literal["accept", "refuse"] = open_question(
        "accept",
        "Is a template to somebody who stopped your marketing in WhatsApp (131050) taken, and shown as failed "
        "afterwards, or refused at once?",
        why="A message counts as sent that nobody got.",
        otherwise="Nothing breaks: the refusal counts as `protected`, and is not repeated under its key.",
        evidence="none.",
    )
    broadcasts_stay_scheduled: bool = simulated(
        False, "Whether broadcasts never start, as if the vendor's scheduler were stuck."
    )
    delivery_seconds: float = simulated(
        5.0,
        "Seconds from sending to delivery, from there to reading, and from there to a reply: figures change after a "
        "broadcast is complete.",
    )
    read_share: float = simulated(0.5, "Share of the reached people who read the message; the seed chooses them.")
    replied_share: float = simulated(0.1, "Share of the reached people who reply, among those who read it.")
    segment_scope: Literal["location", "account", "dropped"] = open_question(
        "location",
        "Does a segment choose among the contacts of its location or of the whole account, or is its location dropped, "
        "so that it has none and chooses among all?",
        why="Somebody who is tagged at another location gets nothing.",
        otherwise="More people get the message. Both readings are counted: `max_recipients` uses the larger number.",
        evidence="D. A segment without a location may include contacts of all locations (B).",
    )
    target_class_all: Literal["everyone", "not_cancelled"] = open_question(
        "everyone",
        "Does `targetClassStatus` ALL, or none, mean everybody who ever took part, or those who did not cancel?",
        why="People who cancelled are messaged about the class.",
        otherwise="Nothing breaks: a broadcast to a class is refused, unless you pass `allow_protected=True`.",
        evidence="none. ALL is the only value seen (A).",
    )
    client_becomes_contact: bool = open_question(
        True,
        "Does a message to a client create a contact if none has the number?",
        why="A contact appears that nobody created, and automations for new contacts run.",
        otherwise="Nothing breaks.",
        evidence="A for a message to a number, none for clients.",
    )
    session_channels: tuple[str, ...] = open_question(
        ("whatsapp", "messenger", "instagram"),
        "On which channels does everything but a WhatsApp template need a message from the person within the last 24 "
        "hours?",
        why="A plain text to somebody who did not write is refused.",
        otherwise="Nothing breaks: more texts are delivered.",
        evidence="B for WhatsApp, none for the others.",
    )
    incoming_form: Literal["text", "boolean"] = open_question(
        "text",
        'Is a message\'s `isIncoming` a text ("true" or "false", both true to Python) or a boolean?',
        why='Whoever tests it directly takes every message for an incoming one, because "false" is true to Python.',
        otherwise="Nothing breaks: both are read.",
        evidence="C: a boolean in live webhook deliveries. Official examples show both (A).",
    )
