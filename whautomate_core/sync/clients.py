"""The jobs of clients: those of contacts, for the people who book."""

from whautomate_core.job import job
from whautomate_core.people.kinds import CLIENTS
from whautomate_core.sync.jobs import of_kind, sync_people, tag_people
from whautomate_core.sync.lines import describe_sync, describe_tags

sync_clients = job("clients", describe_sync, lane="bulk", redacted=("source", "mapping", "suppress"), kind="client")(
    of_kind(CLIENTS, sync_people)
)

tag_clients = job("clients", describe_tags, lane="bulk", redacted=("source", "match"), kind="client")(
    of_kind(CLIENTS, tag_people)
)
