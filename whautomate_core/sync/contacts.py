"""The jobs of contacts."""

from whautomate_core.people.kinds import CONTACTS
from whautomate_core.sync.jobs import of_kind, sync_people, tag_people

sync_contacts = of_kind(CONTACTS, sync_people)
tag_contacts = of_kind(CONTACTS, tag_people)
