"""THE COMMANDS. Each reads everything before it writes anything."""

import os
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from .. import comparison, files, runbook as runbooks, screen
from ..decisions import columns_of_frame, decisions, write_table
from ..errors import BadInput
from ..journals import verify as verify_journal
from ..network import nodes_of
from ..replay import Replay
from ..world import Setting, World
from . import intake as intakes
from . import policy as policies
from .bench import EPILOG as BENCH_EPILOG
from .bench import bench, spread
from .stock import check as check_stock
from .terminal import BAD_INPUT, FAULT, FINDINGS, OK, STOPPED, complain, progress, say_json
from .verbs import (
    FactsFile,
    Format,
    Json,
    KeepGoing,
    NodesFile,
    OrdersFile,
    Out,
    PlacesFile,
    PolicyName,
    Seed,
    Stock,
    SupplyFile,
    decide,
    order_of,
    prepare,
)

EPILOG = ("Exit codes: 0 done; 1 done, with findings (stock check, verify, lint, intake); 2 the"
          " input cannot be used; 3 a fault of Earmark; 130 stopped. Files: .csv, .csv.gz,"
          " .parquet, .arrow, or - for CSV on standard input. Columns:"
          " docs/howto/command_line.md.")
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Decides which stock serves which order, compares policies, explains"
                       " decisions, checks stock files and journals.", epilog=EPILOG)
stock_app = typer.Typer(no_args_is_help=True, help="Stock files.")
app.add_typer(stock_app, name="stock")

@app.command(epilog="Example: earmark source --orders orders.csv --nodes nodes.csv --stock"
                    " stock.csv --policy cheapest --out decisions.csv")
def source(orders: OrdersFile, nodes: NodesFile, stock: Stock, policy: PolicyName = "cheapest",
           places: PlacesFile = None, supply: SupplyFile = None, facts: FactsFile = None,
           seed: Seed = 7,
           out: Annotated[str | None, typer.Option(metavar="FILE", help="decisions as .csv,"
                          " .csv.gz, .parquet, .arrow, .jsonl, or - for CSV on standard"
                          " output")] = None,
           layout: Format = "canonical", keep_going: KeepGoing = False,
           as_json: Json = False) -> int:
    """Decides which node serves each line, order by order, and writes the decisions."""
    if as_json and out == "-":
        raise BadInput("--json and --out - both want standard output; give --out a file")
    given = prepare(orders, nodes, stock, places, supply, facts, layout, keep_going)
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


@app.command(epilog="Example: earmark runbook held")
def runbook(reason: Annotated[str, typer.Argument(metavar="REASON")] = "") -> int:
    """Says what a reason of the worklist means and what to do about it; without one, all."""
    pages = runbooks()
    if reason and reason not in pages:
        raise typer.BadParameter(f"'{reason}' is none of " + ", ".join(pages))
    for name, text in pages.items():
        if reason in ("", name):
            print(name, textwrap.fill(text, 100), sep="\n", end="\n\n")
    return OK


@app.command(epilog="Example: earmark explain 1001 --orders orders.csv --nodes nodes.csv --stock"
                    " stock.csv --policy cheapest")
def explain(order: Annotated[str, typer.Argument(metavar="ORDER_KEY")], orders: OrdersFile,
            nodes: NodesFile, stock: Stock, policy: PolicyName = "cheapest",
            places: PlacesFile = None, supply: SupplyFile = None, facts: FactsFile = None,
            seed: Seed = 7, layout: Format = "canonical", keep_going: KeepGoing = False,
            out: Out = None, as_json: Json = False) -> int:
    """Says why the units of one order go where they go, after all orders before it."""
    given = prepare(orders, nodes, stock, places, supply, facts, layout, keep_going)
    made, _, replay = decide(given, policy, seed, as_json)
    number = order_of(order, orders, made.orders, replay)
    if out:
        frame = replay.engine.explanation(number)
        write_table(columns_of_frame(frame) | {"order": [order] * len(frame)}, out)
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
            places: PlacesFile = None, supply: SupplyFile = None, facts: FactsFile = None,
            runs: Annotated[int, typer.Option(help="paired runs")] = 20, seed: Seed = 7,
            threads: Annotated[int | None, typer.Option(help="workers; the answer does not depend"
                               " on it")] = None,
            decline: Annotated[float, typer.Option(help="share of picks that stores decline")] = 0,
            report: Annotated[Path | None, typer.Option(metavar="DIR", help="write report.html and"
                              " its pictures there")] = None,
            layout: Format = "canonical", keep_going: KeepGoing = False,
            as_json: Json = False) -> int:
    """Runs policies on the same orders and draws, and says what differs, with intervals."""
    read, network, on_hand, where, arriving, known = prepare(
        orders, nodes, stock, places, supply, facts, layout, keep_going)
    with progress("comparing", as_json) as bar:
        c = comparison.compare(read, on_hand, network, policies, runs=runs, seed=seed,
                               threads=threads, places=where, supply=arriving, facts=known,
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
app.command(epilog=intakes.INTAKE)(intakes.intake)
app.add_typer(intakes.quarantine_app, name="quarantine")
app.command(epilog=policies.LINT)(policies.lint)
app.command(epilog=policies.DIFF)(policies.diff)
app.command("what-if", epilog=policies.WHAT_IF)(policies.what_if)


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
