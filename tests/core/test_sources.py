"""What is read of files, queries and rows: the text of each cell, and what is said of what can't be read."""

import csv
import decimal
import gzip
import io
import json
import math
import sys
import uuid
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import fsspec
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from pydantic import SecretStr

from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.files import open_file
from whautomate_core.rows.row import Named
from whautomate_core.rows.sources import Row, Source, Sql, Table, rows

KINDS = ("csv", "csv.gz", "jsonl", "ndjson", "jsonl.gz", "parquet")
PEOPLE = [("Ada", "+4930123456", "Köln"), ("Bob", "", 'a, b\n"c"'), ("Eve", "0160", "")]
COLUMNS = ["name", "mobile", "city"]


def write(path: Path, columns: list[str], cells: list[tuple[str, ...]]) -> Path:
    """A file of a kind that its name tells."""
    kind = path.name.partition(".")[2]
    if kind == "parquet":
        values = zip(*cells, strict=True) if cells else ([] for _ in columns)
        table = pyarrow.table([pyarrow.array(list(one), pyarrow.string()) for one in values], names=columns)
        parquet.write_table(table, path)
        return path
    with (
        gzip.open(path, "wt", encoding="utf-8", newline="")
        if kind.endswith(".gz")
        else path.open("w", encoding="utf-8", newline="") as file
    ):
        if kind.startswith("csv"):
            csv.writer(file).writerows([columns, *cells])
        else:
            file.writelines(json.dumps(dict(zip(columns, one, strict=True))) + "\n" for one in cells)
    return path


def read(source: Source, columns: list[str] | None = None, **more: Any) -> list[Row]:
    return list(rows(source, columns, **more))


def cells(source: Source, columns: list[str] | None = None) -> list[tuple[str, ...]]:
    found = read(source, columns)
    assert [row for row in found if row.problem] == []
    return [row.cells for row in found]


