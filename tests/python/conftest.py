"""A small shop, and the demo's modules on the path."""

import sys
from pathlib import Path

import pytest

import earmark

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "demo"))

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
