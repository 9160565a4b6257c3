"""Docstrings of jobs in parts, for the operators and tasks that are made of them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any


def parts(function: Callable[..., Any]) -> tuple[str, dict[str, str], str]:
    """The docstring of a function: what it does, what each argument means, and what it returns and raises."""
    what, _, rest = inspect.cleandoc(function.__doc__ or "").partition("\n\nArgs:\n")
    arguments, _, results = rest.partition("\n\n")
    meanings: dict[str, str] = {}
    for line in arguments.splitlines():
        named = re.match(r" {4}(\w+): (.*)", line)
        if named:
            meanings[named[1]] = named[2]
        else:
            meanings[next(reversed(meanings))] += f" {line.strip()}"
    return what, meanings, results
