"""The jobs of contacts."""

from whautomate_core.job import job
from whautomate_core.people.kinds import CONTACTS
from whautomate_core.sync.jobs import of_kind, sync_people, tag_people
from whautomate_core.sync.lines import describe_sync, describe_tags

sync_contacts = job("contacts", describe_sync, lane="bulk", redacted=("source", "mapping", "suppress"), kind="contact")(
    of_kind(CONTACTS, sync_people)
)

tag_contacts = job("contacts", describe_tags, lane="bulk", redacted=("source", "match"), kind="contact")(
    of_kind(CONTACTS, tag_people)
)
