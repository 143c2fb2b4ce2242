"""Frames to files: CSV, CSV.gz and Parquet, and the figures of frames in SQL.

Needs pyarrow, and duckdb for what ends with `_values`: pip install 'earmark[export]'. Numbers stay
exact; words of dictionary columns are written as words."""

import contextlib
import importlib
import pathlib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Any

from .errors import BadInput


def _needed(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as e:
        raise BadInput(f"frames to files and SQL need {e.name}: pip install 'earmark[export]'"
                       ) from None


def table(frame: Any) -> Any:
    """A pyarrow table of anything with __arrow_c_stream__, dictionary columns as plain texts."""
    pa = _needed("pyarrow")
    rows = pa.table(frame)
    types = [pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type, f.nullable)
             for f in rows.schema]
    return rows.cast(pa.schema(types))


def write(frame: Any, path: str | pathlib.Path) -> pathlib.Path:
    """Writes a frame as its name says: .csv, .csv.gz or .parquet. The file appears whole or not at
    all; one that stands there is replaced."""
    target = pathlib.Path(path)
    name = target.name.lower()
    if not name.endswith((".csv", ".csv.gz", ".parquet")):
        raise ValueError(f"{target.name}: give a name that ends with .csv, .csv.gz or .parquet")
    rows = table(frame)
    draft = target.with_name(target.name + ".part")
    try:
        _write(rows, draft, name)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _write(rows: Any, draft: pathlib.Path, name: str) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    if name.endswith(".parquet"):
        pyarrow.parquet.write_table(rows, draft, compression="zstd")
    elif name.endswith(".gz"):
        with pa.CompressedOutputStream(str(draft), "gzip") as out:
            pyarrow.csv.write_csv(rows, out)
    else:
        pyarrow.csv.write_csv(rows, draft)


def views_sql() -> str:
    """The text of views.sql, which computes the figures from frames in DuckDB."""
    return resources.files("earmark").joinpath("views.sql").read_text()


@contextlib.contextmanager
def _answered(tables: Mapping[str, Any]) -> Iterator[Any]:
    """A database with these tables (frames, or paths of Parquet files) and the views over them."""
    duckdb = _needed("duckdb")
    with contextlib.closing(duckdb.connect()) as db:
        for name, given in tables.items():
            if isinstance(given, (str, pathlib.Path)):
                db.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet(?)", [str(given)])
            else:
                db.register("given", table(given))
                db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        db.execute(views_sql())
        yield db


def _rows(db: Any, view: str) -> Any:
    return db.sql(f"SELECT * FROM {view}").to_arrow_table()


def _made(**columns: tuple[str, Iterable[Any]]) -> Any:
    """A pyarrow table of columns with the names of their types."""
    pa = _needed("pyarrow")
    return pa.table({name: pa.array(list(items), pa.type_for_alias(kind))
                     for name, (kind, items) in columns.items()})


def _asked(by: str, since: int | None, until: int | None, as_of: int | None, orders: str,
           tolerance: int = 0) -> Any:
    classes = ("normal", "test", "fraud")
    if by not in ("order_date", "event_date") or orders not in classes:
        raise ValueError("by is order_date or event_date; orders is normal, test or fraud")
    return _made(by_event=("bool", [by == "event_date"]), t_from=("int64", [since]),
                 t_to=("int64", [until]), as_of=("int64", [as_of]),
                 **{"class": ("int32", [classes.index(orders)])}, tolerance=("int64", [tolerance]))


def kpi_values(facts: Any, *, by: str = "order_date", since: int | None = None,
               until: int | None = None, as_of: int | None = None, orders: str = "normal",
               tolerance: int = 0) -> dict[str, tuple[int, int]]:
    """The figures of facts (a frame, or a path of a Parquet file) by DuckDB: (part, whole) by name.
    Figures without a denominator are left out."""
    asked = _asked(by, since, until, as_of, orders, tolerance)
    with _answered({"facts": facts, "asked": asked}) as db:
        found = db.execute("SELECT kpi, part, whole FROM kpi_values WHERE whole <> 0").fetchall()
    return {name: (int(part), int(whole)) for name, part, whole in found}


def score_values(facts: Any, of: str = "node", *, nodes: Any = None, recorded: Iterable[str] = (),
                 by: str = "order_date", since: int | None = None, until: int | None = None,
                 as_of: int | None = None, orders: str = "normal") -> Any:
    """The scorecard of nodes, vendors or carriers by DuckDB, as a pyarrow table with the columns of
    Report.scorecard(of). `nodes` is Engine.nodes(), for keys and vendors; `recorded` are kinds of
    fact that are watched, also those that never happened. Each table is a frame or a path of a
    Parquet file."""
    if of not in ("node", "vendor", "carrier"):
        raise ValueError(f"of '{of}'; it is one of: node, vendor, carrier")
    if of == "vendor" and nodes is None:
        raise ValueError("of 'vendor': facts alone do not say which node is a vendor; give nodes")
    tables = {"facts": facts, "asked": _asked(by, since, until, as_of, orders),
              "recorded": _made(kind=("string", recorded))}
    if nodes is not None:
        tables["nodes"] = nodes
    with _answered(tables) as db:
        return _rows(db, f"{of}_scores")


def _ages(movements: Any, skus: Any, as_of: int | None, decimals: int | None) -> dict[str, Any]:
    return {"movements": movements, "skus": skus,
            "asked_ages": _made(as_of=("int64", [as_of]), decimals=("int32", [decimals]))}


def ageing_values(movements: Any, skus: Any, *, as_of: int | None = None,
                  bands: Iterable[int] | None = None, decimals: int | None = None) -> Any:
    """Frame `ageing` by DuckDB from all movements and Engine.skus(), as a pyarrow table; `oldest`
    in nanoseconds since 1970. `as_of`: the last movement; `bands` as in Report.ageing; `decimals`
    of units: as fine as the finest SKU."""
    tables = _ages(movements, skus, as_of, decimals)
    if bands is not None:
        tables["bands"] = _made(upto=("int64", bands))
    with _answered(tables) as db:
        return _rows(db, "ageing_values")


def exception_values(movements: Any, skus: Any, limits: Mapping[str, int], *,
                     as_of: int | None = None, decimals: int | None = None) -> Any:
    """Frame `exceptions` by DuckDB from all movements and Engine.skus(), as a pyarrow table;
    `since` in nanoseconds since 1970. `limits` as in Report.exceptions, the rest as above."""
    tables = _ages(movements, skus, as_of, decimals)
    tables["limits"] = _made(state=("string", limits), ns=("int64", limits.values()))
    with _answered(tables) as db:
        return _rows(db, "exception_values")
