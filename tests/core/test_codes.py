"""WhatsApp's codes are read from whatever an error looks like, and never from a phone number or an id."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whautomate_core.values.codes import CODES, STOPPED, code_of, has_failed, read_code, retry_at, words_of

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)

FORMS = [
    "{}", " {} ", "(#{}) User has stopped", "Message failed to send: (#{}) the person", "code: {}", "Code {}.",
    "error_code={}, then", 'error_code": {},', "Error {}: it failed", "Meta error {}.", "{}: it failed",
    "{} - it failed", "{} the person", "[{}] it failed", '{{"code": {}}}', '[{{"code": {}, "title": "it failed"}}]',
    '{{"error": {{"message": "(#{}) it failed"}}}}',
]  # fmt: skip

# A number that is no code: a part of a phone number, an id, a date, an amount.
OTHERS = [
    "+{}", "+49{}", "call {}", "tel ({})", "({}) 12345", "{} 12345", "{}-77", "{}/22", "{}.5", "{}a", "a{}", "id {}",
    "msg-{}-x", "wamid.{}.x", "Error for {}", "error: 49{}05", "code: +{}", "error {} 12345", "code {}-12-2", "{}0",
    "recipient {} failed", '{{"phone": "{}"}}', '{{"phone": {}}}', '{{"to": {{"id": "{}"}}}}',
    "error {}(12)", "error#{}9",
]  # fmt: skip

codes = st.sampled_from(sorted(CODES))


@given(codes, st.sampled_from(FORMS))
def test_a_code_is_read_in_each_form(code: str, form: str) -> None:
    assert read_code(form.format(code)) == code


@given(codes, st.sampled_from(OTHERS))
def test_a_number_that_is_no_code_is_not_taken_for_one(code: str, form: str) -> None:
    assert read_code(form.format(code)) is None


@given(
    codes, st.recursive(st.none(), lambda inner: st.dictionaries(st.sampled_from(["error", "errors", "data"]), inner))
)
def test_a_code_is_read_in_an_object(code: str, around: Any) -> None:
    words = {"title": "it failed", "error_data": {"details": "nothing"}, "fbtrace_id": "A131026b", "phone": "131026"}
    for value in (int(code), code, float(code)):
        for error in ({"code": value, **words}, [{"code": value, **words}], {"error": {"code": value, **words}}):
            assert read_code(error) == code
            assert read_code(json.dumps(error)) == code
    assert read_code(around) is None


@given(st.integers(min_value=10**9, max_value=10**14), st.sampled_from(["+{}", "{}", "to {} failed", "error {}"]))
def test_no_phone_number_is_a_code(number: int, form: str) -> None:
    assert read_code(form.format(number)) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_an_error_is_it_has_a_code_or_none(error: Any) -> None:
    code = read_code(error)
    assert code is None or (len(code) == 6 and code.startswith("13"))


def test_what_names_two_codes_names_none() -> None:
    assert read_code("(#131050) stopped; see error 131026") is None
    assert read_code([{"code": 131050}, {"code": 131026}]) is None
    assert read_code("(#131050) stopped (error 131050)") == "131050"
    assert read_code("[" * 10_000) is None
    assert read_code("(#131031) the account is locked") == "131031"
    assert words_of("131031") == "WhatsApp's code 131031: see Meta's list of error codes"


def test_a_line_without_a_code_is_a_failure_all_the_same() -> None:
    for line in ({"status": "failed"}, {"status": "Failed", "error": ""}, {"error": "it failed"}):
        assert has_failed(line)
        assert code_of(line) is None
    assert not has_failed({"status": "delivered", "phone": "131050"})


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_code_says_what_it_means_and_what_to_do(code: str) -> None:
    assert CODES[code].advice
    assert words_of(code) == f"{CODES[code].meaning} ({code})"


def test_when_somebody_may_be_tried_again() -> None:
    after = {code: one.retry_after for code, one in CODES.items()}
    assert {code for code, wait in after.items() if wait is None} == {STOPPED, "131026", "130472"}
    assert {code for code, wait in after.items() if wait} == {"131049", "131048"}
    assert retry_at("131049", AT) == AT + timedelta(days=1)
    assert retry_at("132000", AT) == AT
    for never in (STOPPED, "131026", "131031", None):
        assert retry_at(never, AT) is None
