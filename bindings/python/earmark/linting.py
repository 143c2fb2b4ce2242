"""LINT: what is wrong with a policy, before it is activated. The findings are a frame (`lint` in
docs/formats/columns.md); the rules are in docs/formats/policy.md."""

from typing import Any

from . import _earmark
from .errors import BadInput
from .network import nodes_of, places_of


def lint(policy: str, nodes: object = None, places: object = None, distances: object = None, *,
         file: str = "policy.toml", now: int | None = None) -> _earmark.Frame:
    """Findings about a policy's text, in the order of the text. With tables also about the nodes
    and places that it reaches; `distances` are place, node and metres, km or miles. A text that
    cannot be read has findings, too: this raises BadInput for the tables only.

        earmark.lint(open("winter.toml").read(), nodes={"node": ["a"], "kind": ["dc"]})
    """
    if nodes is None:
        if places is not None or distances is not None:
            raise BadInput("lint: places and distances need nodes; give nodes, too")
        return _earmark.lint(policy, file=file, now=now)
    return _shop(nodes, places, distances).lint(policy, file=file, now=now)


def _shop(nodes: object, places: object, distances: object) -> _earmark.Engine:
    """An engine of its own that has the tables and nothing else."""
    n = nodes_of(nodes)
    tables: dict[str, Any] = {"nodes": {
        "key": n.keys, "kind": n.kinds, "priority": n.priority, "active": n.active.astype(int),
        "latitude": n.latitude, "longitude": n.longitude}}
    if places is not None:
        p = places_of(places)
        tables["places"] = {"key": p.keys, "latitude": p.latitude, "longitude": p.longitude}
    if distances is not None:
        tables["distances"] = distances
        if places is None:
            keys = list(dict.fromkeys(map(str, list(distances["place"]))))
            tables["places"] = {"key": keys}
    engine = _earmark.Engine(max_orders=64, max_keys=64)
    for name, report in engine.load(**tables).items():
        if len(report["rejected"]):
            raise BadInput(f"{name}: {list(report['rejected'])[0][2]}")
    return engine


def counts(found: _earmark.Frame) -> dict[str, int]:
    """How many findings there are of each severity."""
    how = list(found.words("severity"))
    return {name: how.count(name) for name in ("error", "warning", "note")}


def text_of(found: _earmark.Frame) -> str:
    """A line for each finding, as compilers write them, and a line that counts."""
    lines = []
    for how, code, file, line, column, sentence, hint in zip(
            found.words("severity"), found.words("code"), found["file"], found["line"].tolist(),
            found["column"].tolist(), found["sentence"], found["hint"], strict=True):
        place = f"{file}:{line}:{column}" if line else file
        lines.append(f"{place}: {how}: {code}: {sentence}" + (f"; {hint}" if hint else ""))
    said = ", ".join(f"{n} {name}{'s' if n != 1 else ''}" for name, n in counts(found).items())
    return "\n".join([*lines, said])
