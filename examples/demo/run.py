"""THE DEMO: an order file through one engine, once per sourcing policy. ./demo prepares the
machine and calls this; see --help."""

import argparse
import json
import shlex
import subprocess
import sys
import textwrap
from os import cpu_count, environ, getloadavg
from pathlib import Path

import allocate
import orders as order_files
import pictures
import report
import world as worlds
from orders import BadInput, Orders

HERE = Path(__file__).resolve().parent
POLICIES = HERE.parent / "policies"
STORM = HERE.parents[1] / "build" / "python" / "examples" / "example_storm"
LICENCES = {
    "completejourney":
        "The package declares the MIT licence; the R package that it converts declares CC0 and"
        " names 84.51° as the origin of the rows. The Python package's author calls the data"
        " simulated after real shopping patterns and meant for education and prototyping, so no"
        " conclusion about shoppers is drawn from it here.",
    "uci":
        "UCI Online Retail: Daqing Chen (2015), CC BY 4.0; an online shop's invoices, 2010-12 to"
        " 2011-12.",
    "canonical": "It is the user's own file.",
}


def arguments(argv: list[str]) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="demo", description="Allocates an order file under several"
                                " sourcing policies and writes a table, pictures and a report.")
    p.add_argument("--orders", type=Path, metavar="FILE",
                   help="a CSV file, also .csv.gz; or set EARMARK_ORDERS and --format")
    p.add_argument("--format", choices=("completejourney", "canonical", "uci"),
                   help="what the file is (canonical where --orders is given); completejourney, the"
                        " default, is a package from PyPI and needs no file")
    p.add_argument("--limit", type=int, metavar="N", help="only the first N orders")
    p.add_argument("--seed", type=int, default=1, help="of cities, range and stock (1)")
    p.add_argument("--stock", default="derive:1.1:0.4", metavar="RULE",
                   help="derive:FACTOR[:ERROR], demand times the factor with a forecast error"
                        " (derive:1.1:0.4)")
    p.add_argument("--policies", default="nearest,cheapest,fewest_packages,priority",
                   metavar="LIST", help="names from examples/policies, or paths of .toml files")
    p.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="(out)")
    p.add_argument("--storm", type=Path, default=STORM, metavar="PROGRAM",
                   help="the built examples/storm.cpp (build/python/examples/example_storm)")
    given = p.parse_args(argv)
    if given.format is None:
        given.format = "canonical" if given.orders else "completejourney"
    if given.orders is None and given.format != "completejourney" and "EARMARK_ORDERS" in environ:
        given.orders = Path(environ["EARMARK_ORDERS"])
    return given


def read_policies(names: str, currency: str) -> dict[str, str]:
    """Name to TOML text. The shipped ones are in USD; their rates are taken as they stand."""
    found = {}
    for name in filter(None, (n.strip() for n in names.split(","))):
        path = Path(name) if name.endswith(".toml") else POLICIES / f"{name}.toml"
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as e:
            known = ", ".join(sorted(p.stem for p in POLICIES.glob("*.toml")))
            raise BadInput(f"policy {name}: {e}; the shipped ones are {known}") from None
        if path.parent == POLICIES:
            text = text.replace('currency = "USD"', f'currency = "{currency}"')
        found[path.stem] = text
    if not found:
        raise BadInput("--policies names none")
    return found


def run_storm(program: Path) -> list[dict]:
    try:
        done = subprocess.run([program, "--json"], capture_output=True, text=True, check=True)
    except OSError as e:
        raise BadInput(f"--storm {program}: {e.strerror}; ./demo builds it") from None
    except subprocess.CalledProcessError as e:
        raise RuntimeError(f"the storm failed with {e.returncode}:\n{e.stdout}{e.stderr}") from None
    return [json.loads(line) for line in done.stdout.splitlines()]


def describe(orders: Orders, world: worlds.World, seed: int) -> str:
    lines = [f"Orders: {orders.source}: {len(orders):,} orders, {orders.lines:,} lines,"
             f" {len(orders.sku_keys):,} SKUs"]
    lines += [f"  {note}" for note in orders.notes]
    lines += [f"World (seed {seed}): {len(world.places.keys):,} cities,"
              f" {len(world.nodes.keys)} nodes ({', '.join(world.nodes.keys)}),"
              f" {int(world.stock.sum()):,} units of stock"]
    lines += [f"  {rule}" for rule in world.rules]
    return "\n".join(lines)


def demo(given: argparse.Namespace, argv: list[str]) -> None:
    if not 0 <= given.seed < 2**63:
        raise BadInput(f"--seed {given.seed}: give a number from 0 to 2^63 - 1")
    orders = order_files.read(given.orders, given.format, given.limit)
    policies = read_policies(given.policies, orders.currency)
    world = worlds.build(orders, given.seed, given.stock)
    given.out.mkdir(parents=True, exist_ok=True)
    print(describe(orders, world, given.seed), end="\n\n", flush=True)

    runs = []
    for name, toml in policies.items():
        print(f"running {name} ...", file=sys.stderr, flush=True)
        runs.append(allocate.run(name, toml, orders, world))
    machine = f"{cpu_count()} cores, load average {getloadavg()[0]:.1f}"
    storm = run_storm(given.storm)

    print(report.as_text(report.table(runs, orders.currency), list(policies)))
    print(f"Times: one thread, {machine}.", end="\n\n")
    if storm:
        print("The last units, by three ways to take them:")
        print(report.storm_text(storm), end="\n\n")
    if runs[0].explained:
        print(f"Order {runs[0].explained.key} under {runs[0].policy}:")
        print(textwrap.fill(runs[0].explained.words, 100, break_on_hyphens=False), end="\n\n")
    drawn = pictures.draw_all(runs, orders, world, storm, given.out)
    facts = {"seed": str(given.seed), "machine": machine,
             "licence": LICENCES[given.format],
             "command": shlex.join(["./demo", *argv])}
    report.write(given.out / "report.html", runs, orders, world, storm, drawn, facts)
    print(f"Wrote {given.out / 'report.html'} and {len(drawn)} pictures beside it:"
          f" {', '.join(p.name + '.png' for p in drawn)}")
    broken = [sentence for r in runs for sentence in r.sentences]
    if broken:
        raise RuntimeError("broken invariants: " + "; ".join(broken))


def main(argv: list[str]) -> int:
    try:
        demo(arguments(argv), argv)
    except (BadInput, OSError) as e:
        print(f"demo: {e}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
