"""What Airflow reads about this package in each of its processes. So this module imports nothing."""


def get_provider_info() -> dict[str, object]:
    """Return the provider's entry point data, of the shape of Airflow's `provider_info.schema.json`."""

    def modules(kind: str, *names: str) -> list[dict[str, object]]:
        paths = [f"airflow_provider_whautomate.{kind}.{name}" for name in names]
        return [{"integration-name": "Whautomate", "python-modules": paths}]

    resources = (
        "account", "appointments", "broadcasts", "classes", "client_tags", "clients", "contact_tags", "contacts",
        "endpoint", "locations", "messages", "segments", "service_categories", "services", "staffs", "webhooks",
    )  # fmt: skip
    guides = (
        "quick-start/airflow", "tutorial/airflow", "connections/airflow",
        "guides/sync", "guides/broadcasts", "guides/opt-outs", "guides/bookings", "guides/quota", "guides/assets",
        "guides/events", "guides/alerts", "guides/lineage", "operations/metrics",
        "reference/steps", "reference/endpoints", "reference/settings", "reference/emulator",
    )  # fmt: skip
    # Airflow 2 has another name for them.
    asset_uris = [
        {
            "schemes": ["whautomate"],
            "handler": "airflow_provider_whautomate.assets.sanitize_uri",
            "factory": "airflow_provider_whautomate.assets.create_asset",
            "to_openlineage_converter": "airflow_provider_whautomate.assets.convert_asset_to_openlineage",
        }
    ]
    # Written by scripts/generate.
    sensors = ("account", "appointments", "broadcasts", "classes", "clients", "contacts", "messages")
    return {
        # Airflow refuses to start unless this is the distribution's own name.
        "package-name": "whautomate-pipelines",
        "name": "Whautomate",
        "description": "`Whautomate <https://whautomate.com/>`__: WhatsApp contacts, segments, broadcasts, bookings.",
        "integrations": [
            {
                "integration-name": "Whautomate",
                "external-doc-url": "https://help.whautomate.com/product-guides/whautomate-rest-api",
                "how-to-guide": [f"/docs/{name}.md" for name in guides],
                "logo": "/integration-logos/Whautomate.svg",  # in this package
                "tags": ["service"],
            }
        ],
        "hooks": modules("hooks", "whautomate"),
        "operators": modules("operators", *resources),
        "sensors": modules("sensors", *sensors),
        "triggers": modules("triggers", "broadcasts", "looks", "polls", "quota", "waiting", "watchers"),
        "notifications": ["airflow_provider_whautomate.notifications.whautomate.WhautomateNotifier"],
        "extra-links": ["airflow_provider_whautomate.links.WhautomateBroadcastLink"],
        "asset-uris": asset_uris,
        "dataset-uris": asset_uris,
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
                    # The Test button of Airflow 3.3 sends port 0 for an empty port, and the API server refuses to test
                    # another port than the saved one, so Port has to be shown and filled in.
                    "hidden-fields": ["login", "schema"],
                    "relabeling": {"host": "API host", "port": "Port (Test needs it)", "password": "API key"},
                    "placeholders": {"host": "https://api.whautomate.com", "port": "443"},
                },
                # Written by scripts/make_settings.py, from here
                "conn-fields": {
                    "plan": {
                        "label": "Plan",
                        "description": (
                            "Your plan: trial (60 requests a minute, 100 a day) or subscribed (300 and 432,000). If "
                            "empty, trial limits apply."
                        ),
                        "schema": {"type": ["string", "null"], "enum": ["trial", "subscribed"]},
                    },
                    "location_id": {
                        "label": "Location",
                        "description": (
                            "Id of the location that jobs (sync, segments, bookings, broadcasts) use if they name "
                            "none. The step list_locations shows the ids; so does Test in Airflow's connection form "
                            "while this is empty."
                        ),
                        "schema": {"type": ["string", "null"]},
                    },
                    "account": {
                        "label": "Account",
                        "description": (
                            "Any name for the account. Connections and blocks with the same name share its limits, so "
                            "name it if you have several keys or connections for one account."
                        ),
                        "schema": {"type": ["string", "null"]},
                    },
                    "requests_per_minute": {
                        "label": "Requests per minute",
                        "description": "Your own limit, if your contract has one. Set requests per day as well.",
                        "schema": {"type": ["integer", "null"], "minimum": 1},
                    },
                    "requests_per_day": {
                        "label": "Requests per day",
                        "description": "Your own limit, if your contract has one. Set requests per minute as well.",
                        "schema": {"type": ["integer", "null"], "minimum": 1},
                    },
                    "burst": {
                        "label": "Burst",
                        "description": (
                            "How many requests the server takes at once, if you know that it has a token bucket. Then "
                            "requests go at an even pace. If empty, the account learns that by itself."
                        ),
                        "schema": {"type": ["integer", "null"], "minimum": 1},
                    },
                    "state": {
                        "label": "State",
                        "description": (
                            "Database that counts requests and remembers what was sent. For several machines: "
                            "postgresql://..., or in Airflow the id of a PostgreSQL connection. If empty, a SQLite "
                            "file of the user on this machine; sqlite:////path names another."
                        ),
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                    "state_shared": {
                        "label": "State is shared",
                        "description": (
                            "All workers (in Airflow also all triggerers) share the SQLite file, even if the executor "
                            "or work pool could use several machines."
                        ),
                        "schema": {"type": ["boolean", "null"], "default": False},
                    },
                    "opt_out_tags": {
                        "label": "Opt-out tags",
                        "description": "Tags of people who opted out, separated by commas. If empty: Unsubscribe.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "sends": {
                        "label": "Sends",
                        "description": (
                            "Who may be messaged: on (everybody), listed (only the people and segments in Listed) or "
                            "off (nobody). If empty: on."
                        ),
                        "schema": {"type": ["string", "null"], "enum": ["on", "listed", "off"]},
                    },
                    "listed": {
                        "label": "Listed",
                        "description": (
                            "If Sends is listed: phone numbers, and names or ids of segments, separated by commas."
                        ),
                        "schema": {"type": ["string", "null"]},
                    },
                    "max_recipients": {
                        "label": "Most recipients",
                        "description": (
                            "The most people that one broadcast may reach. Counting them reads all contacts."
                        ),
                        "schema": {"type": ["integer", "null"], "minimum": 1},
                    },
                    "on_call": {
                        "label": "On call",
                        "description": (
                            "Who gets the alerts of pipelines that name nobody else: phone numbers with country code, "
                            "or ids of contacts, separated by commas."
                        ),
                        "schema": {"type": ["string", "null"]},
                    },
                    "list_lag": {
                        "label": "List lag",
                        "description": (
                            "Seconds until a new record shows in lists; a sync may wait that long. If empty: 30."
                        ),
                        "schema": {"type": ["number", "null"], "minimum": 0, "maximum": 600.0},
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
                    "show_server_messages": {
                        "label": "Show server messages",
                        "description": (
                            "Show the server's own error messages in errors and logs. They may quote people's names, "
                            "numbers and messages: what was sent is blacked out where it is recognised, and the rest "
                            "is not. If empty: off."
                        ),
                        "schema": {"type": ["boolean", "null"], "default": False},
                    },
                    "allow_http": {
                        "label": "Allow plain http",
                        "description": (
                            "Allow a host that starts with http:// and isn't this machine. The API key then travels "
                            "unencrypted."
                        ),
                        "schema": {"type": ["boolean", "null"], "default": False},
                    },
                },
                # to here.
            }
        ],
    }
