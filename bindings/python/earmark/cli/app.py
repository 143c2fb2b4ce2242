"""THE COMMANDS. Each reads everything before it writes anything."""

import os
from pathlib import Path
from typing import Annotated

import typer

from .. import comparison, files, screen
from ..decisions import decisions, write_table
from ..errors import BadInput
from ..journals import verify as verify_journal
from ..network import nodes_of, places_of
from ..orders import Orders, orders_of
from ..policies import policies_of, shipped
from ..replay import Player, Replay
from ..world import Setting, World, setting
from .bench import EPILOG as BENCH_EPILOG
from .bench import bench, spread
from .stock import check as check_stock
from .terminal import BAD_INPUT, FAULT, FINDINGS, OK, STOPPED, complain, progress, say_json

EPILOG = ("Exit codes: 0 done; 1 done, with findings (stock check, verify); 2 the input cannot be"
          " used; 3 a fault of Earmark; 130 stopped. Files: .csv, .csv.gz, .parquet, or - for CSV"
          " on standard input. Columns: docs/howto/command_line.md.")
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Decides which stock serves which order, compares policies, explains"
                       " decisions, checks stock files and journals.", epilog=EPILOG)
stock_app = typer.Typer(no_args_is_help=True, help="Stock files.")
app.add_typer(stock_app, name="stock")

OrdersFile = Annotated[str, typer.Option("--orders", metavar="FILE", help="order_key, sku,"
                       " quantity [, unit_price, ship_to, latitude, longitude, customer, country,"
                       " placed_at, currency]; a row is a line")]
NodesFile = Annotated[str, typer.Option("--nodes", metavar="FILE", help="node [, kind, latitude,"
                      " longitude, priority, active]")]
Stock = Annotated[str, typer.Option("--stock", metavar="FILE|RULE", help="sku, node, on_hand; or"
                  " derive:FACTOR[:ERROR], demand times the factor")]
PolicyName = Annotated[str, typer.Option("--policy", metavar="NAME|FILE",
                       help=f"one of {', '.join(shipped())}, or a .toml file")]
PlacesFile = Annotated[str | None, typer.Option("--places", metavar="FILE", help="place, latitude,"
                       " longitude: where ship_to lies; without it and without positions each"
                       " customer's city is drawn")]
SupplyFile = Annotated[str | None, typer.Option("--supply", metavar="FILE", help="sku, node,"
                       " quantity, arrives_at")]
Seed = Annotated[int, typer.Option(help="of everything that is drawn")]
Format = Annotated[str, typer.Option("--format", help="canonical or uci")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]
KeepGoing = Annotated[bool, typer.Option("--keep-going", help="leave orders with wrong rows out,"
                      " and say so, instead of refusing the file")]


def prepare(orders: str, nodes: str, stock: str, places: str | None, supply: str | None, seed: int,
            layout: str, keep_going: bool):
    """Reads all tables: (orders, nodes, stock or rule, places, supply)."""
    stdin = [name for name in (orders, nodes, stock, places, supply) if name == "-"]
    if len(stdin) > 1:
        raise BadInput("- stands for standard input and can be given once")
    if layout not in ("canonical", "uci"):
        raise BadInput(f"--format {layout}: give canonical or uci")
    return (orders_of(files.read_orders(orders, layout, keep_going=keep_going)),
            nodes_of(files.read_table(nodes)),
            stock if stock.startswith("derive") else files.read_table(stock),
            None if places is None else places_of(files.read_table(places)),
            None if supply is None else files.read_table(supply))


def decide(given: tuple, policy: str, seed: int, quiet: bool) -> tuple[Setting, World, Replay]:
    """One policy in one run."""
    orders, nodes, stock, places, supply = given
    made = setting(orders, stock, nodes, places, supply, {}, seed)
    texts = policies_of(policy, orders.currency)
    if len(texts) > 1:
        raise BadInput(f"--policy {policy}: give one; earmark compare takes several")
    name, toml = next(iter(texts.items()))
    world = made.world(0)
    with progress("loading", quiet) as bar:
        player = Player(name, toml, made.orders, world, made, loading=bar)
    done = 0
    with progress("sourcing", quiet) as bar:
        def told(n: int) -> None:
            nonlocal done
            done += n
            if bar:
                bar(done, len(orders))
        return made, world, player.play(told)


@app.command(epilog="Example: earmark source --orders orders.csv --nodes nodes.csv --stock"
                    " stock.csv --policy cheapest --out decisions.csv")
