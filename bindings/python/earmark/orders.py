"""ORDERS as columns, from a file or from a table of lines. Files of the canonical and the UCI
format are read by Earmark's own connectors (bounded, with row numbers in every complaint)."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from . import _earmark
from .errors import BadInput
from .inputs import Table, atoms, decimals_of, is_whole, shown

LINE_COLUMNS = ("order_key", "sku", "quantity", "unit_price", "ship_to", "latitude", "longitude",
                "customer", "country", "placed_at", "currency")
MOST_DECIMALS = 9


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
    ship_to: list[str] | None = None      # per order: key of a place, "" where unknown
    latitude: np.ndarray | None = None    # per order, NaN where unknown
    longitude: np.ndarray | None = None
    facts: dict[str, list[str]] = field(default_factory=dict)  # attribute -> value per order, or
    #                                                            per line (line.); "" is none

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
        return replace(
            self, keys=self.keys[:limit], offsets=self.offsets[: limit + 1],
            sku_keys=[self.sku_keys[i] for i in used], decimals=self.decimals[used],
            sku=sku.astype(np.int32), units=self.units[:end], price_minor=self.price_minor[:end],
            customers=self.customers[:limit], countries=self.countries[:limit],
            placed_ns=self.placed_ns[:limit],
            ship_to=self.ship_to and self.ship_to[:limit],
            latitude=None if self.latitude is None else self.latitude[:limit],
            longitude=None if self.longitude is None else self.longitude[:limit],
            facts={name: values[:end if name.startswith("line.") else limit]
                   for name, values in self.facts.items()},
            notes=[*self.notes, f"only the first {limit:,} orders were asked for"])


def orders_of(given: object) -> Orders:
    """Orders from an Orders, a path, or a table of lines. Raises BadInput."""
    if isinstance(given, Orders):
        orders = given
    elif isinstance(given, str | Path):
        orders = from_file(Path(given), "canonical")
    else:
        orders = from_table(given)
    if len(orders) == 0:
        raise BadInput(f"{orders.source}: no order is left;"
                       f" {'; '.join(orders.notes) or 'it has none'}")
    return orders


def from_table(table: object, what: str = "orders", currency: str = "USD") -> Orders:
    """Orders from a table with one row per line: order_key, sku, quantity, and what else of
    LINE_COLUMNS there is; columns whose names have a dot are attributes (customer.tier,
    line.hazmat). Rows of an order need not be adjacent. Where placed_at is given, orders stand by
    it; otherwise by their first rows."""
    t = Table(table, what, LINE_COLUMNS, ("order_key", "sku", "quantity"), attributes=True)
    of_attributes = {name: t.values(name) for name in t.columns if "." in name}
    row_keys = t.texts("order_key")
    index = {key: i for i, key in enumerate(dict.fromkeys(row_keys))}
    order_of_row = np.array([index[key] for key in row_keys], dtype=np.int64)
    first = np.full(len(index), t.rows, dtype=np.int64)
    np.minimum.at(first, order_of_row, np.arange(t.rows))
    placed = t.times("placed_at") if t.has("placed_at") else np.zeros(t.rows, dtype=np.int64)
    rank = np.argsort(np.argsort(placed[first], kind="stable"), kind="stable")
    by_line = np.argsort(rank[order_of_row], kind="stable")
    by_order = first[np.argsort(rank, kind="stable")]
    _agree(t, order_of_row, first, placed, [n for n in of_attributes if not n.startswith("line.")])

    sku_rows = t.texts("sku")
    skus = {key: i for i, key in enumerate(dict.fromkeys(sku_rows))}
    sku = np.array([skus[key] for key in sku_rows], dtype=np.int32)
    decimals = _decimals_needed(t, sku, len(skus))
    money = sorted(set(t.texts("currency", currency)))
    if len(money) > 1:
        raise BadInput(f"{what}: orders in {' and '.join(money)}; costs are compared in one"
                       " currency, so split the table")
    keys = list(index)
    pick = [int(i) for i in by_order]
    ship_to = t.texts("ship_to", "", empty=True)
    customers = t.texts("customer", "", empty=True)
    countries = t.texts("country", "US", empty=True)
    latitude, longitude = t.positions() or (None, None)
    return Orders(
        source=what, currency=money[0] if money else currency,
        keys=[row_keys[i] for i in pick],
        offsets=np.r_[0, np.cumsum(np.bincount(order_of_row, minlength=len(keys))
                                   [order_of_row[by_order]])].astype(np.int64),
        sku_keys=list(skus), decimals=decimals, sku=sku[by_line],
        units=atoms(t, "quantity", decimals[sku], least=1)[by_line],
        price_minor=np.zeros(t.rows, dtype=np.int64) if not t.has("unit_price")
        else atoms(t, "unit_price", np.full(t.rows, 2))[by_line],
        customers=[customers[i] or ship_to[i] or row_keys[i] for i in pick],
        countries=[countries[i] for i in pick], placed_ns=placed[by_order],
        ship_to=[ship_to[i] for i in pick] if t.has("ship_to") else None,
        latitude=None if latitude is None else latitude[by_order],
        longitude=None if longitude is None else longitude[by_order],
        facts={name: [values[i] for i in (by_line if name.startswith("line.") else by_order)]
               for name, values in of_attributes.items()})


def _agree(t: Table, order_of_row: np.ndarray, first: np.ndarray, placed: np.ndarray,
           attributes: list[str]) -> None:
    """All rows of an order have to say the same of the order."""
    for name in ("ship_to", "customer", "country", "latitude", "longitude", "placed_at",
                 *attributes):
        if not t.has(name):
            continue
        given = placed if name == "placed_at" else t.columns[name]
        values = given if isinstance(given, np.ndarray) and given.dtype.kind in "iuf" else \
            np.array([str(v) for v in given], dtype=object)
        theirs = values[first[order_of_row]]
        differs = np.flatnonzero((values != theirs) & ~((values != values) & (theirs != theirs)))
        t.refuse(name, [(int(row), f"differs from row {int(first[order_of_row[row]]) + 1} of the"
                                   " same order") for row in differs])


def _decimals_needed(t: Table, sku: np.ndarray, skus: int) -> np.ndarray:
    if is_whole(t.columns["quantity"]):
        return np.zeros(skus, dtype=np.int64)
    numbers, wrong = t.decimals("quantity")
    t.refuse("quantity", wrong)
    needed = np.array([decimals_of(n) for n in numbers], dtype=np.int64)
    too_fine = np.flatnonzero(needed > MOST_DECIMALS)
    t.refuse("quantity", [(int(r), f"{shown(numbers[r])} has more than {MOST_DECIMALS} decimals")
                          for r in too_fine])
    out = np.zeros(skus, dtype=np.int64)
    np.maximum.at(out, sku, needed)
    return out


# The names that the UCI file gives to countries, where they are not those of GeoNames.
UCI_COUNTRIES = {"EIRE": "IE", "USA": "US", "RSA": "ZA", "Channel Islands": "JE",
                 "Czech Republic": "CZ"}
HOME = {"USD": "US", "GBP": "GB"}  # where the customers of a plain order file live


def from_file(path: Path, layout: str) -> Orders:
    """A CSV file (or .csv.gz) of the canonical or the UCI format. Wrong rows become notes."""
    try:
        rows = _earmark.read_orders(str(path), layout)
    except _earmark.EarmarkError as e:
        raise BadInput(str(e)) from None
    currencies = sorted(set(rows["currency"]))
    if len(currencies) > 1:
        raise BadInput(f"{path}: orders in {' and '.join(currencies)}; costs are compared in one"
                       " currency, so split the file")
    home = HOME.get(currencies[0], "US") if currencies else "US"
    if layout == "uci":
        customers = [c or key for c, key in zip(rows["customer"], rows["key"], strict=True)]
        countries = country_codes(rows["ship_to"])
        notes = [line.strip() for line in rows["counts"].splitlines() if line.strip()]
    else:
        customers = [s or key for s, key in zip(rows["ship_to"], rows["key"], strict=True)]
        countries = [home if s else "" for s in rows["ship_to"]]
        notes = []
    return Orders(
        source=f"{path.name} ({layout})", currency=currencies[0] if currencies else "USD",
        keys=list(rows["key"]), offsets=np.asarray(rows["offsets"]),
        sku_keys=list(rows["sku_key"]), decimals=np.asarray(rows["decimals"]),
        sku=np.asarray(rows["sku"]), units=np.asarray(rows["amount"]),
        price_minor=np.asarray(rows["price_minor"]), customers=customers, countries=countries,
        placed_ns=np.maximum.accumulate(np.asarray(rows["placed"])),
        notes=notes + complaints(rows),
        ship_to=list(rows["ship_to"]) if layout == "canonical" else None)


def complaints(rows: dict) -> list[str]:
    """The first wrong rows in full, the others as a number."""
    wrong = rows["rejected"]
    if not wrong:
        return []
    shown = [text for _, _, text in wrong[:5]]
    left_out = sum(count for _, count, _ in rows["rejected_orders"])
    return [f"{len(wrong):,} wrong rows; {len(rows['rejected_orders']):,} orders with"
            f" {left_out:,} rows are left out because of them", *shown]


def country_codes(names: list[str]) -> list[str]:
    """ISO codes; "" for what is no country (Unspecified, European Community)."""
    from .cities import countries
    known = countries()
    return [UCI_COUNTRIES.get(name) or known.get(name, "") for name in names]
