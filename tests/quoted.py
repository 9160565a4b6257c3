"""What pages quote: programs, and the lines of a run."""

import re

from documents import ROOT, blocks_of


def blocks(page: str, language: str) -> list[str]:
    """The texts of a page's fenced blocks in a language, in order."""
    return [one.text for one in blocks_of(ROOT / page) if one.language == language]


def as_pattern(line: str) -> str:
    """A quoted line as a pattern: other ids, hashes and times are as good."""
    changing = r"(\b(?=\w*\d)(?=\w*[A-Za-z])\w{10,11}\b|\d{4}-\d\d-\d\d \d\d:\d\d|http://127\.0\.0\.1:\d+)"
    return "".join(
        r"\S+(?: \d\d:\d\d)?" if n % 2 else re.escape(part) for n, part in enumerate(re.split(changing, line))
    )


def first_not_said(shown: str, said: str) -> str | None:
    """The first line of a block that doesn't stand in a log after those above it."""
    position = 0
    for line in shown.splitlines():
        found = re.compile(as_pattern(line)).search(said, position)
        if found is None:
            return line
        position = found.end()
    return None
