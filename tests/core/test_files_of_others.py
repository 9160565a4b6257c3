"""Files as others send them: decorated headers, damaged numbers, what never ends. `tests/cases` are read as is."""

import csv
import io
import json
import logging
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from test_sources import COLUMNS, KINDS, PEOPLE, cells, read, refused, write

from whautomate_core.bookings.staff_blocks import sync_staff_blocks
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.rows.sources import Table, rows
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.values.phones import e164

CASES = Path(__file__).parents[1] / "cases"
FIELDS = {"name": "Name", "phoneNumber": "Handy"}

# --- headers

UNSEEN = st.text(" \t\xa0\u2003\u200b\u200e\u2060\ufeff\xad", max_size=4)


def test_the_header_of_a_spreadsheet_is_read_by_what_one_sees_of_it() -> None:
    path = CASES / "header_spaces_bom.csv"
    assert cells(path, ["Name", "Handy"]) == [("Ada", "+49 1512 3456789")]
    assert rows(path, None).columns == ("Name", "Handy")


@pytest.mark.parametrize("kind", [*KINDS, "rows", "table"])
@settings(derandomize=True, max_examples=25)
@given(before=st.tuples(UNSEEN, UNSEEN, UNSEEN), after=st.tuples(UNSEEN, UNSEEN, UNSEEN))
def test_any_decoration_of_headers_and_cells_reads_the_same(
    kind: str, before: Any, after: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def decorated(one: Any) -> Any:
        return tuple(f"{b}{cell}{a}" for b, cell, a in zip(before, one, after, strict=True))

    columns, people = list(decorated(COLUMNS)), [decorated(one) for one in PEOPLE]
    source: Any = [dict(zip(columns, one, strict=True)) for one in people]
    if kind == "table":
        source = Table(columns, people)
    elif kind != "rows":
        source = write(tmp_path_factory.getbasetemp() / f"decorated.{kind}", columns, people)
    assert rows(source, None).columns == tuple(COLUMNS)
    assert cells(source, ["mobile", "name", "city"]) == [(mobile, name, city) for name, mobile, city in PEOPLE]
    assert cells(source, [f" {COLUMNS[1]}\ufeff"]) == [(mobile,) for _, mobile, _ in PEOPLE]


@pytest.mark.parametrize("source", ["rows", "table"])
def test_a_missing_column_of_a_query_shows_those_there_are(source: str) -> None:
    given: Any = (
        Table(COLUMNS, PEOPLE) if source == "table" else [dict(zip(COLUMNS, one, strict=True)) for one in PEOPLE]
    )
    said = refused(given, ["Mobil", "phone"])
    assert "has none of the columns 'Mobil', 'phone'; there are 'name', 'mobile', 'city'" in said
    assert said.endswith("(did you mean 'mobile' for 'Mobil'?)")


def test_a_row_that_was_taken_for_the_header_is_not_shown(tmp_path: Path) -> None:
    for first in ("Ada,+49 151 23456789", "Ada,ada@example.com"):
        (tmp_path / "p.csv").write_text(f"{first}\nBob,030\n")
        said = refused(tmp_path / "p.csv", ["name", "phone"])
        assert "it has 2 columns, and its first line does not look like a header" in said
        assert "Ada" not in said


def test_a_header_of_many_columns_is_cut(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        ",".join(f"column {chr(65 + n % 26) * (1 + n // 26)}" for n in range(300)) + "\n1\n"
    )
    said = refused(tmp_path / "p.csv", ["phone"])
    assert " and 270 more" in said
    assert len(said) < 1000


# --- numbers


def rejects(path: Path) -> dict[int, str]:
    return {one["row"]: one["reason"] for one in map(json.loads, path.read_text().splitlines())}


def test_numbers_that_a_spreadsheet_damaged_are_told_with_what_to_do(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    # They were written from the country's code on, without the + that says so.
    fields: Any = {"name": "Name", "phoneNumber": lambda cells: f"+{cells['Handy']}"}
    path = tmp_path / "rejects.jsonl"
    report = sync_contacts(client, CASES / "spreadsheet_numbers.csv", fields, rejects_path=str(path))
    assert (report["created"], report["rejected"]) == (1, 4)
    assert [(one["name"], one["phoneNumber"]) for one in whautomate_emulator.contacts()] == [("Dee", "4915123456789")]
    found = rejects(path)
    assert sorted(found) == [2, 3, 4, 6]
    assert all("damaged by a spreadsheet" in why and "format its column as text" in why for why in found.values())


def test_a_whole_number_with_a_point_and_a_zero_is_that_number() -> None:
    for number in ("15123456789.0", "15123456789", "4915123456789", "4915123456789.0"):
        assert e164(number, "DE") == "+4915123456789"


def test_a_number_that_may_have_its_country_code_or_not_is_read_as_a_mobile_only() -> None:
    # Without the code it would be a landline in Leer (0491), of more digits than there are.
    assert e164("4916012345678", "DE") == "+4916012345678"
    # Karlsruhe with the code, Filsum (04972) without.
    with pytest.raises(ValueError, match=r"write \+ before the code"):
        e164("497211234567", "DE")


def test_the_row_that_a_spreadsheet_left_whole_is_read(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    fields = {"name": "Name", "phoneNumber": "Handy"}
    path = tmp_path / "rejects.jsonl"
    report = sync_contacts(
        client, CASES / "spreadsheet_numbers.csv", fields, default_region="DE", rejects_path=str(path)
    )
    assert (report["created"], report["rejected"]) == (1, 4)
    assert [(one["name"], one["phoneNumber"]) for one in whautomate_emulator.contacts()] == [("Dee", "4915123456789")]
    assert all("damaged by a spreadsheet" in why for why in rejects(path).values())


def test_a_float_that_can_not_hold_a_number_is_never_taken_for_one(
    client: Client, whautomate_emulator: Emulator
) -> None:
    for region in ("US", "DE", "GB", "IN"):
        with pytest.raises(InvalidRequest, match=r"all 2 rows rejected: .*a 32-bit float"):
            sync_contacts(client, CASES / "float32_numbers.parquet", FIELDS, default_region=region)
    assert whautomate_emulator.contacts() == []


def test_small_floats_of_any_size_are_text_as_before(tmp_path: Path) -> None:
    values = [1.0, 2.5, None, 16_777_215.0, 16_777_216.0, float("nan")]
    table = pyarrow.table(
        {"x": pyarrow.array(values, pyarrow.float32()), "y": pyarrow.array(values, pyarrow.float64())}
    )
    parquet.write_table(table, tmp_path / "f.parquet")
    assert cells(tmp_path / "f.parquet", ["x", "y"]) == [
        ("1", "1"), ("2.5", "2.5"), ("", ""), ("16777215", "16777215"), ("1.677722E+07", "16777216"), ("", ""),
    ]  # fmt: skip


def test_a_numpy_float_of_32_bits_is_no_number_either() -> None:
    numpy = pytest.importorskip("numpy")
    [(cell,)] = cells([{"Handy": numpy.float32(2015550080.0)}], ["Handy"])
    with pytest.raises(ValueError, match="32-bit float"):
        e164(cell, "US")


@pytest.mark.parametrize(
    "cell",
    ["(030) 123456/123457", "030 123456/78", "0151 2345678; 0160 1234567", "0151 23456789 | 0160 1234567",
     "0151 23456789\n0160 1234567", "+49 151 23456789 +49 160 1234567", "+4915123456789,+491601234567"],
)  # fmt: skip
def test_several_numbers_in_a_cell_are_not_one(cell: str) -> None:
    with pytest.raises(ValueError, match="cell holds several phone numbers: give one"):
        e164(cell, "DE")


@pytest.mark.parametrize("cell", ["030/123456", "(030) / 123 456", "+49/30/123456", "+49 30-123456", "(+49) 30 123456"])
def test_a_slash_behind_the_area_code_is_usual(cell: str) -> None:
    assert e164(cell, "DE") == "+4930123456"


def test_a_country_counts_only_for_numbers_that_need_it(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    people = [
        {"Name": "Ada", "Handy": "+49 1512 3456784", "Land": "Germany"},
        {"Name": "Bob", "Handy": "(+49) 1512 3456785", "Land": "-"},
        {"Name": "Cem", "Handy": "01512 3456786", "Land": "de"},
        {"Name": "Dee", "Handy": "01512 3456787", "Land": "Germany"},
    ]
    path = tmp_path / "rejects.jsonl"
    report = sync_contacts(client, people, FIELDS, region_column="Land", rejects_path=str(path))
    assert (report["created"], report["rejected"]) == (3, 1)
    assert "country must be a two-letter code such as DE" in rejects(path)[4]


# --- how much may be unfit


def person(number: int, fit: bool) -> dict[str, str]:
    return {"Name": f"P{number}", "Handy": f"+49 151 2345{number:04d}" if fit else "nonsense"}


@pytest.mark.parametrize("plan_only", [False, True])
def test_a_source_of_which_nothing_can_be_used_is_a_failure(
    plan_only: bool, client: Client, whautomate_emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    people = [person(number, False) for number in range(3)]
    with pytest.raises(InvalidRequest, match="all 3 rows rejected: 3 x not a phone number"):
        sync_contacts(client, people, FIELDS, max_rejected="100%", plan_only=plan_only)
    unnamed = [{**person(number, True), "Name": ""} for number in range(2)]
    with pytest.raises(InvalidRequest, match=r"all 2 rows rejected: .*2 x name is empty"):
        sync_contacts(client, unnamed, FIELDS)
    assert whautomate_emulator.contacts() == []
    assert "rows are rejected" not in caplog.text  # the error says it


@pytest.mark.parametrize("fit", [1, 2])
def test_rejected_rows_are_always_logged_with_their_reasons(
    fit: int, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    sync_contacts(client, [person(number, number < fit) for number in range(4)], FIELDS)
    said = [one for one in caplog.messages if "rows rejected" in one]
    more = " (more than half; max_rejected limits how many may be)" if fit == 1 else ""
    first = {1: "rows 2, 3, 4", 2: "rows 3, 4"}[fit]
    assert said == [f"{4 - fit} of 4 rows rejected{more}: {4 - fit} x not a phone number ({first})"]


def test_rows_of_bookings_are_held_to_the_same(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    def blocks(*starts: str) -> Any:
        found = [{"start": start, "end": "2027-03-02"} for start in starts]
        return sync_staff_blocks(client, "off", found, "Europe/Berlin", staff_id=Emulator.staff_id)

    with pytest.raises(InvalidRequest, match="all 2 rows rejected: 2 x start must be"):
        blocks("soon", "later")
    caplog.set_level(logging.WARNING)
    assert blocks("soon", "later", "2027-03-01")["rejected"] == 2
    assert "2 of 3 rows rejected" in caplog.text


# --- what never ends


class Endless(io.RawIOBase):
    """A file without an end."""

    def __init__(self, begins: bytes, then: bytes) -> None:
        self._begins, self._then = begins, then * (65536 // len(then))
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._begins or self._then
        count = min(len(buffer), len(part))
        buffer[:count] = part[:count]
        self._begins = self._begins[count:]
        self.given += count
        assert self.given < 2**28, "it is read on and on"
        return count


@pytest.mark.parametrize(
    ("begins", "then"),
    [(b"Name,Handy\nAda,", b"1"), (b"", b"a,"), (b'Name,Handy\n"', b"1\n"), (b'Name,Handy\n"', b'\n","')],
    ids=["line", "header", "quote", "cells"],
)
def test_a_row_without_an_end_is_said_before_memory_is_full(
    begins: bytes, then: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whautomate_core.rows.csv_files.LONGEST_LINE", 2**20)
    endless = io.BufferedReader(Endless(begins, then))
    tracemalloc.start()
    try:
        with pytest.raises(ConfigurationError) as raised:
            for _ in rows("p.csv", ["Name", "Handy"] if begins else None, open_file=lambda path: endless):
                pass
        assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    finally:
        tracemalloc.stop()
    assert str(raised.value).startswith("p.csv has a row of more than 1,048,576 characters near line ")


def test_a_line_of_json_that_is_too_long_is_its_row_s_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("whautomate_core.rows.objects.LONGEST_LINE", 1000)
    lines = [{"Name": "Ada"}, {"Name": "x" * 5000}, {"Name": "Bob"}, {"Name": "y" * 987}, {"Name": "z" * 986}]
    (tmp_path / "p.jsonl").write_text("\n".join(map(json.dumps, lines)))
    found = read(tmp_path / "p.jsonl", ["Name"])
    assert [row.number for row in found] == [1, 2, 3, 4, 5]
    assert [row.cells[0][:3] if row.cells else row.problem for row in found] == [
        "Ada", "line has more than 1,000 bytes", "Bob", "yyy", "zzz",
    ]  # fmt: skip


def test_large_cells_are_in_memory_a_few_at_a_time(tmp_path: Path) -> None:
    """150 MB of cells: in the file once, as a dictionary, or packed."""
    table = pyarrow.table({"Name": ["x" * 2**20] * 150, "Handy": [person(n, True)["Handy"] for n in range(150)]})
    parquet.write_table(table, tmp_path / "dictionary.parquet")
    with (tmp_path / "p.csv").open("w") as file:
        csv.writer(file).writerows([("Name", "Handy"), *(("x" * 2**20, "nonsense" if n else "030") for n in range(40))])
    tracemalloc.start()
    try:
        for path in (tmp_path / "dictionary.parquet", tmp_path / "p.csv"):
            assert sum(1 for _ in rows(path, ["Name", "Handy"])) in (150, 40)
        assert tracemalloc.get_traced_memory()[1] < 60 * 2**20
    finally:
        tracemalloc.stop()


def test_rows_of_parquet_that_are_too_large_are_refused(tmp_path: Path) -> None:
    parquet.write_table(pyarrow.table({"Name": ["x" * (17 * 2**20)]}), tmp_path / "p.parquet")
    assert refused(tmp_path / "p.parquet", ["Name"]).startswith("p.parquet has rows of more than 16,777,216 bytes")
