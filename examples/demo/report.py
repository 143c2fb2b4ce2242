"""THE REPORT: one HTML file with everything inside it, and the table for the terminal. Both show
the same rows."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from allocate import Run
from orders import Orders
from pictures import Picture
from world import World


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[str]
    meaning: str


def table(runs: list[Run], currency: str) -> list[Row]:
    """One row per figure, one cell per policy."""
    def row(label: str, form: str, value, meaning: str) -> Row:
        return Row(label, [form.format(value(r)) for r in runs], meaning)

    return [
        row("orders", "{:,}", lambda r: r.orders, "in the file, after the notes"),
        row("lines", "{:,}", lambda r: r.lines, ""),
        row("units", "{:,}", lambda r: r.units, "ordered"),
        row("unit fill rate, %", "{:.2f}", lambda r: 100 * r.unit_fill,
            "units shipped at once / units ordered"),
        row("order fill rate, %", "{:.2f}", lambda r: 100 * r.order_fill,
            "orders shipped in full at once / orders"),
        row("split rate, %", "{:.2f}", lambda r: 100 * r.split,
            "orders shipped in more than one package / orders shipped"),
        row("packages per order", "{:.3f}", lambda r: r.packages_per_order,
            "packages / orders shipped; a package is what one node sends for one order"),
        row(f"cost per order, {currency}", "{:.3f}", lambda r: r.cost_per_order,
            "planned cost by the policy's rate card / orders shipped"),
        row("mean distance, km", "{:,.0f}", lambda r: r.km_per_package,
            "great circle, per package, where the ship-to is known"),
        row("proved best, %", "{:.2f}", lambda r: 100 * r.exact,
            "decisions of the exact solver; the others are greedy and say so"),
        row("decision p50, us", "{:.1f}", lambda r: r.p50_us,
            "look at stock, choose, take, record; one thread"),
        row("decision p99, us", "{:.1f}", lambda r: r.p99_us, ""),
        row("orders/s", "{:,.0f}", lambda r: r.orders_per_second,
            "captured and sourced from Python in batches, one thread"),
        row("digest", "{:016x}", lambda r: r.digest, "of all events; equal for equal input"),
    ]


def as_text(rows: list[Row], names: list[str]) -> str:
    """Columns wide enough for their widest cell; figures to the right."""
    lines = [["", *names]] + [[r.label, *r.cells] for r in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join([line[0].ljust(widths[0]),
                                *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))])
                     for line in lines)


def storm_text(storm: list[dict]) -> str:
    lines = [f"  {'':<22}{'offered':>10}{'sold':>10}{'oversold':>10}{'asked':>10}"
             f"{'turned away without cause':>28}"]
    lines += [f"  {r['scheme']:<22}{r['offered']:>10,}{r['sold']:>10,}{r['oversold']:>10,}"
              f"{r['asked']:>10,}{r['without_cause']:>28,}" for r in storm]
    return "\n".join(lines)


def write(path: Path, runs: list[Run], orders: Orders, world: World, storm: list[dict],
          pictures: list[Picture], facts: dict[str, str]) -> None:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.get_template("report.html.j2").render(
        runs=runs, rows=table(runs, orders.currency), orders=orders, world=world, storm=storm,
        pictures=pictures, facts=facts)
    path.write_text(page, encoding="utf-8")
