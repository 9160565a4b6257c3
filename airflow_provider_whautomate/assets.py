"""What an account has, as assets of Airflow and datasets of OpenLineage: how they are named.

whautomate://ACCOUNT/contacts
whautomate://ACCOUNT/broadcasts/Spring%20sale
whautomate://HOST/CONN_ID/contacts             of a connection whose field Account is empty
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from airflow.providers.common.compat.assets import Asset
    from airflow.providers.common.compat.openlineage.facet import Dataset

SCHEME = "whautomate://"

COLLECTIONS = (
    "contacts", "clients", "messages", "appointments", "services", "classes", "class_bookings", "staff_blocks",
)  # fmt: skip
"""What an account has one of."""

NAMED = ("segments", "broadcasts")
"""What an account has several of, each with a name."""


def create_asset(*, account: str, what: str, name: str | None = None, extra: dict[str, Any] | None = None) -> Asset:
    """Return the asset of something that an account has, for `outlets`, `inlets` and `schedule`.

    `create_asset(account="spring", what="broadcasts", name="Summer sale")` is
    `Asset("whautomate://spring/broadcasts/Summer%20sale")`.

    :param account: The account's name: the field Account of its connection.
    :param what: What it is: one of `COLLECTIONS`, or of `NAMED`.
    :param name: The name of a segment or a broadcast.
    :param extra: What Airflow keeps with the asset.
    :raises ValueError: if an account has no such thing. Airflow 2 warns instead.
    """
    from airflow.providers.common.compat.assets import Asset

    named = what if name is None else f"{what}/{quote(name, safe='')}"
    return Asset(uri=f"{SCHEME}{quote(account, safe='')}/{named}", extra=extra or {})


def sanitize_uri(uri: SplitResult) -> SplitResult:
    """Return a URI as the operators write it, percent-encoded. Airflow calls it for each asset of this scheme.

    :param uri: The URI.
    :raises ValueError: if it names nothing that an account has: no task would ever tell that it changed.
    """
    parts = uri.path.split("/")[1:] or [""]
    size = 2 if parts[-2:-1] and parts[-2] in NAMED else 1
    before, what = parts[:-size], parts[-size:]
    is_known = all(what) if size == 2 else what[0] in COLLECTIONS
    if not (uri.netloc and is_known and len(before) <= 1 and all(before)) or uri.query:
        raise ValueError(
            f"{urlunsplit(uri)} is not the asset of anything at Whautomate. Write {SCHEME}ACCOUNT/WHAT: ACCOUNT "
            f"is the field Account of the connection, and WHAT is one of {', '.join(COLLECTIONS)}, "
            f"{' and '.join(f'{one}/NAME' for one in NAMED)}. create_asset() in airflow_provider_whautomate.assets "
            "encodes names with spaces and other characters"
        )
    of_account = uri.netloc if before else _encoded(uri.netloc)
    return uri._replace(netloc=of_account, path="/" + "/".join(map(_encoded, parts)))


def dataset(uri: str) -> Dataset:
    """Return the dataset of an asset's URI: `whautomate://acme/contacts` is `contacts` in `whautomate://acme`.

    :param uri: The URI.
    """
    from openlineage.client.event_v2 import Dataset

    parts = urlsplit(uri)
    return Dataset(namespace=f"{parts.scheme}://{parts.netloc}", name=unquote(parts.path.lstrip("/")))


def convert_asset_to_openlineage(asset: Asset, lineage_context: Any = None) -> Dataset:
    """Return the dataset of an asset. OpenLineage asks for those that a DAG names as inlets or outlets.

    :param asset: The asset.
    :param lineage_context: The hook or operator that reported it.
    """
    return dataset(asset.uri)


def _encoded(part: str) -> str:
    return quote(unquote(part), safe="")
