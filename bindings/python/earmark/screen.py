"""THE SCREEN: a comparison as text, the table and the two sentences beneath it."""

from .comparison import Comparison
from .paired import Interval

MILES = 1.609344  # kilometres
SAID = {"parcel": "parcels", "extra parcel": "extra parcels", "unit": "picking",
        "distance": "distance"}  # parts of the rate card, as the screen calls them


def distance_unit(currency: str) -> tuple[str, float]:
    """Name and kilometres of what distances are said in."""
    return ("miles", MILES) if currency in ("USD", "GBP") else ("km", 1.0)


def title(name: str) -> str:
    return name.replace("_", " ")


def difference_text(d: Interval, form: str = "+.2f") -> str:
    if d.low is None:
        return f"{d.mean:{form}}"
    return f"{d.mean:{form}} ({d.low:{form}}..{d.high:{form}})"


def rows(c: Comparison, *, times: bool = True) -> list[list[str]]:
    """The header and a row per policy."""
    unit, km = distance_unit(c.orders.currency)
    runs = len(c.runs[c.names[0]])
    pairs = f"(95 %, {runs} paired runs)" if runs > 1 else "(one run)"
    out = [["policy", "cost/order", f"vs {title(c.names[0])} {pairs}", "parcels", "split",
            "filled", unit, "bound", *(["orders/s"] if times else []), "digest"]]
    for name in c.names:
        speed = sorted(r.orders_per_second for r in c.runs[name])[runs // 2]
        out.append([
            title(name), f"{c.mean(name, 'cost_per_order').mean:.2f}",
            "-" if name == c.names[0] else difference_text(c.difference(name)),
            f"{c.mean(name, 'parcels_per_order').mean:.2f}",
            f"{100 * c.mean(name, 'split').mean:.1f}%",
            f"{100 * c.mean(name, 'unit_fill').mean:.1f}%",
            f"{c.mean(name, 'km').mean / km:,.0f}",
            f"{c.mean(name, 'bound_per_order').mean:.2f}",
            *([f"{speed:,.0f}"] if times else []), c.policy_digest(name)[:6]])
    return out


def aligned(table: list[list[str]], indent: str = "") -> list[str]:
    """Columns wide enough for their widest cell; the first to the left, figures to the right."""
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return [indent + "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(
        row[1:], widths[1:], strict=True))]).rstrip() for row in table]


def best(c: Comparison) -> str:
    return min(c.names, key=lambda name: c.mean(name, "cost_per_order").mean)


def bound_sentence(c: Comparison) -> str:
    name = best(c)
    runs = c.runs[name]
    exact = sum(r.bound_exact for r in runs) / len(runs)
    gap = max(r.bound_gap for r in runs)
    cost = c.mean(name, "cost_per_order").mean
    bound = c.mean(name, "bound_per_order").mean
    rest = "" if exact == 1 else f", the rest within {100 * gap:.1f} %"
    above = (f"{title(name)} is {100 * (cost / bound - 1):.1f} % above it" if bound
             else "nothing was filled")
    return (f"order by order, none can fill what {title(name)} filled for less than {bound:.2f}:"
            f" {100 * exact:.1f} % of orders exact{rest}; {above}")


def move_sentence(c: Comparison, name: str) -> str:
    saved = c.saved(name)
    total = saved.pop("total")
    verb = "saves" if total >= 0 else "costs"
    sign = 1 if total >= 0 else -1
    parts = ", ".join(f"{SAID[part]} {sign * money:,.0f}" for part, money in saved.items()
                      if round(money))
    return (f"{title(c.names[0])} -> {title(name)} moves {100 * c.moved(name).mean:.1f} % of lines,"
            f" {verb} {abs(total):,.0f} {c.orders.currency}: {parts or 'nothing'}")


def comparison_text(c: Comparison, indent: str = "", *, times: bool = True) -> str:
    lines = aligned(rows(c, times=times), indent) + [indent + bound_sentence(c)]
    lines += [indent + move_sentence(c, name) for name in c.names[1:]]
    return "\n".join(lines)
