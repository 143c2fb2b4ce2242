"""Where stock lies and where it goes to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._earmark import Engine, Frame


@dataclass(frozen=True)
class Network:
    """Nodes and ship-to places, as tables of the columns that `load_nodes` and `load_places` take.
    Distances are great circles between their positions, in metres, computed once when they are
    loaded; a place or node without a position ranks last by distance."""

    nodes: Any
    places: Any = None

    def load_into(self, engine: "Engine", now: int = 0) -> dict[str, Any]:
        """Loads both into an engine; the report of each table by its name."""
        tables = {"nodes": self.nodes}
        if self.places is not None:
            tables["places"] = self.places
        return engine.load(**tables, now=now)

    @staticmethod
    def of(engine: "Engine") -> "Network":
        """The network of an engine, as frames."""
        return Network(_table(engine.nodes()), _table(engine.places()))


def _table(frame: "Frame") -> dict[str, Any]:
    """The columns that can be loaded again; a frame also has ids."""
    table = {name: frame[name] for name in frame if name not in ("node", "place")}
    if "kind" in frame:
        table["kind"] = frame.words("kind")
    return table
