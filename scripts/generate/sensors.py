"""Writes the sensors of Airflow: `airflow_provider_whautomate/sensors/<resource>.py`."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from whautomate_core.conditions import CONDITIONS
from whautomate_core.waiting.condition import Condition

from . import code
from .functions import ROOT, Function, function_of
from .operators import NOTE, PACKAGE, arguments_of, parameter

FOLDER = ROOT / PACKAGE / "sensors"
INFO = ROOT / PACKAGE / "get_provider_info.py"
"""Lists the modules. It imports nothing, so the list stands in it."""

BASE = "WhautomateSensor"

BY_HAND = {"broadcast"}
"""Kinds of conditions whose sensors are written by hand, in the module of their resource."""

MADE = "In addition: `requests`, and `waited`, the seconds spent waiting for permits."


def files() -> dict[Path, str]:
    """Path -> what it should hold."""
    written = {
        resource: [one for one in conditions if one.kind not in BY_HAND] for resource, conditions in CONDITIONS.items()
    }
    modules = {FOLDER / f"{resource}.py": _module(resource, some) for resource, some in written.items() if some}
    return modules | {INFO: _info(INFO.read_text(encoding="utf-8"))}


def _info(text: str) -> str:
    listed = code.listed("sensors = (", (f'"{one}"' for one in sorted(CONDITIONS)), ")", 4)
    before, rest = re.split(r"^ {4}sensors = ", text, maxsplit=1, flags=re.MULTILINE)
    return f"{before}{listed}\n{rest[rest.index('    return {') :]}"


def _module(resource: str, conditions: list[type[Condition]]) -> str:
    imports = code.Imports()
    imports.add("__future__", "annotations")
    imports.add("typing", "TYPE_CHECKING", "Unpack")
    imports.add(f"{PACKAGE}._arguments", "Templated")
    imports.add(f"{PACKAGE}._task_arguments", "SensorArguments")
    imports.add(f"{PACKAGE}.sensors.base", BASE)
    classes = [_sensor(one, imports) for one in conditions]
    for_checkers = code.Imports()
    for_checkers.add("airflow.providers.common.compat.sdk", "Context")
    names = re.findall(r"^class (\w+)", "\n".join(classes), re.MULTILINE)
    parts = [
        f'{NOTE}"""Sensors of {resource}."""',
        str(imports),
        "if TYPE_CHECKING:\n" + textwrap.indent(str(for_checkers), "    "),
        code.listed("__all__ = [", (f'"{name}"' for name in sorted(names)), "]", 0),
    ]
    return "\n\n".join(parts) + "\n\n\n" + "\n\n\n".join(classes) + "\n"


def _sensor(condition: type[Condition], imports: code.Imports) -> str:
    function = function_of(condition, of_the_run=())
    imports.add(function.module, function.name)
    title = "".join(part.title() for part in condition.kind.split("_"))
    name = f"Whautomate{title}Sensor"
    names = [one.name for one in function.arguments]
    fields = [*(f'"{one}"' for one in names), f"*{BASE}.template_fields"]
    lines = [
        code.docstring(_doc(function), 0),
        "",
        code.listed("template_fields = (", fields, ")", 0, within=4),
    ]
    if condition.personal:
        quoted = ", ".join(f'"{one}"' for one in sorted(condition.personal))
        lines.append(f"redacted_fields = frozenset({{{quoted}}})")
    lines += [
        "",
        "def __init__(",
        "    self,",
        "    *,",
        *(f"    {parameter(function, one, True, imports)}," for one in function.arguments),
        "    **kwargs: Unpack[SensorArguments],",
        ") -> None:",
        "    super().__init__(**kwargs)",
        *(f"    self.{one} = {one}" for one in names),
        f"    self.check_arguments({name})",
        "",
        f"def condition(self, context: Context) -> {function.name}:",
        '    """Return what the rendered sensor waits for."""',
        code.listed(f"return {function.name}(", [_given(condition, one, imports) for one in names], ")", 4, within=4),
    ]
    return f"class {name}({BASE}):\n" + textwrap.indent("\n".join(lines), "    ")


def _given(condition: type[Condition], name: str, imports: code.Imports) -> str:
    if name not in condition.from_start:
        return f'{name}=self.given("{name}")'
    imports.add(f"{PACKAGE}.sensors.base", "first_start")
    return f'{name}=self.given("{name}") or first_start(context)'


def _doc(function: Function) -> str:
    params = [(one.name, f"{one.meaning} (templated)") for one in function.arguments]
    params += [(one.name, one.meaning) for one in arguments_of(FOLDER / "base.py", BASE)]
    described = "\n".join(code.wrapped(f":param {name}: {text}.", 4, "    ") for name, text in params)
    return "\n\n".join([function.what, function.results, MADE, described])
