"""STOCK: a table, or derived from the orders by a rule that can be said in words."""

from dataclasses import dataclass

import numpy as np

from .errors import BadInput
from .inputs import Table, atoms, nearest
from .network import Nodes
from .orders import Orders
from .seeded import below, draw, key_hashes, mix, unit

STOCK_COLUMNS = ("sku", "node", "on_hand")
SUPPLY_COLUMNS = ("sku", "node", "quantity", "arrives_at")
CARRY = {"dc": 0.85, "store": 0.45, "vendor": 1.0}
MOST_UNITS = 1 << 31   # of a line, in the smallest amount: sums stay exact
MOST_CELLS = 50_000_000  # SKUs x nodes are kept as one dense table


@dataclass(frozen=True)
class StockRule:
    """`derive:FACTOR` or `derive:FACTOR:ERROR`."""

    factor: float
    error: float

    def words(self) -> list[str]:
        drawn = (f" x a forecast error drawn evenly from {1 - self.error:g} to"
                 f" {1 + self.error:g} in each run") if self.error else ""
        return [
            f"Range: each SKU is carried by a DC with probability {CARRY['dc']}, by a store with"
            f" {CARRY['store']}, by every vendor; by one drawn node if by none of these. Fixed by"
            " the seed, the same in all runs.",
            f"Stock: a SKU's total = its demand in the orders x {self.factor:g}{drawn}; it is"
            " spread over the carrying nodes in proportion to the demand that has them as its"
            " nearest carrying node."]


@dataclass
class Supply:
    """Units that arrive, by the time at which they do."""

    sku: np.ndarray
    node: np.ndarray
    units: np.ndarray
    arrives_ns: np.ndarray  # never decreasing


def parse_rule(text: str) -> StockRule:
    head, *numbers = text.split(":")
    try:
        factor = float(numbers[0])
        error = float(numbers[1]) if len(numbers) > 1 else 0.0
    except (IndexError, ValueError):
        factor = error = np.nan
    if head != "derive" or len(numbers) > 2 or not (0 <= factor <= 100 and 0 <= error <= 1):
        raise BadInput(f"stock {text}: write derive:FACTOR or derive:FACTOR:ERROR with a factor"
                       " from 0 to 100 and an error from 0 to 1, such as derive:1.1:0.4")
    return StockRule(factor, error)


def check_size(orders: Orders, nodes: Nodes) -> None:
    cells = len(orders.sku_keys) * len(nodes)
    if cells > MOST_CELLS:
        raise BadInput(f"{len(orders.sku_keys):,} SKUs at {len(nodes):,} nodes are {cells:,} cells;"
                       f" a comparison keeps at most {MOST_CELLS:,}: give fewer orders or nodes")


def from_table(given: object, orders: Orders, nodes: Nodes) -> tuple[np.ndarray, list[str]]:
    """SKUs x nodes, and what there is to say of it. Rows of one cell add up."""
    t = Table(given, "stock", STOCK_COLUMNS, STOCK_COLUMNS)
    rows, sku, node = _cells(t, orders, nodes)
    units = atoms(t, "on_hand", _scales(rows, sku, t.rows, orders))
    stock = np.zeros((len(orders.sku_keys), len(nodes)), dtype=np.int64)
    np.add.at(stock, (sku, node), units[rows])
    words = [f"Stock: the table that was given, {t.rows:,} rows, the same in every run."]
    if len(rows) < t.rows:
        words.append(f"{t.rows - len(rows):,} rows of stock are of SKUs that nobody orders.")
    return stock, words


def supply_of(given: object, orders: Orders, nodes: Nodes) -> tuple[Supply, list[str]]:
    t = Table(given, "supply", SUPPLY_COLUMNS, SUPPLY_COLUMNS)
    rows, sku, node = _cells(t, orders, nodes)
    units = atoms(t, "quantity", _scales(rows, sku, t.rows, orders))[rows]
    arrives = t.times("arrives_at")[rows]
    by_time = np.argsort(arrives, kind="stable")
    return (Supply(sku[by_time], node[by_time], units[by_time], arrives[by_time]),
            [f"Supply: {t.rows:,} rows; a row is on the shelf before the first order of its day"
             " (UTC)."])


