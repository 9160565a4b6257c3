"""Files of records: whole or not there, streamed, and Parquet with any columns."""

import json
import os
import stat
import sys

import fsspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from whautomate_core.errors import ConfigurationError
from whautomate_core.files import write_records
from whautomate_core.records import Contact


def read(path):
    return parquet.read_table(path)


def lines(path):
    return [json.loads(line) for line in path.read_bytes().decode().split("\n")[:-1]]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
records = st.lists(st.dictionaries(st.sampled_from("abc") | st.text(max_size=3), values), max_size=5)
anything = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@anything
@given(found=records)
def test_json_lines_hold_what_was_given(tmp_path, found):
    assert write_records(str(tmp_path / "a.jsonl"), iter(found)) == len(found)
    assert lines(tmp_path / "a.jsonl") == found


@anything
@given(found=records)
def test_parquet_takes_whatever_the_server_gives(tmp_path, found):
    path = tmp_path / "a.parquet"
    assert write_records(str(path), iter(found)) == len(found)
    rows = read(path).to_pylist()
    assert len(rows) == len(found) or not any(found)
    for row, one in zip(rows, found, strict=False):
        for name, value in one.items():
            kept = row[name]
            # Equal as it is, or as JSON text where the column is text.
            assert kept == value or (isinstance(kept, str) and json.loads(kept) == value)
        assert all(row[name] is None for name in row.keys() - one.keys())


def test_columns_are_the_records_fields_with_their_types(tmp_path):
    def schema(found, record=None):
        write_records(str(tmp_path / "a.parquet"), found, record=record)
        return {field.name: str(field.type) for field in read(tmp_path / "a.parquet").schema}

    whole = schema([{"id": "a", "tags": ["x"], "customFields": {"a": 1}, "new": 1}], Contact)
    assert whole.pop("new") == "int64"
    assert schema([], Contact) == whole
    assert list(whole) == list(Contact.__annotations__)
    assert set(whole.values()) == {"string"}
    found = [{"b": True, "i": 1, "f": 1.5, "mixed": 1, "part": 1, "large": 2**63}, {"mixed": "a", "part": 0.5}]
    assert schema(found) == {
        "b": "bool", "i": "int64", "f": "double", "mixed": "string", "part": "double", "large": "string",
    }  # fmt: skip
    assert read(tmp_path / "a.parquet").to_pylist()[0]["large"] == str(2**63)


def test_half_an_emoji_is_written(tmp_path):
    write_records(str(tmp_path / "a.jsonl"), [{"name": "Ada \ud83d"}])
    assert lines(tmp_path / "a.jsonl") == [{"name": "Ada \ud83d"}]
    write_records(str(tmp_path / "a.parquet"), [{"name": "Ada \ud83d", "nested": ["\ud83d"]}])
    assert read(tmp_path / "a.parquet").to_pylist() == [{"name": "Ada ?", "nested": '["?"]'}]


def test_more_rows_than_a_row_group_holds(tmp_path, monkeypatch):
    monkeypatch.setattr("whautomate_core.files._ROWS", 3)
    assert write_records(str(tmp_path / "a.parquet"), ({"n": n} for n in range(7))) == 7
    assert read(tmp_path / "a.parquet")["n"].to_pylist() == list(range(7))


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a"])
def test_the_file_is_there_once_it_is_whole_and_for_its_owner_only(tmp_path, name):
    path = tmp_path / name
    path.write_text("before")

    def breaks():
        yield {"a": 1}
        assert path.read_text() == "before"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_records(str(path), breaks())
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    assert write_records(str(path), [{"a": 1}]) == 1
    assert path.read_bytes() != b"before"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_two_who_write_to_one_path_leave_a_whole_file(tmp_path):
    path = str(tmp_path / "a.jsonl")

    def other():
        yield {"n": 1}
        write_records(path, [{"n": 3}])
        yield {"n": 2}

    write_records(path, other())
    assert lines(tmp_path / "a.jsonl") == [{"n": 1}, {"n": 2}]


def asked():
    pytest.fail("a record was asked for")
    yield


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing/a.jsonl", "can't be written: No such file or directory"),
        ("file://{}/missing/a", "can't be written: No such file or directory"),
        ("", "can't be written: it is a folder"),
        ("nosuch://bucket/a.jsonl", "nosuch:// can't be opened"),
    ],
)
def test_what_can_not_be_written_says_so_before_a_record_is_asked_for(tmp_path, name, says):
    path = name.format(tmp_path) if "://" in name else str(tmp_path / name)
    with pytest.raises(ConfigurationError, match=says):
        write_records(path, asked())


@pytest.mark.parametrize(("path", "package"), [("a.parquet", "pyarrow"), ("s3://b/a.jsonl", "fsspec")])
def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch, path, package):
    for name in [*sys.modules, package]:
        if name.partition(".")[0] == package:
            monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match=rf'needs {package}: pip install "whautomate-pipelines\[files\]"'):
        write_records(path if "://" in path else str(tmp_path / path), asked())


def test_objects_are_there_once_they_are_whole():
    memory = fsspec.filesystem("memory")

    def breaks():
        yield {"a": 1}
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        write_records("memory://bucket/a.jsonl", breaks())
    assert not memory.exists("/bucket/a.jsonl")
    assert write_records("memory://bucket/a.jsonl", [{"a": 1}, {"a": 2}]) == 2
    assert memory.cat("/bucket/a.jsonl") == b'{"a": 1}\n{"a": 2}\n'
    memory.rm("/bucket", recursive=True)


def test_a_file_url_is_a_local_path(tmp_path):
    assert write_records(f"file://{tmp_path}/a.jsonl", [{"a": 1}]) == 1
    assert lines(tmp_path / "a.jsonl") == [{"a": 1}]
    assert stat.S_IMODE((tmp_path / "a.jsonl").stat().st_mode) == 0o600


def test_what_is_no_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="it is no file"):
        write_records(str(tmp_path / "pipe"), [{"a": 1}])
    assert (tmp_path / "pipe").is_fifo()
