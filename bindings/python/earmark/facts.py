"""FACTS: what orders, lines, SKUs, nodes and places have of the attributes that policies declare.
Orders bring theirs as columns that are named like them (`customer.tier`, `line.hazmat`: names with
a dot); a table has the others, one a row."""

import tomllib
from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from . import _earmark
from .errors import BadInput
from .inputs import Table, nearest, shown
from .orders import Orders

FLAGS = {"true": 1, "false": 0, "": -1}
FACT_COLUMNS = ("key", "attribute", "value", "node")


@dataclass
class Facts:
    """Rows of a table: what a SKU (line.), a SKU at a node (stock.), a node (node.) or a place
    (ship_to.) has."""

    source: str
    keys: list[str]
    attributes: list[str]
    values: list[str]
    nodes: list[str]

    def rows(self, names: Container[str]) -> dict[str, list[str]]:
        """Those of attributes with these names."""
        kept = [i for i, name in enumerate(self.attributes) if name in names]
        return {column: [values[i] for i in kept] for column, values in zip(
            FACT_COLUMNS, (self.keys, self.attributes, self.values, self.nodes), strict=True)}


def facts_of(table: object) -> Facts:
    """Raises BadInput."""
    t = Table(table, "facts", FACT_COLUMNS, ("key", "attribute", "value"))
    return Facts(t.what, t.texts("key"), t.texts("attribute"), t.values("value"),
                 t.texts("node", "", empty=True))


def declared(toml: str) -> dict[str, str]:
    """The attributes that a policy declares, with their types; none where it cannot be read, which
    the engine says."""
    try:
        found = tomllib.loads(toml).get("attributes", {})
    except tomllib.TOMLDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def check_names(tomls: list[str], orders: Orders, facts: Facts | None) -> list[str]:
    """Refuses attributes that none of the policies declares; answers sentences for people about
    what they declare and nobody gives. A policy that is no TOML is left to the engine."""
    known = {name for toml in tomls for name in declared(toml)}
    given = dict.fromkeys(orders.facts, orders.source) | dict.fromkeys(
        facts.attributes if facts else (), facts.source if facts else "")
    for name, source in given.items():
        if name not in known:
            hint = nearest(name, sorted(known)) if known else ""
            raise BadInput(f"{source}: no policy declares the attribute '{name}'{hint}; add it to"
                           " [attributes] with its type, or leave it out")
    missing = ", ".join(sorted(known - set(given)))
    return [f"Nobody gives what the policy asks for ({missing}): what is not given compares with"
            " nothing."] if missing else []


def give(engine: _earmark.Engine, toml: str, facts: Facts | None, orders: Orders) -> None:
    """To an engine that has the policy. Facts of SKUs that no order names are left out."""
    if facts is None:
        return
    rows, skus = facts.rows(declared(toml)), set(orders.sku_keys)
    kept = [i for i, name in enumerate(rows["attribute"])
            if not name.startswith(("line.", "stock.")) or rows["key"][i] in skus]
    report = engine.load_facts({name: [column[i] for i in kept] for name, column in rows.items()})
    if len(report["rejected"]):
        _, _, why = list(report["rejected"])[0]
        raise BadInput(f"{facts.source}: {len(report['rejected'])} rows were refused; the first:"
                       f" {why}")


def columns_for(toml: str, orders: Orders, rows: np.ndarray, lines: np.ndarray) -> dict[str, list]:
    """The orders' own, as columns of Engine.place_orders: of these rows and lines."""
    out: dict[str, list] = {}
    for name, kind in declared(toml).items():
        if name not in orders.facts:
            continue
        values, picked = orders.facts[name], lines if name.startswith("line.") else rows
        if kind != "flag":
            out[name] = [values[i] for i in picked.tolist()]
            continue
        for i in picked.tolist():
            if values[i] not in FLAGS:
                what = "line" if name.startswith("line.") else "order"
                raise BadInput(f"{orders.source}, {what} {i + 1}, column '{name}':"
                               f" {shown(values[i])} is no flag; write true or false")
        out[name] = [FLAGS[values[i]] for i in picked.tolist()]
    return out
