"""Commands of the documents, in a shell: `whautomate` runs on an emulator, others are noted, and parsed by a test."""

import os
import pty
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from documents import KEY, LOCATION, ROOT, Block

NOTED = (
    *("airflow", "prefect", "opentelemetry-instrument"),  # parsed in the environment of each
    *("pip", "pipx", "uv", "make", "nox", "python", "python3", ".", "source"),  # build environments, or run in one
    *("docker", "kubectl", "helm", "git", "sudo", "psql", "createdb", "dropdb", "pg_dump", "pg_restore", "open"),
)
"""Programs that are not run: they are noted with their arguments, as the shell has understood them."""

_NOTE = """
note() { printf '%s\\0' "$#" "$@" >> "$NOTES"; }
whautomate() {
    note whautomate "$@"
    [[ -n "$EMULATOR" ]] || return 0
    case " $1 $* " in
        " emulator "*) [[ " $* " == *" --list-behaviours "* ]] || return 0 ;;
        *...*|*…*|*://example*|*.example*) return 0 ;;
    esac
    for one in "$@"; do [[ "$one" =~ ^[A-Z]{2,}(_[A-Z]+)*$ ]] && return 0; done  # the reader puts something there
    env WHAUTOMATE_HOST="$EMULATOR" WHAUTOMATE_KEY="$EMULATOR_KEY" "$COMMAND" "$@"
}
"""


def is_noted(command: str) -> bool:
    """Whether a command is noted and not run: another program, or a `whautomate` that serves or has a placeholder."""
    return not re.match(r"whautomate (?!emulator)", command) or bool(
        re.search(r"\.\.\.|…|//example|\.example", command)
    )


@dataclass
class Ran:
    """What a block's commands did."""

    said: list[str] = field(default_factory=list)
    """What each printed."""
    codes: list[int] = field(default_factory=list)
    noted: list[list[str]] = field(default_factory=list)
    """The programs with their arguments, in order."""


def commands_of(block: Block) -> list[tuple[str, str]]:
    """Each command with the output that the block shows of it."""
    if block.language != "console":
        return [(block.text, "")]
    found: list[tuple[str, str]] = []
    more = False
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            assert found, f"{block.where}: the first line of a console block is a command: $ ..."
            command, shown = found[-1]
            found[-1] = (f"{command}\n{line}", shown) if more else (command, f"{shown}{line}\n")
        more = (line.startswith("$ ") or more) and line.endswith("\\")
    return found


def run(block: Block, folder: Path, *, emulator: str = "", **environment: str) -> Ran:
    """Run a block in bash, in a folder that looks like a clone of the repository."""
    notes = folder / "notes"
    notes.write_text("")
    for one in ROOT.iterdir():
        if not one.name.startswith(".") and not (folder / one.name).exists():
            (folder / one.name).symlink_to(one)
    noted = (*NOTED, *(["curl"] if block.is_only_imported or not emulator else []))
    functions = "".join(f'function {name} {{ note {name} "$@"; }}\n' for name in noted)
    commands = commands_of(block)
    # Each waits for its output, so that what one prints does not stand under the next.
    script = "".join(f"printf '\\n@@@\\n'\n{command}\nprintf '\\n@@=%s\\n' $?\n" for command, _ in commands)
    # A terminal, as a reader has one, on which everything is answered.
    answers, terminal = pty.openpty()
    os.write(answers, (f"{KEY}\n" * block.text.count("read -") + "y\n" * 20).encode())
    done = subprocess.run(
        ["bash", "-c", f"{_NOTE}{functions}{script}"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        timeout=300,
        env=os.environ
        | {
            "EMULATOR": emulator,
            "EMULATOR_KEY": KEY,
            "HOME": str(folder),
            "NOTES": str(notes),
            "PYTHONPATH": str(ROOT),
            "COMMAND": str(Path(sys.executable).with_name("whautomate")),
            "WHAUTOMATE_HOME": str(folder / "state"),
            "WHAUTOMATE_LIST_LAG": "0",
            "WHAUTOMATE_LOCATION_ID": LOCATION,
            "WHAUTOMATE_PLAN": "subscribed",
            "COLUMNS": "200",
            "NO_COLOR": "1",
        }
        | environment,
    )
    os.close(answers)
    os.close(terminal)
    parts = re.findall(r"\n@@@\n(.*?)\n@@=(\d+)\n", done.stdout, re.S)
    assert len(parts) == len(commands), f"{block.where}: the shell ended early:\n{done.stdout}"
    return Ran([said for said, _ in parts], [int(code) for _, code in parts], _read(notes))


def _read(notes: Path) -> list[list[str]]:
    words = iter(notes.read_text().split("\0"))
    return [[next(words) for _ in range(int(count))] for count in words if count]


def check_output(block: Block, shown: str, said: str) -> None:
    """What the block shows of an output is what was printed, with other ids, numbers and times; `...` is left out."""
    printed = said.splitlines()
    for line in shown.splitlines():
        if line.strip() in ("...", "…", ""):
            continue
        while printed and not re.fullmatch(pattern_of(line.strip()), printed[0].strip()):
            printed.pop(0)
        assert printed, f"{block.where}: not printed:\n{line}\nbut:\n{said}"
        printed.pop(0)


def pattern_of(line: str) -> str:
    """Matches a line with other ids, numbers and times."""
    parts = re.split(r"(\.\.\.|…|\b(?=\w*\d)[A-Za-z0-9]{8,}\b|\d+(?:[.,:]\d+)*|\s+)", line)
    patterns = {"...": ".*", "…": ".*"}
    return "".join(
        patterns.get(part) or (r"\s+" if part.isspace() else r"[\w.,:]+") if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    )


def words_of(command: str) -> list[str]:
    """The words of a command that stands in a sentence."""
    return shlex.split(command, comments=True)
