"""The README's DAG is one that Airflow takes."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_dag_of_the_readme_is_parsed_and_short() -> None:
    (code,) = re.findall(r"```python\n(from datetime import.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(code.splitlines()) < 25
    namespace: dict[str, object] = {}
    exec(code.replace("with DAG(", "dag = DAG(", 1).replace("):\n    sync", ")\nwith dag:\n    sync", 1), namespace)
    dag = namespace["dag"]
    assert [step.task_id for step in dag.topological_sort()] == ["sync", "segment", "send", "wait"]  # type: ignore
