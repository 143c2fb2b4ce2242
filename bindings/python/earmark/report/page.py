"""THE PAGE: pictures, tables and where every figure comes from, in one HTML file."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..comparison import Comparison
from ..screen import (
    best,
    bound_sentence,
    difference_text,
    distance_unit,
    move_sentence,
    title,
)
from . import card as cards
from . import charts, maps
from .style import Picture, keep


@dataclass
class Cell:
    value: str
    difference: str = ""  # to the first policy, with its interval
    clear: bool = False   # the interval excludes 0


@dataclass
class Row:
    label: str
    meaning: str
    cells: list[Cell]


def kpis(c: Comparison) -> list[Row]:
    """One row per figure, one cell per policy, with paired differences to the first policy."""
    unit, km = distance_unit(c.orders.currency)
    money = c.orders.currency
    table = [
        (f"cost per order, {money}", "cost_per_order", 1, ".2f", "planned, by the policy's rate"
         " card / orders shipped"),
        (f"none can beat, {money}", "bound_per_order", 1, ".2f", "the same filled orders, each"
         " alone on the undiminished stock"),
        ("parcels per order", "parcels_per_order", 1, ".3f", "a parcel is what one node sends for"
         " one order at one time"),
        ("orders split, %", "split", 100, ".1f", "orders in more than one parcel / orders shipped"),
        ("units filled, %", "unit_fill", 100, ".2f", "units that ship / units ordered"),
        ("orders filled, %", "order_fill", 100, ".2f", "orders that ship in full / orders"),
        (f"{unit} per parcel", "km", 1 / km, ",.0f", "great circle, where the ship-to is known"),
        ("proved best, %", "exact", 100, ".2f", "orders whose every plan the solver proved"),
        ("declined picks", "declined_picks", 1, ",.0f", "drawn; taken back and sourced again"),
    ]
    out = []
    for label, figure, factor, form, meaning in table:
        if figure == "declined_picks" and not any(c.setting.decline.values()):
            continue
        cells = []
        for name in c.names:
            cell = Cell(f"{factor * c.mean(name, figure).mean:{form}}")
            if name != c.names[0]:
                d = c.difference(name, figure)
                scaled = type(d)(d.mean * factor, None if d.low is None else d.low * factor,
                                 None if d.high is None else d.high * factor, d.runs)
                cell.difference = difference_text(scaled, "+" + form)
                cell.clear = d.is_clear()
            cells.append(cell)
        out.append(Row(label, meaning, cells))
    return out


def pictures(c: Comparison, out: Path) -> dict[str, Picture]:
    after = best(c) if best(c) != c.names[0] else c.names[-1]
    pair = list(dict.fromkeys([c.names[0], after]))
    made: dict[str, Picture] = {}

    def add(name: str, caption: str, figure) -> None:
        made[name] = keep(name, caption, figure, out)

    if maps.can_draw(c.first_world):
        most = maps.scale(c, pair)
        for i, name in enumerate(pair):
            sent, first = (maps.flows(c.first_world, c.first_run[n]) for n in (name, c.names[0]))
            out_of = maps.beyond(c.first_world, sent, first)
            add(("map_before", "map_after")[i],
                f"{title(name)}: {int(sent.sum()):,} parcels of the first run. Width is parcels;"
                " squares are DCs, circles stores, sized by what they sent."
                + (f" {out_of:,} go beyond the map." if out_of else ""),
                maps.draw(c, name, most))
    runs = len(c.runs[c.names[0]])
    whisker = "Whiskers: 95 % interval of the mean over the runs. " if runs > 1 else ""
    add("cost", f"{whisker}Dashed: the order-by-order bound for what the policy filled.",
        charts.cost(c))
    if len(c.names) > 1 and runs > 1:
        add("difference", "Paired differences: each tick is a run, the whisker the 95 % interval of"
            " their mean. Runs are unlike each other; policies within a run are compared on the"
            " same draws.", charts.gap(c))
    add("trade_off", "Small dots are runs.", charts.trade(c))
    if len(c.names) > 1:
        add("moves", f"Lines by the node that serves them under {title(c.names[0])} (rows) and"
            f" under {title(after)} (columns), per run. Grey stays; red moves.",
            charts.moves(c, after))
    add("shelves", f"Stock by node at the end of each day, in units, and the share of each day's"
        " units that was filled; first run.", charts.shelves(c, pair))
    add("load", "Parcels by node in the first run.", charts.load(c, pair))
    add("decision_time", "One decision: look at the stock, choose, take the units, write the"
        " record. All runs; the slowest in two hundred are left off.", charts.times(c))
    return made


def write(c: Comparison, out: Path, *, storm: list[dict] | None = None, plug: dict | None = None,
          explain: str | None = None, facts: dict[str, str] | None = None) -> Path:
    """Writes out/report.html and its pictures, all of them or none. Creates `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".report-") as folder:
        _write(c, Path(folder), storm, plug, explain, facts)
        for file in sorted(Path(folder).iterdir(), key=lambda f: (f.suffix == ".html", f.name)):
            file.replace(out / file.name)
    return out / "report.html"


def _write(c: Comparison, out: Path, storm: list[dict] | None, plug: dict | None,
           explain: str | None, facts: dict[str, str] | None) -> None:
    drawn = pictures(c, out)
    card = cards.card_of(c, best(c), explain)
    if card is not None:
        drawn["explanation"] = keep(
            "explanation", "Nodes and rules: green holds, red is the first that does not.",
            cards.draw(card), out)
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    text = environment.get_template("report.html.j2").render(
        c=c, names=[title(n) for n in c.names], rows=kpis(c), p=drawn, card=card,
        storm=storm or [], plug=plug,
        facts=dict.fromkeys(("licence", "machine", "command"), "") | (facts or {}),
        bound=bound_sentence(c), moved=[move_sentence(c, n) for n in c.names[1:]],
        runs=len(c.runs[c.names[0]]),
        broken=[s for runs in c.runs.values() for r in runs for s in r.sentences])
    (out / "report.html").write_text(text, encoding="utf-8")
