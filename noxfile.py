"""Builds `.venvs/` and runs what needs one: `nox -l` lists the sessions, the Makefile names the usual ones.

Airflow and Prefect can't live in one environment (their fastapi pins clash), so each has its own.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.envdir = ".venvs/.nox"
nox.options.sessions = ["lint", "tests"]

ROOT = Path(__file__).parent
VENVS = ROOT / ".venvs"
RESULTS = VENVS / "results"
TOOLS = Path(sys.executable).parent

EXTRAS = ["calendar", "emulator", "files", "postgres"]

# Environment -> extras, dependency groups, and what else the constraints of that environment are compiled from.
ENVS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "core": (EXTRAS, ["test", "schema", "tracing", "benchmarks"], []),
    "airflow": (
        ["airflow", *EXTRAS],
        ["test", "browser", "http", "lineage", "warehouse", "statsd", "otlp"],
        ["apache-airflow==3.3.2"],
    ),
    "airflow-2.11": (
        ["airflow", *EXTRAS],
        ["test", "lineage", "warehouse", "statsd", "otlp"],
        ["apache-airflow==2.11.2"],
    ),
    "prefect": (["prefect", *EXTRAS], ["test", "browser", "otlp", "objects"], ["prefect==3.9.1"]),
    # The site: it reads the packages without importing them, so it needs neither orchestrator.
    "docs": ([], ["docs"], []),
    # Built by `proofs` alone: what has no other environment to run in.
    "peers": ([], ["peers"], []),
    # Built by `cluster` alone, since nothing else needs Celery.
    "cluster": (["airflow", *EXTRAS], ["test", "cluster"], ["apache-airflow==3.3.2"]),
}
# Tests of the core run where SQLAlchemy, pydantic and httpx are as new as they get; those of an integration in its own.
# Together they stay under ten minutes; what would make them longer is in PROOFS.
SCREENS = "tests/prefect/test_prefect_screens.py"
QUOTA, DEPLOYED = "tests/airflow/test_quota.py", "tests/prefect/test_prefect_deployed.py"
# With flow runs that leave their process, for 40 s at the least.
CANCELLED, RESUMED = "tests/prefect/test_prefect_cancelled.py", "tests/prefect/test_prefect_results.py"
KILLED = "tests/prefect/test_prefect_killed.py"
SHARED_POLLS = "tests/airflow/test_waiting.py::test_two_hundred_broadcasts_are_read_as_lists"
APPROVED = "tests/airflow/test_approved.py"
ALERTS = "tests/prove/test_prove_alerts.py"
EXAMPLES = ["tests/airflow/test_exports.py", "tests/airflow/test_bookings.py"]
TESTS = {
    "core": ["tests/core", "tests/emulator"],
    "airflow": ["tests/airflow", f"--ignore={QUOTA}", f"--ignore={APPROVED}", f"--deselect={SHARED_POLLS}"],
    "airflow-2.11": [
        "tests/airflow",
        *(f"--ignore={one}" for one in (QUOTA, APPROVED, *EXAMPLES)),
        f"--deselect={SHARED_POLLS}",
    ],
    "prefect": ["tests/prefect", *(f"--ignore={one}" for one in (DEPLOYED, CANCELLED, KILLED, RESUMED, SCREENS))],
    "docs": ["tests/docs/test_site.py"],
}
PROOFS = {
    "core": ["tests/core/test_campaign_simulated.py", "tests/prove/core"],
    "airflow": [
        QUOTA,
        APPROVED,
        SHARED_POLLS,
        "tests/prove/test_prove_airflow.py",
        "tests/prove/test_prove_sync.py",
        "tests/prove/test_prove_broadcasts.py",
        "tests/prove/test_prove_triggerer.py",
        ALERTS,
        "tests/prove/test_prove_assets.py",
        "tests/prove/test_prove_screens.py",
        "tests/prove/test_prove_watchers.py",
    ],
    "airflow-2.11": [QUOTA, SHARED_POLLS, *EXAMPLES, "tests/prove/test_prove_airflow.py", ALERTS],
    "prefect": [DEPLOYED, CANCELLED, KILLED, RESUMED, SCREENS],
    "docs": ["tests/docs/test_site_in_browser.py"],
}
# What other pythons are proved with; one that runs these environments in `tests` anyway is left out.
PYTHONS = [("3.11", "core"), ("3.12", "core"), ("3.12", "airflow"), ("3.12", "prefect"), ("3.13", "core")]
# What `lint` checks against a published schema.
SCHEMAS = {
    "github-workflows": ".github/workflows/*.yml",
    "dependabot": ".github/dependabot.yml",
    "github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "citation-file-format": "CITATION.cff",
    "compose-spec": "examples/starter/*/compose.yaml",
}
THIS = f"{sys.version_info.major}.{sys.version_info.minor}"


def interpreter(version: str) -> str | None:
    """The path of an installed Python of this version (3.12); None where there is none."""
    # pyenv's own `python3.12` says "command not found" for a version that isn't switched on.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders = [*map(str, pyenv.glob(f"versions/{version}.*/bin")), os.environ.get("PATH", os.defpath)]
    return shutil.which(f"python{version}", path=os.pathsep.join(folders))


def env(session: nox.Session, name: str, version: str = THIS) -> Path:
    """The python of an environment, built where it is missing or what it is built from has changed."""
    extras, groups, _ = ENVS[name]
    base = sys.executable if version == THIS else interpreter(version)
    if base is None:
        session.skip(f"Python {version} isn't installed")
    folder = VENVS / (name if version == THIS else f"{name}-{version}")
    python, stamp = folder / "bin" / "python", folder / "built-from"
    constraints = ROOT / "constraints" / f"{name}.txt"
    exact = subprocess.check_output([base, "-c", "import sys; print(end=sys.version)"])
    built_from = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + constraints.read_bytes() + exact).hexdigest()
    if not (stamp.exists() and stamp.read_text() == built_from):
        uv = str(TOOLS / "uv")
        session.run(uv, "venv", "--quiet", "--clear", "--python", base, str(folder))
        session.run(
            # Compiled once: an Airflow that starts takes seconds more else, wherever Python writes no bytecode.
            *(uv, "pip", "install", "--quiet", "--compile-bytecode"),
            *("--python", str(python), "--constraint", str(constraints)),
            *(argument for group in groups for argument in ("--group", f"pyproject.toml:{group}")),
            *("--editable", f".[{','.join(extras)}]"),
        )
        stamp.write_text(built_from)
    return python


@nox.session
@nox.parametrize("name", list(TESTS), ids=list(TESTS))
def envs(session: nox.Session, name: str) -> None:
    """Build an environment."""
    env(session, name)


@nox.session
@nox.parametrize("name", list(TESTS), ids=list(TESTS))
def tests(session: nox.Session, name: str) -> None:
    """Run the tests that belong to an environment; arguments go to pytest."""
    session.run(str(env(session, name)), "-m", "pytest", *(session.posargs or [*TESTS[name], *kept(name, "tests")]))


def kept(name: str, which: str, version: str = THIS) -> list[str]:
    """What has pytest keep the results of a whole run, for `compatibility`."""
    return [f"--junitxml={RESULTS / f'{name}-{version}-{which}.xml'}"] if name.startswith("airflow") else []


@nox.session
def compatibility(session: nox.Session) -> None:
    """Write docs/reference/compatibility.md from the results of the last `tests`, `pythons` and `prove` of Airflow."""
    results = sorted(RESULTS.glob("*.xml"), key=lambda file: file.stat().st_mtime)
    session.run(str(env(session, "core")), "scripts/make_compatibility.py", *map(str, results))


@nox.session
@nox.parametrize(("version", "name"), PYTHONS, ids=[f"{name}-{version}" for version, name in PYTHONS])
def pythons(session: nox.Session, version: str, name: str) -> None:
    """Run the tests of an environment on another Python, where that is installed."""
    if version == THIS:
        session.skip(f"`tests` runs on Python {version}")
    arguments = session.posargs or [*TESTS[name], *kept(name, "tests", version)]
    session.run(str(env(session, name, version)), "-m", "pytest", *arguments)


@nox.session
@nox.parametrize("name", list(PROOFS), ids=list(PROOFS))
def prove(session: nox.Session, name: str) -> None:
    """Run what takes long: kill loops, real schedulers, the vendor's true limits."""
    python, many = str(env(session, name)), {"WHAUTOMATE_TEST_RUNS": "250"}
    session.run(python, "-m", "pytest", *(session.posargs or [*PROOFS[name], *kept(name, "prove")]), env=many)


