"""BENCH: policies on instances, speed beside quality. Repetitions of all policies of an instance
are interleaved in a drawn order, each with an engine of its own, and timed by the CPU clock of the
thread from capture to plan. Everything but the times is the same in every repetition, which is
checked."""

import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from time import thread_time

import numpy as np

from . import comparison, instances
from .bound import BoundRoom
from .comparison import PolicyRun
from .errors import BadInput
from .instances import Instance
from .policies import policies_of
from .replay import Replay, play
from .screen import aligned
from .seeded import U64, draw
from .world import Setting, World

HERE = Path(__file__).resolve().parent
MOST_REPETITIONS = 1000
CURRENCY = "USD"  # of every instance


@dataclass
class Result:
    """A policy on an instance. Money is in the major unit; shares are from 0 to 1."""

    instance: Instance
    policy: str
    seconds: list[float]  # by repetition, for all orders
    run: PolicyRun

    @property
    def name(self) -> str:
        return f"{self.instance.name}.{self.policy}"

    @property
    def orders(self) -> int:
        return len(self.instance.tables["orders"]["key"])

    @property
    def speeds(self) -> list[float]:
        """Orders per second, in the order of the repetitions."""
        return [self.orders / max(s, 1e-9) for s in self.seconds]

    @property
    def best(self) -> float:
        return max(self.speeds)

    @property
    def quartile(self) -> float:
        """What a quarter of the repetitions reached."""
        return sorted(self.speeds, reverse=True)[len(self.seconds) // 4]

    @property
    def gap(self) -> float:
        """How far the cost is above what none can beat for the same units."""
        bound = self.run.figures["bound_per_order"]
        return self.run.figures["cost_per_order"] / bound - 1 if bound else 0.0


@dataclass
class Bench:
    results: list[Result]
    context: dict[str, object]

    def to_dict(self) -> dict:
        """The format of bench/run --json, which bench/compare reads."""
        rows, bursts = [], {}
        for r in self.results:
            f = r.run.figures
            rows.append({"name": f"{r.name}.speed", "value": r.best, "unit": "orders/s",
                         "quartile": r.quartile, "exact": False})
            bursts[f"{r.name}.speed"] = r.speeds
            rows += [{"name": f"{r.name}.{name}", "value": value, "unit": unit, "quartile": None,
                      "exact": True} for name, value, unit in (
                ("cost", f["cost_per_order"], f"{CURRENCY}/order"),
                ("parcels", f["parcels_per_order"], "parcels/order"),
                ("fill", f["unit_fill"], "share filled"), ("exact", f["exact"], "share proved"),
                ("gap", r.gap, "above bound"))]
        return {"context": self.context, "rows": rows, "bursts": bursts}

    def rows(self) -> list[list[str]]:
        """The header and a row for each result."""
        out = [["instance", "policy", "orders", "orders/s", "quartile", "cost/order", "parcels",
                "filled", "exact", "gap", "events"]]
        for r in self.results:
            f = r.run.figures
            out.append([f"{r.instance.name} {r.instance.digest[:6]}", r.policy, f"{r.orders:,}",
                        f"{r.best:,.0f}", f"{r.quartile:,.0f}", f"{f['cost_per_order']:.4f}",
                        f"{f['parcels_per_order']:.3f}", f"{100 * f['unit_fill']:.2f}%",
                        f"{100 * f['exact']:.1f}%", f"{100 * r.gap:.2f}%",
                        f"{r.run.digest:016x}"])
        return out

    def markdown(self) -> str:
        """The rows with what a reader needs to judge them: processor, compiler, commit."""
        told = [str(self.context[k]) for k in ("cpu", "compiler", "commit")]
        header, *rows = self.rows()
        lines = [[*header, "cpu", "compiler", "commit"], ["---"] * (len(header) + 3),
                 *([*row, *told] for row in rows)]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
                         for line in lines)

    def __str__(self) -> str:
        told = "\n".join(f"{name:<12}  {value}" for name, value in self.context.items()
                         if isinstance(value, str))
        return told + "\n\n" + "\n".join(aligned(self.rows()))


