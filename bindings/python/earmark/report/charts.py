"""CHARTS of a comparison: what it costs, what moved, how the shelves emptied, how long it took."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..comparison import Comparison
from ..paired import interval
from ..replay import COST_PARTS, DAY_NS
from ..screen import title
from .style import FAINT, INK, PART_NAMES, PARTS, SERIES, SOFT, WIDTH, bare, new, plt, short


def cost(c: Comparison) -> Figure:
    """Stacked bars with the interval of the mean, and the bound as a line."""
    names, at = c.names, np.arange(len(c.names))[::-1]
    figure, axes = new(1.5 + 0.5 * len(names))
    left = np.zeros(len(names))
    for part in COST_PARTS:
        width = np.array([c.mean(n, f"{part}_per_order").mean for n in names])
        if width.max() > 0:
            axes.barh(at, width, left=left, height=0.56, color=PARTS[part],
                      label=PART_NAMES[part])
        left += width
    for y, name in zip(at, names, strict=True):
        mean, bound = c.mean(name, "cost_per_order"), c.mean(name, "bound_per_order").mean
        if mean.half is not None:
            axes.errorbar(mean.mean, y, xerr=mean.half, color=INK, capsize=3, linewidth=1.2)
        axes.plot([bound, bound], [y - 0.38, y + 0.38], color=INK, linewidth=1.6,
                  linestyle=(0, (2, 1)), label="none can beat" if y == at[0] else None)
        axes.text((mean.high or mean.mean) + 0.015 * left.max(), y, f"{mean.mean:.2f}", va="center",
                  fontsize=9, fontweight="bold")
    axes.set(yticks=at, yticklabels=[title(n) for n in names],
             xlim=(0, 1.17 * max(left.max(), 1e-9)))
    axes.set_title(f"cost per order, {c.orders.currency}")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    figure.legend(loc="outside lower left", ncols=3, fontsize=8, handlelength=1.1,
                  columnspacing=1.0)
    return figure


def trade(c: Comparison) -> Figure:
    """Cost against splits, one point per policy, each run as a small dot."""
    figure, axes = new(3.1)
    for i, name in enumerate(c.names):
        colour = SERIES[i % len(SERIES)]
        runs = c.runs[name]
        x, y = c.mean(name, "split"), c.mean(name, "cost_per_order")
        axes.plot([100 * r.figures["split"] for r in runs],
                  [r.figures["cost_per_order"] for r in runs], ".", color=colour, alpha=0.5,
                  markersize=5, markeredgewidth=0)
        axes.errorbar(100 * x.mean, y.mean, xerr=100 * (x.half or 0), yerr=y.half or 0,
                      color=colour, marker="o", markersize=7, capsize=3, linewidth=1.3,
                      linestyle="none", label=title(name))
    axes.set(xlabel="orders split, %")
    axes.set_title(f"cost per order, {c.orders.currency}, against splits")
    axes.grid(color=FAINT, alpha=0.5, linewidth=0.5)
    axes.margins(0.12)
    figure.legend(loc="outside lower left", ncols=2, fontsize=8.5, handlelength=1.0)
    return figure


def moves(c: Comparison, name: str) -> Figure:
    """The matrix old node x new node, in lines per run."""
    counts = c.matrix(name)
    labels = [*c.nodes.keys, "not filled"]
    used = np.flatnonzero((counts.sum(axis=0) + counts.sum(axis=1)) > 0)
    counts, labels = counts[np.ix_(used, used)], [short(labels[i], 14) for i in used]
    n = len(labels)
    figure, axes = new(1.35 + 0.29 * n, width=max(WIDTH, 0.32 * n + 1.2))
    off = counts * (1 - np.eye(n))
    most = max(float(off.max()), 1e-9)
    for i in range(n):
        for j in range(n):
            share = 0.0 if i == j else off[i, j] / most
            axes.add_patch(plt.Rectangle((j - 0.48, i - 0.46), 0.96, 0.92, linewidth=0,
                                         color=FAINT if i == j else SERIES[1],
                                         alpha=0.45 if i == j else 0.06 + 0.84 * share**0.6))
            if counts[i, j] >= 0.5:
                axes.text(j, i, compact(counts[i, j]), ha="center", va="center", fontsize=7,
                          color=INK)
    axes.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), xticks=range(n), yticks=range(n))
    axes.set_xticklabels(labels, rotation=50, ha="left", rotation_mode="anchor", fontsize=7.5)
    axes.set_yticklabels(labels, fontsize=7.5)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", labelcolor=INK)
    axes.set_xlabel(f"new: {title(name)}")
    axes.set_ylabel(f"old: {title(c.names[0])}")
    bare(axes)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def compact(x: float) -> str:
    return f"{x / 1000:.1f}k" if x >= 1000 else f"{x:.0f}"


def days(c: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """Day of each order from 0, and the days themselves."""
    day = c.orders.placed_ns // DAY_NS
    kept, of = np.unique(day, return_inverse=True)
    return of, kept


def shelves(c: Comparison, names: list[str]) -> Figure:
    """Stock by node over time, small multiples, and the share that was filled of each day."""
    of, kept = days(c)
    world, nodes = c.first_world, len(c.nodes)
    when = (kept * 86400).astype("datetime64[s]") if len(kept) > 1 else np.arange(1)
    rows = -(-(nodes + 1) // 3)
    figure, grid = plt.subplots(rows, 3, figsize=(WIDTH, 0.75 + 0.95 * rows), sharex=True,
                                layout="constrained")
    panels = list(np.atleast_1d(grid).flat)
    scale = 10.0 ** -c.orders.decimals
    opening = (world.stock * scale[:, None]).sum(axis=0)
    come = np.zeros((len(kept), nodes))
    if world.supply is not None:
        s = world.supply
        at = np.searchsorted(kept, s.arrives_ns // DAY_NS)
        inside = at < len(kept)
        np.add.at(come, (at[inside], s.node[inside]), (s.units * scale[s.sku])[inside])
    for i, name in enumerate(names):
        parts = c.first_run[name].parts
        gone = np.zeros((len(kept), nodes))
        units = parts.units * scale[c.orders.sku[parts.line]]
        np.add.at(gone, (of[parts.order], parts.node), units)
        left = opening + np.cumsum(come - gone, axis=0)
        ordered = np.bincount(of[c.orders.order_of_line],
                              c.orders.units * scale[c.orders.sku], minlength=len(kept))
        fill = np.bincount(of[parts.order], units, minlength=len(kept)) / np.maximum(ordered, 1e-9)
        for node in range(nodes):
            panels[node].plot(when, left[:, node], color=SERIES[i], linewidth=1.4)
        panels[nodes].plot(when, 100 * fill, color=SERIES[i], linewidth=1.4, label=title(name))
    finish_shelves(c, figure, panels, opening, when)
    return figure


def finish_shelves(c: Comparison, figure: Figure, panels: list, opening: np.ndarray, when) -> None:
    nodes = len(c.nodes)
    for i, axes in enumerate(panels):
        if i > nodes:
            axes.axis("off")
            continue
        axes.set_title(short(c.nodes.keys[i], 15) if i < nodes else "filled, %", fontsize=7.5)
        axes.set_ylim(0, 1.08 * opening[i] + 1e-9 if i < nodes else 104)
        axes.yaxis.set_major_locator(MaxNLocator(2))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: compact(v)))
        axes.tick_params(labelsize=7, length=2, labelcolor=SOFT)
        axes.set_xticks([when[0], when[-1]] if len(when) > 1 else [])
        if len(when) > 1:
            labels = axes.set_xticklabels([str(when[0])[5:10], str(when[-1])[5:10]])
            for label, side in zip(labels, ("left", "right"), strict=False):
                label.set_horizontalalignment(side)
        axes.grid(color=FAINT, alpha=0.4, linewidth=0.5)
    figure.legend(loc="outside lower left", ncols=2, fontsize=8.5, handlelength=1.2)


def load(c: Comparison, names: list[str]) -> Figure:
    """Parcels by node and policy, of the first run."""
    nodes = c.nodes.keys
    orders = len(c.orders)
    figure, axes = new(0.8 + 0.13 * len(nodes) * (len(names) + 0.8))
    step = len(names) + 0.8
    for i, name in enumerate(names):
        p = c.first_run[name].parts
        sent = np.unique((p.leg * orders + p.order) * len(nodes) + p.node) % len(nodes)
        count = np.bincount(sent, minlength=len(nodes))
        at = -(np.arange(len(nodes)) * step + i)
        axes.barh(at, count, height=0.86, color=SERIES[i % len(SERIES)], label=title(name))
        for y, value in zip(at, count, strict=True):
            axes.text(value, y, f" {value:,}", va="center", fontsize=6.5, color=SOFT)
    axes.set(yticks=-(np.arange(len(nodes)) * step + (len(names) - 1) / 2),
             yticklabels=[short(n, 18) for n in nodes], xticks=[])
    axes.margins(x=0.12, y=0.01)
    bare(axes)
    axes.set_title("parcels by node")
    figure.legend(loc="outside lower left", ncols=2, fontsize=8.5, handlelength=1.0)
    return figure


def times(c: Comparison) -> Figure:
    """Histogram of decision times, all runs; the slowest in two hundred are left off."""
    figure, axes = new(2.7)
    all_us = {n: np.concatenate([r.decision_ns for r in c.runs[n]]) / 1000 for n in c.names}
    some = np.concatenate(list(all_us.values()))
    some = some[some > 0]
    low, high = (np.quantile(some, q) for q in (0.001, 0.995)) if len(some) else (1, 10)
    bins = np.geomspace(max(low, 0.01), max(high, low * 1.1), 60)
    for i, (name, us) in enumerate(all_us.items()):
        p50, p99 = (np.quantile(us, q) for q in (0.5, 0.99)) if len(us) else (0, 0)
        share = np.histogram(us, bins)[0] / max(len(us), 1)
        axes.stairs(100 * share, bins, color=SERIES[i % len(SERIES)], linewidth=1.4,
                    label=f"{title(name)}: p50 {p50:.3g}, p99 {p99:.3g}")
    axes.set_xscale("log")
    axes.set(xlabel="microseconds a decision")
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:g}")
    axes.set_title("share of decisions, %")
    axes.grid(color=FAINT, alpha=0.4, linewidth=0.5)
    figure.legend(loc="outside lower left", fontsize=8, handlelength=1.2)
    return figure


def gap(c: Comparison) -> Figure:
    """Paired differences to the first policy, run by run."""
    names = c.names[1:]
    figure, axes = new(1.0 + 0.5 * len(names))
    for i, name in enumerate(names):
        y = len(names) - 1 - i
        each = [a.figures["cost_per_order"] - b.figures["cost_per_order"]
                for a, b in zip(c.runs[name], c.runs[c.names[0]], strict=True)]
        d = interval(each)
        colour = SERIES[(i + 1) % len(SERIES)]
        axes.plot(each, [y - 0.17] * len(each), "|", color=colour, alpha=0.6, markersize=7)
        axes.errorbar(d.mean, y + 0.1, xerr=d.half or 0, color=colour, marker="o", markersize=6,
                      capsize=3, linewidth=1.6)
    axes.axvline(0, color=SOFT, linewidth=0.9)
    axes.set(yticks=range(len(names)), yticklabels=[title(n) for n in reversed(names)],
             ylim=(-0.5, len(names) - 0.5))
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.08)
    axes.set_title(f"{c.orders.currency} per order against {title(c.names[0])}")
    return figure
