"""The plots of the figures, as SVG."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import matplotlib

from benchmarks.harness import Json

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.hashsalt": "bench", "svg.fonttype": "none", "font.size": 10, "axes.grid": True, "grid.alpha": 0.3,
    "axes.spines.top": False, "axes.spines.right": False, "figure.constrained_layout.use": True,
})  # fmt: skip

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import PercentFormatter, ScalarFormatter  # noqa: E402

COLOURS = {"SQLite": "#0b7285", "PostgreSQL": "#d9480f"}
OTHERS = ("#0b7285", "#d9480f", "#5f3dc4", "#868e96")


def draw(results: Path, images: Path) -> None:
    """Draw every plot of what was measured."""
    images.mkdir(parents=True, exist_ok=True)
    for section, plots in {
        "quota": {"quota-processes": processes, "quota-time": over_time},
        "sync": {"sync-rows": rows},
        "messages": {"messages-waiting": waiting},
    }.items():
        file = results / f"{section}.json"
        if file.exists():
            found = json.loads(file.read_text())["found"]
            for name, plot in plots.items():
                figure = plot(found)
                figure.savefig(images / f"bench-{name}.svg", metadata={"Date": None, "Creator": None})
                plt.close(figure)


def processes(found: Json) -> Any:
    figure, (used, cost) = plt.subplots(1, 2, figsize=(9, 3.4))
    stores = {store: [one for one in some if "used" in one] for store, some in found["stores"].items()}
    for store, some in stores.items():
        counts = [one["processes"] for one in some]
        middle = [statistics.median(one["used"]) for one in some]
        spans = [
            [centre - min(one["used"]) for one, centre in zip(some, middle, strict=True)],
            [max(one["used"]) - centre for one, centre in zip(some, middle, strict=True)],
        ]
        used.errorbar(counts, middle, yerr=spans, marker="o", capsize=3, label=store, color=COLOURS[store])
        cost.plot(counts, [one["permit_ms"] for one in some], marker="o", color=COLOURS[store], label=f"{store}, clock")
        cpu = [one["permit_cpu_ms"] for one in some]
        cost.plot(counts, cpu, marker="s", linestyle="--", color=COLOURS[store], label=f"{store}, CPU")
    used.axhline(0.98, color="#868e96", linestyle=":", label="goal 98 %")
    used.set(xlabel="processes", ylabel="used of what limit and margin leave")
    lowest = min(min(one["used"]) for some in stores.values() for one in some)
    used.set_ylim(min(0.95, lowest - 0.01), 1.005)
    used.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    cost.set(xlabel="processes", ylabel="ms a permit, no limit in the way", yscale="log")
    for axes in (used, cost):
        axes.set_xscale("log", base=2)
        axes.set_xticks(found["processes"])
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.legend(fontsize=8)
    return figure


def over_time(found: Json) -> Any:
    permits, seconds = found["burst"]
    figure, axes = plt.subplots(figsize=(9, 3.4))
    for (name, one), colour in zip(found["peers"].items(), OTHERS, strict=False):
        moments = [one["step"] * number for number in range(len(one["in_window"]))]
        axes.plot(moments, one["in_window"], label=name, color=colour)
    axes.axhline(permits, color="black", linestyle="--", linewidth=1, label=f"limit: {permits} in {seconds:g} s")
    axes.set(xlabel="seconds", ylabel=f"requests that arrived in the last {seconds:g} s")
    axes.set_ylim(0)
    figure.legend(fontsize=8, loc="outside lower center", ncols=3)
    return figure


def rows(found: Json) -> Any:
    figure, (time, memory) = plt.subplots(1, 2, figsize=(9, 3.4))
    sizes = found["sizes"]
    counts = [one["rows"] for one in sizes]

    def middle(name: str) -> list[float]:
        return [statistics.median(pair[name] for pair in one["pairs"]) for one in sizes]

    time.plot(counts, [one["first"]["seconds"] for one in sizes], marker="s", color="#5f3dc4", label="first run")
    time.plot(counts, middle("ours"), marker="o", color="#0b7285", label="nothing has changed")
    time.plot(counts, middle("bare"), marker="o", color="#868e96", label="bare loop")
    memory.plot(counts, [one["first"]["peak"] for one in sizes], marker="s", color="#5f3dc4", label="first run")
    memory.plot(counts, middle("peak"), marker="o", color="#0b7285", label="nothing has changed")
    memory.plot(counts, middle("bare_peak"), marker="o", color="#868e96", label="bare loop")
    time.set(xscale="log", yscale="log", xlabel="rows", ylabel="seconds")
    memory.set(xscale="log", xlabel="rows", ylabel="peak of memory, MiB")
    memory.set_ylim(0)
    for axes in (time, memory):
        axes.legend(fontsize=8)
    return figure


def waiting(found: Json) -> Any:
    figure, axes = plt.subplots(figsize=(6, 3.4))
    counts = [one["waiting"] for one in found["waiting"]]
    alone, together = ([one[name] for one in found["waiting"]] for name in ("alone", "together"))
    axes.plot(counts, alone, marker="o", color="#868e96", label="each by itself")
    axes.plot(counts, together, marker="o", color="#0b7285", label="these triggers")
    axes.set(xlabel="waiting tasks", ylabel=f"requests in {found['seconds']:g} s")
    axes.set_ylim(0)
    axes.legend(fontsize=8)
    return figure
