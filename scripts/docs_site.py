"""What the site needs beside MkDocs, as its hooks (`hooks` in mkdocs.yml). `nox -s docs` builds it.

- A link out of `docs/`, such as `../example_dags/airflow/bookings.py`, leads a reader of the repository to the file. On
  the site it leads to a page that shows the file, because the site has no address of the repository to send people to.
- CHANGELOG.md, CONTRIBUTING.md and other documents outside `docs/` are pages of the site.
- Each public module has a page in the reference, written from its docstrings.
- Code for Airflow and for Prefect, each under its name in bold, is in two tabs.
- Lists are indented as the repository's viewer wants them. The Markdown of MkDocs wants four spaces a level.
- Pages with a drawing load the script that draws it, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from pymdownx.slugs import slugify

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
LINK = re.compile(r"((?:\[`?[\w/.-]+\.md`?)?\]\()(?!https?:|mailto:|#)([^)#\s]+)((?:#[^)\s]*)?\))")
FENCE = re.compile(r"^\s*(`{3,}|~{3,})")

PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing/contributing.md"}
"""Where a document of the repository is on the site, if not under `source/`."""
PICTURES = {".gif", ".ico", ".jpg", ".png", ".svg", ".webp"}
LANGUAGES = {".py": "python", ".yml": "yaml", ".yaml": "yaml", ".json": "json", ".sql": "sql", ".toml": "toml"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the modules into the navigation, where it names their index."""
    for section in config.nav or []:
        for name, pages in section.items() if isinstance(section, dict) else ():
            if isinstance(pages, list):
                section[name] = [{"Python": python_nav()} if one == PYTHON + "index.md" else one for one in pages]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is not in `docs/`."""
    for page, text in python_pages().items():
        files.append(File.generated(config, page, content=text))
    logo = ROOT / "airflow_provider_whautomate" / "integration-logos" / "Whautomate.svg"
    files.append(File.generated(config, "assets/logo.svg", abs_src_path=str(logo)))
    wanted = set(PAGES) - {"README.md"}
    done: set[str] = set()
    for file in files.documentation_pages():
        if file.src_uri not in PAGES.values() or file.src_uri == "index.md":
            wanted |= set(linked_outside(file.content_string, f"docs/{file.src_uri}"))
    while wanted - done:
        path = min(wanted - done)
        done.add(path)
        if path == "README.md":
            continue
        text = shown(path)
        wanted |= set(linked_outside(text, path)) if path.endswith(".md") else listed(path)
        page = site_page(path)
        if old := files.get_file_from_path(page):
            files.remove(old)
        inclusion = InclusionLevel.INCLUDED if path in PAGES else InclusionLevel.NOT_IN_NAV
        files.append(File.generated(config, page, content=text, inclusion=inclusion))
        SOURCES[page] = path
    return files


SOURCES: dict[str, str] = {}
"""Page of the site -> the document of the repository that it is."""


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to where their target is on the site, indent lists, and make tabs."""
    here = page.file.src_uri
    if here == "index.md":
        page.meta["hide"] = ["navigation", "toc"]  # the tabs lead everywhere
    return tabbed(indented(relinked(markdown, SOURCES.get(here, f"docs/{here}"), here)))


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Name the search for screen readers, and load what draws, on pages with a drawing: else the theme would fetch it
    from the network."""
    output = output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )
    if 'class="mermaid"' not in output:
        return output
    script = f'<script src="{get_relative_url("assets/mermaid.tiny.js", page.url)}"></script>'
    before, bundle, after = output.rpartition("<script src=")
    return before + script + bundle + after


def site_page(path: str) -> str:
    """The page of the site that shows a file or folder of the repository."""
    if path in PAGES:
        return PAGES[path]
    if (ROOT / path).is_dir():
        return f"source/{path}/index.md"
    return f"source/{path}" if path.endswith(".md") else f"source/{path}.md"


def linked_outside(text: str, source: str) -> Iterator[str]:
    """The files and folders outside `docs/` that a document of the repository links to."""
    for line, is_code in lines_of(text):
        for match in () if is_code else LINK.finditer(line):
            target = target_of(match[2], source)
            if not target.startswith("docs/") and (ROOT / target).exists():
                yield target


def target_of(link: str, source: str) -> str:
    return normpath(str(PurePosixPath(source).parent / link))


NAMED_BY_PATH = re.compile(r"\[`?(?:[\w-]+/)*[\w-]+\.md`?$")


def named(before: str, target: str, anchor: str) -> str:
    """What comes before the target of a link. A link that shows a path shows the title of that page, or section."""
    if not NAMED_BY_PATH.search(before) or not (ROOT / target).is_file():
        return before
    titles = re.findall(r"^#+ (.*)$", (ROOT / target).read_text(encoding="utf-8"), re.M)
    slug = slugify(case="lower")
    title = next((one for one in titles if slug(one, "-") == anchor.removeprefix("#")), (titles or [before])[0])
    return NAMED_BY_PATH.sub(lambda _: f"[{title}", before)


def relinked(text: str, source: str, here: str) -> str:
    """The text of a document of the repository, with links that are right for the page `here` of the site."""

    def relink(match: re.Match[str]) -> str:
        target = target_of(match[2], source)
        if target.startswith("docs/"):
            on_site = target.removeprefix("docs/")
        elif (ROOT / target).exists():
            on_site = site_page(target)
        else:
            return match[0]  # what is on the site alone; MkDocs reports it if it is nowhere
        before = named(match[1].removesuffix("]("), target, match[3].rstrip(")")) + "]("
        return before + relpath(on_site, str(PurePosixPath(here).parent)) + match[3]

    if here.startswith("reference/python/") and here != PYTHON + "index.md":
        return text
    return "\n".join(line if is_code else LINK.sub(relink, line) for line, is_code in lines_of(text))


def shown(path: str) -> str:
    """What the page of a file or folder of the repository says."""
    file = ROOT / path
    if file.is_dir():
        parent = str(PurePosixPath(path).parent)
        links = (f"- [{PurePosixPath(one).name}]({relpath(one, parent)})\n" for one in sorted(listed(path)))
        return f"# {path}\n\n" + "".join(links)
    text = file.read_text(encoding="utf-8")
    if path.endswith(".md"):
        return text
    fence = "`" * max([3, *(len(one) + 1 for one in re.findall(r"`{3,}", text))])
    title = f"---\nsearch:\n  exclude: true\n---\n\n# {file.name}\n\nThis is `{path}`.\n\n"
    return f"{title}{fence}{LANGUAGES.get(file.suffix, 'text')}\n{text.rstrip()}\n{fence}\n"


def listed(path: str) -> set[str]:
    """The folders and texts in a folder of the repository; none for a file."""
    if not (ROOT / path).is_dir():
        return set()
    inside = [one for one in (ROOT / path).iterdir() if not one.name.startswith(("_", "."))]
    return {one.relative_to(ROOT).as_posix() for one in inside if one.is_dir() or one.suffix not in PICTURES}


def lines_of(text: str) -> Iterator[tuple[str, bool]]:
    """Lines, and whether each belongs to a block of code."""
    fence = ""
    for line in text.split("\n"):
        match = FENCE.match(line)
        if not fence:
            fence = match[1] if match else ""
            yield line, bool(match)
        else:
            yield line, True
            if match and match[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""


TAB = re.compile(r"^\*\*(Airflow|Prefect)\*\*, (.+)$")


def tabbed(text: str) -> str:
    """Code for the two orchestrators as tabs.

    A paragraph that begins with `**Airflow**, ` or `**Prefect**, ` begins a tab. The last tab ends after its last block
    of code, each at the next heading.
    """
    result: list[str] = []
    tab, had_code = "", False
    for line, is_code in lines_of(text):
        begins = None if is_code else TAB.match(line)
        plain = bool(line.strip()) and not is_code and not line.startswith("<!--")
        if begins:
            tab, had_code = begins[1], False
            result += [f'=== "{tab}"', "", f"    {begins[2][:1].upper()}{begins[2][1:]}"]
            continue
        if tab and plain and (line.startswith("#") or (tab == "Prefect" and had_code)):
            tab = ""
        had_code |= is_code
        result.append(f"    {line}" if tab and line else line)
    return "\n".join(result)


ITEM = re.compile(r"^( *)([-*+]|\d+[.)])( +)(?=\S)")


def indented(text: str) -> str:
    """Lists with four spaces a level and an empty line before them, as Python-Markdown wants them.

    In CommonMark, what belongs to an item begins where its text begins: two spaces after a dash, three after "1.".
    """
    result: list[str] = []
    levels: list[int] = []  # columns at which the text of the open items begins
    shift, blank = 0, True
    for line, is_code in lines_of(text):
        if not line.strip():
            result.append("")
            blank = True
            continue
        indent = len(line) - len(line.lstrip(" "))
        item = None if is_code else ITEM.match(line)
        if not is_code or FENCE.match(line):
            if item or blank or FENCE.match(line):
                while levels and indent < levels[-1]:
                    levels.pop()
            shift = 4 * len(levels) - (levels[-1] if levels else 0)
        if item and not blank and not levels and result and not ITEM.match(result[-1]) and result[-1][:1] not in "- ":
            result.append("")  # a list right after a paragraph
        result.append(" " * max(0, shift) + line if shift >= 0 else line)
        if item:
            levels.append(item.end())
        blank = False
    return "\n".join(result)


# --- The reference, from docstrings ---

PYTHON = "reference/python/"
CORE: dict[str, tuple[str, list[str]]] = {
    "client": ("Clients", ["whautomate_core.client.client.Client", "whautomate_core.client.client.AsyncClient"]),
    "account": (
        "Account and policy",
        [
            "whautomate_core.account.Account",
            "whautomate_core.account.account_from_settings",
            "whautomate_core.policy.Policy",
            "whautomate_core.values.limits.Limits",
        ],
    ),
    "errors": ("Errors", ["whautomate_core.errors"]),
    "calls": ("Calls", ["whautomate_core.api.call.Call", "whautomate_core.api.endpoint.Endpoint"]),
    "sources": ("Sources of rows", ["whautomate_core.rows.sql.Sql", "whautomate_core.rows.tables.Table"]),
    "records": ("Records", ["whautomate_core.api.records"]),
}
"""Pages of the core that are not one module: name -> title, and what each shows."""
IMPORTED = "Import these from `whautomate_core`.\n\n"
JOBS = ("sync", "messaging", "people", "bookings")
"""The rooms of the core whose public functions are jobs."""
NOT_SHOWN = {"get_provider_info"}


def module_title(module: str) -> str:
    return module.rpartition(".")[2].replace("_", " ").capitalize()


def modules(package: str) -> list[str]:
    """The public modules of a package, by name: those with a name without underscore that define something."""
    found = []
    for file in sorted((ROOT / package).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        if any(part.startswith("_") for part in parts[1:]) or parts[-1] in NOT_SHOWN or parts[1] == "aio":
            continue
        found.append(".".join(parts))
    # Its modules have the same names, arguments and docstrings as those of the package.
    return [*found, f"{package}.aio"] if (ROOT / package / "aio").exists() else found


def public_jobs() -> list[str]:
    """The jobs, by where they are defined, as `whautomate_core/__init__.py` lists them."""
    text = (ROOT / "whautomate_core" / "__init__.py").read_text(encoding="utf-8")
    imported = re.findall(r"^    from (whautomate_core\.(?:%s)\.\S+) import (.+)$" % "|".join(JOBS), text, re.M)  # noqa: UP031
    return [f"{module}.{name}" for module, names in imported for name in names.split(", ")]


def resources() -> list[str]:
    """The modules whose functions make calls."""
    text = (ROOT / "whautomate_core" / "api" / "registry.py").read_text(encoding="utf-8")
    return [f"whautomate_core.api.{name}" for name in re.findall(r"^    (\w+),$", text, re.M)]


def python_pages() -> dict[str, str]:
    """Each page of the reference and its text."""
    pages = {}
    for name, (title, things) in CORE.items():
        pages[f"{PYTHON}core/{name}.md"] = reference(title, things, "" if name == "records" else IMPORTED)
    pages[f"{PYTHON}core/jobs.md"] = reference("Jobs", public_jobs(), IMPORTED)
    for module in resources():
        name = module.rpartition(".")[2]
        pages[f"{PYTHON}core/api/{name}.md"] = reference(f"Calls: {module_title(module).lower()}", [module])
    for module in [*modules("airflow_provider_whautomate"), *modules("prefect_whautomate")]:
        folder, _, name = module.partition(".")[2].rpartition(".")
        title = f"{module_title(folder)}: {module_title(name).lower()}" if folder else module_title(name)
        pages[module_page(module)] = reference(title, [module], f"Module `{module}`.\n\n")
    return pages


def module_page(module: str) -> str:
    package, *rest = module.split(".")
    return f"{PYTHON}{package.split('_')[0]}/{'/'.join(rest)}.md"


def reference(title: str, things: list[str], words: str = "") -> str:
    sphinx = "    options:\n      docstring_style: sphinx\n      docstring_options: {warnings: false}\n"
    options = sphinx if things[0].startswith("airflow_") else ""
    roots = "" if len(things) == 1 and "." in things[0] and things[0].rpartition(".")[2][:1].islower() else ROOTS
    blocks = [f"::: {thing}\n{options or ('    options:' + chr(10) if roots else '')}{roots}" for thing in things]
    return f"# {title}\n\n{words}" + "\n\n".join(blocks) + "\n"


ROOTS = "      show_root_heading: true\n      show_root_toc_entry: true\n"


def python_nav() -> list[Any]:
    """The reference in the navigation: three packages, and the folders of each."""
    core = [{title: f"{PYTHON}core/{name}.md"} for name, (title, _) in CORE.items()]
    calls = [{module_title(one): f"{PYTHON}core/api/{one.rpartition('.')[2]}.md"} for one in resources()]
    return [
        PYTHON + "index.md",
        {"Core": [*core, {"Jobs": f"{PYTHON}core/jobs.md"}, {"Functions that make calls": calls}]},
        {"Airflow": nested("airflow_provider_whautomate")},
        {"Prefect": nested("prefect_whautomate")},
    ]


def nested(package: str) -> list[Any]:
    folders: dict[str, list[Any]] = {}
    for module in modules(package):
        _, *rest = module.split(".")
        folders.setdefault(rest[0] if len(rest) > 1 else "", []).append({module_title(module): module_page(module)})
    alone = folders.pop("", [])
    return [*alone, *({module_title(name): pages} for name, pages in folders.items())]
