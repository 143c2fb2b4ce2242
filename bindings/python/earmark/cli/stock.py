"""CHECK a stock file against nodes and, if given, orders: all findings, not only the first."""

from decimal import Decimal

from ..errors import BadInput
from ..inputs import EXACT, decimals_of, nearest, number_of, shown
from ..network import Nodes
from ..opening import STOCK_COLUMNS
from ..orders import Orders

MOST_ON_HAND = (1 << 22) - 1  # of one SKU at one node, in the SKU's smallest amount


def check(table: dict, nodes: Nodes, orders: Orders | None) -> dict:
    """Counts and findings, one sentence each, with file, row and column."""
    what = table.name
    for name in table:
        if name not in STOCK_COLUMNS:
            raise BadInput(f"{what}: unknown column '{name}'{nearest(name, STOCK_COLUMNS)}")
    for name in STOCK_COLUMNS:
        if name not in table:
            raise BadInput(f"{what}: column '{name}' is missing; the columns are"
                           f" {', '.join(STOCK_COLUMNS)}")
    findings, first, by_sku = [], {}, {}
    scales = {} if orders is None else dict(zip(orders.sku_keys, orders.decimals.tolist(),
                                                strict=True))
    known, total = set(nodes.keys), Decimal(0)
    for row, (sku, node, on_hand) in enumerate(
            zip(*(list(table[name]) for name in STOCK_COLUMNS), strict=True), 1):
        sku, node = str(sku), str(node)
        at = f"{what}, row {row}, column"
        if not sku:
            findings.append(f"{at} 'sku': empty; give the SKU's key")
        if node not in known:
            findings.append(f"{at} 'node': \"{node}\" is no node{nearest(node, nodes.keys)}")
        if first.setdefault((sku, node), row) != row:
            findings.append(f"{at} 'sku': {sku} at {node} stands in row {first[(sku, node)]}"
                            " already; the rows would add up")
        units = number_of(on_hand)
        if wrong := _unusable(units, scales.get(sku)):
            findings.append(f"{at} 'on_hand':"
                            f" {shown(on_hand if units is None else units)} {wrong}")
        else:
            total = EXACT.add(total, units)
            by_sku[sku] = EXACT.add(by_sku.get(sku, Decimal(0)), units)
    if orders is not None:
        findings += _unserved(orders, by_sku)
    return {"rows": len(table["sku"]), "skus": len({k for k, _ in first}),
            "nodes": len({k for _, k in first}), "units": f"{total:,f}", "findings": findings}


def _unusable(units: Decimal | None, scale: int | None) -> str:
    """Why an amount cannot be on hand, or nothing. `scale` is the SKU's decimals, None: unknown."""
    if units is None:
        return "is no number; write digits, such as 12"
    if units < 0:
        return "is below 0; write 0 and adjust later"
    if scale is not None and decimals_of(units) > scale:
        return f"is finer than its SKU's {scale} decimals in the orders"
    if units.scaleb(scale or 0, EXACT) > MOST_ON_HAND:
        most = Decimal(MOST_ON_HAND).scaleb(-(scale or 0))
        return f"is more than a SKU can have at one node: {most:f}"
    return ""


def _unserved(orders: Orders, by_sku: dict) -> list[str]:
    wanted: dict[str, Decimal] = {}
    for sku, units in zip(orders.sku.tolist(), orders.units.tolist(), strict=True):
        key = orders.sku_keys[sku]
        wanted[key] = wanted.get(key, Decimal(0)) + Decimal(units).scaleb(
            -int(orders.decimals[sku]))
    return [f"{key}: {units:f} ordered, {by_sku.get(key, Decimal(0)):f} in stock" for key, units in
            wanted.items() if by_sku.get(key, Decimal(0)) < units]
