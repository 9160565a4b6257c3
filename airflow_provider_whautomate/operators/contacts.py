"""Contacts: the endpoints, and the jobs that sync and tag them from a source, find one, and write to one."""

from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator, WhautomatePeopleJobOperator
from whautomate_core.api import contacts
from whautomate_core.people import find as people
from whautomate_core.people import opt_outs
from whautomate_core.sync import contacts as jobs


class WhautomateListContactsOperator(WhautomateOperator, call=contacts.list_contacts): ...


class WhautomateCreateContactOperator(WhautomateOperator, call=contacts.create_contact): ...


class WhautomateGetContactOperator(WhautomateOperator, call=contacts.get_contact): ...


class WhautomateUpdateContactOperator(WhautomateOperator, call=contacts.update_contact): ...


class WhautomateDeleteContactOperator(WhautomateOperator, call=contacts.delete_contact): ...


class WhautomateAddContactTagsOperator(WhautomateOperator, call=contacts.add_contact_tags): ...


class WhautomateRemoveContactTagsOperator(WhautomateOperator, call=contacts.remove_contact_tags): ...


class WhautomateSyncContactsOperator(WhautomatePeopleJobOperator, job=jobs.sync_contacts): ...


class WhautomateTagContactsOperator(WhautomatePeopleJobOperator, job=jobs.tag_contacts): ...


class WhautomateExportOptOutsOperator(WhautomateJobOperator, job=opt_outs.export_opt_outs): ...


class WhautomateFindContactOperator(WhautomateJobOperator, job=people.find_contact): ...


class WhautomateSetContactStageOperator(WhautomateJobOperator, job=people.set_contact_stage): ...


class WhautomateSetContactFieldsOperator(WhautomateJobOperator, job=people.set_contact_fields): ...