def _cells(t: Table, orders: Orders, nodes: Nodes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows whose SKU somebody orders, and their SKU and node numbers."""
    skus = {key: i for i, key in enumerate(orders.sku_keys)}
    known = nodes.index
    sku_keys, node_keys = t.texts("sku"), t.texts("node")
    t.refuse("node", [(row, f'"{key}" is no node{nearest(key, known)}')
                      for row, key in enumerate(node_keys) if key not in known])
    rows = np.array([i for i, key in enumerate(sku_keys) if key in skus], dtype=np.int64)
    return (rows, np.array([skus[sku_keys[i]] for i in rows], dtype=np.int64),
            np.array([known[node_keys[i]] for i in rows], dtype=np.int64))


def _scales(rows: np.ndarray, sku: np.ndarray, n: int, orders: Orders) -> np.ndarray:
    scales = np.full(n, 9, dtype=np.int64)  # of SKUs that nobody orders: any
    scales[rows] = orders.decimals[sku]
    return scales


def derive(rule: StockRule, orders: Orders, nodes: Nodes, metres_of_order: np.ndarray, seed: int,
           run: int) -> np.ndarray:
    """SKUs x nodes. `metres_of_order` is orders x nodes; unknown distances count as equal."""
    if orders.lines and int(orders.units.max()) > MOST_UNITS:
        raise BadInput(f"stock derive: {orders.source} has a line of {int(orders.units.max()):,}"
                       f" of a SKU's smallest amounts; stock is derived from at most"
                       f" {MOST_UNITS:,}")
    sku_bits = key_hashes(orders.sku_keys)
    carried = carrying(sku_bits, nodes, seed)
    order_of_line = orders.order_of_line
    blocked = np.iinfo(np.int64).max
    demand = np.zeros(carried.shape, dtype=np.int64)
    for start in range(0, orders.lines, 1 << 18):  # in slices: a line x node table can be large
        part = slice(start, start + (1 << 18))
        sku = orders.sku[part]
        near = np.where(carried[sku], metres_of_order[order_of_line[part]], blocked)
        np.add.at(demand, (sku, near.argmin(axis=1)), orders.units[part])

    # A fraction of a unit becomes a whole one with the fraction as its probability.
    total = demand.sum(axis=1)
    surprise = 1 + rule.error * (2 * unit(draw(seed, f"forecast error {run}", sku_bits)) - 1)
    target = np.floor(total * rule.factor * surprise
                      + unit(draw(seed, "rounding", sku_bits)))
    largest = int(target.argmax())
    if target[largest] * float(demand[largest].max()) >= 2**62:
        raise BadInput(f"stock derive: {orders.sku_keys[largest]} would need"
                       f" {target[largest]:.3g} of its smallest amounts, more than nodes hold;"
                       " give a stock table")
    return spread(target.astype(np.int64), demand)


def carrying(sku_bits: np.ndarray, nodes: Nodes, seed: int) -> np.ndarray:
    """SKUs x nodes: who carries what."""
    pairs = mix(sku_bits)[:, None] ^ mix(key_hashes(nodes.keys))[None, :]
    chance = np.array([CARRY[kind] for kind in nodes.kinds])
    carried = unit(draw(seed, "range", pairs.ravel()).reshape(pairs.shape)) < chance
    dcs = np.flatnonzero(np.array(nodes.kinds) == "dc")
    pool = dcs if len(dcs) else np.arange(len(nodes))
    alone = np.flatnonzero(~carried.any(axis=1))
    carried[alone, pool[below(draw(seed, "only node", sku_bits[alone]),
                              len(pool)).astype(int)]] = True
    return carried


def spread(total: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Each row's total over its weights by largest remainder, ties to the lower column."""
    sums = np.maximum(weights.sum(axis=1, keepdims=True), 1)
    share, remainder = np.divmod(total[:, None] * weights, sums)
    missing = total - share.sum(axis=1)
    rank = np.argsort(np.argsort(-remainder, axis=1, kind="stable"), axis=1, kind="stable")
    share += (rank < missing[:, None]) & (weights.sum(axis=1) > 0)[:, None]
    return share
