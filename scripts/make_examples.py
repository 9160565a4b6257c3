"""Writes docs/examples.md and example_dags/README.md: what each example does, with a picture of its graph.

    .venvs/airflow/bin/python scripts/make_examples.py read    # the graphs of the DAGs, kept in docs/examples.json
    .venvs/core/bin/python scripts/make_examples.py            # the pages, from those, the flows and the docstrings

`nox -s generate` runs both. A DAG's graph is read from the DAG itself. A flow has none before it runs, so its picture
shows the tasks in the order in which its code calls them; tests run flows and compare.
"""

import ast
import itertools
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "example_dags"
PAGE = ROOT / "docs" / "examples.md"
README = EXAMPLES / "README.md"
KEPT = ROOT / "docs" / "examples.json"
ORCHESTRATORS = {"airflow": "Airflow", "prefect": "Prefect"}
FIRST = ["quick_start", "contacts_to_campaign", "approved_campaign"]
"""Examples that the pages begin with; the others follow by name."""

PAGE_HEAD = """# Examples

Each example is one file in [`example_dags/`](../example_dags/README.md), which you can copy and change. Tests run all
of them on the emulator. People and prices in the data are made up, and some examples therefore refuse hosts other than
this machine: leave out `require_loopback` in yours. [`examples/starter/`](../examples/starter/README.md) is a whole
repository to begin with.

In the pictures, boxes with round ends are functions of the example itself, boxes with double sides run once for each
row or item, and cylinders are assets. Arrows show dependencies in Airflow, and the order of the calls in Prefect.

"""
README_HEAD = """# Examples

Copy the file that is nearest to what you want, and change it. [docs/examples.md](../docs/examples.md) shows the graph
of each. All of them run on the emulator (`whautomate emulator`), and tests run them there.

"""
README_TAIL = """
`data/` has the files and tables that they read, of made-up people. `prefect/save_block.py` saves the emulator's
account as a block, `prefect/prefect.yaml` deploys the flows of the package
([docs/guides/prefect.md](../docs/guides/prefect.md)), and `run_demo.py` is what `make demo` runs.
[`examples/starter/`](../examples/starter/README.md) is a whole repository to begin with.
"""


@dataclass(frozen=True)
class Task:
    """A box of a picture."""

    id: str
    kind: str
    """The operator; "task" of our package in Prefect, "function" of the example itself, "asset" that starts a DAG."""
    mapped: bool = False


@dataclass
class Graph:
    """A DAG or flow."""

    id: str
    when: str = ""
    """Its schedule, in Airflow's words."""
    about: str = ""
    tasks: list[Task] = field(default_factory=list)
    edges: list[tuple[str, str]] = field(default_factory=list)


# --- DAGs


def read_dags() -> dict[str, list[Graph]]:
    """The graphs of all DAGs, by file. Needs Airflow."""
    import runpy

    from airflow.sdk import DAG

    found = {}
    for path in sorted((EXAMPLES / "airflow").glob("*.py")):
        dags = {id(one): one for one in runpy.run_path(str(path)).values() if isinstance(one, DAG)}
        found[path.name] = [graph_of_dag(dag) for dag in dags.values()]
    return found


def graph_of_dag(dag: Any) -> Graph:
    tasks = list(dag.topological_sort())
    graph = Graph(dag.dag_id, about=first_sentence(dag.description or dag.doc_md or ""))
    if isinstance(dag.schedule, str):
        graph.when = dag.schedule
    assets = dag.schedule if isinstance(dag.schedule, list) else []
    for asset in assets:
        graph.tasks.append(Task(asset.uri, "asset"))
        graph.edges += [(asset.uri, task.task_id) for task in tasks if not task.upstream_task_ids]
    for task in tasks:
        operator = getattr(task, "operator_class", type(task))
        name = operator.__name__
        kind = "function" if "Decorated" in name else name.removeprefix("Whautomate").removesuffix("Operator")
        graph.tasks.append(Task(task.task_id, kind, task.is_mapped))
    after = {task.task_id: set(task.downstream_task_ids) for task in tasks}
    graph.edges += [(one, other) for one in after for other in sorted(direct(one, after))]
    return graph


