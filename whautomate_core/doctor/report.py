"""The page that a user can attach to an issue: what the doctor found, without key, person, account or record."""

from __future__ import annotations

import platform
from datetime import date

import httpx

from whautomate_core.account import HOSTS, Account
from whautomate_core.doctor.probe import Probe
from whautomate_core.version import __version__

VERDICTS = {True: "differs", False: "as expected", None: ""}


def make_report(probe: Probe, day: date) -> str:
    """A page in Markdown. Everything in it is a count, a form, or a name made of known words."""
    account = probe.account
    rows = [
        ("whautomate-pipelines", __version__),
        ("Python", platform.python_version()),
        ("Date", f"{day:%Y-%m-%d}"),
        ("Host", host_of(account)),
        ("Plan", "not set" if account.limits_assumed else account.plan or "own limits"),
        ("Asked about", f"{probe.resource}, {probe.how}, {probe.requests} requests"),
        ("Not everything was asked", f"it ended with {probe.stopped_by}" if probe.stopped_by else ""),
        ("Headers about limits or the gateway", ", ".join(sorted(probe.header_names)) or "none"),
    ]
    lines = [
        "# What `whautomate doctor` found",
        "",
        "Read this page before you send it: you know best what must not leave your company. It holds no key, nobody's",
        "name or number, and no name, id, tag or text of your account. Then attach it to an issue of the project",
        "whautomate-pipelines, and say what surprised you. The project's defaults follow what servers are seen to do.",
        "",
        *_table(("", ""), [row for row in rows if row[1]]),
        "",
        *_table(
            ("Question", "Found", "Verdict", "Evidence", "Assumed until known"),
            [(one.question, one.found, VERDICTS[one.differs], one.evidence, one.default) for one in probe.findings],
        ),
    ]
    return "\n".join(lines) + "\n"


def host_of(account: Account) -> str:
    """The host, if it is one of the vendor's; the name of another host may say whose it is."""
    name = httpx.URL(account.host).host
    return name if name in HOSTS.replace(",", "").replace("https://", "").split() else "own host"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]
