"""Writes all generated modules anew: `python scripts/generate`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from generate import code, operators, sensors, tasks

if __name__ == "__main__":
    written = operators.files() | sensors.files() | tasks.files()
    code.save(written)
    sys.stdout.write(f"{len(written)} modules are as the functions of the core are\n")
