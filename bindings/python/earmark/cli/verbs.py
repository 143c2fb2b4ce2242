"""WHAT SEVERAL COMMANDS SHARE: their options, the tables that they read, and one policy's run."""

from typing import Annotated

import typer

from .. import files
from ..errors import BadInput
from ..facts import check_names
from ..inputs import nearest
from ..network import nodes_of, places_of
from ..orders import Orders, orders_of
from ..policies import policies_of, shipped
from ..replay import Player, Replay
from ..world import Setting, World, setting
from .terminal import complain, progress

OrdersFile = Annotated[str, typer.Option("--orders", metavar="FILE", help="order_key, sku,"
                       " quantity [, unit_price, ship_to, latitude, longitude, customer, country,"
                       " placed_at, currency], and attributes (customer.tier, line.hazmat); a row"
                       " is a line")]
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
FactsFile = Annotated[str | None, typer.Option("--facts", metavar="FILE", help="key, attribute,"
                      " value [, node]: what SKUs, nodes and places have of attributes that the"
                      " policy declares")]
Seed = Annotated[int, typer.Option(help="of everything that is drawn")]
Format = Annotated[str, typer.Option("--format", help="canonical or uci")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]
Out = Annotated[str | None, typer.Option("--out", metavar="FILE", help="the rows as .csv, .csv.gz,"
                " .parquet, .arrow or .jsonl")]
KeepGoing = Annotated[bool, typer.Option("--keep-going", help="leave orders with wrong rows out,"
                      " and say so, instead of refusing the file")]


def prepare(orders: str, nodes: str, stock: str, places: str | None, supply: str | None,
            facts: str | None, layout: str, keep_going: bool):
    """Reads all tables: (orders, nodes, stock or rule, places, supply, facts)."""
    stdin = [name for name in (orders, nodes, stock, places, supply, facts) if name == "-"]
    if len(stdin) > 1:
        raise BadInput("- stands for standard input and can be given once")
    if layout not in ("canonical", "uci"):
        raise BadInput(f"--format {layout}: give canonical or uci")
    return (orders_of(files.read_orders(orders, layout, keep_going=keep_going)),
            nodes_of(files.read_table(nodes)),
            stock if stock.startswith("derive") else files.read_table(stock),
            None if places is None else places_of(files.read_table(places)),
            None if supply is None else files.read_table(supply),
            None if facts is None else files.read_table(facts))


def decide(given: tuple, policy: str, seed: int, quiet: bool) -> tuple[Setting, World, Replay]:
    """One policy in one run."""
    orders, nodes, stock, places, supply, facts = given
    made = setting(orders, stock, nodes, places, supply, {}, seed, facts)
    texts = policies_of(policy, orders.currency)
    if len(texts) > 1:
        raise BadInput(f"--policy {policy}: give one; earmark compare takes several")
    name, toml = next(iter(texts.items()))
    for note in check_names([toml], orders, made.facts):
        complain(note)
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


def order_of(key: str, file: str, read: Orders, replay: Replay) -> int:
    """The engine's id of an order."""
    if key not in read.keys:
        raise BadInput(f'{file}: no order "{key}"{nearest(key, read.keys[:1000])[:200]}')
    number = int(replay.ids[read.keys.index(key)])
    if number < 0:
        raise BadInput(f"order {key}: the engine would not capture it, so nothing was decided")
    return number
