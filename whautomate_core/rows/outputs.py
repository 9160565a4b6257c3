"""Checks of files that a job writes at its end, made before it sends anything."""

from __future__ import annotations

import tempfile
from pathlib import Path

from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.files import Storage, fsspec_storage, import_pyarrow, split_path, storage_errors
from whautomate_core.values.confidential import hides_arguments, raise_alone


@hides_arguments
def require_writable(*, storage: Storage = fsspec_storage, **paths: str | None) -> None:
    """Raise `ConfigurationError`, which names the argument, if a file that is to be written later can't be.

    A local file: its folder doesn't exist or can't be written to, or the path is that of a folder. A URL: the storage
    can't be opened, for example because a package is missing. Parquet: pyarrow is missing. Nothing is written to a
    storage, and it is not asked, so a wrong bucket or a missing permission only shows when the file is written.

    Args:
        storage: What opens URLs.
        paths: Argument and its path, URL, or None.
    """
    for name, path in paths.items():
        if path is None:
            continue
        require_folder(name, path)
        try:
            if path.lower().endswith(".parquet"):
                import_pyarrow()
            url, _ = split_path(path)
            if url:
                with storage_errors(url, "opened"):
                    storage(url)
        except ConfigurationError as error:
            raise_alone(ConfigurationError(f"{name}: {error}"))


def require_folder(name: str, path: str | None) -> None:
    """Raise `ConfigurationError` if a local file can't be written: its folder doesn't exist or can't be written to, or
    the path is that of a folder. A DAG file is checked with this, which opens no storage.

    Args:
        name: Name of the argument.
        path: A local path, a URL, or None.
    """
    url, local = split_path(path or "")
    if not local or url:
        return
    folder = Path(local).absolute().parent
    if not folder.is_dir():
        raise ConfigurationError(f"{name}: the folder {folder} does not exist")
    if Path(local).is_dir():
        raise ConfigurationError(f"{name}: {local} is a folder: name a file in it")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ConfigurationError(
            f"{name}: the folder {folder} can't be written to ({error.strerror}): choose another"
        ) from None
