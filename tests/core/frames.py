"""What a log may show of an error: its words, and those of what it came from, with the locals of each frame."""

import traceback
from collections.abc import Iterator
from types import TracebackType


def shown(error: BaseException) -> str:
    """All of it as one text. The frames of tests are left out."""
    return "\n".join(_parts(error, set()))


def _parts(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield f"{error} {error!r} {error.args!r} {getattr(error, '__notes__', '')}"
    yield "".join(traceback.format_exception_only(error))
    yield from _frames(error.__traceback__)
    yield from _parts(error.__cause__, seen)
    yield from _parts(error.__context__, seen)


def _frames(found: TracebackType | None) -> Iterator[str]:
    while found is not None:
        if "/tests/" not in found.tb_frame.f_code.co_filename:
            yield from (
                f"{found.tb_frame.f_code.co_qualname} {name} = {value!r}"
                for name, value in found.tb_frame.f_locals.items()
            )
        found = found.tb_next
