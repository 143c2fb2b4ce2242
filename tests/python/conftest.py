"""A small shop, and a small world on the equator whose figures can be worked by hand."""

from pathlib import Path

import pytest

import earmark

ROOT = Path(__file__).resolve().parents[2]

NEAREST = """
policy   = "nearest"
currency = "USD"
rank     = ["distance"]
[split]
lines = "by_quantity"
"""


def make_shop(stock: dict[tuple[str, str], int], **settings) -> earmark.Engine:
    """An engine with SKUs mug and bowl, nodes berlin and bonn, place berlin, and this stock."""
    engine = earmark.Engine(**settings)
    engine.load_skus({"key": ["mug", "bowl"]})
    engine.load_nodes({"key": ["berlin", "bonn"], "latitude": [52.52, 50.73],
                       "longitude": [13.40, 7.10]})
    engine.load_places({"key": ["berlin"], "latitude": [52.50], "longitude": [13.40]})
    rows = sorted(stock)
    report = engine.load_stock({"sku": [sku for sku, _ in rows], "node": [node for _, node in rows],
                                "on_hand": [stock[row] for row in rows]})
    assert report["rejected"] == []
    engine.activate(NEAREST)
    return engine


@pytest.fixture
def shop() -> earmark.Engine:
    return make_shop({("mug", "berlin"): 3, ("mug", "bonn"): 5, ("bowl", "bonn"): 2})


def orders(n: int, *, amount: int = 1, prefix: str = "o") -> dict:
    """n orders of one line each, for mugs, to place berlin."""
    return {"key": [f"{prefix}{i}" for i in range(n)], "offsets": range(n + 1), "sku": [0] * n,
            "amount": [amount] * n, "place": [0] * n}


# On the equator 10 degrees are 1,111,949 m; a unit over that way costs 0.50 + 1.1119 = 1.6119.
RATES = """
[costs]
fixed_per_parcel     = "5.00"
per_unit             = "0.50"
per_unit_per_1000_km = "1.00"
"""
NEAR = 'policy = "near"\ncurrency = "USD"\nrank = ["distance", "cost"]\n' + RATES
CHEAP = 'policy = "cheap"\ncurrency = "USD"\nrank = ["cost"]\n' + RATES
SPLITS = NEAR + '[split]\nlines = "by_quantity"\n'
EQUATOR = {"node": ["A", "B"], "latitude": [0.0, 0.0], "longitude": [0.0, 10.0]}


def lines(*rows: tuple, **more) -> dict:
    """A table of order lines (order, sku, quantity), all of them to longitude 0."""
    return {"order_key": [r[0] for r in rows], "sku": [r[1] for r in rows],
            "quantity": [r[2] for r in rows], "latitude": [0.0] * len(rows),
            "longitude": [0.0] * len(rows), **more}


def stock(*rows: tuple) -> dict:
    return {"sku": [r[0] for r in rows], "node": [r[1] for r in rows],
            "on_hand": [r[2] for r in rows]}
