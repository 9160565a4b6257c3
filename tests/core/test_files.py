"""Files of records: whole or not there, streamed, and Parquet with any columns."""

import json
import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from itertools import islice

import fsspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from whautomate_core.api.records import Contact
from whautomate_core.errors import ConfigurationError, DiskFull
from whautomate_core.rows.files import write_records
from whautomate_core.sync.stage import Stage
from whautomate_core.sync.stage_file import StageFile


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
anything = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


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
    monkeypatch.setattr("whautomate_core.rows.files._ROWS", 3)
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
    with pytest.raises(ConfigurationError, match="it is not a file"):
        write_records(str(tmp_path / "pipe"), [{"a": 1}])
    assert (tmp_path / "pipe").is_fifo()


# --- processes that are killed


def killed(tmp_path, code):
    """Run code that is killed within it, with temporary files in a folder of its own; gives all files that are left."""
    (tmp_path / "temporary").mkdir()
    (tmp_path / "out").mkdir()
    folder = str(tmp_path / "temporary")
    left = {**os.environ, "TMPDIR": folder, "SQLITE_TMPDIR": folder}
    code = (
        f"import os, signal\nout = {str(tmp_path / 'out')!r}\ndef die(): os.kill(os.getpid(), signal.SIGKILL)\n{code}"
    )
    ended = subprocess.run([sys.executable, "-c", code], env=left, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    return [path for path in tmp_path.rglob("*") if path.is_file()]


WRITES = """
from whautomate_core.rows.files import write_records
def records():
    for n in range(20_000):
        yield {"name": "Ada Lovelace", "phoneNumber": f"+49151{n:07}"}
    die()
write_records(f"{out}/people.{kind}", records())
"""

STAGES = """
from whautomate_core.sync.stage import Line, Stage
with Stage() as stage:
    for n in range(0, 40_000, 1000):
        stage.add([Line(i, f"m{i}", None, "Ada Lovelace +4915123456789" * 4, None) for i in range(n, n + 1000)])
    stage.find_repeated()
    assert len(os.listdir(os.environ["TMPDIR"])) <= 1
    die()
"""

UPLOADS = """
import fsspec
from whautomate_core.rows.files import write_records
class Storage:
    def put_file(self, path, target):
        assert open(path).read().count("Ada") == 2
        die()
write_records("s3://bucket/a.jsonl", [{"name": "Ada"}, {"name": "Ada"}], storage=lambda url: (Storage(), "a"))
"""


@pytest.mark.parametrize(
    "code",
    ["kind = 'jsonl'" + WRITES, "kind = 'parquet'" + WRITES, STAGES, UPLOADS],
    ids=["jsonl", "parquet", "staged", "uploaded"],
)
def test_a_process_that_is_killed_leaves_no_row_behind(tmp_path, code):
    assert killed(tmp_path, code) == []


def old(path, content="Ada"):
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    os.utime(path, (0, 0))
    return path


def test_what_killed_processes_left_is_removed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = [old(tmp_path / ".whautomate-abc.part"), old(tmp_path / "whautomate-abc" / "rows.sqlite")]
    gone.append(old(tmp_path / "whautomate-def" / "records"))
    kept = [
        old(tmp_path / "whautomate-mine.csv"),
        old(tmp_path / "whautomate-notes" / "notes.txt"),
        old(tmp_path / "mine.part"),
        tmp_path / ".whautomate-now.part",  # another task is writing it
    ]
    kept[-1].write_text("Bob")
    for folder in ("whautomate-abc", "whautomate-def", "whautomate-notes"):
        os.utime(tmp_path / folder, (0, 0))
    with Stage():
        pass
    write_records(str(tmp_path / "a.jsonl"), [{"a": 1}])
    assert not any(path.exists() for path in gone)
    assert not (tmp_path / "whautomate-abc").exists()
    assert all(path.exists() for path in kept)


def named_of(folder):
    """The files without a name that this process has open, if they are in a folder's file system."""
    held = []
    for one in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            held.append(os.stat(f"/proc/self/fd/{one}"))
    return {one.st_ino for one in held if one.st_nlink == 0 and one.st_dev == folder.stat().st_dev}


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without a name are Linux's")
@pytest.mark.parametrize("there", [True, False])
def test_the_file_that_was_written_gets_the_name_and_no_copy_is_made(tmp_path, there):
    path, unnamed = tmp_path / "a.jsonl", set()
    if there:
        path.write_text("before")

    def records():
        unnamed.update(named_of(tmp_path))
        yield {"a": 1}

    write_records(str(path), records())
    assert lines(path) == [{"a": 1}]
    assert path.stat().st_ino in unnamed
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("unnamed", [True, False])
@pytest.mark.parametrize("there", [True, False])
def test_where_an_unnamed_file_can_not_get_a_name_it_is_copied_under_it(tmp_path, monkeypatch, there, unnamed):
    if not unnamed:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)

    def link(*args, **kwargs):
        raise OSError(18, "no such thing here")

    monkeypatch.setattr(os, "link", link)
    path = tmp_path / "a.jsonl"
    if there:
        path.write_text("before")
    assert write_records(str(path), [{"a": 1}]) == 1
    assert lines(path) == [{"a": 1}]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_where_an_unnamed_file_has_no_path_it_is_uploaded_under_a_name(tmp_path, monkeypatch):
    monkeypatch.setattr("whautomate_core.rows.files._unnamed", lambda file: "/nowhere/fd")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    memory = fsspec.filesystem("memory")
    assert write_records("memory://named/a.jsonl", [{"a": 1}]) == 1
    assert memory.cat("/named/a.jsonl") == b'{"a": 1}\n'
    memory.rm("/named", recursive=True)
    assert list(tmp_path.iterdir()) == []


