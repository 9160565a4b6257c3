"""What is promised of the distribution itself."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, metadata
from pathlib import Path

import pytest
import yaml

import whautomate_core

ROOT = Path(__file__).parents[2]
DISTRIBUTION = "whautomate-pipelines"


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_version_is_the_distributions() -> None:
    assert metadata(DISTRIBUTION)["Version"] == whautomate_core.__version__


def test_whatever_names_the_version_names_this_one() -> None:
    version = whautomate_core.__version__
    for name, line in (
        ("CHANGELOG.md", rf"^## {re.escape(version)}\b"),
        ("CITATION.cff", rf"^version: {re.escape(version)}$"),
        ("README.md", rf"^Status: {re.escape(version)}\b"),
    ):
        assert re.search(line, (ROOT / name).read_text(encoding="utf-8"), re.M), f"{name} names another version"
    newest = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)[0]
    assert newest == version


def test_the_workflow_tests_what_the_readme_says_is_supported() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    run = {(one["environment"], one["python"]) for one in workflow["jobs"]["tests"]["strategy"]["matrix"]["include"]}
    rows = [
        line.split("|")[1:-1] for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    (pythons,) = ([cell.split()[-1] for cell in cells[1:]] for cells in rows if "Python 3.11" in cells[1:2][0])
    names = {"Airflow 3.3": "airflow", "Airflow 2.11": "airflow-2.11", "Prefect 3.9": "prefect", "the core": "core"}
    said = {
        (environment, python)
        for cells in rows
        for start, environment in names.items()
        if cells[0].strip().startswith(start)
        for python, cell in zip(pythons, cells[1:], strict=True)
        if cell.strip()
    }
    assert run == said
    classified = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pythons == classified


def test_entry_points_are_there_and_harmless_without_their_extra() -> None:
    block = "import sys; sys.modules['airflow'] = sys.modules['prefect'] = None; sys.modules['starlette'] = None\n"
    for group, name in (
        ("apache_airflow_provider", "provider_info"),
        ("prefect.collections", "prefect_whautomate"),
        ("pytest11", "whautomate"),
    ):
        (found,) = [e for e in entry_points(group=group) if e.name == name and e.dist and e.dist.name == DISTRIBUTION]
        load = f"from importlib.metadata import EntryPoint; EntryPoint({name!r}, {found.value!r}, {group!r}).load()"
        python(block + load)


def test_provider_info_names_the_distribution_as_airflow_wants_it() -> None:
    # With another name every Airflow command of a user dies.
    code = (
        "from airflow_provider_whautomate.get_provider_info import get_provider_info as g; print(g()['package-name'])"
    )
    canonical = metadata(DISTRIBUTION)["Name"].lower().replace("_", "-").replace(".", "-")
    assert python(code).strip() == canonical == DISTRIBUTION


def test_the_core_imports_neither_orchestrator() -> None:
    modules = "whautomate_core.sync.contacts, whautomate_core.messaging.send, whautomate_core.cli.main"
    assert python(f"import sys, {modules}\nprint([m for m in ('airflow', 'prefect') if m in sys.modules])") == "[]\n"


def test_a_job_checked_at_parse_loads_no_data_of_look_alikes() -> None:
    code = (
        "import sys; from whautomate_core.sync.mapping import check_tags; check_tags(['spring', 'Fr\u00fchling'])\n"
        "print('confusable_homoglyphs' in sys.modules)"
    )
    assert python(code) == "False\n"


def test_calls_and_jobs_load_nothing_heavy() -> None:
    heavy = "('httpx', 'sqlalchemy', 'phonenumbers', 'pyarrow', 'fsspec', 'tenacity', 'yaml')"
    for modules in ("whautomate_core.api.registry", "whautomate_core.jobs"):
        assert python(f"import sys, {modules}\nprint([m for m in {heavy} if m in sys.modules])") == "[]\n"


def test_every_public_name_is_there_and_everything_else_is_not() -> None:
    for name in whautomate_core.__all__:
        assert getattr(whautomate_core, name) is not None
    assert set(whautomate_core.__all__) <= set(dir(whautomate_core))
    with pytest.raises(AttributeError, match="has no attribute 'sync_contact'"):
        _ = whautomate_core.sync_contact  # type: ignore[attr-defined]


def test_the_jobs_and_the_errors_are_public() -> None:
    from whautomate_core import errors
    from whautomate_core.jobs import JOBS

    raised = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
    assert set(whautomate_core.__all__) >= raised | JOBS.keys()
    for name, job in JOBS.items():
        assert getattr(whautomate_core, name) is job.function


def test_type_checkers_see_the_public_names_where_they_are_loaded_from() -> None:
    tree = ast.parse(Path(str(whautomate_core.__file__)).read_text(encoding="utf-8"))
    seen = {
        name.name: str(node.module).removeprefix("whautomate_core.")
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert seen == whautomate_core._HOMES


def test_to_import_the_core_loads_nothing_heavy() -> None:
    heavy = "('httpx', 'sqlalchemy', 'phonenumbers', 'pydantic', 'tenacity', 'yaml')"
    assert python(f"import sys, whautomate_core\nprint([m for m in {heavy} if m in sys.modules])") == "[]\n"


def test_the_source_distribution_has_what_its_tests_read() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    shipped = {name.strip("/") for name in build["targets"]["sdist"]["include"]} | {"README.md", "pyproject.toml"}
    named = re.compile(r"(?:ROOT|root|parents\[2\]\)?) / \"([^\"]+)\"")
    read = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in named.findall(path.read_text(encoding="utf-8"))
        if (ROOT / "tests") not in (path.parents[2] / name).parents
    }
    assert read >= {"docs", "example_dags", "scripts", "pyproject.toml"}
    assert read - shipped == set()
    assert [name for name in shipped if not (ROOT / name).exists()] == []
