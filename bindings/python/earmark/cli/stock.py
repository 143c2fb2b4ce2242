"""CHECK a stock file against nodes and, if given, orders: all findings, not only the first."""

from decimal import Decimal, InvalidOperation

from ..errors import BadInput
from ..inputs import nearest
from ..network import Nodes
from ..opening import STOCK_COLUMNS
from ..orders import Orders


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
        units = _number(on_hand)
        if units is None:
            findings.append(f"{at} 'on_hand': {on_hand!r} is no number; write digits, such as 12")
        elif units < 0:
            findings.append(f"{at} 'on_hand': {on_hand} is below 0; write 0 and adjust later")
        else:
            total += units
            by_sku[sku] = by_sku.get(sku, 0) + units
    if orders is not None:
        findings += _unserved(orders, by_sku)
    return {"rows": len(table["sku"]), "skus": len({k for k, _ in first}),
            "nodes": len({k for _, k in first}), "units": f"{total:,f}", "findings": findings}


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
        return number if number.is_finite() else None
    except InvalidOperation:
        return None


def _unserved(orders: Orders, by_sku: dict) -> list[str]:
    wanted: dict[str, Decimal] = {}
    for sku, units in zip(orders.sku.tolist(), orders.units.tolist(), strict=True):
        key = orders.sku_keys[sku]
        wanted[key] = wanted.get(key, Decimal(0)) + Decimal(units).scaleb(
            -int(orders.decimals[sku]))
    return [f"{key}: {units:f} ordered, {by_sku.get(key, Decimal(0)):f} in stock" for key, units in
            wanted.items() if by_sku.get(key, Decimal(0)) < units]