def source(orders: OrdersFile, nodes: NodesFile, stock: Stock, policy: PolicyName = "cheapest",
           places: PlacesFile = None, supply: SupplyFile = None, seed: Seed = 7,
           out: Annotated[str | None, typer.Option(metavar="FILE", help="decisions as .csv,"
                          " .csv.gz, .parquet, .jsonl, or - for CSV on standard output")] = None,
           layout: Format = "canonical", keep_going: KeepGoing = False,
           as_json: Json = False) -> int:
    """Decides which node serves each line, order by order, and writes the decisions."""
    if as_json and out == "-":
        raise BadInput("--json and --out - both want standard output; give --out a file")
    given = prepare(orders, nodes, stock, places, supply, seed, layout, keep_going)
    made, world, replay = decide(given, policy, seed, as_json or out == "-")
    run = summary(made, world, replay)
    if out:
        write_table(decisions(made.orders, made.nodes.keys, replay), out)
    if as_json:
        say_json(run | {"out": out, "rules": made.rules, "notes": made.orders.notes})
    elif out != "-":
        for name, value in run.items():
            print(f"{name.replace('_', ' '):<18} {value:,.4g}" if isinstance(value, float)
                  else f"{name.replace('_', ' '):<18} {value}")
    return OK


def summary(made: Setting, world: World, replay: Replay) -> dict:
    from .._earmark import figures
    fact = figures(comparison.facts(made.orders, world, replay))
    return {"policy": replay.policy, "orders": len(made.orders), "lines": made.orders.lines,
            "declined_orders": replay.declined_orders, "unit_fill": fact["unit_fill"],
            "order_fill": fact["order_fill"], "split": fact["split_rate"],
            "parcels_per_order": fact["parcels_per_order"],
            "cost_per_order": (fact["cost_e4_per_order"] or 0) / 10_000,
            "currency": made.orders.currency, "proved_best": fact["exact"],
            "digest": f"{replay.events:016x}"}


@app.command(epilog="Example: earmark explain 1001 --orders orders.csv --nodes nodes.csv --stock"
                    " stock.csv --policy cheapest")
def explain(order: Annotated[str, typer.Argument(metavar="ORDER_KEY")], orders: OrdersFile,
            nodes: NodesFile, stock: Stock, policy: PolicyName = "cheapest",
            places: PlacesFile = None, supply: SupplyFile = None, seed: Seed = 7,
            layout: Format = "canonical", keep_going: KeepGoing = False,
            as_json: Json = False) -> int:
    """Says why the units of one order go where they go, after all orders before it."""
    given = prepare(orders, nodes, stock, places, supply, seed, layout, keep_going)
    read: Orders = given[0]
    if order not in read.keys:
        from ..inputs import nearest
        raise BadInput(f'{orders}: no order "{order}"{nearest(order, read.keys[:1000])[:200]}')
    made, _, replay = decide(given, policy, seed, as_json)
    number = int(replay.ids[read.keys.index(order)])
    if number < 0:
        raise BadInput(f"order {order}: the engine would not capture it, so nothing was decided")
    words = replay.engine.explain(number)
    rows = [tuple(map(str, row)) for row in replay.engine.explain_rows(number)]
    if as_json:
        say_json({"order": order, "policy": replay.policy, "words": words, "rules": made.rules,
                  "nodes": [dict(zip(("node", "verdict", "reason"), r, strict=True))
                            for r in rows]})
        return OK
    print(words, end="\n\n")
    width = max(len(node) for node, _, _ in rows)
    for node, verdict, reason in rows:
        print(f"{node:<{width}}  {verdict:<12}  {reason}")
    return OK


@app.command(epilog="Example: earmark compare --orders orders.csv --nodes nodes.csv --stock"
                    " derive:1.1:0.4 --policies nearest,cheapest --report out")
