"""THE EXPLANATION CARD: nodes x rules, the first rule that a node fails coloured."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from ..comparison import Comparison
from ..replay import Replay
from .style import FAINT, INK, SERIES, SOFT, bare, new, plt, short


@dataclass(frozen=True)
class Rule:
    says: str
    fails: tuple[str, ...]  # the verdicts (earmark.VERDICTS) that say "not this one"
    always: bool = True     # else it is shown where a node fails it


# In the order in which the engine asks.
RULES = (Rule("active", ("inactive",)),
         Rule("not excluded", ("excluded",), always=False),
         Rule("may ship it", ("restricted",), always=False),
         Rule("passes filters", ("filtered",), always=False),
         Rule("has room on its days", ("no_capacity",), always=False),
         Rule("is one that lines are bound to", ("bound",), always=False),
         Rule("in the strategy", ("not_selected",), always=False),
         Rule("has a rate", ("no_rate",)), Rule("has stock", ("no_stock",)),
         Rule("may give it", ("kept_back",)), Rule("fits a plan", ("no_such_plan",)),
         Rule("ranks best", ("worse", "later", "better")))

LOOKED_AT = 200  # orders


@dataclass
class Card:
    order: str
    policy: str
    place: str
    lines: int
    words: str
    rows: list[tuple[str, str, str]]  # node, verdict, reason

    @property
    def rules(self) -> list[Rule]:
        """The columns of this card."""
        failed = {verdict for _, verdict, _ in self.rows}
        return [rule for rule in RULES if rule.always or failed & set(rule.fails)]

    def cells(self, verdict: str) -> list[str]:
        """pass, fail or blank, by rule; `blank` is not asked any more."""
        fails = [verdict in rule.fails for rule in self.rules]
        if verdict != "chosen" and not any(fails):
            raise RuntimeError(f"the card has no rule for the verdict '{verdict}'; this is a fault"
                               " of Earmark, please report it")
        last = fails.index(True) if any(fails) else len(fails)
        return ["pass" if i < last else "fail" if i == last else "blank"
                for i in range(len(fails))]


def card_of(c: Comparison, policy: str, key: str | None = None) -> Card | None:
    """Of an order by its key, or of one that shows something: three to six lines, two parcels."""
    replay, world = c.first_run[policy], c.first_world
    row = c.orders.keys.index(key) if key is not None else _telling(c, replay)
    if row is None or replay.ids[row] < 0:
        return None
    place = int(world.places.of_order[row])
    rows = [tuple(map(str, r)) for r in replay.engine.explain_rows(int(replay.ids[row]))]
    return Card(c.orders.keys[row], policy, world.places.keys[place] if place >= 0 else "unknown",
                int(c.orders.offsets[row + 1] - c.orders.offsets[row]),
                replay.engine.explain(int(replay.ids[row])), rows)


def _telling(c: Comparison, replay: Replay) -> int | None:
    """Of the first orders of three to six lines in two parcels the one whose nodes fail the most
    kinds of rules; else whatever order there is."""
    lines = c.orders.offsets[1:] - c.orders.offsets[:-1]
    again = np.isin(np.arange(len(c.orders)), replay.parts.order[replay.parts.leg > 0])
    for low, high, parcels in ((3, 6, 2), (2, 12, 2), (1, 10**9, 1)):
        fits = (lines >= low) & (lines <= high) & (replay.parcels == parcels) & ~again
        rows = fits.nonzero()[0][:LOOKED_AT].tolist()
        if rows:
            return max(rows, key=lambda row: len({verdict for _, verdict, _ in
                                                  replay.engine.explain_rows(
                                                      int(replay.ids[row]))}))
    return None


def draw(card: Card) -> Figure:
    n, rules = len(card.rows), card.rules
    figure, axes = new(0.95 + 0.27 * n)
    for y, (node, verdict, _) in enumerate(card.rows):
        for x, state in enumerate(card.cells(verdict)):
            colour = {"pass": SERIES[2], "fail": SERIES[1], "blank": FAINT}[state]
            axes.add_patch(plt.Rectangle((x - 0.46, y - 0.42), 0.92, 0.84, color=colour,
                                         alpha={"pass": 0.35, "fail": 0.9, "blank": 0.25}[state],
                                         linewidth=0))
            if state == "fail":
                axes.text(x, y, "no", ha="center", va="center", fontsize=7.5, color="#ffffff")
        chosen = verdict == "chosen"
        axes.text(-0.6, y, short(node, 18), ha="right", va="center", fontsize=8,
                  fontweight="bold" if chosen else "normal", color=INK if chosen else SOFT)
        if chosen:
            axes.text(len(rules) - 0.4, y, "chosen", ha="left", va="center", fontsize=8,
                      fontweight="bold", color=SERIES[2])
    axes.set(xlim=(-3.4, len(rules) + 0.9), ylim=(n - 0.4, -0.6), yticks=[],
             xticks=range(len(rules)))
    axes.set_xticklabels([rule.says for rule in rules], fontsize=7.5, rotation=35, ha="left",
                         rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", labelcolor=INK)
    bare(axes)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
