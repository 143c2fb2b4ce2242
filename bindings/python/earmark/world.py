"""THE WORLD OF A RUN: where the orders go, and what lies on the shelves. What the data say is
taken; what they do not say is drawn, by rules that are said in words, from (seed, run) and keys
alone: the same for every policy, so that their differences are paired."""

from dataclasses import dataclass, field

import numpy as np

from . import cities
from .errors import BadInput
from .facts import Facts, facts_of
from .inputs import nearest
from .network import UNKNOWN, Nodes, PlaceTable, distances
from .opening import (
    StockRule,
    Supply,
    check_size,
    derive,
    from_table,
    parse_rule,
    supply_of,
)
from .orders import Orders
from .seeded import draw, key_hashes, mix, unit


@dataclass
class Places:
    keys: list[str]
    latitude: np.ndarray
    longitude: np.ndarray
    of_order: np.ndarray  # int32, -1 where unknown


@dataclass
class World:
    run: int
    places: Places
    nodes: Nodes
    metres: np.ndarray           # places x nodes, int64; UNKNOWN
    metres_of_order: np.ndarray  # orders x nodes
    stock: np.ndarray            # SKUs x nodes, int64, in each SKU's smallest unit
    supply: Supply | None


@dataclass
class Setting:
    """What all runs share, and how a run's world is made of it."""

    orders: Orders
    nodes: Nodes
    places: PlaceTable | None
    stock: np.ndarray | StockRule
    supply: Supply | None
    decline: dict[str, float]  # kind of node -> share of picks that it declines
    seed: int
    rules: list[str] = field(default_factory=list)
    facts: Facts | None = None

    @property
    def draws(self) -> list[str]:
        """What differs between runs."""
        found = ["city"] if self._draws_cities else []
        if isinstance(self.stock, StockRule) and (self.stock.error or self._draws_cities):
            found.append("opening stock")
        declines = any(self.decline.get(kind) for kind in set(self.nodes.kinds))
        return found + (["declined picks"] if declines else [])

    @property
    def _draws_cities(self) -> bool:
        if self.places is not None:
            return False
        latitude = self.orders.latitude
        return latitude is None or bool(np.isnan(latitude).any())

    def world(self, run: int) -> World:
        """O(orders x nodes). Pure: safe to call from any thread."""
        places = self._places(run)
        nodes = self.nodes
        metres = distances(places.latitude, places.longitude, nodes.latitude, nodes.longitude)
        unknown = np.full((1, len(nodes)), UNKNOWN, dtype=np.int64)
        of_order = np.vstack([metres, unknown])[places.of_order]
        stock = self.stock if isinstance(self.stock, np.ndarray) else derive(
            self.stock, self.orders, nodes, of_order, self.seed, run)
        return World(run, places, nodes, metres, of_order, stock, self.supply)

    def _places(self, run: int) -> Places:
        """The places that orders go to, each once, in the order of their keys."""
        found: list[tuple[str, float, float] | None]
        if self.places is not None:
            index = {key: i for i, key in enumerate(self.places.keys)}
            rows = [index.get(key) for key in self.orders.ship_to or []]
            found = [None if i is None else (self.places.keys[i], float(self.places.latitude[i]),
                                             float(self.places.longitude[i])) for i in rows]
        elif self._draws_cities:
            drawn = cities.drawn(self.orders.customers, self.orders.countries, self.seed, run)
            found = [None if c is None else (c.key, c.latitude, c.longitude) for c in drawn]
        else:
            found = [None] * len(self.orders)
        if self.orders.latitude is not None and self.orders.longitude is not None:
            for i in np.flatnonzero(~np.isnan(self.orders.latitude)).tolist():
                at = float(self.orders.latitude[i]), float(self.orders.longitude[i])
                found[i] = (f"{at[0]:.6f},{at[1]:.6f}", *at)
        chosen = {place[0]: place for place in found if place is not None}
        keys = sorted(chosen)
        number = {key: i for i, key in enumerate(keys)}
        return Places(keys, np.array([chosen[k][1] for k in keys], dtype=float),
                      np.array([chosen[k][2] for k in keys], dtype=float),
                      np.array([-1 if p is None else number[p[0]] for p in found],
                               dtype=np.int32))

    def declined(self, run: int, order_bits: np.ndarray, sku_bits: np.ndarray,
                 node_bits: np.ndarray, chance: np.ndarray) -> np.ndarray:
        """Whether the pick of a SKU for an order at a node is declined; equal under all
        policies."""
        keys = mix(order_bits) ^ mix(mix(sku_bits)) ^ mix(mix(mix(node_bits)))
        return unit(draw(self.seed, f"declined {run}", keys)) < chance


def setting(orders: Orders, stock: object, nodes: Nodes, places: PlaceTable | None,
            supply: object | None, decline: dict[str, float], seed: int,
            facts: object | None = None) -> Setting:
    """Checks everything that the runs share. Raises BadInput."""
    if not 0 <= seed < 2**63:
        raise BadInput(f"seed {seed}: give a number from 0 to 2^63 - 1")
    check_size(orders, nodes)
    made = Setting(orders, nodes, places, np.zeros(0), None, decline, seed,
                   facts=None if facts is None else facts_of(facts))
    made.rules.append(_say_places(made))
    if isinstance(stock, str):
        made.stock = parse_rule(stock)
        made.rules += made.stock.words()
    else:
        made.stock, words = from_table(stock, orders, nodes)
        made.rules += words
    if supply is None:
        made.rules.append("There is no replenishment.")
    else:
        made.supply, words = supply_of(supply, orders, nodes)
        made.rules += words
    if any(decline.values()):
        shares = ", ".join(f"{kind} {100 * share:g} %" for kind, share in decline.items() if share)
        made.rules.append(
            f"Declined picks ({shares}), drawn in each run: at the end of the day the node finds"
            " its shelf empty, its free units of that SKU are written off, and the line is sourced"
            " again from elsewhere, with parcels of its own.")
    return made


def _say_places(made: Setting) -> str:
    if made.places is not None:
        known = set(made.places.keys)
        for i, key in enumerate(made.orders.ship_to or []):
            if key and key not in known:
                raise BadInput(f'order {made.orders.keys[i]}: ship_to "{key}" is no place'
                               f"{nearest(key, made.places.keys)}")
        return "Ship-to: the places that the orders name; an empty one is unknown and ranks last."
    if made._draws_cities:
        return ("City: each customer lives in one city of the order's country, drawn in each run"
                " with a weight equal to the city's population (GeoNames). Where the country is"
                " not known the ship-to is unknown, and ranks last.")
    return "Ship-to: the positions that the orders give."


def hashes(world: World, orders: Orders) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """64 bits for each order, SKU and node key."""
    return (key_hashes(orders.keys), key_hashes(orders.sku_keys), key_hashes(world.nodes.keys))
