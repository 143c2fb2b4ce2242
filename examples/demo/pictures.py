"""PICTURES of a run, each small enough to be read on a phone: an SVG for the report and the same
as PNG. Nothing in them depends on the clock, so equal figures give equal bytes."""

import io
from dataclasses import dataclass
from html import escape
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from allocate import Run
from orders import Orders
from world import World

INK, FAINT, GROUND = "#1f2933", "#9aa5b1", "#ffffff"
SERIES = ("#0b6e99", "#d1495b", "#5b8c2a", "#7b5ea7", "#c77d0a")  # by policy, in the order given
KIND = {"dc": "#0b6e99", "store": "#d9770b"}
MAP_KM = 1000
WIDTH = 4.4  # inches: about 420 CSS pixels, so that text keeps its size on a phone

plt.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 10, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.edgecolor": FAINT, "axes.labelcolor": INK,
    "axes.spines.top": False, "axes.spines.right": False, "text.color": INK,
    "xtick.color": INK, "ytick.color": INK, "svg.hashsalt": "earmark", "savefig.dpi": 200,
    "figure.facecolor": GROUND, "legend.frameon": False,
})


@dataclass
class Picture:
    name: str
    caption: str
    svg: str


def draw_all(runs: list[Run], orders: Orders, world: World, storm: list[dict],
             out: Path) -> list[Picture]:
    pictures = [keep(f"map_{run.policy}", map_caption(run, world), draw_map(run, world, runs), out)
                for run in runs]
    pictures.append(keep("trade_off", "What each policy buys, and what it costs. All policies see"
                         " the same orders and the same opening stock.",
                         draw_trade_off(runs, orders.currency), out))
    pictures.append(keep("decision_time", "Time of one decision, from the engine's call to its"
                         " answer: look at the stock, choose, take the units, write the record."
                         " The slowest in a thousand are not shown.",
                         draw_decisions(runs), out))
    if storm:
        pictures.append(keep("storm", "Threads fight for the last units of a two-line basket.",
                             draw_storm(storm), out))
    return pictures


def keep(name: str, caption: str, figure: Figure, out: Path) -> Picture:
    figure.savefig(out / f"{name}.png", metadata={"Software": None})
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    svg = text.getvalue()
    svg = svg[svg.index("<svg"):]
    # Ids are per picture: several pictures share one page.
    for mark in ('id="', 'url(#', 'href="#'):
        svg = svg.replace(mark, f"{mark}{name}-")
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(caption)}" ', 1)
    return Picture(name, caption, svg)


def near_places(world: World) -> np.ndarray:
    """Which places a map shows: those with a node within MAP_KM. The others would shrink it."""
    return world.metres.min(axis=1) <= MAP_KM * 1000


def map_caption(run: Run, world: World) -> str:
    beyond = int(run.flows[~near_places(world)].sum())
    more = f" {beyond:,} went further than the map shows." if beyond else ""
    return (f"{title_of(run)}: {int(run.flows.sum()):,} packages, {run.km_per_package:,.0f} km"
            " each. A line joins a city to a node that shipped there: dark for most of the city's"
            f" packages, pale for few. Squares are DCs, circles stores, sized by what they"
            f" shipped.{more}")


def title_of(run: Run) -> str:
    return run.policy.replace("_", " ")


def window(world: World) -> tuple[float, float, float, float]:
    """West, east, south and north of what a map shows."""
    near, sides = near_places(world), []
    for values, nodes in ((world.places.longitude[near], world.nodes.longitude),
                          (world.places.latitude[near], world.nodes.latitude)):
        low, high = (f(np.concatenate([values, nodes])) for f in (np.min, np.max))
        pad = 0.03 * (high - low) + 0.2
        sides += [low - pad, high + pad]
    return tuple(sides)


def draw_map(run: Run, world: World, runs: list[Run]) -> Figure:
    west, east, south, north = window(world)
    stretch = 1 / np.cos(np.radians((south + north) / 2))
    height = WIDTH * (north - south) * stretch / (east - west)
    figure = plt.figure(figsize=(WIDTH, height + 0.25))
    axes = figure.add_axes((0, 0, 1, height / (height + 0.25)))
    axes.set(xlim=(west, east), ylim=(south, north), aspect=stretch)
    axes.axis("off")
    axes.set_title(title_of(run), x=0.02)
    draw_flows(axes, run, world)

    nodes = world.nodes
    busiest = max(r.flows.sum(axis=0).max() for r in runs)
    for i, sent in enumerate(run.flows.sum(axis=0)):
        axes.scatter(nodes.longitude[i], nodes.latitude[i], s=14 + 130 * sent / max(busiest, 1),
                     marker="s" if nodes.kinds[i] == "dc" else "o", color=KIND[nodes.kinds[i]],
                     edgecolor="white", linewidth=1.0, zorder=5)
    return figure


