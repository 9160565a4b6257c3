"""The tasks of `prefect_whautomate` as coroutines, under the same names: `aio.contacts.sync_contacts`.

They take the same arguments and return the same. None of them blocks the event loop.
"""
