"""What is not known of contacts, clients and their tags."""

from __future__ import annotations

import dataclasses
from typing import Literal

from . import open_question

Known = Literal["duplicate", "reject", "reuse"]


@dataclasses.dataclass(frozen=True)
class People:
    """Contacts, clients and tags"""

    put: Literal["replace", "merge"] = open_question(
        "replace",
        "Does PUT clear the fields that it does not name, tags included, or keep them? (`customFields` is replaced "
        "whole either way.)",
        why="A step that sends only what changed would erase the rest, an opt-out tag among it.",
        otherwise="Nothing is lost. Each update costs one read too many.",
        evidence="contradictory: an integrator reads, merges and sends all (C), a white label sends a part (B, weak).",
    )
    known_number: Known = open_question(
        "duplicate",
        "What does creating a contact with a known number do: make a second contact, fail, or return the existing one "
        "unchanged?",
        why="A repeated create makes a person twice, and only one of the two may have the opt-out tag.",
        otherwise="Nothing breaks: a refusal counts as failed, and an existing contact that is returned is recognised.",
        evidence="none for creating; a message to a number reuses its contact (A).",
    )
    known_client: Known = open_question(
        "duplicate",
        "What does creating a client with a known number do?",
        why="The same: a repeated create makes a person twice.",
        otherwise="Nothing breaks, as with contacts.",
        evidence="none.",
    )
    known_tag: Known = open_question(
        "reject",
        "What does creating a tag record with a known name do?",
        why="A step that creates its tag on each run would fail from the second run on.",
        otherwise="A second tag record of the same name appears if you create one without looking.",
        evidence="none.",
    )
    phone_form: Literal["digits", "plus"] = open_question(
        "digits",
        "Is a phone number returned as digits (6598765432) or with a plus (+6598765432)?",
        why="Numbers that are compared as texts would never match what was sent, and everybody would be created again.",
        otherwise="Nothing breaks: numbers are compared by their digits.",
        evidence="C: live webhook deliveries have no plus; one sample of a contact has it.",
    )
    client_phone: Literal["repeated", "apart"] = open_question(
        "repeated",
        "Does a client's `phone` repeat the digits of its `countryCode`? (In a request it is without them, unless it "
        "is sent back as it was read.)",
        why="Joining the two fields would give a number that nobody has.",
        otherwise="Nothing breaks: both forms are read as the same number.",
        evidence="C: both were seen, in edited samples.",
    )
    client_dates: Literal["created", "registered"] = open_question(
        "created",
        "Do `startDate` and `endDate` of `listClients` mean the day a client was created, or its `registrationDate`?",
        why="A filter that means another date leaves people out without a word.",
        otherwise="Nothing breaks: no job filters by these dates. Your own calls of `list_clients` may.",
        evidence="D.",
    )