def direct(task: str, after: dict[str, set[str]]) -> set[str]:
    """What follows a task at once: not what also follows something else that follows it."""

    def all_after(one: str) -> set[str]:
        return after[one].union(*map(all_after, after[one]))

    return after[task] - {later for one in after[task] for later in all_after(one)}


# --- flows


def read_flows() -> dict[str, list[Graph]]:
    """The tasks of all flows in the order of the calls, by file."""
    found = {path.name: flows_in(path) for path in sorted((EXAMPLES / "prefect").glob("*.py"))}
    return {name: graphs for name, graphs in found.items() if graphs}


def flows_in(path: Path) -> list[Graph]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = Module(tree)
    graphs = []
    for name, function in module.functions.items():
        if not module.decorated(function, "flow"):
            continue
        graph = Graph(name, about=first_sentence(ast.get_docstring(function) or ""))
        seen: dict[str, int] = {}
        for task in module.calls(function.body, repeated=False):
            seen[task.id] = seen.get(task.id, 0) + 1
            number = f" ({seen[task.id]})" if seen[task.id] > 1 else ""
            graph.tasks.append(Task(task.id + number, task.kind, task.mapped))
        ids = [task.id for task in graph.tasks]
        graph.edges = list(itertools.pairwise(ids))
        graphs.append(graph)
    return graphs


class Module:
    """What the names of a flow's module mean, as far as its tasks go."""

    def __init__(self, tree: ast.Module) -> None:
        self.functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
        self._imported: dict[str, str] = {}
        for one in ast.walk(tree):
            if isinstance(one, ast.ImportFrom):
                self._imported |= {name.asname or name.name: f"{one.module}.{name.name}" for name in one.names}

    def decorated(self, function: ast.FunctionDef | ast.AsyncFunctionDef, by: str) -> bool:
        names = [one.func if isinstance(one, ast.Call) else one for one in function.decorator_list]
        return any(isinstance(one, ast.Name) and one.id == by for one in names)

    def calls(self, nodes: list[ast.stmt] | list[ast.expr] | list[ast.AST], repeated: bool) -> Iterator[Task]:
        """The tasks that code calls, in the order in which it runs: what is passed to a call runs before the call."""
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(node, ast.For | ast.AsyncFor):
                yield from self.calls([node.iter], repeated)
                yield from self.calls(node.body + node.orelse, True)
            elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
                yield from self.calls([one.iter for one in node.generators], repeated)
                yield from self.calls([node.elt], True)
            elif isinstance(node, ast.Call):
                yield from self.calls([*node.args, *(one.value for one in node.keywords)], repeated)
                if isinstance(node.func, ast.Attribute):
                    yield from self.calls([node.func.value], repeated)
                yield from self.called(node.func, repeated)
            else:
                yield from self.calls(list(ast.iter_child_nodes(node)), repeated)

    def called(self, what: ast.expr, repeated: bool) -> Iterator[Task]:
        """The task or tasks that a called name stands for."""
        if isinstance(what, ast.Attribute) and what.attr in {"submit", "map", "with_options"}:
            yield from self.called(what.value, repeated or what.attr == "map")
        elif isinstance(what, ast.Attribute) and what.attr in {"trigger", "wait_for_completion"}:
            yield Task(what.attr, "Broadcast", repeated)
        elif isinstance(what, ast.Attribute) and isinstance(what.value, ast.Name):
            module = self._imported.get(what.value.id, "")
            if module.startswith("prefect_whautomate.") and module.rpartition(".")[2][0].islower():
                yield Task(what.attr, "task", repeated)
        elif isinstance(what, ast.Name) and what.id in self.functions:
            function = self.functions[what.id]
            if self.decorated(function, "task") or self.decorated(function, "flow"):
                yield Task(what.id, "function", repeated)
            else:
                yield from self.calls(function.body, repeated)
        elif isinstance(what, ast.Name):
            home = self._imported.get(what.id, "")
            if what.id == "pause_flow_run":
                yield Task("pause_flow_run", "a person answers", repeated)
            elif home.startswith("prefect_whautomate.") and what.id[0].islower():
                yield Task(what.id, "task", repeated)


# --- pages


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    line = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s", line)[0]


