"""The jobs of clients: those of contacts, for the people who book."""

from whautomate_core.people.kinds import CLIENTS
from whautomate_core.sync.jobs import of_kind, sync_people, tag_people

sync_clients = of_kind(CLIENTS, sync_people)
tag_clients = of_kind(CLIENTS, tag_people)
