"""INSTANCES: benchmarks to share. A TOML file names a generator, its parameters, a seed, and the
digest of the columns that these make. Who loads it gets those columns or an error: never others
under the same name.

    instance = earmark.instances.load("small_retail")
    instance.tables["orders"]["place"]      # columns: whole numbers as NumPy arrays, keys as lists
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np

from .generators import GENERATORS, Span, Tables, Whole
from .errors import BadInput
from .inputs import nearest
from .network import Nodes, PlaceTable
from .opening import check_size
from .orders import Orders
from .world import Setting

HERE = Path(__file__).resolve().parent
MOST_BYTES = 1 << 16
KEYS = ("about", "generator", "seed", "digest", "parameters")


@dataclass
class Instance:
    """Tables orders, lines, skus, nodes, places and stock. Rows refer to each other by number;
    positions are in 1/1,000,000 degree, times in nanoseconds UTC."""

    name: str
    about: str
    generator: str
    seed: int
    parameters: dict[str, int | list[int]]
    digest: str
    tables: Tables = field(repr=False)


def shipped() -> dict[str, Path]:
    """The instances that come with the package, by name."""
    for folder in (HERE / "instances", HERE.parents[2] / "bench" / "instances"):
        if folder.is_dir():
            return {p.stem: p for p in sorted(folder.glob("*.toml"))}
    return {}


def digest_of(tables: Tables) -> str:
    """Of every table, column and value, in their order. O(bytes)."""
    h = blake2b(digest_size=8)
    for table, columns in tables.items():
        for name, column in columns.items():
            is_text = isinstance(column, list)
            h.update(f"{table}.{name} {'text' if is_text else 'int64'} {len(column)}\n".encode())
            h.update("".join(f"{key}\n" for key in column).encode() if is_text
                     else np.ascontiguousarray(column, dtype="<i8").tobytes())
    return h.hexdigest()


def load(name: str | Path, orders: int | None = None) -> Instance:
    """An instance by name or path of its file. Raises BadInput, also where the columns that are
    made do not have the file's digest. With `orders`, the generator is then asked for so many
    orders: another instance, with a digest of its own and stock in proportion."""
    path = _find(name)
    spec = _read(path)
    generator, p, seed = spec["generator"], spec["parameters"], spec["seed"]
    tables = GENERATORS[generator].make(p, seed)
    made = Instance(path.stem, spec["about"], generator, seed, p, digest_of(tables), tables)
    if made.digest != spec["digest"]:
        raise BadInput(
            f"{path.name}: the file says digest {spec['digest']}, but {generator} makes"
            f" {made.digest} of its parameters and seed, so figures of the two cannot be compared."
            f' If you changed the file on purpose, rename it and write digest = "{made.digest}";'
            " if you did not, use the Earmark that the file was made with")
    return made if orders is None or orders == p["orders"] else resized(made, orders)


def resized(instance: Instance, orders: int) -> Instance:
    """The same shop with another number of orders, stock in proportion to them."""
    p = instance.parameters | {"orders": orders}
    p["days"] = max(1, min(p["days"], orders))
    _check_parameters(f"{instance.name} with {orders} orders", instance.generator, p)
    tables = GENERATORS[instance.generator].make(p, instance.seed)
    return replace(instance, parameters=p, digest=digest_of(tables), tables=tables)


def _find(name: str | Path) -> Path:
    known = shipped()
    if str(name) in known:
        return known[str(name)]
    if Path(name).suffix != ".toml":
        raise BadInput(f"instance {name}: neither a shipped instance nor a .toml file"
                       f"{nearest(str(name), known)}")
    return Path(name)


def _read(path: Path) -> dict:
    try:
        with open(path, "rb") as f:
            data = f.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise BadInput(f"{path}: more than {MOST_BYTES} bytes; an instance is a short file")
        spec = tomllib.loads(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise BadInput(f"{path}: {getattr(e, 'strerror', None) or e}") from None
    _same_keys(str(path), spec, KEYS)
    for key in ("about", "generator", "digest"):
        if not isinstance(spec[key], str):
            raise BadInput(f"{path}, {key}: {spec[key]!r} is no text")
    if spec["generator"] not in GENERATORS:
        raise BadInput(f"{path}, generator: \"{spec['generator']}\" is none"
                       f"{nearest(spec['generator'], GENERATORS)}")
    if not _is_whole(spec["seed"], Whole(0, 2**63 - 1)):
        raise BadInput(f"{path}, seed: {spec['seed']!r}; give a whole number from 0 to 2^63 - 1")
    if not isinstance(spec["parameters"], dict):
        raise BadInput(f"{path}, parameters: give a table [parameters]")
    _check_parameters(str(path), spec["generator"], spec["parameters"])
    return spec


def _same_keys(where: str, given: dict, known: Iterable[str]) -> None:
    for key in given:
        if key not in known:
            raise BadInput(f"{where}: unknown key '{key}'{nearest(key, known)}")
    for key in known:
        if key not in given:
            raise BadInput(f"{where}: key '{key}' is missing")


def _is_whole(value: object, bounds: Whole) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)
            and bounds.low <= value <= bounds.high)


def _check_parameters(where: str, generator: str, p: dict) -> None:
    known = GENERATORS[generator]
    where = f"{where}, parameters"
    _same_keys(where, p, known.parameters)
    for key, bounds in known.parameters.items():
        value = p[key]
        wanted = f"from {bounds.low} to {bounds.high}"
        if isinstance(bounds, Span):
            fits = (isinstance(value, list) and len(value) == 2
                    and all(_is_whole(v, bounds) for v in value) and value[0] <= value[1])
            wanted = f"[least, most], whole numbers {wanted}"
        else:
            fits, wanted = _is_whole(value, bounds), f"a whole number {wanted}"
        if not fits:
            raise BadInput(f"{where}: {key} = {value}; give {wanted}")
    if wrong := known.sensible(p):
        raise BadInput(f"{where}: {wrong}")


def setting_of(instance: Instance) -> Setting:
    """The instance as what a replay runs on. O(lines + SKUs x nodes)."""
    t = instance.tables
    n = len(t["orders"]["key"])
    place_keys = t["places"]["key"]
    orders = Orders(
        source=f"instance {instance.name}", currency="USD", keys=t["orders"]["key"],
        offsets=np.searchsorted(t["lines"]["order"], np.arange(n + 1)).astype(np.int64),
        sku_keys=t["skus"]["key"], decimals=np.zeros(len(t["skus"]["key"]), dtype=np.int64),
        sku=t["lines"]["sku"].astype(np.int32), units=t["lines"]["units"],
        price_minor=t["lines"]["price_minor"], customers=t["orders"]["key"],
        countries=["US"] * n, placed_ns=t["orders"]["placed_ns"],
        ship_to=[place_keys[i] for i in t["orders"]["place"].tolist()])
    nodes = Nodes(t["nodes"]["key"], t["nodes"]["kind"], t["nodes"]["latitude_e6"] / 1e6,
                  t["nodes"]["longitude_e6"] / 1e6,
                  np.zeros(len(t["nodes"]["key"]), dtype=np.int64),
                  np.ones(len(t["nodes"]["key"]), dtype=bool))
    check_size(orders, nodes)
    stock = np.zeros((len(orders.sku_keys), len(nodes)), dtype=np.int64)
    stock[t["stock"]["sku"], t["stock"]["node"]] = t["stock"]["on_hand"]
    places = PlaceTable(place_keys, t["places"]["latitude_e6"] / 1e6,
                        t["places"]["longitude_e6"] / 1e6)
    return Setting(orders, nodes, places, stock, None, {}, instance.seed)
