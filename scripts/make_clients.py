"""Writes `sync/clients.py` from `sync/contacts.py`: the same jobs, in the words of the other kind of people."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "whautomate_core" / "sync"

WORDS = {
    "Fields by which contacts are told apart: `phoneNumber`.": (
        "Fields by which clients are told apart: one or more of `phone`, `email` and `fullName`. Defaults to\n"
        "            `phone` and `fullName`, since families share numbers."
    ),
    "CONTACTS": "CLIENTS",
    "contact": "client",
    "phoneNumber": "phone",
    "`clients.py` is written from this file: `nox -s generate`.": "Written from `contacts.py`: `nox -s generate`.",
}
"""What stands in `contacts.py` -> what stands in its place, in this order."""


def text() -> str:
    """What is to stand in `clients.py`."""
    text = (FOLDER / "contacts.py").read_text(encoding="utf-8")
    for word, other in WORDS.items():
        assert word in text, word
        text = text.replace(word, other)
    return text


if __name__ == "__main__":
    (FOLDER / "clients.py").write_text(text(), encoding="utf-8")
