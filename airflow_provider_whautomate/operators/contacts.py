"""Contacts: the endpoints, and the jobs that sync and tag them from a source, find one, and write to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate.operators.base import WhautomateOperator, is_literal, threshold
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core import people
from whautomate_core.api import contacts
from whautomate_core.errors import ConfigurationError
from whautomate_core.sync.mapping import check_tags, contact_mapping
from whautomate_core.sync.report import Threshold, check_threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client import Client
    from whautomate_core.sources import Source


class WhautomateListContactsOperator(WhautomateOperator, call=contacts.list_contacts): ...


class WhautomateCreateContactOperator(WhautomateOperator, call=contacts.create_contact): ...


class WhautomateGetContactOperator(WhautomateOperator, call=contacts.get_contact): ...


class WhautomateUpdateContactOperator(WhautomateOperator, call=contacts.update_contact): ...


class WhautomateDeleteContactOperator(WhautomateOperator, call=contacts.delete_contact): ...


class WhautomateAddContactTagsOperator(WhautomateOperator, call=contacts.add_contact_tags): ...


class WhautomateRemoveContactTagsOperator(WhautomateOperator, call=contacts.remove_contact_tags): ...


class WhautomateSyncContactsOperator(WhautomateOperator):
    """Create the contacts that are missing and update those that differ, matched by phone number.

    Contacts that are equal cost no request of their own, empty cells leave alone what is there, and who opted out
    gets neither tag nor stage. Everything can be run again. All arguments are templated.

    Returns the counts of `whautomate_core.sync.contacts.sync_contacts`: `rows`, `created`, `updated`, `unchanged`,
    `rejected`, `folded`, `tagged`, `protected`, `failed`, `unsettled`, `requests`, and `seconds`. After a wait in the
    triggerer they are those of the last part, where what was written before counts as unchanged; `requests`, and
    `waited`, the seconds spent waiting for permits, are of the whole try.

    :param source: Path of a CSV file (UTF-8, with a header), or rows: dicts of column to value.
    :param mapping: Field of a contact -> column; `phoneNumber` is required, `customFields.NAME` are custom fields.
    :param default_region: Country of numbers without a country code, such as `DE`.
    :param region_column: Column with the country of the row's number; where empty, `default_region` holds.
    :param consent_column: Column that says yes or no; rows that say no are synced and get no tag.
    :param tags: Names of tags that every contact gets.
    :param location_id: Location of new contacts; the connection's where None.
    :param max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%".
    :param max_failed: Rows that the server may refuse before the task fails: a count, or a share like "5%".
    :param rejects_path: File for the rows that were not written, one JSON object a line with row number and reason.
    :raises ConfigurationError: for arguments that can't work, when the DAG is parsed where they stand in it.
    :raises InvalidRequest: for an unknown field in `mapping`, likewise; where a threshold is passed.
    """

    template_fields: Sequence[str] = (
        "source", "mapping", "default_region", "region_column", "consent_column", "tags", "location_id",
        "max_rejected", "max_failed", "rejects_path", *WhautomateOperator.template_fields,
    )  # fmt: skip
    veiled_fields = frozenset({"source"})
    lane = "bulk"

    def __init__(
        self,
        *,
        source: Source,
        mapping: Mapping[str, str],
        default_region: str | None = None,
        region_column: str | None = None,
        consent_column: str | None = None,
        tags: Sequence[str] = (),
        location_id: str | None = None,
        max_rejected: Threshold = "100%",
        max_failed: Threshold = 0,
        rejects_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.mapping = mapping
        self.default_region = default_region
        self.region_column = region_column
        self.consent_column = consent_column
        self.tags = tags
        self.location_id = location_id
        self.max_rejected = max_rejected
        self.max_failed = max_failed
        self.rejects_path = rejects_path
        _check_mapping(mapping)
        _check_thresholds(max_rejected=max_rejected, max_failed=max_failed)
        if is_literal(tags):
            check_tags(tags)
        self._ready = True

    def work(self, client: Client, context: Context) -> Any:
        """Sync."""
        from whautomate_core.sync.contacts import sync_contacts

        mapping = contact_mapping(
            self.mapping,
            default_region=self.default_region,
            region_column=self.region_column,
            consent_column=self.consent_column,
        )
        return sync_contacts(
            client,
            self.given("source"),
            mapping,
            location_id=self.location_id,
            tags=self.tags,
            max_rejected=threshold(self.max_rejected),
            max_failed=threshold(self.max_failed),
            rejects_path=self.rejects_path,
        )


class WhautomateTagContactsOperator(WhautomateOperator):
    """Give a tag to the contacts whose numbers a source names. Who has the tag, or opted out, is left alone.

    Tagging fires automations that may message people. All arguments are templated.

    Returns the counts of `whautomate_core.sync.contacts.tag_contacts`: `rows`, `tagged`, `already`, `protected`,
    `no_consent`, `missing`, `rejected`, `failed`, `requests`, and `seconds`. After a wait in the triggerer they are
    those of the last part; `requests`, and `waited`, the seconds spent waiting for permits, are of the whole try.

    :param tag: Name of the tag.
    :param source: Path of a CSV file (UTF-8, with a header), or rows: dicts of column to value.
    :param match: The column of the phone number, as `{"phoneNumber": "mobile"}`.
    :param default_region: Country of numbers without a country code, such as `DE`.
    :param region_column: Column with the country of the row's number; where empty, `default_region` holds.
    :param consent_column: Column that says yes or no; only rows that say yes are tagged.
    :param members: `at_least`: nobody loses the tag.
    :param max_failed: Rows that the server may refuse before the task fails: a count, or a share like "5%".
    :raises ConfigurationError: for arguments that can't work, when the DAG is parsed where they stand in it.
    """

    template_fields: Sequence[str] = (
        "tag", "source", "match", "default_region", "region_column", "consent_column", "members", "max_failed",
        *WhautomateOperator.template_fields,
    )  # fmt: skip
    veiled_fields = frozenset({"source"})
    lane = "bulk"

    def __init__(
        self,
        *,
        tag: str,
        source: Source,
        match: Mapping[str, str],
        default_region: str | None = None,
        region_column: str | None = None,
        consent_column: str | None = None,
        members: str = "at_least",
        max_failed: Threshold = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.tag = tag
        self.source = source
        self.match = match
        self.default_region = default_region
        self.region_column = region_column
        self.consent_column = consent_column
        self.members = members
        self.max_failed = max_failed
        self._check_match()
        self._check_members()
        _check_thresholds(max_failed=max_failed)
        if is_literal(tag):
            check_tags([tag])
        self._ready = True

    def work(self, client: Client, context: Context) -> Any:
        """Tag."""
        from whautomate_core.sync.contacts import tag_contacts

        self._check_match()
        self._check_members()
        mapping = contact_mapping(
            self.match,
            default_region=self.default_region,
            region_column=self.region_column,
            consent_column=self.consent_column,
        )
        return tag_contacts(client, self.given("source"), mapping, self.tag, max_failed=threshold(self.max_failed))

    def _check_match(self) -> None:
        _check_mapping(self.match)
        if isinstance(self.match, Mapping) and len(self.match) > 1:
            raise ConfigurationError('match takes phoneNumber alone, as {"phoneNumber": "mobile"}')

    def _check_members(self) -> None:
        if is_literal(self.members) and self.members != "at_least":
            raise ConfigurationError(
                f'members can only be "at_least" for now, not {self.members!r}: nobody loses the tag'
            )


def _check_thresholds(**thresholds: Any) -> None:
    for name, value in thresholds.items():
        if is_literal(value):
            check_threshold(name, threshold(value))


def _check_mapping(mapping: Any) -> None:
    # The country is checked when it runs: that takes the tables of phone numbers, too much for parsing a DAG.
    if isinstance(mapping, Mapping):
        contact_mapping(mapping)
    elif is_literal(mapping):
        raise ConfigurationError("a mapping is a dict of a contact's field to a column")


class WhautomateFindContactOperator(WhautomateJobOperator, job=people.find_contact): ...


class WhautomateSetContactStageOperator(WhautomateJobOperator, job=people.set_contact_stage): ...


class WhautomateSetContactFieldsOperator(WhautomateJobOperator, job=people.set_contact_fields): ...
