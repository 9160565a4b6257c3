"""Writes the modules of operators and tasks from the functions of the core: `nox -s generate`.

`functions.py` reads the core, `code.py` helps to write Python, and each integration has a writer.
"""
