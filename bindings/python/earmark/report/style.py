"""HOW PICTURES LOOK. Drawn once, kept twice: PNG on white, and SVG whose inks are CSS variables, so
that the page can be light or dark. Nothing depends on the clock: equal figures, equal bytes."""

import io
from dataclasses import dataclass
from html import escape
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, SOFT, FAINT = "#1f2933", "#5f6c7a", "#c3cad2"
SERIES = ("#2a7fb8", "#d9603b", "#4f9d45", "#8d6bb8", "#c08a1e", "#3a9c96")
KIND = {"dc": "#2a7fb8", "store": "#d98a1f", "vendor": "#8d6bb8"}
PARTS = {"parcel": "#2a7fb8", "extra parcel": "#7fb2d6", "unit": "#4f9d45", "distance": "#d98a1f"}
PART_NAMES = {"parcel": "parcel", "extra parcel": "extra parcels", "unit": "picking, per unit",
              "distance": "distance"}
WIDTH = 4.4  # inches: about 420 CSS pixels, so that text keeps its size on a phone
VARIABLES = {INK: "var(--ink)", SOFT: "var(--soft)", FAINT: "var(--faint)"}

plt.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5,
    "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.edgecolor": FAINT,
    "axes.labelcolor": SOFT, "axes.spines.top": False, "axes.spines.right": False,
    "text.color": INK, "axes.titlecolor": INK, "xtick.color": FAINT, "ytick.color": FAINT,
    "xtick.labelcolor": SOFT, "ytick.labelcolor": INK, "svg.hashsalt": "earmark",
    "svg.fonttype": "none", "savefig.dpi": 200, "figure.facecolor": "#ffffff",
    "axes.facecolor": "none", "legend.frameon": False, "legend.labelcolor": INK,
    "text.parse_math": False,  # a key with dollars is no formula
})


@dataclass
class Picture:
    name: str
    caption: str
    svg: str


def keep(name: str, caption: str, figure: Figure, out: Path) -> Picture:
    """Saves the PNG and answers the SVG. The figure is closed."""
    figure.savefig(out / f"{name}.png", metadata={"Software": None})
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    svg = text.getvalue()
    svg = svg[svg.index("<svg"):]
    # Ids are per picture: several pictures share one page.
    for mark in ('id="', 'url(#', 'href="#'):
        svg = svg.replace(mark, f"{mark}{name}-")
    for ink, variable in VARIABLES.items():
        svg = svg.replace(ink, variable)
    svg = svg.replace("'DejaVu Sans'", "system-ui, 'DejaVu Sans', sans-serif")
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(caption)}" ', 1)
    return Picture(name, caption, svg)


def new(height: float, width: float = WIDTH, **more) -> tuple[Figure, Axes]:
    return plt.subplots(figsize=(width, height), layout="constrained", **more)


def bare(axes: Axes) -> None:
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)


def short(key: str, most: int = 16) -> str:
    return key if len(key) <= most else key[: most - 1] + "…"
