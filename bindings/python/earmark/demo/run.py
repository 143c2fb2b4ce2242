"""THE DEMO on the screen and in out/. ./demo prepares the machine and calls this; see --help."""

import argparse
import json
import os
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path
from time import perf_counter

import numpy as np

from ..comparison import Comparison, compare
from ..decisions import decisions, stack, write_table
from ..differing import Diff, money, of_comparison
from ..errors import BadInput
from ..screen import best, comparison_text, title
from . import data, plug

DEFAULT_ORDERS, DEFAULT_RUNS = 5000, 20


def arguments(argv: list[str]) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="demo", description="Runs an order file through several"
                                " sourcing policies and prints what differs, and what holds.")
    p.add_argument("--orders", type=Path, metavar="FILE",
                   help="a CSV file, also .csv.gz; or set EARMARK_ORDERS and --format")
    p.add_argument("--format", choices=("completejourney", "canonical", "uci"),
                   help="what the file is (canonical where --orders is given); completejourney, the"
                        " default, is a package from PyPI and needs no file")
    p.add_argument("--limit", type=int, metavar="N", default=DEFAULT_ORDERS,
                   help=f"only the first N orders ({DEFAULT_ORDERS:,}); 0 is all of them")
    p.add_argument("--runs", type=int, default=DEFAULT_RUNS, metavar="N",
                   help=f"paired runs ({DEFAULT_RUNS})")
    p.add_argument("--seed", type=int, default=7, help="of everything that is drawn (7)")
    p.add_argument("--stock", default="derive:1.1:0.4", metavar="RULE",
                   help="derive:FACTOR[:ERROR], demand times the factor with a forecast error"
                        " (derive:1.1:0.4); or a CSV file sku,node,on_hand")
    p.add_argument("--nodes", type=Path, metavar="FILE",
                   help="a CSV file node,kind,latitude,longitude,priority; without it nodes at"
                        " large cities")
    p.add_argument("--decline", type=float, default=0.02, metavar="SHARE",
                   help="share of picks that a store declines (0.02)")
    p.add_argument("--policies", "--policy", default="nearest,fewest_packages,cheapest,priority",
                   metavar="LIST", help="names of shipped policies, or paths of .toml files")
    p.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="(out)")
    p.add_argument("--storm", type=Path, metavar="PROGRAM",
                   default=Path(os.environ.get("EARMARK_STORM", "no storm")),
                   help="the built examples/storm.cpp; without it that scene is left out")
    p.add_argument("--threads", type=int, metavar="N", help="workers (all cores)")
    given = p.parse_args(argv)
    if given.format is None:
        given.format = "canonical" if given.orders else "completejourney"
    if given.orders is None and given.format != "completejourney":
        given.orders = Path(os.environ["EARMARK_ORDERS"]) if "EARMARK_ORDERS" in os.environ \
            else None
    if given.limit < 0:
        raise BadInput(f"--limit {given.limit}: give a number of orders from 1 up, or 0 for all")
    return given


def read_tables(given: argparse.Namespace, currency: str):
    """Nodes with the rule that made them, and stock."""
    from ..files import read_table
    nodes, words = data.network(currency) if given.nodes is None else (
        read_table(given.nodes), None)
    stock = given.stock if given.stock.startswith("derive") or not given.stock.endswith(
        (".csv", ".csv.gz", ".parquet")) else read_table(Path(given.stock))
    return nodes, words, stock


def run_storm(program: Path) -> list[dict]:
    """What examples/storm.cpp counted; nothing where it is not built."""
    if not program.exists():
        return []
    try:
        done = subprocess.run([program, "--json"], capture_output=True, text=True, check=True)
    except OSError as e:
        raise BadInput(f"--storm {program}: {e.strerror}; ./demo builds it") from None
    except subprocess.CalledProcessError as e:
        raise RuntimeError(f"the storm failed with {e.returncode}:\n{e.stdout}{e.stderr}") from None
    return [json.loads(line) for line in done.stdout.splitlines()]


class Scenes:
    """Numbers the scenes that there are."""

    def __init__(self) -> None:
        self.number = 0

    def head(self, name: str, facts: str) -> None:
        self.number += 1
        print(f"{self.number}  {name:<27} {facts}", flush=True)


def week(scenes: Scenes, c: Comparison) -> None:
    kinds = [f"{c.nodes.kinds.count(k)} {k}s" for k in ("dc", "store", "vendor")
             if k in c.nodes.kinds]
    n = len(c.names)
    span = int(c.orders.placed_ns[-1] - c.orders.placed_ns[0]) // 86_400_000_000_000 + 1
    policies = f"{n} {'POLICY' if n == 1 else 'POLICIES'}"
    scenes.head(f"YOUR {span} {'DAY' if span == 1 else 'DAYS'}, {policies}",
                f"{len(c.orders):,} orders  {c.orders.lines:,} lines  {', '.join(kinds)}")
    print(comparison_text(c, "   "), end="\n\n")


def last_unit(scenes: Scenes, storm: list[dict]) -> None:
    scenes.head("THE LAST UNIT", "threads race for the last units of a two-line basket")
    width = max(len(r["scheme"]) for r in storm)
    for r in storm:
        sold = 100 * r["oversold"] / max(r["offered"], 1)
        wrong = 100 * r["without_cause"] / max(r["asked"], 1)
        print(f"   {r['scheme']:<{width}}  {r['offered']:>9,} offered  {r['sold']:>9,} sold"
              f"  {sold:5.1f} % sold twice   {wrong:5.1f} % turned away without cause")
    print()


