"""What is not known of lists, limits and error answers."""

from __future__ import annotations

import dataclasses
from typing import Literal

from . import open_question, simulated
from .messages import SENDS


@dataclasses.dataclass(frozen=True)
class Lists:
    """Lists and searches"""

    page_default: int = open_question(
        10,
        "How many records does a page have if `limit` is not sent?",
        why="Whoever expects all records from one request gets the first ten.",
        otherwise="Nothing breaks: a `limit` is always sent.",
        evidence="B: 10, in a white label's list of templates; an integrator names 100 (C).",
    )
    page_cap: int = open_question(
        50,
        "How large may a page be? A larger `limit` is silently reduced to this.",
        why="A page shorter than requested looks like the last one, and everybody behind it like absent.",
        otherwise="Nothing breaks. Until the largest page is known, the end of a list costs one or two requests more.",
        evidence="none.",
    )
    page_start: Literal["given", "asked"] = open_question(
        "given",
        "If `limit` was reduced, does the next page begin after the records that were returned (`given`), or after "
        "those that were requested (`asked`), so that those in between are on no page?",
        why="With `given`, short pages look like ends of the list. With `asked` they are gaps.",
        otherwise="People in the gaps are noticed: passes with other page sizes disagree, and nobody counts as absent.",
        evidence="none.",
    )
    list_depth: int = open_question(
        0,
        "After how many records do lists return empty pages? 0: never.",
        why="All pages of a long list have to be read, which costs the most requests.",
        otherwise="People behind the limit are noticed, unless it cuts every page size at the same record.",
        evidence="none.",
    )
    order: Literal["newest_first", "oldest_first", "active_first"] = open_question(
        "newest_first",
        "Are lists ordered by creation or by last activity?",
        why="Each record that is created meanwhile shifts the pages, so one is read twice; each deletion hides one.",
        otherwise="By activity, people who write shift the pages too. Whole lists are read twice for this reason.",
        evidence="none.",
    )
    search_delay: float = open_question(
        5.0,
        "How long after its creation does `searchText` find a record? In seconds.",
        why="A search directly after a create finds nobody, so the person is created again.",
        otherwise="If it is longer, a single send may miss an opt-out on a record that is younger.",
        evidence="none.",
    )
    list_lag: float = open_question(
        0.0,
        "How many seconds is a new record in no list and no search, although it can be read by its id?",
        why="It costs emulated runs no wait. Accounts assume the inconvenient 30 s, by their setting `list_lag`.",
        otherwise="If it is longer than the setting `list_lag`, a sync may create somebody twice.",
        evidence="none.",
    )


@dataclasses.dataclass(frozen=True)
class Requests:
    """Limits and errors"""

    gateway: Literal["aws", "none"] = open_question(
        "aws",
        "Does AWS API Gateway stand in front of the API? Then a wrong path or method is answered 403 `Missing "
        "Authentication Token`, a 429 says `Too Many Requests` or (for the day) `Limit Exceeded`, and answers carry "
        "`x-amzn-requestid`, and those of the gateway itself `x-amzn-errortype`. Without it, a wrong path is 404 or "
        "405 and a 429 is plain text.",
        why="A wrong path looks like a refused key.",
        otherwise="Nothing breaks: neither a 404 without words nor a 405 is taken for the absence of a record.",
        evidence="D: the header of the key and the documented texts fit.",
    )
    bad_key: Literal[403, 401] = simulated(403, "Status for a missing or wrong key. 403 is settled (A, C).")
    forbidden: tuple[str, ...] = simulated(
        (),
        "Operations for which the key lacks the permission, such as createBroadcast: 403 Forbidden, nothing is done.",
    )
    limits: tuple[tuple[int, float], ...] = simulated(
        ((300, 60.0), (432_000, 86_400.0)),
        "Requests allowed in a number of seconds. Settled (A): subscribed accounts have the default, trials "
        "60/60,100/86400.",
    )
    window: Literal["sliding", "fixed", "bucket"] = open_question(
        "sliding",
        "Does a limit apply to every span of its length, or to spans that begin at multiples of it? Or is the shortest "
        "one the rate of a token bucket, which refuses what comes faster although the minute allows it? (The day is "
        "then a sliding window.)",
        why="Every span must keep to it, whenever the vendor's spans begin.",
        otherwise="What fits every span fits fixed ones. A bucket refuses a request or a few, until the pool has "
        "learned to send at an even pace.",
        evidence="D for the bucket: the vendor seems to use a gateway that has one. None for the others.",
    )
    burst: int = open_question(
        1,
        "If the rate is a token bucket, how many requests may go at once after a pause?",
        why="No two requests may go at once, not even the two that change one record.",
        otherwise="Nothing breaks: the pool keeps to its own pace.",
        evidence="none.",
    )
    window_phase: float = simulated(
        0.0, "Seconds by which fixed windows begin later than at multiples of their length since 1970."
    )
    refused_count: bool = open_question(
        True,
        "Does a request that was refused with 429 count as a request? (It takes what a bucket has of the next token.)",
        why="Hammering never gets through.",
        otherwise="Nothing breaks: after a 429 everybody waits.",
        evidence="none.",
    )
    retry_after: bool = open_question(
        False,
        "Does a 429 carry Retry-After, in whole seconds?",
        why="Nobody says how long to wait.",
        otherwise="Nothing breaks: it is obeyed if it is there.",
        evidence="D: it was missing in one measured case of the gateway that the vendor seems to use.",
    )
    error_in_200: tuple[str, ...] = open_question(
        ("createBroadcast", *SENDS),
        "Which operations answer 200 with an `error` if what they name does not exist or can't be done? The others "
        "answer 400. (A body of the wrong shape is 400 everywhere.)",
        why="Whoever looks at the status alone counts a failed send as sent.",
        otherwise="Nothing breaks: both are read as refusals.",
        evidence="C for sends, none for broadcasts. For wrong values, 400 and 404 are documented (A).",
    )
