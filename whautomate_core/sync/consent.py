"""What a cell says about consent. Only a known word for yes means yes."""

from __future__ import annotations

import re
import unicodedata

# ruff: noqa: RUF001 - letters of other languages
_YES = """
yes, y, true, t, on, x, agreed, accepted, granted, allowed, confirmed, checked, subscribed, opted in, opt in, optin
ja, j, wahr, zugestimmt, eingewilligt, angemeldet, oui, vrai, accepté, inscrit, abonné, si, sí, verdadero, suscrito
vero, iscritto, sim, verdadeiro, inscrito, waar, tak, prawda, ano, áno, evet, doğru, da, igen, kyllä, sant, sandt
да, истина, так, ναι, ya, はい, 是, 예, 네, نعم, हाँ, हां, ✓, ✔, ☑, ✅
"""
_NO = """
no, n, false, f, off, not, never, none, null, denied, declined, refused, rejected, revoked, withdrawn, blocked
unchecked, unsubscribed, unsubscribe, opted out, opt out, optout, stop, stopped, do not contact, cancelled, canceled
nein, falsch, nicht, abgelehnt, widerrufen, abgemeldet, non, faux, refusé, désinscrit, désabonné, falso, baja
disiscritto, não, nao, descadastrado, nee, onwaar, afgemeld, nie, fałsz, ne, hayır, hayir, yanlış, nu, nem, ei, nej, nei
falskt, usant, нет, ложь, ні, όχι, οχι, tidak, いいえ, 否, 不, 아니요, 아니오, لا, नहीं, ✗, ✘, ☐, ❌, -
"""


def _plain(text: str) -> str:
    """A word without case, width of letters, accents written apart, hyphens and underscores."""
    joined = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.split(r"[\s_-]+", joined.strip(".! \t"))).strip() or joined.strip()


YES, NO = (frozenset(_plain(word) for word in re.split(r",|\n", words) if word.strip()) for words in (_YES, _NO))

_KNOWN = (
    "known are yes, true, 1, on, x, subscribed, opted in and no, false, 0, off, unsubscribed, opted out, and these in "
    "other languages (docs/guides/sync.md lists them)"
)


def consents(cell: str) -> bool | None:
    """Whether a cell says yes; None if it says neither yes nor no. An empty cell says no."""
    word = _plain(cell)
    if number := re.fullmatch(r"([01])(?:[.,]0*)?", word):
        return number[1] == "1"
    return True if word in YES else False if word in NO or not word else None


def unknown(column: str, cell: str) -> str:
    """Why a row is rejected whose consent is neither yes nor no. It shows a short word at most: text may be private."""
    shown = repr(cell) if len(cell) <= 12 and cell.isalpha() else f"a text of {len(cell)} characters"
    return f"consent, column {column!r}, is neither yes nor no but {shown}, which counts as no; {_KNOWN}"
