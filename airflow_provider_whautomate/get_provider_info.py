"""What Airflow reads of this package, in each of its processes: so nothing is imported here."""


def get_provider_info() -> dict[str, object]:
    """Return the provider's entry point data, of the shape of Airflow's `provider_info.schema.json`."""

    def modules(kind: str, *names: str) -> list[dict[str, object]]:
        paths = [f"airflow_provider_whautomate.{kind}.{name}" for name in names]
        return [{"integration-name": "Whautomate", "python-modules": paths}]

    resources = (
        "account", "appointments", "broadcasts", "classes", "client_tags", "clients", "contact_tags", "contacts",
        "locations", "messages", "segments", "service_categories", "services", "staffs", "webhooks",
    )  # fmt: skip
    return {
        # Airflow refuses to start unless this is the distribution's own name.
        "package-name": "whautomate-pipelines",
        "name": "Whautomate",
        "description": "`Whautomate <https://whautomate.com/>`__: WhatsApp contacts, segments, broadcasts, bookings.",
        "integrations": [
            {"integration-name": "Whautomate", "external-doc-url": "https://whautomate.com/", "tags": ["service"]}
        ],
        "hooks": modules("hooks", "whautomate"),
        "operators": modules("operators", *resources),
        "sensors": modules(
            "sensors", "appointments", "broadcasts", "classes", "clients", "contacts", "messages", "quota"
        ),
        "triggers": modules("triggers", "broadcasts", "polls", "quota", "waiting"),
        "extra-links": ["airflow_provider_whautomate.links.WhautomateBroadcastLink"],
        "config": {
            "whautomate": {
                "description": "Tasks of Whautomate.",
                "options": {
                    "wait_for_quota": {
                        "description": "How a task waits for a permit that is further away than its max_wait: "
                        "defer (in the triggerer) or reschedule (by the scheduler, where no triggerer runs).",
                        "version_added": None,
                        "type": "string",
                        "example": "reschedule",
                        "default": "defer",
                    },
                    "broadcast_url": {
                        "description": "Where a broadcast is shown in Whautomate's web application, with ID for its "
                        "id: what the link of a broadcast's task opens. There is no link without it.",
                        "version_added": None,
                        "type": "string",
                        "example": "https://app.example.com/broadcasts/ID",
                        "default": None,
                    },
                },
            }
        },
        "connection-types": [
            {
                "connection-type": "whautomate",
                "hook-class-name": "airflow_provider_whautomate.hooks.whautomate.WhautomateHook",
                "hook-name": "Whautomate",
                "ui-field-behaviour": {
                    "hidden-fields": ["login", "schema", "port"],
                    "relabeling": {"host": "API host", "password": "API key"},
                    "placeholders": {"host": "https://api.whautomate.com"},
                },
                # The names are those of whautomate_core.account.SETTINGS.
                "conn-fields": {
                    "account": {
                        "label": "Account",
                        "description": "Name of the account, where several keys or connections share its limits.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "plan": {
                        "label": "Plan",
                        "description": "trial (60 requests a minute, 100 a day) or subscribed (300, 432,000).",
                        "schema": {"type": ["string", "null"], "enum": ["trial", "subscribed", None]},
                    },
                    "requests_per_minute": {
                        "label": "Requests per minute",
                        "description": "Your own limit, where a contract says so; needs requests per day.",
                        "schema": {"type": ["integer", "null"], "minimum": 1},
                    },
                    "requests_per_day": {
                        "label": "Requests per day",
                        "description": "Your own limit, where a contract says so; needs requests per minute.",
                        "schema": {"type": ["integer", "null"], "minimum": 1},
                    },
                    "state": {
                        "label": "State",
                        "description": "Where pool and claims are kept: id of a PostgreSQL connection, "
                        "postgresql://..., or sqlite:////path; unset: a file of this machine.",
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                    "state_shared": {
                        "label": "State is shared",
                        "description": "All workers and triggerers share the SQLite file, whatever the executor.",
                        "schema": {"type": ["boolean", "null"], "default": False},
                    },
                    "location_id": {
                        "label": "Location",
                        "description": "Id of the location of new records where a task names none.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "proxy": {
                        "label": "Proxy",
                        "description": "Proxy for all requests, such as http://proxy.example:3128.",
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                    "ca_bundle": {
                        "label": "CA bundle",
                        "description": "File of certificate authorities to trust instead of the usual ones.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "opt_out_tags": {
                        "label": "Opt-out tags",
                        "description": "Tags of people who opted out, with commas between them; unset: Unsubscribe.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "sends": {
                        "label": "Sends",
                        "description": "on, listed (only to whom the next field names) or off; unset: on.",
                        "schema": {"type": ["string", "null"], "enum": ["on", "listed", "off", None]},
                    },
                    "listed": {
                        "label": "Listed",
                        "description": "Phone numbers, and names or ids of segments, with commas between them.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "max_recipients": {
                        "label": "Most recipients",
                        "description": "The most people one broadcast may reach; counting them reads all contacts.",
                        "schema": {"type": ["integer", "null"], "minimum": 1},
                    },
                    "list_lag": {
                        "label": "List lag",
                        "description": "Seconds for which a new record may show in no list; unset: 30.",
                        "schema": {"type": ["number", "null"], "minimum": 0, "maximum": 600},
                    },
                    "allow_http": {
                        "label": "Allow plain http",
                        "description": "Send the key in clear to a host that isn't this machine.",
                        "schema": {"type": ["boolean", "null"], "default": False},
                    },
                },
            }
        ],
    }