# --- a full disk


@pytest.fixture
def full(monkeypatch):
    """A folder of which any file without a name is on a full disk."""
    really, folders = os.open, set()

    def opened(path, flags, *args, **given):
        if str(path) in folders and flags & os.O_TMPFILE == os.O_TMPFILE:
            return really("/dev/full", os.O_RDWR)
        return really(path, flags, *args, **given)

    monkeypatch.setattr(os, "open", opened)
    return lambda folder: folders.add(str(folder))


def many():
    yield from ({"name": "Ada Lovelace", "phoneNumber": f"+49151{n:07}"} for n in range(2000))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk here")
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
@pytest.mark.parametrize("count", [1, 2000])
def test_a_full_disk_is_named_with_what_to_do_and_the_old_file_stays(tmp_path, full, name, count):
    path = tmp_path / name
    path.write_text("before")
    full(tmp_path)
    with pytest.raises(DiskFull) as raised:
        write_records(str(path), islice(many(), count))
    assert str(raised.value) == (
        f"{path} can't be written: No space left on device. Free space in {tmp_path}, or choose another path. What was "
        "at this path is unchanged."
    )
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk here")
@pytest.mark.parametrize("path", ["{}/a.parquet", "memory://full/a.jsonl"])
def test_a_full_temporary_folder_is_named_with_what_to_do(tmp_path, monkeypatch, full, path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    full(temporary)
    with pytest.raises(DiskFull) as raised:
        write_records(path.format(tmp_path), many())
    assert str(raised.value) == (
        f"temporary files in {temporary} can't be written: No space left on device. Free space there, or set TMPDIR to "
        "a folder with more."
    )
    assert list(tmp_path.iterdir()) == [temporary]
    assert not fsspec.filesystem("memory").exists("/full/a.jsonl")


def test_a_run_whose_rows_do_not_fit_on_the_disk_names_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    with pytest.raises(DiskFull) as raised:
        staged_on_a_full_disk()
    assert str(raised.value).startswith(f"temporary files in {tmp_path}, which hold the rows of this run, can't be")
    assert "TMPDIR" in str(raised.value)


def staged_on_a_full_disk():
    with StageFile() as file:
        file.run(f"PRAGMA max_page_count={file.count('PRAGMA page_count') + 1}")
        file.many("INSERT INTO suppressed VALUES (?)", ((f"{n:0999}",) for n in range(1000)))
