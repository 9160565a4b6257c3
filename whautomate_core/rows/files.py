"""Files, local and in object storage: opened for reading, and written so that they appear only once complete.

pyarrow and fsspec (extra: `files`) load when a file needs them.
"""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import IO, Any, cast, get_type_hints

from whautomate_core.errors import ConfigurationError, DiskFull, WhautomateError
from whautomate_core.values.confidential import hides_arguments, raise_alone
from whautomate_core.values.redaction import shown_url, without_login
from whautomate_core.values.words import is_rendered_none, rendered_none

Storage = Callable[[str], "tuple[Any, str]"]
"""URL of an object -> the fsspec file system that holds it, and its path there."""

_ROWS = 10_000
"""Rows of a row group: as much of a Parquet file is in memory at a time."""


def fsspec_storage(url: str) -> tuple[Any, str]:
    """The file system of a URL as fsspec finds it, with the credentials of the environment."""
    try:
        from fsspec import get_filesystem_class
        from fsspec.core import url_to_fs
    except ModuleNotFoundError:
        raise ConfigurationError(_needs("fsspec", "object storage")) from None
    scheme = url.partition("://")[0]
    try:
        for one in scheme.split("::"):
            get_filesystem_class(one)
    except (ImportError, ValueError) as error:
        raise ConfigurationError(f"{scheme}:// can't be opened: {error}") from None
    address, login = without_login(url)
    with storage_errors(url, "opened"):
        return url_to_fs(address, **login)  # type: ignore[no-any-return]


@hides_arguments
def open_file(path: str, *, storage: Storage = fsspec_storage) -> IO[bytes]:
    """Open a local path, `file://...`, or the URL of an object, such as `s3://bucket/key`, for reading.

    Raises: `ConfigurationError` where there is no such storage; `OSError`.
    """
    url, local = split_path(path)
    if url:
        with storage_errors(url, "opened"):
            system, target = storage(url)
            return system.open(target, "rb")  # type: ignore[no-any-return]
    return open(local, "rb")


@contextmanager
def storage_errors(url: str, done: str) -> Iterator[None]:
    """Turns errors of a storage into `ConfigurationError`: their text and frames may hold the URL or a password.

    Args:
        url: Of the object.
        done: What could not be done with it: `read`.
    """
    try:
        yield
    except WhautomateError:
        raise
    except Exception as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else type(error).__name__
        why = getattr(error, "strerror", None) or why
        raise_alone(ConfigurationError(f"{shown_url(url)} can't be {done}: {why}"))


@hides_arguments
def write_records(
    path: str, records: Iterable[Any], *, record: type | None = None, storage: Storage = fsspec_storage
) -> int:
    """Write records, one at a time, and return how many there were.

    Only its owner can read a local file. Problems with the file (no such folder, a missing package) raise before the
    first record is requested. If the records raise, there is no file.

    The format is JSON lines, or Parquet if `path` ends in .parquet. There, the columns are the records' fields: bool,
    int64, float64 or string, whichever fits all values of the column. Lists and objects are JSON text, and in a column
    of several types so is everything that is not text.

    Args:
        path: A local path, `file://...`, or the URL of an object, such as `s3://bucket/key`.
        records: Dicts; anything else is written as the field `value`.
        record: TypedDict of the records. Its fields come first, with its types, so that files of the same list have
            the same columns.
        storage: What opens URLs.

    Raises: `ConfigurationError`; `DiskFull`, and then the file that was at `path` before is unchanged.
    """
    if path.lower().endswith(".parquet"):
        import_pyarrow()
        return _write(path, storage, lambda file: _parquet(file, records, record))
    return _write(path, storage, lambda file: sum(1 for _ in _lines(file, records)))


@hides_arguments
def write_text(path: str, text: str, *, storage: Storage = fsspec_storage) -> None:
    """Write a text to a path or URL as `write_records` does. Raises what that raises."""
    _write(path, storage, lambda file: file.write(text.encode()))


def _write(path: str, storage: Storage, fill: Callable[[IO[bytes]], int]) -> int:
    url, local = split_path(path)
    if not url:
        return _write_local(Path(local), fill)
    with storage_errors(url, "written"):
        system, target = storage(url)
    _remove_parts(Path(tempfile.gettempdir()))
    with _temporary_file() as whole:
        count = fill(whole)
        whole.flush()
        with _path_of(whole) as filled, storage_errors(url, "written"):
            system.put_file(filled, target)
    return count