def bench(policies: object, names: Iterable[str | Path | Instance] | None = None, *,
          orders: int | None = None, repetitions: int = 15,
          progress: Callable[[int, int], None] | None = None) -> Bench:
    """Runs policies (see compare) on instances: names, paths, or all that are shipped. With
    `orders`, instances of that size are made. Raises BadInput before anything runs. Time
    O(instances x policies x (repetitions x orders + solving the bound))."""
    if type(repetitions) is not int or not 1 <= repetitions <= MOST_REPETITIONS:
        raise BadInput(f"repetitions {repetitions}: give a whole number from 1 to"
                       f" {MOST_REPETITIONS}")
    texts = policies_of(policies, CURRENCY)
    given = list(instances.shipped()) if names is None else list(names)
    loaded = [_sized(i, orders) if isinstance(i, Instance) else instances.load(i, orders)
              for i in given]
    twice = {i.name for i in loaded if [j.name for j in loaded].count(i.name) > 1}
    if twice:
        raise BadInput(f"instance {twice.pop()} is given twice; rows go by their names")
    told = _Told(progress, sum(i.parameters["orders"] for i in loaded) * len(texts) * repetitions)
    load_before = _load_average()
    results = [r for i in loaded for r in _on_instance(i, texts, repetitions, told)]
    context = machine() | {
        "repetitions": str(repetitions), "load before": load_before,
        "load after": _load_average(), "instances": {i.name: i.digest for i in loaded},
        "policies": {name: _text_digest(text) for name, text in texts.items()},
        "events": {r.name: f"{r.run.digest:016x}" for r in results}}
    return Bench(results, context)


def _sized(instance: Instance, orders: int | None) -> Instance:
    return instance if orders is None else instances.resized(instance, orders)


class _Told:
    def __init__(self, call: Callable[[int, int], None] | None, total: int) -> None:
        self.call, self.total, self.done = call, total, 0

    def __call__(self, n: int) -> None:
        self.done += n
        if self.call:
            self.call(min(self.done, self.total), self.total)


def _on_instance(instance: Instance, texts: dict[str, str], repetitions: int,
                 told: _Told) -> list[Result]:
    made = instances.setting_of(instance)
    world = made.world(0)
    names = list(texts)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    runs: dict[str, PolicyRun] = {}
    for repetition in range(repetitions):
        turn = draw(instance.seed, f"turn {repetition}", np.arange(len(names), dtype=U64))
        for name in (names[i] for i in np.argsort(turn, kind="stable")):
            replay = play(name, texts[name], made, world, told, clock=thread_time)
            seconds[name].append(replay.seconds)
            if name not in runs:
                runs[name] = _judged(made, world, replay)
            elif runs[name].digest != replay.events:
                raise RuntimeError(f"{instance.name}, {name}: two repetitions gave the events"
                                   f" {runs[name].digest:016x} and {replay.events:016x}; this is a"
                                   " fault of Earmark, please report it")
    return [Result(instance, name, seconds[name], runs[name]) for name in names]


def _judged(made: Setting, world: World, replay: Replay) -> PolicyRun:
    if replay.sentences:
        raise RuntimeError(f"{replay.policy}: {replay.sentences[0]}")
    return comparison.summary(made, world, replay, BoundRoom(replay, made.orders, world, 1))


def machine() -> dict[str, object]:
    """What the figures hang on beside the inputs."""
    try:
        built = json.loads((HERE / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        built = {"commit": "unknown", "compiler": "unknown", "flags": "unknown"}
    return {"cpu": f"{_processor()}, {os.cpu_count()} cores", **built,
            "python": f"{platform.python_version()}, NumPy {np.__version__}"}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            for line in f:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _load_average() -> str:
    try:
        return " ".join(f"{x:.2f}" for x in os.getloadavg())
    except OSError:
        return "unknown"


def _text_digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
