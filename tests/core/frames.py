"""What a log may show of an error: its words, and those of what it came from, with the locals of each frame."""

import traceback
from collections.abc import Iterator
from types import TracebackType


def shown(error: BaseException, *, frames: bool = True) -> str:
    """All of it as one text. The frames of tests are left out, and all of them without `frames`."""
    return "\n".join(_parts(error, set(), frames))


def _parts(error: BaseException | None, seen: set[int], frames: bool) -> Iterator[str]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield f"{error} {error!r} {error.args!r} {getattr(error, '__notes__', '')}"
    yield "".join(traceback.format_exception_only(error))
    if frames:
        yield from _frames(error.__traceback__)
    yield from _parts(error.__cause__, seen, frames)
    yield from _parts(error.__context__, seen, frames)


def _frames(found: TracebackType | None) -> Iterator[str]:
    while found is not None:
        code = found.tb_frame.f_code
        if "/tests/" not in code.co_filename:
            for name, value in found.tb_frame.f_locals.items():
                yield f"{code.co_qualname} {name} = {value!r}"
        found = found.tb_next