@contextmanager
def _path_of(file: IO[bytes]) -> Iterator[str]:
    """A path by which this process can open an unnamed file."""
    path = _unnamed(file)
    if os.path.exists(path):
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix=_PREFIX, suffix=_PART) as named:  # macOS; only during the upload
        _copy(file, named)
        named.flush()
        yield named.name


def _unnamed(file: IO[bytes]) -> str:
    return f"/proc/self/fd/{file.fileno()}"


def _copy(file: IO[bytes], to: IO[bytes]) -> None:
    file.seek(0)
    shutil.copyfileobj(file, to)


def split_path(path: str) -> tuple[str, str]:
    """The URL of an object, or a local path; the other is empty."""
    if is_rendered_none(path):
        raise ConfigurationError(f"{rendered_none('the path', path)}. If a file has this name, give ./{path.strip()}")
    scheme, is_url, rest = path.partition("://")
    if is_url and scheme != "file":
        return path, ""
    return "", rest if is_url else path


def _write_local(path: Path, fill: Callable[[IO[bytes]], int]) -> int:
    if path.exists() and not path.is_file():
        # The file would replace a device or pipe for everybody on the machine.
        raise ConfigurationError(f"{path} can't be written: it is {'a folder' if path.is_dir() else 'not a file'}")
    _remove_parts(path.parent)
    remedy = f"Free space in {path.parent.absolute()}, or choose another path. What was at this path is unchanged."
    try:
        # It has no name until it is complete: if this process is killed, the system frees what was written.
        whole = _unnamed_file(path.parent, str(path), remedy)
    except OSError as error:
        raise _write_error(str(path), remedy, error) from None
    with whole:
        count = fill(whole)
        whole.flush()
        try:
            _name(whole, path, remedy)
        except OSError as error:
            raise _write_error(str(path), remedy, error) from None
    return count


def _temporary_file() -> IO[bytes]:
    """A file without a name in the folder for temporary files."""
    try:
        folder = tempfile.gettempdir()
    except OSError:
        raise ConfigurationError("no folder for temporary files is writable: set TMPDIR to one that is") from None
    what, remedy = f"temporary files in {folder}", "Free space there, or set TMPDIR to a folder with more."
    try:
        return _unnamed_file(Path(folder), what, remedy)
    except OSError as error:
        raise _write_error(what, remedy, error) from None


def _unnamed_file(folder: Path, what: str, remedy: str) -> IO[bytes]:
    """A file without a name in a folder. It goes when the process ends, unless `_name` gives it a name."""
    try:
        # tempfile adds O_EXCL, with which Linux never lets the file have a name.
        number = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except (AttributeError, OSError):  # macOS; some file systems
        number, name = tempfile.mkstemp(dir=folder, prefix=_PREFIX, suffix=_PART)
        os.unlink(name)
    return _file(number, what, remedy)


def _file(number: int, what: str, remedy: str) -> IO[bytes]:
    return cast("IO[bytes]", io.BufferedRandom(_Writing(number, what, remedy)))


class _Writing(io.FileIO):
    """An open file whose errors say what it is."""

    def __init__(self, number: int, what: str, remedy: str) -> None:
        super().__init__(number, "r+")
        self._what, self._remedy = what, remedy

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise _write_error(self._what, self._remedy, error) from None


def _write_error(what: str, remedy: str, error: OSError) -> WhautomateError:
    said = f"{what} can't be written: {error.strerror or error}"
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return DiskFull(f"{said}. {remedy}") if is_full else ConfigurationError(said)


