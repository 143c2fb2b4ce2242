"""earmark lint, diff, what-if, schema: what is done with a policy before it goes live."""

from pathlib import Path
from typing import Annotated

import typer

from .. import LINT_RULES, files
from ..decisions import columns_of_frame, write_table
from ..errors import BadInput
from ..inputs import nearest
from ..linting import counts, text_of
from ..linting import lint as lint_policy
from ..policies import shipped
from .terminal import BAD_INPUT, FINDINGS, OK, progress, say_json
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

LINT = "Example: earmark lint winter.toml --nodes nodes.csv --places places.csv"
DIFF = ("Example: earmark diff old.toml new.toml --orders orders.csv --nodes nodes.csv --stock"
        " stock.csv --out moved.parquet")
WHAT_IF = ("Example: earmark what-if 1001 berlin --orders orders.csv --nodes nodes.csv --stock"
           " stock.csv --policy cheapest")
FORMATS = ("text", "json", "parquet")
RULES = {code for code, _, _, _ in LINT_RULES}


def policy_text(name: str) -> str:
    """Of a shipped policy or of a file."""
    path = shipped().get(name) or Path(name)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise BadInput(f"policy {name}: {e}") from None


def lint(policy: Annotated[str, typer.Argument(metavar="POLICY", help="a .toml file, or a shipped"
                           " name")],
         nodes: Annotated[str | None, typer.Option(metavar="FILE", help="node [, kind, latitude,"
                          " longitude, priority, active]")] = None,
         places: Annotated[str | None, typer.Option(metavar="FILE", help="place [, latitude,"
                           " longitude]")] = None,
         distances: Annotated[str | None, typer.Option(metavar="FILE", help="place, node, metres"
                              " (or km, or miles)")] = None,
         form: Annotated[str, typer.Option("--format", help="text, json or parquet")] = "text",
         out: Out = None) -> int:
    """Finds what is wrong with a policy. Exits with 0 where nothing is (notes do not count), 1
    with warnings or errors, 2 where the policy or a table cannot be read."""
    if form not in FORMATS:
        raise BadInput(f"--format {form}: give one of {', '.join(FORMATS)}")
    if form == "parquet" and not (out or "").endswith(".parquet"):
        raise BadInput("--format parquet needs --out FILE.parquet")
    tables = {name: None if path is None else files.read_table(path)
              for name, path in (("nodes", nodes), ("places", places), ("distances", distances))}
    found = lint_policy(policy_text(policy), file=policy, **tables)
    rows = columns_of_frame(found)
    if out:
        write_table(rows, out)
    if form == "json":
        say_json({"policy": policy, **counts(found), "findings": [
            dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]})
    elif form == "text" and out is None:
        print(text_of(found))
    refused = any(code not in RULES for code in rows["code"])
    n = counts(found)
    return BAD_INPUT if refused else FINDINGS if n["error"] or n["warning"] else OK


def diff(old: Annotated[str, typer.Argument(metavar="OLD", help="a policy: a name or a file")],
         new: Annotated[str, typer.Argument(metavar="NEW")], orders: OrdersFile, nodes: NodesFile,
         stock: Stock, places: PlacesFile = None, supply: SupplyFile = None,
         facts: FactsFile = None, seed: Seed = 7, out: Out = None,
         every: Annotated[bool, typer.Option("--every-line", help="also those that do not differ,"
                          " with --out")] = False,
         report: Annotated[Path | None, typer.Option(metavar="DIR", help="write report.html and"
                           " its pictures there")] = None,
         layout: Format = "canonical", keep_going: KeepGoing = False, as_json: Json = False) -> int:
    """What the policy NEW would have decided otherwise than OLD, and its cost."""
    from .. import comparison
    from ..differing import diff as differ
    read, network, on_hand, where, arriving, known = prepare(
        orders, nodes, stock, places, supply, facts, layout, keep_going)
    with progress("deciding", as_json) as bar:
        d = differ(old, new, read, on_hand, network, places=where, supply=arriving, facts=known,
                   seed=seed, progress=bar)
    if out:
        d.write(out, every)
    page = None
    if report is not None:
        from ..report import write_report
        c = comparison.compare(read, on_hand, network, {d.old: policy_text(old),
                                                        d.new: policy_text(new)},
                               runs=1, seed=seed, places=where, supply=arriving, facts=known)
        page = write_report(c, report)
    if as_json:
        say_json(d.to_dict() | {"out": out, "report": None if page is None else str(page)})
    else:
        print(d)
        if page:
            print(page)
    return OK


def what_if(order: Annotated[str, typer.Argument(metavar="ORDER_KEY")],
            node: Annotated[str, typer.Argument(metavar="NODE")], orders: OrdersFile,
            nodes: NodesFile, stock: Stock, policy: PolicyName = "cheapest",
            places: PlacesFile = None, supply: SupplyFile = None, facts: FactsFile = None,
            seed: Seed = 7, layout: Format = "canonical", keep_going: KeepGoing = False,
            out: Out = None, as_json: Json = False) -> int:
    """The smallest changes with which a node would have shipped some of an order."""
    given = prepare(orders, nodes, stock, places, supply, facts, layout, keep_going)
    if node not in given[1].keys:
        raise BadInput(f"{nodes}: no node \"{node}\"{nearest(node, given[1].keys)}")
    made, _, replay = decide(given, policy, seed, as_json)
    number = order_of(order, orders, made.orders, replay)
    frame = replay.engine.what_if(number, node)
    rows = columns_of_frame(frame) | {"order": [order] * len(frame)}
    if out:
        write_table(rows, out)
    if as_json:
        say_json({"order": order, "node": node, "ships": len(frame) == 0, "changes": [
            dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]})
    else:
        print("\n".join(rows["sentence"]) or f"{node} ships some of it already.")
    return OK