def compare(orders: OrdersFile, nodes: NodesFile, stock: Stock,
            policies: Annotated[str, typer.Option(metavar="LIST", help="names or .toml files; the"
                                " first is what the others are compared with")]
            = "nearest,fewest_packages,cheapest",
            places: PlacesFile = None, supply: SupplyFile = None,
            runs: Annotated[int, typer.Option(help="paired runs")] = 20, seed: Seed = 7,
            threads: Annotated[int | None, typer.Option(help="workers; the answer does not depend"
                               " on it")] = None,
            decline: Annotated[float, typer.Option(help="share of picks that stores decline")] = 0,
            report: Annotated[Path | None, typer.Option(metavar="DIR", help="write report.html and"
                              " its pictures there")] = None,
            layout: Format = "canonical", keep_going: KeepGoing = False,
            as_json: Json = False) -> int:
    """Runs policies on the same orders and draws, and says what differs, with intervals."""
    read, network, on_hand, where, arriving = prepare(orders, nodes, stock, places, supply, seed,
                                                      layout, keep_going)
    with progress("comparing", as_json) as bar:
        c = comparison.compare(read, on_hand, network, policies, runs=runs, seed=seed,
                               threads=threads, places=where, supply=arriving,
                               decline={"store": decline}, progress=bar)
    page = None
    if report is not None:
        from ..report import write_report
        page = write_report(c, report)
    if as_json:
        say_json(c.to_dict() | {"report": None if page is None else str(page)})
    else:
        for rule in c.rules:
            print(rule)
        print("\n" + screen.comparison_text(c))
        print(f"digest {c.digest}" + (f"   {page}" if page else ""))
    return OK


@stock_app.command("check", epilog="Example: earmark stock check --stock stock.csv --nodes"
                                   " nodes.csv --orders orders.csv")
def stock_check(stock: Annotated[str, typer.Option(metavar="FILE", help="sku, node, on_hand")],
                nodes: NodesFile,
                orders: Annotated[str | None, typer.Option(metavar="FILE", help="also: is there"
                                  " stock for what is ordered?")] = None,
                as_json: Json = False) -> int:
    """Lists what is wrong with a stock file: unknown nodes, repeated cells, wrong numbers."""
    if [stock, nodes, orders].count("-") > 1:
        raise BadInput("- stands for standard input and can be given once")
    found = check_stock(files.read_table(stock), nodes_of(files.read_table(nodes)),
                        None if orders is None else files.read_orders(orders))
    if as_json:
        say_json(found)
    else:
        for finding in found["findings"]:
            print(finding)
        print(f"{found['rows']:,} rows, {found['skus']:,} SKUs, {found['nodes']:,} nodes,"
              f" {found['units']} units; {len(found['findings']):,} findings")
    return FINDINGS if found["findings"] else OK


@app.command(epilog="Example: earmark verify shop.db")
def verify(journal: Annotated[Path, typer.Argument(help="the file that Engine(journal=...) wrote")],
           as_json: Json = False) -> int:
    """Folds a copy of a journal and says what it holds: counts, digest, invariants, torn tail."""
    found = verify_journal(journal)
    if as_json:
        say_json(found)
        return OK if found["ok"] else FINDINGS
    print(f"{found['batches']:,} batches, {found['records']:,} records, {found['bytes']:,} bytes;"
          f" torn tail {found['torn_tail_bytes']:,} bytes")
    if "state" in found:
        held = {k: v for k, v in found["balance"].items() if v}
        print("  ".join(f"{name} {value:,}" for name, value in held.items()))
        print(f"state {found['state']}  folded in {found['fold_seconds']:.2f} s")
    for finding in found["findings"]:
        print(finding)
    print("every invariant holds" if found["ok"] else f"{len(found['findings'])} findings")
    return OK if found["ok"] else FINDINGS


app.command(epilog=BENCH_EPILOG)(bench)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True,
                               "help_option_names": []},
             epilog="Example: earmark demo --limit 500 --runs 5 --out out")
def demo(ctx: typer.Context) -> int:
    """The demonstration; its options: earmark demo --help."""
    from ..demo.run import main as run_demo
    return run_demo(ctx.args)


def run(argv: list[str]) -> int:
    """Runs a command; answers its exit code."""
    try:
        answer = typer.main.get_command(app).main(spread(argv), prog_name="earmark",
                                                  standalone_mode=False)
        if answer == STOPPED:  # newer typers answer Ctrl-C by themselves
            raise KeyboardInterrupt
        return int(answer or OK)
    except BadInput as e:
        complain(str(e))
        return BAD_INPUT
    except (typer.Abort, KeyboardInterrupt):
        complain("stopped; nothing was written")
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has seen enough
        return OK
    except OSError as e:
        complain(f"{e.filename or ''}: {e.strerror}".lstrip(": "))
        return BAD_INPUT
    except Exception as e:
        if hasattr(e, "show"):  # a usage error: of click or, in newer typers, of their own copy
            e.show()
            return BAD_INPUT
        if not isinstance(e, RuntimeError):
            raise
        complain(str(e))
        return FAULT
