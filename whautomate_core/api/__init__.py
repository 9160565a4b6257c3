"""One module a resource, one function an endpoint: arguments in, a `Call` out. Nothing here does I/O.

Names follow the contract's operationId: `updateContact` is `contacts.update_contact`. Path ids are plain arguments,
the body is one argument named after the record, and query filters are one dict `filters`. Every function raises
`InvalidRequest` for an empty id, an unknown or missing field, or a value of the wrong type. `extra={...}` sends fields
past that check, because the contract is partly inferred.
"""