def refused(source: Source, columns: list[str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as error:
        read(source, columns)
    return str(error.value)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_file_gives_the_columns_asked_for_in_their_order(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"people.{kind}", COLUMNS, PEOPLE)
    assert cells(path, ["city", "name"]) == [(city, name) for name, _, city in PEOPLE]
    assert cells(f"file://{path}", ["mobile"]) == [(mobile,) for _, mobile, _ in PEOPLE]
    found = rows(str(path), None)
    assert found.columns == tuple(COLUMNS)
    assert [row.cells for row in found] == PEOPLE
    assert list(found) == []  # once


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8).map(str.strip)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@settings(derandomize=True, max_examples=60)
@given(
    data=st.lists(TEXT, min_size=2, max_size=4, unique=True).flatmap(
        lambda columns: st.tuples(
            st.just(columns), st.lists(st.tuples(*[TEXT for _ in columns]), min_size=1, max_size=6)
        )
    )
)
def test_any_text_is_read_as_it_was_written(kind: str, data: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    columns, written = data
    path = write(tmp_path_factory.mktemp("any") / f"people.{kind}", columns, written)
    assert cells(path) == written
    assert cells(path, columns[::-1]) == [row[::-1] for row in written]


def test_the_argument_that_names_a_column_is_named_and_commas_are_asked_for_where_a_header_looks_unsplit(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "p.csv", ["Handy Nr.", "Name"], [("0151", "Ada")])
    phone = Named("phone", "phone_column")
    assert (
        refused(path, [phone]) == "p.csv has no column 'phone'; there are 'Handy Nr.', 'Name'; phone_column= names it"
    )
    path.write_text("Handy Nr.|Name\n1|2\n")
    assert "separated by commas" in refused(path, [phone])


@pytest.mark.parametrize("kind", KINDS)
def test_bad_columns_are_named(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"people.{kind}", COLUMNS, PEOPLE)
    said = refused(path, ["name", "phone"])
    assert said == f"people.{kind} has no column 'phone'; there are 'name', 'mobile', 'city'"
    said = refused(path, ["phone", "tel"])
    assert said.startswith(f"people.{kind} has none of the columns 'phone', 'tel'; there are 'name', 'mobile', 'city'")
    assert "did you mean" not in said
    assert "(did you mean 'mobile' for 'Moblie'?)" in refused(path, ["Moblie"])
    missing = tmp_path / f"missing.{kind}"
    assert refused(missing, ["name"]) == f"{missing} can't be read: No such file or directory"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_that_is_there_twice_is_ambiguous_where_it_is_asked_for(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"people.{kind}", ["name", "mobile", "mobile"], PEOPLE)
    assert refused(path, ["name", "mobile"]) == f"people.{kind} has the column 'mobile' twice"
    assert refused(path) == f"people.{kind} has the column 'mobile' twice"
    assert cells(path, ["name"]) == [("Ada",), ("Bob",), ("Eve",)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_source_without_rows_says_so(kind: str, tmp_path: Path) -> None:
    assert refused(write(tmp_path / f"people.{kind}", COLUMNS, []), ["name"]) == f"people.{kind} has no rows"


@pytest.mark.parametrize(("source", "name"), [([], "the source"), (Table(["name"], []), "the source")])
def test_rows_that_are_none_say_so(source: Source, name: str) -> None:
    assert refused(source, ["name"]) == f"{name} has no rows"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("p.csv", b"", "is empty: it has not even a header"),
        ("p.csv", b"\n\n", "is empty: it has not even a header"),
        ("p.csv", "name,mobile\nJürgen,1\n".encode("latin-1"), "is not UTF-8: save it as UTF-8"),
        ("p.csv", "name,mobile\nAda,1\n".encode("utf-16"), "is not UTF-8: save it as UTF-8"),
        ("p.csv", "name,mobile\nAda,1\n".encode("utf-16-le"), "is not UTF-8 but probably UTF-16: save it as UTF-8"),
        ("p.csv", b'name,mobile\nAda,1\n"Bob,2\nEve,3\n', "is not CSV from line 3 on: unexpected end of data"),
        ("p.csv", b'name,mobile\nAda,1\n"Bob,2\n"Eve",3\n', "is not CSV from line 3 on: ',' expected"),
        ("p.csv", b'name,mobile\n"say "hi"\nto Bob",2\n', "is not CSV from line 2 on: ',' expected"),
        ("p.csv", b'name,mobile\n"Bob,' + b"2\n" * 9_000_000, "is not CSV from line 2 on: field larger"),
        ("p.csv", b'"name,mobile\nAda,1', "is not CSV from line 1 on"),
        ("p.jsonl", b"", "has no rows"),
        ("p.jsonl", b'[{"name": "Ada"}]', "is it JSON lines in UTF-8, one object per line?"),
        ("p.jsonl", '{"name": "Ada"}\n'.encode("utf-16"), "is it JSON lines in UTF-8, one object per line?"),
        ("p.parquet", b"", "is not a Parquet file, or was cut off"),
        ("p.parquet", b"name,mobile\nAda,1\n", "is not a Parquet file, or was cut off"),
        ("p.csv.gz", b"name,mobile\nAda,1\n", "is not a gzip file, or was cut off"),
        ("p.csv.gz", gzip.compress(b"name,mobile\nAda,1\n")[:-9], "is not a gzip file, or was cut off"),
        ("p.xlsx", b"", "is not a CSV, JSON lines or Parquet file by its name (.csv, .jsonl, .ndjson, "),
        ("p.parquet.gz", b"", "is not a CSV, JSON lines or Parquet file by its name"),
        ("p", b"", "is not a CSV, JSON lines or Parquet file by its name"),
    ],
)
def test_a_file_that_can_not_be_read_is_said_and_no_cell_is_shown(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    error = refused(tmp_path / name, ["name", "mobile"])
    assert error.startswith(f"{name} ")
    assert said in error
    assert not any(cell in error for cell in ("Ada", "Bob", "Jürgen"))


def test_a_parquet_file_that_is_damaged_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "p.parquet", COLUMNS, PEOPLE * 1000)
    content = bytearray(path.read_bytes())
    content[4:200] = bytes(196)
    path.write_bytes(content)
    assert refused(path, COLUMNS).startswith(f"{path} can't be read: ")


CSV_ROWS = [
    b"1,2",
    b"",
    b"short",
    b"one,two,three",
    b"nul\0,x",
    b"1,here\0",
    b'"two',
    b'lines",4',
    b'"a "quote" in it",5',
    b'"say ""hi""",6',
    b"%b,8" % (b"x" * 10_000_000),
    b'"%b",9' % (b"y\n" * 1_000_000),
    b"\xc3\xbc , 10 ",
    b"last,11",
]


def test_what_is_wrong_with_a_row_of_csv_is_its_problem_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(b"\xef\xbb\xbfname,mobile\r\n" + b"\r\n".join(CSV_ROWS) + b"\r\n")
    assert read(path, ["name", "mobile"]) == [
        Row(2, ("1", "2")),
        Row(4, ("short", ""), "row has 1 cells and the header 2"),
        Row(5, (), "row has 3 cells and the header 2"),
        Row(6, ("", "x"), "row holds NUL bytes"),
        Row(7, ("1", ""), "row holds NUL bytes"),
        Row(8, ("two\r\nlines", "4")),
        Row(10, (), "row has a quote within a quoted cell that is not doubled"),
        Row(11, ('say "hi"', "6")),
        Row(12, ("", "8"), "the cell of 'name' has more than 1,048,576 characters"),
        Row(13, ("", "9"), "the cell of 'name' has more than 1,048,576 characters"),
        Row(1_000_014, ("ü", "10")),
        Row(1_000_015, ("last", "11")),
    ]
    # What isn't asked for does no harm.
    assert [row.number for row in read(path, ["mobile"]) if row.problem] == [4, 5, 7, 10]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_cells_may_be_separated_as_excel_does_it_elsewhere(sign: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = ["", sign.join(("name", "mobile", '"city, country"')), sign.join(("Ada", "0151 2", '"Köln, DE"')), "Bob"]
    path.write_text("\n".join(lines), encoding="utf-8")
    [ada, bob] = read(path, ["mobile", "city, country"])
    assert (ada.number, ada.cells, ada.problem) == (3, ("0151 2", "Köln, DE"), None)
    assert bob.problem == "row has 1 cells and the header 3"


def test_a_limit_that_somebody_else_set_for_cells_of_csv_is_not_lowered(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", COLUMNS, PEOPLE)
    before = csv.field_size_limit(2**30)
    try:
        assert cells(path, COLUMNS) == PEOPLE
        assert csv.field_size_limit() == 2**30
    finally:
        csv.field_size_limit(before)


def test_what_is_wrong_with_a_json_line_is_its_problem(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    lines = [
        b'\xef\xbb\xbf{"name": "Ada", "mobile": 49301}',
        b"",
        b"[1, 2]",
        b'{"name": "Bo',
        b'{"name": "\xfc"}',
        b'{"name": "a\\u0000"}',
        b'{"name": "\\ud83d"}',
        b"[" * 100_000,
        b'{"name": "%b"}' % (b"x" * 10_000_000),
        b'{"mobile": null, "name": {"first": "\xc3\x84da"}, "more": 1}',
        b'{"mobile": "49301", "name": "Ada", "mobile": "49302"}',
        b'{"name": {"first": "Ada", "first": "Ada"}}',
    ]
    path.write_bytes(b"\n".join(lines))
    assert read(path, ["name", "mobile"]) == [
        Row(1, ("Ada", "49301")),
        Row(3, (), "line is not a JSON object"),
        Row(4, (), "line is not JSON"),
        Row(5, (), "line is not UTF-8"),
        Row(6, ("", ""), "row holds NUL bytes"),
        Row(7, ("", ""), "row holds invalid text"),
        Row(8, (), "line is not JSON"),
        Row(9, ("", ""), "the cell of 'name' has more than 1,048,576 characters"),
        Row(10, ('{"first": "Äda"}', "")),
        Row(11, (), "line has the key 'mobile' twice, and only one of the values can be read"),
        Row(12, (), "line has the key 'first' twice, and only one of the values can be read"),
    ]


def test_a_column_of_dicts_may_be_missing_in_rows_where_it_is_empty() -> None:
    given: list[Any] = [{"name": f"P{n}"} for n in range(999)] + [{"name": "Ada", "city": "Ulm"}, {"name": "Bob"}]
    assert cells(given, ["city"])[998:] == [("",), ("Ulm",), ("",)]
    assert rows(given, None).columns == ("name", "city")
    given[999:] = [{"name": "P"}, {"city": "Ulm"}]
    assert refused(given, ["name", "city"]) == "the source has no column 'city'; there are 'name'"
    assert read(given)[-1] == Row(1001, ("",), "row has a column that none of the first 1,000 rows has")


ONE_PASS: dict[str, Any] = {
    "generator": lambda: (row for row in [{"a": "1"}]),
    "map": lambda: map(dict, [{"a": "1"}]),
    "csv.DictReader": lambda: csv.DictReader(io.StringIO("a\n1\n")),
    "table": lambda: Table(["a"], iter([("1",)])),
}


@pytest.mark.parametrize("kind", ONE_PASS)
def test_an_iterator_that_is_used_up_is_not_an_empty_source(kind: str) -> None:
    given = ONE_PASS[kind]()
    assert cells(given, ["a"]) == [("1",)]
    with pytest.raises(
        ConfigurationError, match=r"the source is a \w+, which can be read once, and it was read before"
    ):
        rows(given, ["a"], may_be_empty=True)
    assert cells(ONE_PASS[kind](), ["a"]) == [("1",)]
    again = [{"a": "1"}]
    assert cells(again, ["a"]) == cells(again, ["a"]) == [("1",)]


def test_rows_are_read_once_as_they_come() -> None:
    taken = []

    def given() -> Any:
        for n in range(5000):
            taken.append(n)
            yield {"name": n} if n != 2000 else "Ada"

    found = iter(rows(given(), ["name"]))
    assert next(found) == Row(1, ("0",))
    assert len(taken) <= 1001
    rest = list(found)
    assert rest[1999] == Row(2001, (), "row must be a dict of column to value, got str")
    assert (rest[-1], len(taken)) == (Row(5000, ("4999",)), 5000)


@pytest.mark.parametrize("source", [["Ada"], {"name": "Ada"}, 7, None, b"Ada", "name,mobile\nAda,1\n"])
def test_what_is_no_source_is_refused_and_not_shown(source: Any) -> None:
    assert "Ada" not in refused(source, ["name"])


def test_an_error_of_whoever_makes_the_rows_is_not_said_to_be_the_sources() -> None:
    def given() -> Any:
        yield {"name": "Ada"}
        raise FileNotFoundError(2, "theirs")

    with pytest.raises(FileNotFoundError, match="theirs"):
        read(given(), ["name"])


VALUES: list[tuple[Any, str]] = [
    (" a b ", "a b"),
    (None, ""),
    (math.nan, ""),
    (True, "true"),
    (False, "false"),
    (15123456789.0, "15123456789"),
    (1e21, "1000000000000000000000"),
    (0.5, "0.5"),
    (7, "7"),
    (decimal.Decimal("1E+3"), "1000"),
    (decimal.Decimal("4.20"), "4.20"),
    (decimal.Decimal("NaN"), ""),
    (date(2026, 3, 1), "2026-03-01"),
    (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00+00:00"),
    (time(9, 30), "09:30:00"),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (b"\xc3\xbc", "ü"),
    ({"a": [1, None, date(2026, 3, 1)]}, '{"a": [1, null, "2026-03-01"]}'),
    (["ü"], '["ü"]'),
]


@pytest.mark.parametrize(("value", "text"), VALUES)
def test_a_value_is_what_it_looks_like(value: Any, text: str) -> None:
    assert cells([{"v": value}], ["v"]) == [(text,)]
    assert cells(Table(["x", "v"], [(0, value)]), ["v"]) == [(text,)]


def test_bytes_that_are_no_text_are_a_problem() -> None:
    assert read([{"v": b"\xff"}], ["v"]) == [Row(1, ("",), "row holds invalid text")]


def test_values_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    moment = datetime(2026, 3, 1, 12, 0, 0, 5, UTC)
    columns = {
        "whole": pyarrow.array([491511, None], pyarrow.float64()),
        "ns": pyarrow.array([1_772_366_400_000_000_123, None], pyarrow.timestamp("ns")),
        "us": pyarrow.array([moment, None], pyarrow.timestamp("us", "UTC")),
        "far": pyarrow.array([0, 2**62], pyarrow.timestamp("us")),
        "list": pyarrow.array([["a"], []]),
        "struct": pyarrow.array([{"a": 1}, None]),
        "kind": pyarrow.array(["x", "y"]).dictionary_encode(),
        "price": pyarrow.array([decimal.Decimal("4.20"), None]),
        "a.b": pyarrow.array(["dot", "dot"]),
        "bytes": pyarrow.array([b"ok", b"\xff"], pyarrow.binary()),
    }
    parquet.write_table(pyarrow.table(columns), path)
    assert cells(path, [name for name in columns if name not in ("far", "bytes")]) == [
        ("491511", "2026-03-01T12:00:00", "2026-03-01T12:00:00.000005+00:00", '["a"]', '{"a": 1}', "x", "4.20", "dot"),
        ("", "", "", "[]", "", "y", "", "dot"),
    ]
    for name in ("far", "bytes"):
        first, second = read(path, [name])
        assert (first.problem, second.problem) == (None, "row holds invalid text")


def test_objects_are_opened_by_their_url_or_by_what_is_given_for_that(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    for kind in KINDS:
        path = write(tmp_path / f"people.{kind}", COLUMNS, PEOPLE)
        memory.pipe(f"/bucket/people.{kind}", path.read_bytes())
        assert cells(f"memory://bucket/people.{kind}", COLUMNS) == PEOPLE
    found = read("there://any/people.csv", COLUMNS, open_file=lambda _: (tmp_path / "people.csv").open("rb"))
    assert [row.cells for row in found] == PEOPLE
    memory.rm("/bucket", recursive=True)
    assert (
        refused("memory://bucket/people.csv", COLUMNS)
        == "memory://bucket/people.csv can't be opened: there is no such file"
    )
    assert refused("nosuch://bucket/people.csv", COLUMNS).startswith("nosuch:// can't be opened")
    assert "s3cret" not in refused("https://127.0.0.1:1/people.xml?sig=s3cret", COLUMNS)


@pytest.mark.parametrize(("path", "package"), [("a.parquet", "pyarrow"), ("s3://b/a.csv", "fsspec")])
def test_a_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, package: str
) -> None:
    write(tmp_path / "a.parquet", COLUMNS, PEOPLE)
    for name in [*sys.modules, package]:
        if name.partition(".")[0] == package:
            monkeypatch.setitem(sys.modules, name, None)
    said = refused(path if "://" in path else tmp_path / path, COLUMNS)
    assert f'needs {package}: pip install "whautomate-pipelines[files]"' in said


def test_a_reader_that_stops_midway_leaves_no_file_open(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", COLUMNS, PEOPLE)
    opened: list[Any] = []

    def noting(path: str) -> Any:
        opened.append(open_file(path))
        return opened[-1]

    for row in rows(path, COLUMNS, open_file=noting):
        assert row.number == 2
        break
    rows(path, COLUMNS, open_file=noting)
    with pytest.raises(ConfigurationError):
        rows(path, ["none"], open_file=noting)
    assert [file.closed for file in opened] == [True, True, True]


def test_neither_repr_nor_error_holds_a_cell_or_a_password(tmp_path: Path) -> None:
    (row,) = read([{"name": "Ada"}], ["name"])
    assert repr(row) == "Row(number=1, problem=None)"
    sql = Sql("select :who as name", "postgresql://u:s3cret@127.0.0.1:1/d", {"who": "Ada"})
    assert repr(sql) == "Sql(query='select :who as name')"
    said = refused(sql, ["name"])
    assert said.startswith("the query failed: OperationalError")
    assert "Connection refused" in said
    assert not any(secret in said for secret in ("s3cret", "Ada"))
    assert "s3cret" not in refused(Sql("select 1", "s3cret//"))
    assert "s3cret" not in refused(Sql("select 1", "oracle+nosuch://u:s3cret@h/d"))


@pytest.fixture
def warehouse(state_url: str) -> str:
    """A database with a table of people, SQLite's or PostgreSQL's."""
    from sqlalchemy import create_engine, text

    engine = create_engine(state_url.replace("postgresql://", "postgresql+psycopg2://"), future=True)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET lock_timeout = '5s'"))  # what a test left open would hold the table
        connection.execute(text("DROP TABLE IF EXISTS people"))
        connection.execute(text("CREATE TABLE people (id integer, name text, mobile numeric, since timestamp)"))
        connection.execute(
            text("INSERT INTO people VALUES (:id, :name, :mobile, NULL)"),
            [{"id": n, "name": f" P{n}% ", "mobile": 491511000000 + n} for n in range(5000)],
        )
    engine.dispose()
    return state_url


@pytest.mark.parametrize("hide", [str, SecretStr])
def test_a_query_gives_its_rows(warehouse: str, hide: Any) -> None:
    query = "select name, mobile, since, id from people where id >= :least and name like '%P%' order by id"
    found = read(Sql(query, hide(warehouse), {"least": 10}), ["mobile", "since", "name"])
    assert found[0] == Row(1, ("491511000010", "", "P10%"))
    assert len({row.cells for row in found}) == 4990
    assert rows(Sql("select * from people", hide(warehouse)), None).columns == ("id", "name", "mobile", "since")


def test_a_query_that_can_not_give_rows_is_said(warehouse: str) -> None:
    assert refused(Sql("select name from people where id < 0", warehouse), ["name"]) == "the query has no rows"
    assert "has no column 'tel'; there are 'name', 'id'" in refused(
        Sql("select name, id from people", warehouse), ["name", "tel"]
    )
    assert "'name' twice" in refused(Sql("select name, name from people", warehouse), ["name"])
    assert "nosuch" in refused(Sql("select * from nosuch", warehouse))
    assert "bind parameter 'who'" in refused(Sql("select :who as name", warehouse))


def test_a_query_changes_nothing(warehouse: str) -> None:
    refused(Sql("delete from people", warehouse), ["name"])
    refused(Sql("update people set name = 'x' returning name", warehouse), ["nosuch"])
    assert cells(Sql("select count(*) as n, min(name) as name from people", warehouse)) == [("5000", "P0%")]


def test_postgresql_reads_by_a_cursor_of_the_server_and_shows_no_value(postgres: str) -> None:
    assert len(read(Sql("select name from pg_cursors", postgres), ["name"])) == 1
    assert cells(Sql("select current_setting('transaction_read_only') as v", postgres)) == [("on",)]
    said = refused(Sql("select cast(:who as integer)", postgres, {"who": "Ada"}))
    assert said == "the query failed: InvalidTextRepresentation"
    # An error in the midst.
    said = refused(Sql("select 1 / (3000 - n) as v from generate_series(1, 5000) n", postgres))
    assert said == "the query failed: DivisionByZero"


def test_a_real_column_of_postgresql_is_never_taken_for_numbers_of_people(postgres: str) -> None:
    query = (
        "select v::real as narrow, v::double precision as wide from (values (4915123456789), (16777215), (null)) t(v)"
    )
    assert cells(Sql(query, postgres)) == [
        ("4.915124E+12", "4915123456789"),
        ("16777215", "16777215"),
        ("", ""),
    ]


def test_where_no_line_can_be_read_it_is_said_why(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text('{"mobile": "1", "mobile": "2"}\n' * 3 + "{\n")
    said = refused(path, ["mobile"])
    assert "people.jsonl can't be read: none of its first 4 rows can: 3 x line has the key 'mobile' twice" in said
    assert "1 x line is not JSON" in said
