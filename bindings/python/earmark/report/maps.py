"""MAPS of flows, two side by side: what each node sends to each city, before and after a change of
policy. Widths are parcels, by one scale for both."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ..comparison import Comparison
from ..replay import Replay
from ..screen import title
from ..world import World
from .style import FAINT, INK, KIND, WIDTH

OUTER = 0.02    # share of parcels on each side that a map may leave out: they would shrink it
BUSY = 0.05     # a node with this share of the parcels is always on the map
LABEL = 6.5     # points
GRID = 2.0      # degrees: cities of one square share a line, or there would be too many


def flows(world: World, replay: Replay) -> np.ndarray:
    """Parcels by place x node, of orders whose place is known."""
    p, nodes, orders = replay.parts, len(world.nodes), len(world.metres_of_order)
    sent = np.unique((p.leg * orders + p.order) * nodes + p.node)
    place = world.places.of_order[sent // nodes % orders]
    out = np.zeros((len(world.places.keys), nodes), dtype=np.int64)
    np.add.at(out, (place[place >= 0], sent[place >= 0] % nodes), 1)
    return out


def can_draw(world: World) -> bool:
    return len(world.places.keys) > 0 and not (
        np.isnan(world.nodes.latitude).any() or np.isnan(world.places.latitude).any())


def gathered(world: World, sent: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latitude, longitude and parcels x node of squares of GRID degrees, at the parcels' centre."""
    places = world.places
    shown = sent.sum(axis=1) > 0
    square = (np.floor(places.latitude / GRID).astype(int) * 1000
              + np.floor(places.longitude / GRID).astype(int))
    keys, of = np.unique(square[shown], return_inverse=True)
    total = sent[shown].sum(axis=1)
    parcels = np.zeros((len(keys), sent.shape[1]), dtype=np.int64)
    np.add.at(parcels, of, sent[shown])
    weight = np.bincount(of, total, minlength=len(keys))
    return (np.bincount(of, total * places.latitude[shown], minlength=len(keys)) / weight,
            np.bincount(of, total * places.longitude[shown], minlength=len(keys)) / weight,
            parcels)


def draw(c: Comparison, name: str, most: tuple[int, int]) -> Figure:
    """`most`: parcels of the thickest line and of the busiest node, of both maps. The window is
    that of the first policy, so that both show the same."""
    world = c.first_world
    west, east, south, north = window(world, flows(world, c.first_run[c.names[0]]))
    stretch = 1 / np.cos(np.radians((south + north) / 2))
    height = WIDTH * (north - south) * stretch / (east - west)
    figure = plt.figure(figsize=(WIDTH, height + 0.3))
    axes = figure.add_axes((0, 0, 1, height / (height + 0.3)))
    axes.set(xlim=(west, east), ylim=(south, north), aspect=stretch)
    axes.axis("off")
    axes.set_title(title(name), x=0.01, fontsize=11)
    places = world.places
    axes.scatter(places.longitude, places.latitude, s=2.2, color=FAINT, linewidths=0, zorder=1)
    sent = flows(world, c.first_run[name])
    draw_lines(axes, world, sent, most[0])
    draw_nodes(axes, world, sent.sum(axis=0), most[1])
    return figure


def draw_lines(axes: Axes, world: World, sent: np.ndarray, most: int) -> None:
    latitude, longitude, parcels = gathered(world, sent)
    square, node = np.nonzero(parcels)
    if len(square) == 0:
        return
    width = parcels[square, node] / max(most, 1)
    thin_first = np.argsort(width, kind="stable")
    square, node, width = square[thin_first], node[thin_first], width[thin_first]
    ends = np.stack([np.column_stack([longitude[square], latitude[square]]),
                     np.column_stack([world.nodes.longitude[node], world.nodes.latitude[node]])],
                    axis=1)
    axes.add_collection(LineCollection(
        ends, colors=np.array([KIND[k] for k in world.nodes.kinds])[node],
        linewidths=0.25 + 5 * width**0.7, alpha=np.clip(0.12 + 0.75 * width**0.5, 0, 0.8),
        capstyle="round", zorder=2))


def draw_nodes(axes: Axes, world: World, sent: np.ndarray, busiest: int) -> None:
    nodes = world.nodes
    for i, parcels in enumerate(sent):
        axes.scatter(nodes.longitude[i], nodes.latitude[i], s=18 + 110 * parcels / max(busiest, 1),
                     marker="s" if nodes.kinds[i] == "dc" else "o", color=KIND[nodes.kinds[i]],
                     edgecolor="#ffffff", linewidth=1.0, zorder=5)
    label(axes, world, sent)


def label(axes: Axes, world: World, sent: np.ndarray) -> None:
    """Names, the busiest first, where they meet no name and no node; else not at all."""
    nodes, points = world.nodes, 72 / axes.figure.dpi
    at = points * axes.transData.transform(np.column_stack([nodes.longitude, nodes.latitude]))
    (left, low), (right, high) = points * axes.transAxes.transform([(0, 0), (1, 1)])
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in at]
    for i in np.argsort(-sent, kind="stable").tolist():
        name = nodes.keys[i].split("-", 1)[-1].replace("-", " ")
        wide = 0.58 * LABEL * len(name)
        for dx, dy in ((0, -11), (0, 11), (wide / 2 + 8, 0), (-wide / 2 - 8, 0)):
            x, y = at[i, 0] + dx, at[i, 1] + dy
            box = (x - wide / 2, y - LABEL / 2, x + wide / 2, y + LABEL / 2)
            if box[0] < left or box[2] > right or box[1] < low or box[3] > high:
                continue
            if any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3]
                   for t in taken):
                continue
            axes.annotate(name, (nodes.longitude[i], nodes.latitude[i]), xytext=(dx, dy),
                          textcoords="offset points", ha="center", va="center", fontsize=LABEL,
                          color=INK, zorder=6)
            taken.append(box)
            break


def window(world: World, sent: np.ndarray) -> tuple[float, float, float, float]:
    """West, east, south and north: all but the outermost parcels, and the nodes that count."""
    parcels = sent.sum(axis=1)
    busy = sent.sum(axis=0) >= BUSY * max(int(sent.sum()), 1)
    sides = []
    for places, nodes in ((world.places.longitude, world.nodes.longitude),
                          (world.places.latitude, world.nodes.latitude)):
        order = np.argsort(places, kind="stable")
        share = np.cumsum(parcels[order]) / max(int(parcels.sum()), 1)
        ends = [*places[order[np.minimum(np.searchsorted(share, (OUTER, 1 - OUTER)),
                                         len(order) - 1)]], *nodes[busy]]
        pad = 0.06 * (max(ends) - min(ends)) + 0.4
        sides += [min(ends) - pad, max(ends) + pad]
    return tuple(sides)


def beyond(world: World, sent: np.ndarray, of: np.ndarray) -> int:
    """Parcels to places outside the window of `of`."""
    west, east, south, north = window(world, of)
    p = world.places
    inside = ((p.longitude >= west) & (p.longitude <= east) & (p.latitude >= south)
              & (p.latitude <= north))
    return int(sent[~inside].sum())


def scale(c: Comparison, names: list[str]) -> tuple[int, int]:
    sent = [flows(c.first_world, c.first_run[name]) for name in names]
    return (max(int(gathered(c.first_world, s)[2].max(initial=0)) for s in sent),
            max(int(s.sum(axis=0).max()) for s in sent))
