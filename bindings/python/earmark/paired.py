"""PAIRED RUNS: a mean with a 95 % interval by Student's t, exact for whole degrees of freedom
(Abramowitz and Stegun, 26.7.3 and 26.7.4)."""

from dataclasses import dataclass
from functools import cache
from math import atan, cos, pi, sin, sqrt

import numpy as np

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean of runs. `low` and `high` are None where one run gives no interval."""

    mean: float
    low: float | None
    high: float | None
    runs: int

    @property
    def half(self) -> float | None:
        return None if self.high is None else self.high - self.mean

    def is_clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low is not None and (self.low > 0 or self.high < 0)


def within(t: float, freedom: int) -> float:
    """P(|T| <= t) for Student's T."""
    angle = atan(t / sqrt(freedom))
    c2 = cos(angle) ** 2
    if freedom % 2:
        term, total = cos(angle), 0.0
        for k in range(1, (freedom - 1) // 2 + 1):
            total += term
            term *= c2 * 2 * k / (2 * k + 1)
        return 2 / pi * (angle + sin(angle) * total)
    term, total = 1.0, 0.0
    for k in range(1, freedom // 2 + 1):
        total += term
        term *= c2 * (2 * k - 1) / (2 * k)
    return sin(angle) * total


@cache
def t_value(freedom: int, level: float = LEVEL) -> float:
    """The t that holds `level` of Student's distribution between -t and t."""
    low, high = 0.0, 1.0
    while within(high, freedom) < level:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < level else (low, middle)
    return high


def interval(values) -> Interval:
    """Of one figure over runs; of paired differences, if they are what is given."""
    x = np.asarray(values, dtype=np.float64)
    mean = float(x.mean())
    if len(x) < 2:
        return Interval(mean, None, None, len(x))
    half = t_value(len(x) - 1) * float(x.std(ddof=1)) / sqrt(len(x))
    return Interval(mean, mean - half, mean + half, len(x))
