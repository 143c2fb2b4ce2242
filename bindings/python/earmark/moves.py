"""LINES THAT MOVED between two policies. A line's home is the node that gives it the most units (of
equals the first in the list of nodes), or nowhere, if nothing was filled."""

import numpy as np

from .replay import Replay


def homes(replay: Replay, lines: int, nodes: int) -> np.ndarray:
    """Node by line; `nodes` where nothing was filled."""
    p = replay.parts
    pairs, inverse = np.unique(p.line * nodes + p.node, return_inverse=True)
    units = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(units, inverse, p.units)
    order = np.lexsort((pairs % max(nodes, 1), -units, pairs // max(nodes, 1)))
    line, first = np.unique(pairs[order] // max(nodes, 1), return_index=True)
    out = np.full(lines, nodes, dtype=np.int64)
    out[line] = pairs[order][first] % nodes
    return out


def matrix(old: np.ndarray, new: np.ndarray, nodes: int) -> np.ndarray:
    """Lines by old home x new home; the last row and column are nowhere."""
    n = nodes + 1
    return np.bincount(old * n + new, minlength=n * n).reshape(n, n)
