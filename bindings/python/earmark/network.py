"""WHERE STOCK LIES AND WHERE IT GOES TO. Distances are those of the engine: a great circle on a
sphere of 6,371,000 m, rounded to the metre, -1 where a position is unknown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import BadInput
from .inputs import Table

if TYPE_CHECKING:
    from ._earmark import Engine, Frame

EARTH_METRES = 6_371_000.0
NODE_COLUMNS = ("node", "kind", "latitude", "longitude", "priority", "active")
PLACE_COLUMNS = ("place", "latitude", "longitude")
KINDS = ("dc", "store", "vendor")
UNKNOWN = -1


@dataclass(frozen=True)
class Network:
    """Nodes and ship-to places, as tables of the columns that `load_nodes` and `load_places` take.
    Distances are great circles between their positions, in metres, computed once when they are
    loaded; a place or node without a position ranks last by distance. `distances` (columns place,
    node, and metres, km or miles) hold in place of these for the pairs that it names: roads, or
    whatever a host measures."""

    nodes: Any
    places: Any = None
    distances: Any = None

    def load_into(self, engine: "Engine", now: int = 0,
                  progress: Callable[[int, int], object] | None = None) -> dict[str, Any]:
        """Loads them into an engine; the report of each table by its name. `progress` as in
        Engine.load."""
        tables = {"nodes": self.nodes}
        if self.places is not None:
            tables["places"] = self.places
        if self.distances is not None:
            tables["distances"] = self.distances
        return engine.load(**tables, now=now, progress=progress)

    @staticmethod
    def of(engine: "Engine") -> "Network":
        """The network of an engine, as frames."""
        given = engine.distances()
        return Network(_table(engine.nodes()), _table(engine.places()),
                       {"place": given.words("place"), "node": given.words("node"),
                        "metres": given["metres"]} if len(given) else None)


def _table(frame: "Frame") -> dict[str, Any]:
    """The columns that can be loaded again; a frame also has ids."""
    table = {name: frame[name] for name in frame if name not in ("node", "place")}
    if "kind" in frame:
        table["kind"] = frame.words("kind")
    return table


@dataclass
class Nodes:
    """Nodes as arrays, row by row; what the Python layer works with once a table is checked."""

    keys: list[str]
    kinds: list[str]
    latitude: np.ndarray   # NaN where unknown
    longitude: np.ndarray
    priority: np.ndarray   # int64
    active: np.ndarray     # bool

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def index(self) -> dict[str, int]:
        """The row of each key."""
        return {key: i for i, key in enumerate(self.keys)}


@dataclass
class PlaceTable:
    """Ship-to places as arrays, row by row."""

    keys: list[str]
    latitude: np.ndarray   # NaN where unknown
    longitude: np.ndarray


def nodes_of(given: object) -> Nodes:
    """Nodes from a Nodes or a table with the columns of NODE_COLUMNS. Raises BadInput."""
    if isinstance(given, Nodes):
        return given
    t = Table(given, "nodes", NODE_COLUMNS, ("node",), aliases={"key": "node"})
    keys = t.texts("node")
    _once(t, "node", keys)
    if not keys:
        raise BadInput("nodes: no row; give at least one node")
    kinds = t.texts("kind", "dc")
    t.refuse("kind", [(row, f'"{kind}" is no kind; the kinds are {", ".join(KINDS)}')
                      for row, kind in enumerate(kinds) if kind not in KINDS])
    latitude, longitude = _positions(t)
    return Nodes(keys, kinds, latitude, longitude,
                 t.integers("priority", 0, -2**31, 2**31 - 1), _switch(t))


def places_of(given: object) -> PlaceTable:
    """Places from a PlaceTable or a table with the columns of PLACE_COLUMNS. Raises BadInput."""
    if isinstance(given, PlaceTable):
        return given
    t = Table(given, "places", PLACE_COLUMNS, ("place",), aliases={"key": "place"})
    keys = t.texts("place")
    _once(t, "place", keys)
    return PlaceTable(keys, *_positions(t))


def _once(t: Table, name: str, keys: list[str]) -> None:
    first: dict[str, int] = {}
    t.refuse(name, [(row, f'"{key}" stands in row {first[key] + 1} already')
                    for row, key in enumerate(keys) if first.setdefault(key, row) != row])


def _switch(t: Table) -> np.ndarray:
    if not t.has("active"):
        return np.ones(t.rows, dtype=bool)
    words = [str(v).lower() for v in t.columns["active"]]
    known = {"true": True, "1": True, "false": False, "0": False}
    t.refuse("active", [(row, f'"{word}" is neither true nor false')
                        for row, word in enumerate(words) if word not in known])
    return np.array([known[word] for word in words], dtype=bool)


def _positions(t: Table) -> tuple[np.ndarray, np.ndarray]:
    return t.positions() or (np.full(t.rows, np.nan), np.full(t.rows, np.nan))


def distances(lat_a, lon_a, lat_b, lon_b) -> np.ndarray:
    """Great-circle metres of every a to every b (haversine); UNKNOWN where a position is."""
    lat_a, lat_b = np.asarray(lat_a, float)[:, None], np.asarray(lat_b, float)[None, :]
    lon_a, lon_b = np.asarray(lon_a, float)[:, None], np.asarray(lon_b, float)[None, :]
    half_lat = np.sin(np.radians(lat_b - lat_a) / 2)
    half_lon = np.sin(np.radians(lon_b - lon_a) / 2)
    h = half_lat**2 + np.cos(np.radians(lat_a)) * np.cos(np.radians(lat_b)) * half_lon**2
    metres = 2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(h, 0, 1)))
    return np.where(np.isnan(metres), UNKNOWN, np.floor(metres + 0.5)).astype(np.int64)
