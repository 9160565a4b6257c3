"""Blocks of the documents, and the lines in them that quote a log."""

import re


def blocks(page: str, kind: str) -> list[str]:
    """The texts of the fenced blocks of a kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```", page, re.M | re.S)


def as_pattern(line: str) -> str:
    """A quoted line as a pattern: other ids, hashes and times are as good."""
    changing = r"(\b(?=\w*\d)(?=\w*[A-Za-z])\w{10,11}\b|\d{4}-\d\d-\d\d \d\d:\d\d|http://127\.0\.0\.1:\d+)"
    return "".join(
        r"\S+(?: \d\d:\d\d)?" if n % 2 else re.escape(part) for n, part in enumerate(re.split(changing, line))
    )
