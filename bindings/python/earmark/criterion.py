"""A SOURCING RULE OF YOUR OWN, in Python. It sees a batch of orders as columns and answers one
whole number for each order and node; the engine ranks by it first and by the policy's own criteria
after, as exactly as by any criterion, and keeps the numbers with each decision, so that
explanations and replays need none of this code.

    class SlowMovers(earmark.Criterion):
        def score(self, c):
            return sold_last_week[c.node_keys]          # one row for all orders; smaller is better

    rule = SlowMovers("cheapest", currency="EUR")
    engine.activate(rule.policy)
    engine.source(orders, criterion=rule)
    earmark.compare(orders, stock, nodes, {"cheapest": text, "slow movers": rule})
"""

from functools import cached_property

import numpy as np

from ._earmark import Engine, Policy
from .errors import BadInput

LEAST, MOST = -(2**31), 2**31 - 1


class Candidates:
    """What a criterion sees: a batch of orders (rows) and all nodes (columns), before the engine
    decides about the batch. Arrays are read-only.

    orders       ids
    place        ids of the ship-to places, -1 for none
    lines        lines of each order
    amount       what is still to be sourced of each, over all lines, in atoms
    metres       orders x nodes, -1 where unknown
    serves       orders x nodes: how many of an order's waiting lines the node could serve whole
    node_keys, kinds (words), priority, active: by node
    """

    def __init__(self, engine: Engine, orders: np.ndarray) -> None:
        self._engine = engine
        self.orders = orders
        for name, column in engine._candidates(orders).items():
            column.flags.writeable = False
            setattr(self, name, column)

    @cached_property
    def _nodes(self):
        return self._engine.nodes()

    @property
    def node_keys(self) -> np.ndarray:
        return self._nodes["key"]

    @property
    def kinds(self) -> np.ndarray:
        return self._nodes.words("kind")

    @property
    def priority(self) -> np.ndarray:
        return self._nodes["priority"]

    @property
    def active(self) -> np.ndarray:
        return self._nodes["active"]

    @cached_property
    def serves(self) -> np.ndarray:
        out = self._engine._serves(self.orders)
        out.flags.writeable = False
        return out

    def __len__(self) -> int:
        return len(self.orders)


class Criterion:
    """Derive from it and write `score`. `policy` is the TOML to activate: the given one, ranked by
    score first, and each of its strategies too. Give a policy's text, or the name of a shipped one
    with the orders' currency."""

    def __init__(self, policy: str = "cheapest", currency: str = "USD") -> None:
        from .policies import policies_of  # it reads files; the engine's own face does not
        text = policy if "\n" in policy else next(iter(policies_of([policy], currency).values()))
        self.policy = Policy(text).ranked_by_score(type(self).__name__).text

    def score(self, c: Candidates) -> np.ndarray:
        """Whole numbers from -2^31 to 2^31 - 1, smaller is better: orders x nodes, or one row that
        all orders share. Called once for a batch, with the GIL and no lock held."""
        raise NotImplementedError(f"{type(self).__name__}.score(c) is to be written")


def scores_of(engine: Engine, orders: object, criterion: Criterion) -> np.ndarray:
    """What the criterion says of a batch, checked: int32, orders x nodes. The engine calls this."""
    ids = np.asarray(orders, dtype=np.int64)
    c = Candidates(engine, ids)
    name = type(criterion).__name__
    said = np.asarray(criterion.score(c))
    wanted = (len(ids), len(c.node_keys))
    if said.shape not in (wanted, wanted[1:]):
        raise BadInput(f"{name}.score answered an array of {said.shape}; give {wanted}, orders x"
                       f" nodes, or {wanted[1:]} for all orders alike")
    if said.dtype.kind not in "iub":
        raise BadInput(f"{name}.score answered {said.dtype}; give whole numbers, for example"
                       " np.rint(100 * x).astype(int), so that ties are ties on every machine")
    if said.size and not (LEAST <= int(said.min()) and int(said.max()) <= MOST):
        raise BadInput(f"{name}.score answered {said.min()} to {said.max()}; give -2^31 to 2^31-1")
    return np.ascontiguousarray(np.broadcast_to(said.astype(np.int32), wanted))
