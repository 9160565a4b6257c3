"""Whether rows name some or all of a group's members."""

from __future__ import annotations

from typing import Literal, TypeAlias

Members: TypeAlias = Literal["at_least", "exactly"]
"""`at_least`: the others stay. `exactly`: members whom no row names are removed."""
