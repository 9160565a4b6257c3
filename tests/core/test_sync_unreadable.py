"""Rows that can't be read are not nothing: nobody who opted out or refuses is reached because of one."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_sync import ADA, BOB, EVE, READ, counts, row, sync, tag, writes

from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.sync.clients import sync_clients
from whautomate_core.sync.consent import NO, YES, consents
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.values.progress import silent

CASES = Path(__file__).parents[1] / "cases"
NAMES = {"name": "Name", "phoneNumber": "Handy"}


def told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def tags_of(emulator: Emulator) -> dict[str, list[str]]:
    return {one["name"]: one["tags"] for one in emulator.contacts()}


# --- suppress


def test_a_number_without_its_country_stops_the_sync(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.jsonl"
    more: Any = {"tags": ["news"], "rejects_path": str(rejects), "progress": silent}
    with pytest.raises(
        InvalidRequest,
        match=r"1 of 1 row of suppress can't be read.*over max_suppress_rejected=0: nothing was sent: "
        r"1 x phone number has no \+ and country code: write them.* \(row 2\)",
    ):
        sync_contacts(client, CASES / "one_person.csv", NAMES, suppress=CASES / "opt_outs_digits.csv", **more)
    assert whautomate_emulator.requests() == []
    reason = "phone number has no + and country code: write them, or give its country (default_region)"
    assert told(rejects) == [{"of": "suppress", "row": 2, "outcome": "rejected", "reason": reason, "match": None}]
    # A person may say that it doesn't matter.
    report = sync_contacts(
        *(client, CASES / "one_person.csv", NAMES),
        **{**more, "suppress": CASES / "opt_outs_digits.csv", "max_suppress_rejected": "100%"},
    )
    assert report["suppress"] == {"rows": 1, "rejected": 1, "suppressed": 0}
    assert report["created"] == 1


def test_a_short_row_of_suppress_is_read_by_the_columns_that_it_has(
    client: Client, whautomate_emulator: Emulator
) -> None:
    source, suppress = CASES / "one_person.csv", CASES / "opt_outs_short_row.csv"
    report = sync_contacts(client, source, NAMES, suppress=suppress, tags=["news"], progress=silent)
    assert report["suppress"] == {"rows": 2, "rejected": 0, "suppressed": 0}
    assert counts(report, "created", "withheld") == (0, 1)
    assert whautomate_emulator.contacts() == []


def test_a_row_of_suppress_with_two_numbers_under_one_key_stops_the_sync(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    twice = f'{{"mobile": "{ADA["mobile"]}", "mobile": "+447400123456"}}'
    (tmp_path / "out.jsonl").write_text(f'{{"mobile": "+447400123456"}}\n{twice}\n')
    with pytest.raises(InvalidRequest, match=r"1 of 2 rows of suppress can't be read.*has the key 'mobile' twice"):
        sync(client, [ADA], suppress=tmp_path / "out.jsonl")
    assert whautomate_emulator.requests() == []


BAD = ["4915123456789", "15123456789.0", "call me", "", "0151 23456789", "+49", "00", "+49 151 2345678x9"]


@pytest.mark.parametrize("plan_only", [False, True])
@pytest.mark.parametrize("mobile", BAD)
def test_any_row_that_names_nobody_stops_it(
    mobile: str, plan_only: bool, client: Client, whautomate_emulator: Emulator
) -> None:
    suppress = [{"mobile": ADA["mobile"]}, {"mobile": mobile}]
    rows = [row("Bob", "+44 7400 123456"), row("Eve", "+49 160 1234567")]
    suppress[0]["mobile"] = "+49 151 23456789"
    with pytest.raises(InvalidRequest, match="1 of 2 rows of suppress can't be read"):
        sync(client, rows, default_region=None, suppress=suppress, tags=["news"], plan_only=plan_only)
    assert whautomate_emulator.requests() == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mobile,why\n+4915123456789,a,b\n", "row has 3 cells and the header 2"),
        ("why,mobile\n+4915123456789\n", "row has 1 cells and the header 2"),
        ('mobile,why\n+4915123456789,"a "b" c"\n', "not doubled"),
        ("mobile,why\n+49151\x0023456789,a\n", "NUL"),
    ],
)
def test_rows_of_a_file_that_can_not_be_told_apart_stop_it(
    text: str, says: str, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "out.csv").write_text(text)
    with pytest.raises(InvalidRequest, match=f"1 of 1 row of suppress can't be read.*{says}"):
        sync(client, [ADA], suppress=tmp_path / "out.csv")
    assert whautomate_emulator.requests() == []


def test_what_else_is_wrong_with_a_row_of_suppress_does_not_matter(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "out.jsonl").write_text('{"mobile": "+4915123456789", "country": "a\\u0000"}\n')
    report = sync(client, [{**ADA, "country": "DE"}], suppress=tmp_path / "out.jsonl", region_column="country")
    assert (report["withheld"], report["suppress"]["rejected"]) == (1, 0)


def test_regions_of_rows_hold_for_suppress_where_it_has_their_column(
    client: Client, whautomate_emulator: Emulator
) -> None:
    rows = [{**row("Ada", "0664 1234567"), "country": "AT"}, {**row("Bob", "0151 23456789"), "country": ""}]
    for suppress in (
        [{"mobile": "0664 1234567", "country": "AT"}, {"mobile": "0151 23456789", "country": ""}],
        [{"mobile": "+43 664 1234567"}, {"mobile": "0151 23456789"}],
    ):
        report = sync(client, rows, region_column="country", suppress=suppress, tags=["news"])
        assert counts(report, "withheld", "created") == (2, 0)
    assert whautomate_emulator.contacts() == []


def test_what_is_wrong_with_the_source_is_said_before_suppress_is_noted(
    client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA])
    before = writes(whautomate_emulator)
    with pytest.raises(InvalidRequest, match="1 of 1 row rejected, over max_rejected=0: 1 x"):
        sync(client, [row("X", "12")], suppress=[{"mobile": ADA["mobile"]}], max_rejected=0)
    assert writes(whautomate_emulator) == before


def test_an_iterator_is_no_source_and_suppress_at_once(client: Client, whautomate_emulator: Emulator) -> None:
    rows = iter([ADA, BOB])
    with pytest.raises(ConfigurationError, match="can be read once, and it was read before"):
        sync(client, rows, suppress=rows)
    assert whautomate_emulator.requests() == []


# --- consent


def test_the_words_of_consent_are_known(client: Client, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    people = [{"name": f"P{n}", "phoneNumber": f"+4915123456{n + 700}", "tags": ["news"]} for n in range(5)]
    whautomate_emulator.add_contacts({**one, "phoneNumber": f"+49151234567{n:02}"} for n, one in enumerate(people))
    whautomate_emulator.advance(60.0)
    report = sync_contacts(
        *(client, CASES / "consent_words.csv", NAMES),
        **{"consent_column": "Optin", "tags": ["news"], "progress": silent},
        rejects_path=str(tmp_path / "rejects.jsonl"),
    )
    assert counts(report, "unchanged", "rejected", "untagged") == (4, 1, 4)
    assert tags_of(whautomate_emulator) == {"P0": ["news"], "P1": [], "P2": [], "P3": [], "P4": []}
    (reject,) = told(tmp_path / "rejects.jsonl")
    assert (reject["row"], reject["outcome"], reject["match"]) == (6, "rejected", "+49…04")
    for part in ("'Optin'", "'maybe'", "counts as no", "yes, true, 1", "no, false, 0"):
        assert part in reject["reason"]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        *((word, True) for word in ("Yes", "TRUE", "1", "1.0", "1,00", "on", "X", "Opted-In", "opt_in", "Ja", "да")),
        *((word, False) for word in ("No", "false", "0", "0.0", "off", "", "OPT-OUT", "opted_out", "Nein", "NÃO")),
        *((word, None) for word in ("maybe", "10", "yes/no", "yes and no", "Ada", "+4915123456789")),
    ],
)  # fmt: skip
def test_only_a_known_word_is_yes(cell: str, says: bool | None) -> None:
    assert consents(cell) is says


def test_no_word_is_yes_and_no_and_every_word_of_the_document_is_known() -> None:
    assert not YES & NO
    document = (Path(__file__).parents[2] / "docs" / "guides" / "sync.md").read_text()
    for says, words in ((True, YES), (False, NO)):
        (line,) = [one for one in document.splitlines() if one.startswith(f"| {'yes' if says else 'no'}:")]
        listed = {word.strip(" `") for word in line.partition(":")[2].strip(" |").split(",")}
        assert {consents(word) for word in listed} == {says}
        assert len(listed) >= len(words) - 3  # some are written in two ways


@pytest.mark.parametrize("show", ["Ada Lovelace", "ada@example.com", "A1", "x" * 13])
def test_a_reason_shows_no_more_than_one_plain_word(show: str, client: Client) -> None:
    with pytest.raises(InvalidRequest) as error:
        sync(client, [{**ADA, "ok": show}], max_rejected=0)
    assert show not in str(error.value)


ODD: dict[str, dict[str, str]] = {
    "another cell is odd": {"city": "a\0b"},
    "control characters": {"city": "a\x1fb"},
    "consent is unknown": {"ok": "maybe"},
    "consent can't be read": {"ok": "yes\0"},
    "the country of nothing": {"city": "x" * 1_100_000},
}


@pytest.mark.parametrize("drift", ["ignore", "detect"])
@pytest.mark.parametrize("odd", ODD)
def test_a_refusal_in_an_odd_row_takes_the_tag(
    odd: str, drift: Any, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    sync(client, [ADA, BOB, EVE], tags=["news"], sync_name="one")
    refusing = {**ADA, "ok": "no", **ODD[odd]}
    paths = {name: str(tmp_path / f"{name}.jsonl") for name in ("rejects_path", "outcomes_path")}
    report = sync(client, [refusing, BOB, EVE], tags=["news"], sync_name="one", drift=drift, **paths)
    assert counts(report, "rejected", "unchanged", "untagged", "updated") == (1, 2, 1, 0)
    assert tags_of(whautomate_emulator) == {"Ada": [], "Bob": ["news"], "Eve": ["news"]}
    (reject,) = told(tmp_path / "rejects_path.jsonl")
    assert (reject["of"], reject["row"], reject["outcome"], reject["match"]) == ("source", 1, "rejected", "+49…89")
    assert [one["row"] for one in told(tmp_path / "outcomes_path.jsonl")] == [1, 2, 3]
    again = sync(client, [refusing, BOB, EVE], tags=["news"], sync_name="one", drift=drift)
    assert counts(again, "rejected", "unchanged", "untagged") == (1, 2, 0)
    # Mended, the row holds again.
    assert sync(client, [ADA, BOB, EVE], tags=["news"], sync_name="one", drift=drift)["tagged"] == 1


@pytest.mark.parametrize("odd", ODD)
def test_nobody_is_created_or_written_for_an_odd_row(odd: str, client: Client, whautomate_emulator: Emulator) -> None:
    report = sync(client, [{**ADA, "ok": "no", **ODD[odd]}, BOB], tags=["news"])
    assert counts(report, "rejected", "created") == (1, 1)
    whautomate_emulator.add_contacts([{"name": "By hand", "phoneNumber": "+4915123456789", "tags": ["news"]}])
    whautomate_emulator.advance(60.0)
    # That nothing else can be used is a failure, once the tag is taken.
    with pytest.raises(InvalidRequest, match="the only row was rejected"):
        sync(client, [{**ADA, "ok": "no", **ODD[odd]}], tags=["news"], drift="detect")
    assert tags_of(whautomate_emulator) == {"By hand": [], "Bob": ["news"]}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_refusal_in_an_odd_row_holds_for_the_other_rows_of_the_person(
    place: int, client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA], tags=["news"], sync_name="one")
    rows = [ADA, {**ADA, "who": "Ada L."}]
    rows.insert(place, {**ADA, "ok": "maybe"})
    report = sync(client, rows, tags=["news"], sync_name="one")
    assert counts(report, "rejected", "superseded", "updated", "untagged") == (1, 1, 1, 1)
    assert tags_of(whautomate_emulator) == {"Ada L.": []}
    # So it is where the other row is known as it stands.
    sync(client, [ADA], tags=["news"], sync_name="two")
    assert counts(sync(client, [ADA, {**ADA, "ok": "?"}], tags=["news"], sync_name="two"), "rejected", "untagged") == (
        *(1, 1),
    )


def test_of_several_odd_rows_about_one_person_each_is_rejected_once(
    client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA], tags=["news"])
    report = sync(client, [{**ADA, "ok": "maybe"}] * 3 + [BOB], tags=["news"])
    assert counts(report, "rows", "rejected", "untagged", "superseded") == (4, 3, 1, 0)


@pytest.mark.parametrize("ok", ["no", "maybe", ""])
@pytest.mark.parametrize("mobile", ["", "12", "nonsense"])
def test_a_refusal_that_identifies_nobody_stops_the_run(
    mobile: str, ok: str, client: Client, whautomate_emulator: Emulator
) -> None:
    rows = [ADA, BOB, row("X", mobile, ok=ok)]
    says = "1 of 3 rows do not say yes to consent and identify nobody.*over max_consent_rejected=0: nothing was sent"
    with pytest.raises(InvalidRequest, match=says):
        sync(client, rows, tags=["news"], suppress=[{"mobile": EVE["mobile"]}])
    with pytest.raises(InvalidRequest, match=says):
        tag(client, rows, "vip")
    assert whautomate_emulator.requests() == []
    assert sync(client, rows, tags=["news"], max_consent_rejected="34%")["created"] == 2
    assert tag(client, rows, "vip", max_consent_rejected=1)["tagged"] == 2
    # Who consents may be nobody.
    assert sync(client, [row("X", mobile), ADA], tags=["news"])["rejected"] == 1


def test_a_line_that_is_no_json_may_refuse(client: Client, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(json.dumps(ADA) + '\n{"who": "Bo\n')
    with pytest.raises(InvalidRequest, match="over max_consent_rejected=0: nothing was sent: 1 x line is not JSON"):
        sync(client, path)
    with_none = {"default_region": "DE", "progress": silent}
    fields: Any = {"name": "who", "phoneNumber": "mobile"}
    assert sync_contacts(client, path, fields, **with_none)["created"] == 1  # nothing is said of consent


def test_clients_of_one_phone_are_told_apart_in_odd_rows_as_well(client: Client, whautomate_emulator: Emulator) -> None:
    fields = {"fullName": "who", "phone": "mobile", "customFields.city": "city"}
    ada, bob = row("Ada Ash", "0151 23456789"), row("Bob Ash", "0151 23456789")
    more: Any = {**READ, "tags": ["news"], "progress": silent}
    sync_clients(client, [ada, bob], fields, **more)
    report = sync_clients(client, [{**ada, "who": " ada  ASH", "ok": "no", "city": "\0"}, bob], fields, **more)
    assert counts(report, "rejected", "untagged", "unchanged") == (1, 1, 1)
    assert {one["fullName"]: one["tags"] for one in whautomate_emulator.clients()} == {
        "Ada Ash": [],
        "Bob Ash": ["news"],
    }


def test_a_tag_that_can_not_be_taken_is_a_failure(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA], tags=["news"])
    whautomate_emulator.fault("error_in_200", operation="removeContactTags")
    with pytest.raises(InvalidRequest, match="1 of 2 rows failed, over max_failed=0: 1 x "):
        sync(client, [{**ADA, "ok": "maybe"}, BOB], tags=["news"])
    assert sync(client, [{**ADA, "ok": "maybe"}, BOB], tags=["news"])["untagged"] == 1


# --- exactly


def test_exactly_removes_nobody_while_a_row_can_not_be_read(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB, EVE])
    tag(client, [ADA, BOB, EVE], "vip")
    report = tag(client, [ADA, row("Bob", "+44 nonsense")], "vip", members="exactly")
    assert counts(report, "unchanged", "rejected", "untagged", "kept") == (1, 1, 0, 2)
    assert set(map(tuple, tags_of(whautomate_emulator).values())) == {("vip",)}
    # A refusal in a row that can't be sent is one all the same.
    report = tag(client, [ADA, {**EVE, "ok": "maybe"}], "vip", members="exactly")
    assert counts(report, "unchanged", "rejected", "untagged", "kept") == (1, 1, 1, 1)
    assert tags_of(whautomate_emulator) == {"Ada": ["vip"], "Bob": ["vip"], "Eve": []}
    planned = tag(client, [ADA, row("Bob", "+44 nonsense")], "vip", members="exactly", plan_only=True)["plan"]
    assert planned["tags_to_remove"] == 0
    assert counts(tag(client, [ADA], "vip", members="exactly"), "untagged", "kept") == (1, 0)


def test_mirror_deletes_nobody_while_a_refusing_row_can_not_be_read(
    client: Client, whautomate_emulator: Emulator
) -> None:
    more: Any = {"mode": "mirror", "sync_name": "all", "max_deleted": "100%"}
    sync(client, [ADA, BOB], **more)
    assert counts(sync(client, [{**ADA, "ok": "maybe"}, EVE], **more), "rejected", "deleted") == (1, 0)
    assert set(tags_of(whautomate_emulator)) == {"Ada", "Bob", "Eve"}


# --- any rows at all

CELLS = {
    "who": st.sampled_from(["Ada", ""]),
    "mobile": st.sampled_from([ADA["mobile"], BOB["mobile"], EVE["mobile"], "", "12", "\0"]),
    "city": st.sampled_from(["", "Ulm", "a\0", "\x1f"]),
    "ok": st.sampled_from(["yes", "no", "", "maybe", "yes\0", "1.0", "\ud83d"]),
}
NUMBERS = {ADA["mobile"]: "4915123456789", BOB["mobile"]: "447400123456", EVE["mobile"]: "491601234567"}


@settings(derandomize=True, max_examples=40, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=4), members=st.sampled_from([None, "exactly"]))
def test_nobody_who_refuses_keeps_a_tag(
    rows: list[dict[str, str]], members: str | None, client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.reset()
    whautomate_emulator.add_contacts(
        {"name": "X", "phoneNumber": f"+{number}", "tags": ["news"]} for number in NUMBERS.values()
    )
    whautomate_emulator.advance(60.0)
    full = [{"stage": "", **one} for one in rows]
    name = f"{id(rows)} {len(whautomate_emulator.requests())}"
    unheard = [one for one in rows if one["mobile"] not in NUMBERS and consents(one["ok"]) is not True]
    try:
        if members is None:
            report = sync(client, full, tags=["news"], drift="detect", sync_name=name, match="phoneNumber")
        else:
            report = tag(client, full, "news", members="exactly", sync_name=name)
        assert report["rows"] == len(rows)
        rejected = report["rejected"]
    except InvalidRequest as error:
        if unheard:
            assert whautomate_emulator.requests() == []
            return
        rejected = len(rows)
        which = "the only row was" if rejected == 1 else f"all {rejected} rows"
        assert f"{which} rejected" in str(error)  # noqa: PT017 - it may be an error or not
    assert not unheard
    held = {one["phoneNumber"]: "news" in one["tags"] for one in whautomate_emulator.contacts()}
    of_nobody = {one["mobile"] for one in rows} - NUMBERS.keys()
    for mobile, number in NUMBERS.items():
        mine = [one for one in rows if one["mobile"] == mobile]
        refuses = any(consents(one["ok"]) is not True for one in mine)
        if refuses:
            assert not held[number]
        elif mine or members is None or of_nobody or rejected:
            assert held[number]
        else:
            assert not held[number]
