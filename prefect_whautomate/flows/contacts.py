"""Flows that bring people to Whautomate, and tag them."""

# No annotations as text: Prefect may load this file by its path, and then nobody finds their names.

from datetime import date

from prefect import flow

from prefect_whautomate.contacts import sync_contacts, tag_contacts
from prefect_whautomate.credentials import WhautomateCredentials
from prefect_whautomate.flows._forms import Columns, Region, Source, Text, Threshold, day_of_run, path_of, rows_of
from whautomate_core.api.call import Json
from whautomate_core.sync.options import Members, Mode


@flow
def sync_contacts_flow(
    credentials: WhautomateCredentials,
    source: Source,
    mapping: Columns,
    default_region: Region | None = None,
    region_column: Text | None = None,
    consent_column: Text | None = None,
    tags: list[Text] = [],  # noqa: B006
    mode: Mode = "upsert",
    suppress: Source | None = None,
    location_id: Text | None = None,
    plan_only: bool = False,
    max_rejected: Threshold = "100%",
    max_consent_rejected: Threshold = 0,
    max_suppress_rejected: Threshold = 0,
    max_failed: Threshold = 0,
    max_created: Threshold | None = None,
    max_added: Threshold | None = None,
    max_deleted: Threshold = "10%",
    rejects_path: Text | None = None,
    outcomes_path: Text | None = None,
    day: date | None = None,
) -> Json:
    """Make contacts match a source: create those that are missing, and write the fields that differ.

    Run it again as often as you like: it resumes where it stopped, and nobody is created or tagged twice.

    Args:
        credentials: The account.
        source: Path or URL of a CSV, JSON lines or Parquet file, in which `{day}` stands for the day, or a query.
        mapping: Field of a contact and its column, such as `{"name": "full_name", "phoneNumber": "mobile"}`.
            `{"value": ...}` is one value for all rows; `customFields.NAME` is a custom field.
        default_region: Country of numbers without a country code.
        region_column: Column with the country of the row's number.
        consent_column: Column that says yes or no. People who say no get no tag, and lose those of `tags`.
        tags: Tags that every contact who consents gets.
        mode: `upsert` creates and writes; `insert` only creates; `update` only writes; `mirror` creates and writes, and
            deletes contacts whom this sync had before and the source no longer has.
        suppress: A source of people who opted out elsewhere. They get the opt-out tag.
        location_id: Location of new contacts; defaults to the account's.
        plan_only: Only work out what would be done, and what it would cost.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share such as `5%`.
        max_consent_rejected: How many rows without consent may be about somebody we can't identify.
        max_suppress_rejected: How many rows of `suppress` may be about somebody we can't identify.
        max_failed: Rows that the server may refuse, or whose outcome is unknown, before the run fails.
        max_created: How many contacts may be created before nothing is sent; defaults to unlimited.
        max_added: How many contacts may get tags before nothing is sent; defaults to unlimited.
        max_deleted: How many contacts `mirror` may delete before nothing is sent.
        rejects_path: File for the rows that were not used, in which `{day}` stands for the day.
        outcomes_path: File for what became of each row, in which `{day}` stands for the day.
        day: What `{day}` stands for; defaults to the day (UTC) for which the run was planned.

    Returns: What the task `sync_contacts` returns: counts of rows by outcome.
    """
    day = day or day_of_run()
    return sync_contacts(
        credentials,
        rows_of(source, day),
        mapping,
        default_region=default_region,
        region_column=region_column,
        consent_column=consent_column,
        tags=tags,
        mode=mode,
        suppress=rows_of(suppress, day),
        location_id=location_id,
        plan_only=plan_only,
        max_rejected=max_rejected,
        max_consent_rejected=max_consent_rejected,
        max_suppress_rejected=max_suppress_rejected,
        max_failed=max_failed,
        max_created=max_created,
        max_added=max_added,
        max_deleted=max_deleted,
        rejects_path=rejects_path and path_of(rejects_path, day),
        outcomes_path=outcomes_path and path_of(outcomes_path, day),
    )


@flow
def tag_contacts_flow(
    credentials: WhautomateCredentials,
    source: Source,
    tag: Text,
    phone_column: Text = "phoneNumber",
    members: Members = "at_least",
    default_region: Region | None = None,
    region_column: Text | None = None,
    consent_column: Text | None = None,
    plan_only: bool = False,
    max_rejected: Threshold = "100%",
    max_consent_rejected: Threshold = 0,
    max_failed: Threshold = 0,
    max_added: Threshold | None = None,
    max_removed: Threshold | None = "10%",
    rejects_path: Text | None = None,
    outcomes_path: Text | None = None,
    day: date | None = None,
) -> Json:
    """Give a tag to the contacts that a source names, or make exactly them have it. Nobody is created.

    People who have the tag are not tagged again, because tagging triggers automations. Opted-out people don't get it.

    Args:
        credentials: The account.
        source: Path or URL of a CSV, JSON lines or Parquet file, in which `{day}` stands for the day, or a query.
        tag: Name of the tag.
        phone_column: Column of the phone number.
        members: `at_least`: nobody loses the tag. `exactly`: people in no row lose it, unless rows were rejected.
        default_region: Country of numbers without a country code.
        region_column: Column with the country of the row's number.
        consent_column: Column that says yes or no. People who say no lose the tag.
        plan_only: Only work out what would be done, and what it would cost.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share such as `5%`.
        max_consent_rejected: How many rows without consent may be about somebody we can't identify.
        max_failed: Rows that the server may refuse, or whose outcome is unknown, before the run fails.
        max_added: How many contacts may get the tag before nothing is sent; defaults to unlimited.
        max_removed: How many contacts may lose the tag before nothing is sent: a count, or a share of those who have
            it. If every run is for other people, set it to `100%`.
        rejects_path: File for the rows that were not used, in which `{day}` stands for the day.
        outcomes_path: File for what became of each row, in which `{day}` stands for the day.
        day: What `{day}` stands for; defaults to the day (UTC) for which the run was planned.

    Returns: What the task `tag_contacts` returns: counts of rows by outcome.
    """
    day = day or day_of_run()
    return tag_contacts(
        credentials,
        rows_of(source, day),
        tag,
        {"phoneNumber": phone_column},
        members=members,
        default_region=default_region,
        region_column=region_column,
        consent_column=consent_column,
        plan_only=plan_only,
        max_rejected=max_rejected,
        max_consent_rejected=max_consent_rejected,
        max_failed=max_failed,
        max_added=max_added,
        max_removed=max_removed,
        rejects_path=rejects_path and path_of(rejects_path, day),
        outcomes_path=outcomes_path and path_of(outcomes_path, day),
    )