def _name(file: IO[bytes], path: Path, remedy: str) -> None:
    """Give a complete file its name. If two tasks write to one path, the later one wins."""
    with suppress(OSError):
        return _link(file, path)
    # The path is taken, and a link replaces nothing; or the file can't get a name (macOS, some file systems).
    part = path.with_name(f"{_PREFIX}{token_hex(8)}{_PART}")
    try:
        try:
            _link(file, part)
        except OSError:
            with _file(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), str(path), remedy) as copy:
                _copy(file, copy)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _link(file: IO[bytes], path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Python follows the link to the file only if a folder is given.
        os.link(_unnamed(file), path.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


_PREFIX = ".whautomate-"
_PART = ".part"
_LEFT = 24 * 3600.0
"""Seconds without a write after which an incomplete file of ours is abandoned."""


def remove_leftovers() -> None:
    """Remove what killed processes have left in the temporary folder.

    Only earlier versions left anything there. Files of other users, and files written within a day, stay.
    """
    for folder in _left_over(Path(tempfile.gettempdir()), "whautomate-", ""):
        with suppress(OSError):
            files = [*folder.iterdir()]
            if files and all(file.name in ("rows.sqlite", "records") and _is_old(file.stat()) for file in files):
                shutil.rmtree(folder, ignore_errors=True)


def _remove_parts(folder: Path) -> None:
    """Remove the incomplete files of killed processes, of earlier versions too."""
    for part in _left_over(folder, _PREFIX, _PART):
        with suppress(OSError):
            part.unlink()


def _left_over(folder: Path, prefix: str, suffix: str) -> Iterator[Path]:
    """What has such a name in a folder, belongs to this user, and was not written to lately."""
    with suppress(OSError), os.scandir(folder) as found:
        for one in found:
            if one.name.startswith(prefix) and one.name.endswith(suffix):
                with suppress(OSError):
                    held = one.stat(follow_symlinks=False)
                    if held.st_uid == os.geteuid() and _is_old(held):
                        yield Path(one.path)


def _is_old(held: os.stat_result) -> bool:
    return time.time() - held.st_mtime > _LEFT


def _lines(file: IO[bytes], records: Iterable[Any]) -> Iterable[Any]:
    """Write each record as a line, then give it."""
    for one in records:
        # Half an emoji, as JavaScript cuts them, is not valid UTF-8, but its escape is valid JSON.
        file.write(json.dumps(one, ensure_ascii=False).encode(errors="backslashreplace") + b"\n")
        yield one


def _parquet(file: IO[bytes], records: Iterable[Any], record: type | None) -> int:
    """A file has one schema, which only the last record completes, so records wait on disk until it is known."""
    pyarrow, parquet = import_pyarrow()
    known = get_type_hints(record) if record else {}
    kinds = {name: {hint if hint in (bool, int, float, str) else object} for name, hint in known.items()}
    count = 0
    with _temporary_file() as waiting:
        for one in _lines(waiting, map(_row, records)):
            for name, value in one.items():
                kinds.setdefault(name, set()).update(() if value is None else {_kind(value)})
            count += 1
        types = {name: _arrow_type(pyarrow, of) for name, of in kinds.items()}
        schema = pyarrow.schema([(_text(name), kind) for name, kind in types.items()])
        waiting.seek(0)
        with parquet.ParquetWriter(file, schema) as writer:
            while rows := [json.loads(line) for line in islice(waiting, _ROWS)]:
                columns = [
                    pyarrow.array([_cell(row.get(name), kind == pyarrow.string()) for row in rows], kind)
                    for name, kind in types.items()
                ]
                writer.write_batch(pyarrow.RecordBatch.from_arrays(columns, schema=schema))
    return count


def _row(record: Any) -> dict[str, Any]:
    return record if isinstance(record, dict) else {"value": record}


def _kind(value: Any) -> type:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return object
    return type(value) if type(value) in (bool, int, float, str) else object


def _arrow_type(pyarrow: Any, kinds: set[type]) -> Any:
    if kinds == {bool}:
        return pyarrow.bool_()
    if kinds == {int}:
        return pyarrow.int64()
    return pyarrow.float64() if kinds and kinds <= {int, float} else pyarrow.string()


def _cell(value: Any, text: bool) -> Any:
    if value is None or not text:
        return value
    return _text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _text(value: str) -> str:
    return value.encode(errors="replace").decode()


def import_pyarrow() -> tuple[Any, Any]:
    """pyarrow and its Parquet module. Raises `ConfigurationError` that names the package if it is missing."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise ConfigurationError(_needs("pyarrow", "a .parquet file")) from None
    return pyarrow, pyarrow.parquet


def _needs(package: str, what: str) -> str:
    return f'{what} needs {package}: pip install "whautomate-pipelines[files]"'