def drawing(graph: Graph) -> str:
    """A graph as Mermaid draws it."""
    names = {task.id: f"t{number}" for number, task in enumerate(graph.tasks)}
    lines = [f"flowchart {'LR' if len(graph.tasks) <= 4 else 'TD'}"]
    # What it shows, for those who can't see it.
    lines += [f"  accTitle: Graph of {graph.id}", f"  accDescr: {', then '.join(task.id for task in graph.tasks)}"]
    group = ""
    for task in graph.tasks:
        inside, _, name = task.id.rpartition(".") if task.kind != "asset" else ("", "", task.id)
        if inside != group:
            lines += ["  end"] * bool(group) + [f'  subgraph {inside.replace(".", "_")}_group["{inside}"]'] * bool(
                inside
            )
            group = inside
        kind = "" if task.kind in {"function", "asset", "task"} else f"<br/>{task.kind}"
        left, right = ("[(", ")]") if task.kind == "asset" else ("([", "])") if task.kind == "function" else ("[", "]")
        if task.mapped:
            left, right = "[[", "]]"
        lines.append(f'  {names[task.id]}{left}"{name}{kind}"{right}')
    lines += ["  end"] * bool(group)
    lines += [f"  {names[one]} --> {names[other]}" for one, other in graph.edges]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def about(orchestrator: str, file: str) -> str:
    text = (EXAMPLES / orchestrator / file).read_text(encoding="utf-8")
    return first_sentence(ast.get_docstring(ast.parse(text)) or "")


def ordered(names: set[str]) -> list[str]:
    return [name for name in FIRST if name in names] + sorted(names - set(FIRST))


def read_all() -> dict[str, dict[str, list[Graph]]]:
    """Orchestrator -> file -> graphs: those of flows as they are, those of DAGs as they were last read."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    dags = {
        file: [
            Graph(**one | {"tasks": [Task(**task) for task in one["tasks"]], "edges": [tuple(e) for e in one["edges"]]})
            for one in graphs
        ]
        for file, graphs in kept.items()
    }
    return {"airflow": dags, "prefect": read_flows()}


def page(graphs: dict[str, dict[str, list[Graph]]]) -> str:
    """docs/examples.md."""
    parts = [PAGE_HEAD]
    files = {file for of_it in graphs.values() for file in of_it}
    for name in ordered({Path(file).stem for file in files}):
        file = f"{name}.py"
        parts.append(f"## {name}\n\n")
        for orchestrator, shown in ORCHESTRATORS.items():
            if file not in graphs[orchestrator]:
                continue
            link = f"[`{orchestrator}/{file}`](../example_dags/{orchestrator}/{file})"
            parts.append(f"**{shown}**: {about(orchestrator, file)} {link}\n\n")
            several = len(graphs[orchestrator][file]) > 1
            for graph in graphs[orchestrator][file]:
                if several:
                    parts.append(
                        f"`{graph.id}`" + f" (`{graph.when}`)" * bool(graph.when) + f": {graph.about}".rstrip(": ")
                    )
                    parts.append("\n\n")
                parts.append(drawing(graph) + "\n")
    return "".join(parts).rstrip() + "\n"


def readme(graphs: dict[str, dict[str, list[Graph]]]) -> str:
    """example_dags/README.md."""
    rows = ["| What it does | Airflow | Prefect |\n|---|---|---|\n"]
    files = {file for of_it in graphs.values() for file in of_it}
    for name in ordered({Path(file).stem for file in files}):
        file = f"{name}.py"
        there = [one for one in ORCHESTRATORS if file in graphs[one]]
        links = [f"[{file}]({one}/{file})" if one in there else "" for one in ORCHESTRATORS]
        rows.append(f"| {about(there[0], file)} | {' | '.join(links)} |\n")
    return README_HEAD + "".join(rows) + README_TAIL


def as_kept(graphs: dict[str, list[Graph]]) -> str:
    """docs/examples.json."""
    return json.dumps(graphs, default=vars, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> None:
    if arguments == ["read"]:
        KEPT.write_text(as_kept(read_dags()), encoding="utf-8")
        return
    graphs = read_all()
    PAGE.write_text(page(graphs), encoding="utf-8")
    README.write_text(readme(graphs), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