def pull_the_plug(scenes: Scenes, p: plug.Plug) -> None:
    scenes.head("PULL THE PLUG", f"kill -9 inside {p.stream:,} orders, reopened in"
                f" {p.reopen_seconds:.2f} s")
    print(f"   acknowledged {p.acknowledged:,}   recovered {p.recovered:,}   lost {p.lost}   twice"
          f" {p.twice}   digest {'equal' if p.equal else 'DIFFERENT'}", end="\n\n")


def why(scenes: Scenes, c: Comparison) -> None:
    from ..report.card import card_of
    card = card_of(c, best(c))
    if card is None:
        return
    scenes.head("WHY?", f"order {card.order} to {card.place}, {card.lines}"
                f" {'line' if card.lines == 1 else 'lines'}, by {title(card.policy)}")
    print(textwrap.fill(card.words, 99, initial_indent="   ", subsequent_indent="   ",
                        break_on_hyphens=False), end="\n\n")


def moved(scenes: Scenes, c: Comparison) -> Diff | None:
    """What going from the first policy to the best other one would have moved."""
    if len(c.names) == 1:
        return None
    other = min(c.names[1:], key=lambda name: c.mean(name, "cost_per_order").mean)
    d = of_comparison(c, c.names[0], other)
    t, of = d.totals, d.orders.currency
    scenes.head("WHAT WOULD MOVE?", f"{title(d.old)} -> {title(d.new)}, first run")
    print(f"   {t['lines_moved']:,} of {t['lines']:,} lines in {t['orders_moved']:,} of"
          f" {t['orders']:,} orders   {t['parcels_after'] - t['parcels_before']:+,} parcels  "
          f" {money(t['cost_e4_after'] - t['cost_e4_before'], of)}", end="\n\n")
    return d


def bar(done: int, total: int, shown: list[int]) -> None:
    """A line on a terminal, nothing elsewhere."""
    percent = 100 * done // max(total, 1)
    if sys.stderr.isatty() and percent != shown[0]:
        shown[0] = percent
        end = "\r" if percent < 100 else "\r" + 40 * " " + "\r"
        print(f"comparing {percent:3d} %", end=end, file=sys.stderr, flush=True)


def demo(given: argparse.Namespace, argv: list[str]) -> None:
    start, scenes, shown = perf_counter(), Scenes(), [-1]
    orders = data.read(given.orders, given.format, given.limit or None)
    nodes, rule, stock = read_tables(given, orders.currency)
    c = compare(orders, stock, nodes, given.policies, runs=given.runs, seed=given.seed,
                threads=given.threads, decline={"store": given.decline},
                progress=lambda done, total: bar(done, total, shown))
    if rule:
        c.rules.insert(1, rule)
    drawn = f"; drawn (seed {given.seed}): {', '.join(c.setting.draws)}" if c.setting.draws else ""
    print(f"{os.environ.get('EARMARK_DEMO_SETUP', 'tools ok')}   data: {orders.source}{drawn}\n")
    week(scenes, c)
    storm = run_storm(given.storm)
    if storm:
        last_unit(scenes, storm)
    pulled = plug.pull(seed=given.seed)
    pull_the_plug(scenes, pulled)
    why(scenes, c)
    change = moved(scenes, c)
    written = write_all(c, given, argv, storm, pulled, change)
    print(f"{'  '.join(written)}    {perf_counter() - start:.0f} s after the build")
    print("next: ./demo --orders F --stock F --nodes F --policy F   |   earmark.compare(...)   |"
          "   earmark --help")
    broken = [s for runs in c.runs.values() for r in runs for s in r.sentences]
    if broken or pulled.lost or pulled.twice or not pulled.equal:
        raise RuntimeError("something does not hold: " + "; ".join(broken or ["the plug"]))


def write_all(c: Comparison, given: argparse.Namespace, argv: list[str], storm: list[dict],
              pulled: plug.Plug, change: Diff | None) -> list[str]:
    from ..report import write_report
    out = given.out
    out.mkdir(parents=True, exist_ok=True)
    machine = f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"
    write_report(c, out, storm=storm, plug=vars(pulled), facts={
        "machine": machine, "licence": data.LICENCES[given.format],
        "command": shlex.join(["./demo", *argv])})
    written = [f"{out}/report.html", f"{out}/*.png"]
    rows = stack([decisions(c.orders, c.nodes.keys, c.first_run[n]) for n in c.names])
    rows = {k: np.asarray(v) if not isinstance(v, list) else v for k, v in rows.items()}
    tables = {"decisions": rows} | ({"moved": change.moved} if change else {})
    for name, table in tables.items():
        path = out / f"{name}.parquet"
        try:
            write_table(table, path)
        except BadInput:  # without pyarrow
            path = out / f"{name}.csv.gz"
            write_table(table, path)
        written.append(str(path))
    return written


def main(argv: list[str] | None = None) -> int:
    argv = sys.argv[1:] if argv is None else argv
    try:
        demo(arguments(argv), argv)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has seen enough
        return 0
    except (BadInput, OSError) as e:
        print(f"demo: {e}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
