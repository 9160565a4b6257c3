"""Sending calls. A call passes these files, in this order:

- `client.py`: `Client` and `AsyncClient`, the lines that wait; they drive the generators of the others.
- `base.py`: the steps of one attempt. `steps.py` names the kinds of steps.
- `guard.py` and `audience.py`: what the policy reads before a call, with `reads.py`; `last_check.py` is the last look.
- `transport.py` and `connections.py`: the request, its key and timeouts, and the connection that it leaves on.
- `answers.py`: the record of an answer, or its error, with `server_words.py` and `rate_headers.py`.
- `retries.py`: when it is sent again. `usage.py`: what all of this used.

Lists: `pages.py` reads page by page, `whole.py` so that a missing record is known not to exist. Calls that must happen
once: `once.py`, with `identity.py`. Nothing here knows an endpoint: what has to be known of one is in its `Call` or in
`whautomate_core.api`.
"""
