"""Blocks of the documents, and the lines in them that quote a log."""

import ast
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


def first_not_said(shown: str, said: str) -> str | None:
    """The first line of a block that doesn't stand in a log after those above it."""
    position = 0
    for line in shown.splitlines():
        found = re.compile(as_pattern(line)).search(said, position)
        if found is None:
            return line
        position = found.end()
    return None


def not_in_the_program(shown: str, program: str) -> list[str]:
    """The statements of a block that the program doesn't have, however they are indented and broken into lines."""
    there = {ast.dump(node) for node in ast.walk(ast.parse(program)) if isinstance(node, ast.stmt)}
    return [ast.unparse(one) for one in ast.parse(shown).body if ast.dump(one) not in there]
