"""POLICIES by name, by path or as text, and the rate card that they hold."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from .errors import BadInput
from .inputs import nearest
from .network import KINDS, UNKNOWN, Nodes

HERE = Path(__file__).resolve().parent
UNPRICED = -1
E4 = 10_000


def shipped() -> dict[str, Path]:
    """The policies that come with the package, by name."""
    for folder in (HERE / "policies", HERE.parents[2] / "examples" / "policies"):
        if folder.is_dir():
            return {p.stem: p for p in sorted(folder.glob("*.toml"))}
    return {}


def policies_of(given: object, currency: str) -> dict[str, str]:
    """Name -> TOML text, from a mapping of texts and criteria, or from names and paths (a list, or
    a text with commas). The rates of shipped policies are taken as they stand, in the orders'
    currency."""
    if isinstance(given, Mapping):
        found = {str(name): getattr(text, "policy", str(text)) for name, text in given.items()}
    else:
        names = given.split(",") if isinstance(given, str) else given
        if not isinstance(names, Iterable):
            raise BadInput("policies: give a dict of name -> TOML text, or names and paths")
        found = dict(_read(str(name).strip(), currency) for name in names if str(name).strip())
    if not found:
        raise BadInput(f"policies: none is named; the shipped ones are {', '.join(shipped())}")
    return found


def criteria_of(given: object) -> dict[str, object]:
    """Name -> criterion, of those policies that are given as one (earmark.Criterion)."""
    if not isinstance(given, Mapping):
        return {}
    return {str(name): rule for name, rule in given.items() if hasattr(rule, "policy")}


def _read(name: str, currency: str) -> tuple[str, str]:
    known = shipped()
    path = known.get(name) or Path(name)
    if name not in known and path.suffix != ".toml":
        raise BadInput(f"policy {name}: neither a shipped policy nor a .toml file"
                       f"{nearest(name, known)}")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise BadInput(f"policy {name}: {e}") from None
    if name in known:
        text = text.replace('currency = "USD"', f'currency = "{currency}"')
    return path.stem, text


@dataclass
class RateCard:
    """What a policy pays, in 1/10,000 of the major unit, by node."""

    fixed: np.ndarray      # per parcel; UNPRICED where the policy has no rate
    unit: np.ndarray       # per unit
    distance: np.ndarray   # per unit and 1,000 km
    extra_parcel: int
    costs: dict            # as the policy writes it

    @property
    def bent(self) -> str:
        """What makes an order's cost more than a sum over its parts; empty: nothing does."""
        return next((key for key in ("parcel", "by_acceptance") if self.costs.get(key)), "")

    @property
    def usable(self) -> np.ndarray:
        return (self.fixed >= 0) & (self.unit >= 0) & (self.distance >= 0)


def rate_card(toml: str, nodes: Nodes) -> RateCard:
    """Of a policy that the engine has accepted."""
    costs = tomllib.loads(toml).get("costs", {})

    def by_node(name: str) -> np.ndarray:
        given = costs.get(name, "0")
        table = given if isinstance(given, dict) else dict.fromkeys(KINDS, given)
        e4 = {kind: _e4(table[kind]) if kind in table else UNPRICED for kind in KINDS}
        return np.array([e4[kind] for kind in nodes.kinds], dtype=np.int64)

    return RateCard(by_node("fixed_per_parcel"), by_node("per_unit"),
                    by_node("per_unit_per_1000_km"), _e4(costs.get("extra_parcel", "0")), costs)


def _e4(money: str) -> int:
    return int(Decimal(money) * E4)


def part_costs(card: RateCard, node: np.ndarray, metres: np.ndarray, units: np.ndarray,
               decimals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What parts cost without their parcels, exactly as the engine rounds it: (for units, for
    distance), whose sum is the part. `metres` is never UNKNOWN here (see stand_in)."""
    e10 = card.unit[node] * 1_000_000 + card.distance[node] * metres
    scale = 10 ** decimals.astype(np.int64)
    if len(units) and int(units.max()) * max(int(e10.max()), 1) >= 2**62 // 4:
        e10, units, scale = (a.astype(object) for a in (e10, units, scale))
    total = (2 * units * e10 + scale * 1_000_000) // (2 * scale * 1_000_000)
    for_units = units * card.unit[node] // scale
    return for_units.astype(np.int64), (total - for_units).astype(np.int64)


def stand_in(metres_of_order: np.ndarray, nodes: Nodes) -> np.ndarray:
    """Orders x nodes, with the farthest known distance of an active node where one is unknown, or
    0 where none is known: what the engine prices."""
    known = np.where(nodes.active[None, :], metres_of_order, UNKNOWN).max(axis=1, initial=0)
    return np.where(metres_of_order == UNKNOWN, known[:, None], metres_of_order)


def cheapest_text(card: RateCard, currency: str) -> str:
    """The policy of the bound: the least cost by this rate card, and nothing else."""
    lines = [f'policy = "bound"\ncurrency = "{currency}"\nrank = ["cost"]\n[costs]']
    for name, value in card.costs.items():
        table = ("{ " + ", ".join(f'{k} = "{v}"' for k, v in value.items()) + " }"
                 if isinstance(value, dict) else f'"{value}"')
        lines.append(f"{name} = {table}")
    return "\n".join(lines) + "\n"