@nox.session
def cluster(session: nox.Session) -> None:
    """Run Airflow on Celery workers beside Prefect on one account, with kills; it takes up to 15 minutes."""
    env(session, "prefect")
    session.run(str(env(session, "cluster")), "-m", "pytest", *(session.posargs or ["tests/cluster"]))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into `site/`; warnings are errors. Arguments go to `mkdocs build`."""
    python = str(env(session, "docs"))
    # The notice that it leaves out is about a version of MkDocs that isn't used.
    session.run(python, "-m", "mkdocs", "build", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})
    session.log("The site is in site/. Open site/index.html, or run: python3 -m http.server --directory site 8000")


@nox.session
def release_check(session: nox.Session) -> None:
    """Build what a release would publish and use it as somebody would who installs it; arguments choose parts."""
    session.run(sys.executable, "scripts/release_check.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the figures and write benchmarks/RESULTS.md, docs/figures.md and their plots; arguments name sections."""
    where = {f"BENCH_{name.upper()}": str(env(session, name)) for name in ("airflow", "prefect")}
    session.run(str(env(session, "core")), "-m", "benchmarks", *session.posargs, env=where)


@nox.session
def proofs(session: nox.Session) -> None:
    """Run the proofs of docs/proofs.md, with peers beside this package, and write the page.

    Arguments choose: `nox -s proofs -- --only kills lost --contestants ours script`.
    """
    for name in ("airflow", "peers", "prefect"):
        env(session, name)
    python = str(env(session, "core"))
    session.run(python, "benchmarks/proofs/run.py", *session.posargs)
    session.run(python, "scripts/make_proofs.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Format, rules, types and workflows; mypy sees each package with what it is used with."""
    session.run(str(TOOLS / "ruff"), "format", "--check", ".")
    session.run(str(TOOLS / "ruff"), "check", ".")
    for name, what in (
        ("core", ["whautomate_core"]),
        ("airflow", ["airflow_provider_whautomate", "tests/airflow/typing_sample.py"]),
        ("prefect", ["prefect_whautomate", "tests/prefect/typing_sample.py"]),
    ):
        session.run(str(TOOLS / "mypy"), "--python-executable", str(env(session, name)), *what)
    for schema, files in SCHEMAS.items():
        session.run(str(TOOLS / "check-jsonschema"), "--builtin-schema", f"vendor.{schema}", *matching(files))
    session.run(str(TOOLS / "zizmor"), "--offline", "--quiet", ".github")
    if actionlint := shutil.which("actionlint"):  # its package loads a program from elsewhere, so not everybody has it
        session.run(actionlint, *matching(".github/workflows/*.yml"), external=True)


def matching(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


@nox.session
def generate(session: nox.Session) -> None:
    """Write all that is generated: records, jobs of broadcasts and clients, settings, endpoints, what is known
    of the vendor, operators and tasks, the gallery of examples.

    Tests fail if a file differs.
    """
    python = str(env(session, "core"))
    for script in (
        "make_records.py",
        "make_jobs.py",
        "make_clients.py",
        "make_settings.py",
        "make_endpoints.py",
        "make_vendor.py",
        "generate",
    ):
        session.run(python, f"scripts/{script}")
    session.run(str(env(session, "airflow")), "scripts/make_examples.py", "read")
    session.run(python, "scripts/make_examples.py")


@nox.session
def constraints(session: nox.Session) -> None:
    """Compile `constraints/` anew from pyproject.toml. Arguments go to `uv pip compile`, such as --upgrade."""
    for name, (extras, groups, pins) in ENVS.items():
        chosen = [argument for extra in extras for argument in ("--extra", extra)]
        chosen += [argument for group in groups for argument in ("--group", group)]
        _compile(session, name, pins, ["pyproject.toml", *chosen])
    _compile(session, "tools", [], ["--group", "tools"])


def _compile(session: nox.Session, name: str, pins: list[str], what: list[str]) -> None:
    target = f"constraints/{name}.txt"
    pin_file = Path(session.create_tmp()) / "pins.txt"
    pin_file.write_text("\n".join(pins))
    session.run(
        *(str(TOOLS / "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
        *("--no-header", "--no-emit-index-url", "--no-annotate", "--constraint", str(pin_file)),
        *(*what, "--output-file", target, *session.posargs),
    )