def draw_flows(axes: Axes, run: Run, world: World) -> None:
    places, nodes = world.places, world.nodes
    flows = np.where(near_places(world)[:, None], run.flows, 0)
    axes.scatter(places.longitude, places.latitude, s=1.5, color=INK, linewidths=0, rasterized=True)
    place, node = np.nonzero(flows)
    if len(place) == 0:
        return
    share = flows[place, node] / flows.sum(axis=1)[place]
    weak_first = np.argsort(share, kind="stable")
    place, node, share = place[weak_first], node[weak_first], share[weak_first]
    ends = np.stack([np.column_stack([places.longitude[place], places.latitude[place]]),
                     np.column_stack([nodes.longitude[node], nodes.latitude[node]])], axis=1)
    colours = np.array([KIND[kind] for kind in nodes.kinds])[node]
    axes.add_collection(LineCollection(ends, colors=colours, linewidths=0.2 + 0.7 * share,
                                       alpha=np.clip(0.02 + 0.9 * share**2, 0, 1), rasterized=True))


def draw_trade_off(runs: list[Run], currency: str) -> Figure:
    panels = (("packages per order", [r.packages_per_order for r in runs], "{:.2f}"),
              (f"{currency} per order", [r.cost_per_order for r in runs], "{:.2f}"),
              ("km per package", [r.km_per_package for r in runs], "{:,.0f}"),
              ("orders split", [100 * r.split for r in runs], "{:.1f} %"))
    rows = len(runs)
    figure, all_axes = plt.subplots(2, 2, figsize=(WIDTH, 1.7 + 0.42 * rows), layout="constrained")
    for axes, (title, values, form) in zip(all_axes.flat, panels, strict=True):
        bars(axes, [title_of(r) for r in runs], values, SERIES, form)
        axes.set_title(title)
        if axes not in all_axes[:, 0]:
            axes.set_yticklabels([])
    return figure


def bars(axes: Axes, names: list[str], values: list[float], colours, form: str) -> None:
    """Horizontal bars from zero, each with its value at its end."""
    at = np.arange(len(names))[::-1]
    axes.barh(at, values, color=[colours[i % len(colours)] for i in range(len(names))], height=0.66)
    most = max([*values, 1e-9])
    for y, value in zip(at, values, strict=True):
        axes.text(value + 0.03 * most, y, form.format(value), va="center", fontsize=8.5)
    axes.set(yticks=at, yticklabels=names, xticks=[], xlim=(0, 1.45 * most))
    axes.spines[["bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def draw_decisions(runs: list[Run]) -> Figure:
    figure, axes = plt.subplots(figsize=(WIDTH, 2.5 + 0.19 * len(runs)), layout="constrained")
    for run, colour in zip(runs, SERIES):
        times = np.sort(run.decision_us)
        if len(times) == 0:
            continue
        last = max(len(times) - 1 - len(times) // 1000, 0)
        points = np.unique(np.linspace(0, last, 400).astype(int))
        axes.plot(times[points], (points + 1) / len(times), color=colour, linewidth=1.6,
                  label=f"{title_of(run)}: p50 {run.p50_us:.3g}, p99 {run.p99_us:.3g}")
    axes.set_xscale("log")
    axes.set(xlabel="microseconds per decision", ylim=(0, 1.01))
    axes.set_title("share of decisions done")
    axes.yaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f} %")
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:g}")
    axes.grid(color=FAINT, alpha=0.25, linewidth=0.6)
    if axes.lines:
        figure.legend(loc="outside lower left", fontsize=8.5, handlelength=1.2)
    return figure


def draw_storm(storm: list[dict]) -> Figure:
    names = [row["scheme"] for row in storm]
    colours = ("#8795a1", "#8795a1", SERIES[0])
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 1.75), layout="constrained")
    bars(left, names, [100 * r["oversold"] / r["offered"] for r in storm], colours, "{:.1f} %")
    left.set_title("sold beyond\nstock")
    bars(right, names, [100 * r["without_cause"] / r["asked"] for r in storm], colours, "{:.1f} %")
    right.set_title("turned away\nwithout cause")
    right.set_yticklabels([])
    return figure
