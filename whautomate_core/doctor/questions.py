"""The questions of the doctor: what the evidence says, and what clients assume until an answer is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question that the vendor's documents leave open."""

    text: str
    evidence: str
    """What the contract or another source says, with its grade."""
    default: str
    """What this package assumes until it knows the answer."""


QUESTIONS: dict[str, Question] = {
    # lists
    "page_base": Question("Which page is the first?", "1 (two integrators, C)", "page 1"),
    "paging": Question("Does page 2 differ from page 1?", "yes (C)", "a list that repeats itself is an error"),
    "page_default": Question(
        "How many records does a page without limit have?",
        "10 for a list of templates (white label, B); an integrator names 100 (C)",
        "nothing: every request names a limit",
    ),
    "page_cap": Question(
        "How many records does the largest page have?",
        "none",
        "pages may be shorter than the limit, so a list is read until a page is empty or shorter than an earlier one",
    ),
    "page_start": Question(
        "Where does page 2 begin if the limit was above the largest page?",
        "none",
        "either way: further pages are asked for in the size that the first one had",
    ),
    "order": Question(
        "In which order are lists?",
        "none",
        "any: a record can move from page to page while a list is read, so lists are read twice where it matters",
    ),
    "wrong_id": Question("What is the answer for an id that doesn't exist?", "404 (A for clients)", "404"),
    # people
    "phone_form": Question(
        "How are phone numbers returned?", "with and without a plus, both were seen (C)", "either: digits are compared"
    ),
    "client_phone": Question(
        "Does a client's phone repeat the digits of its countryCode?",
        "both were seen (C, edited samples)",
        "either: a number is compared in both readings",
    ),
    "client_dates": Question(
        "What do startDate and endDate of the list of clients mean?",
        "none; our guess (D)",
        "nothing: jobs don't use them",
    ),
    "opt_out_contact_tag": Question(
        "Is the opt-out tag among the tags of contacts?",
        "Unsubscribe, if the automation rule that gives it is installed (A)",
        "people have opted out if they have a tag of the setting opt_out_tags",
    ),
    "opt_out_client_tag": Question(
        "Is the opt-out tag among the tags of clients?",
        "Unsubscribe, if the automation rule that gives it is installed (A)",
        "people have opted out if they have a tag of the setting opt_out_tags",
    ),
    "incoming_form": Question(
        "Is isIncoming of a message a boolean or a text?", "a text in samples (A), a boolean in webhooks (C)", "either"
    ),
    "segment_locations": Question(
        "Are there segments without a location?",
        "they may hold people of all locations (white label, B)",
        "their people are counted among those of the whole account",
    ),
    "template_list": Question(
        "Is there a list of WhatsApp templates?",
        "on two white labels only (B)",
        "no: templates are not checked before something is sent",
    ),
    # broadcasts and bookings
    "statuses": Question("Which statuses occur?", "some values were seen (A to C)", "unknown values are kept as texts"),
    "log_statuses": Question(
        "Which statuses does the log of a broadcast have?", "none", "unknown values are kept as texts"
    ),
    "log_error": Question(
        "What does error look like in the log of a broadcast?",
        "a text (C); whether it names WhatsApp's codes is unknown",
        "either: a code is read where one is clearly named, else the failure counts as unread",
    ),
    "block_fields": Question(
        "Which fields does an availability block have?",
        "startDate and endDate, or startTime and endTime (two integrators disagree, D)",
        "either",
    ),
    "slot_times": Question(
        "How do the times of free slots look?",
        "none; times of appointments are wall time with a false Z (C)",
        "wall time; times without a Z are read as well",
    ),
    "next_three_days": Question("How many days does nextThreeDays give?", "none", "3 or 4: each day is checked"),
    "rescheduled_status": Question(
        "Which status does a moved appointment have?",
        "Rescheduled (A, prose) or Booked (C, sample events)",
        "either: the time is compared",
    ),
    "booking_dates": Question(
        "What do startDate and endDate of lists of bookings mean?",
        "none",
        "either: the date of each booking is compared",
    ),
    # the server
    "location": Question(
        "Does the account have the location of the setting location_id?",
        "none; your setting says so",
        "yes: records are created in it",
    ),
    "errors": Question(
        "What does an error look like?",
        "message or error, each a text (A)",
        "the texts of message, error and error.message are read",
    ),
    "limit_headers": Question(
        "Which headers describe the limits?",
        "none; Retry-After comes with a 429 only, and the doctor provokes none",
        "none",
    ),
    "gateway": Question(
        "Do answers have the headers of AWS API Gateway?",
        "likely (documented texts fit, D)",
        "unknown: requests may leave as fast as the limits permit",
    ),
    # what only writing shows
    "create_answer": Question("Does a create return the whole record?", "yes (A)", "only the id is used"),
    "known_number": Question(
        "What does a create with a known number do?",
        "none; a message to a number reuses its contact (A)",
        "it makes a duplicate, so people are searched for",
    ),
    "known_client": Question(
        "What does a create with a known number do?", "none", "it makes a duplicate, so people are searched for"
    ),
    "known_tag": Question(
        "What does a create of a tag with a known name do?", "none", "tags are looked up by name first"
    ),
    "search_delay": Question(
        "How soon does searchText find a new record?", "none", "later: what was created here is kept by its id"
    ),
    "list_lag": Question("How soon is a new record in its list?", "none", "after the seconds of the setting list_lag"),
    "put": Question(
        "Does PUT keep the fields it doesn't name?",
        "no (an integrator sends everything, C); yes (a white label sends a part, B, weak)",
        "no: records are read, merged and written whole",
    ),
    "put_custom_fields": Question(
        "Does PUT keep the custom fields it doesn't name?", "none", "no: they are read and merged one by one"
    ),
}
"""Name of a finding -> question."""
