"""How docstrings become pages of the reference: an extension of Griffe, which reads them."""

from __future__ import annotations

import re
from typing import Any

import griffe

SECTION = re.compile(r"^(Returns|Raises):(?: (?=\S)|\n(?= +\S))(.*(?:\n(?: +\S.*|(?=\n +)))*)", re.M)
GENERATED = re.compile(r"\n*^Written by `?scripts/.*", re.M)
ERROR_AND_REASON = re.compile(r"[\w.]+: ")


class Sentences(griffe.Extension):
    """Show `Returns` and `Raises` that are sentences as they are. Google's style wants a type before each line."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = SECTION.sub(sentence, GENERATED.sub("", obj.docstring.value))


def sentence(section: re.Match[str]) -> str:
    """The section as a paragraph; as it is where each line of it has its type."""
    name, text = section[1], section[2]
    lines = text.split("\n")
    least = min(len(line) - len(line.lstrip()) for line in lines)
    if name == "Raises" and all(line[least:][:1].isspace() or ERROR_AND_REASON.match(line[least:]) for line in lines):
        return section[0]
    return f"**{name}:** " + "\n".join(line.strip() for line in lines)
