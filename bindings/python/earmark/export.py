"""Frames to files: CSV, CSV.gz and Parquet, and the KPIs of facts in SQL.

Needs pyarrow, and duckdb for `kpi_values`: pip install 'earmark[export]'. Numbers stay exact; words
of dictionary columns are written as words."""

import contextlib
import importlib
import pathlib
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
    """The text of views.sql, which computes the KPIs from frame `facts` in DuckDB."""
    return resources.files("earmark").joinpath("views.sql").read_text()


def kpi_values(facts: Any, *, by: str = "order_date", since: int | None = None,
               until: int | None = None, as_of: int | None = None, orders: str = "normal",
               tolerance: int = 0) -> dict[str, tuple[int, int]]:
    """The figures of facts (a frame, or a path of a Parquet file) by DuckDB: (part, whole) by name.
    Figures without a denominator are left out."""
    duckdb = _needed("duckdb")
    classes = ("normal", "test", "fraud")
    if by not in ("order_date", "event_date") or orders not in classes:
        raise ValueError("by is order_date or event_date; orders is normal, test or fraud")
    with contextlib.closing(duckdb.connect()) as db:
        if isinstance(facts, (str, pathlib.Path)):
            db.execute("CREATE TABLE facts AS SELECT * FROM read_parquet(?)", [str(facts)])
        else:
            db.register("given", table(facts))
            db.execute("CREATE TABLE facts AS SELECT * FROM given")
        db.execute("CREATE TABLE asked (by_event BOOLEAN, t_from BIGINT, t_to BIGINT, "
                   "as_of BIGINT, class INTEGER, tolerance BIGINT)")
        db.execute("INSERT INTO asked VALUES (?, ?, ?, ?, ?, ?)",
                   [by == "event_date", since, until, as_of, classes.index(orders), tolerance])
        db.execute(views_sql())
        found = db.execute("SELECT kpi, part, whole FROM kpi_values WHERE whole <> 0").fetchall()
    return {name: (int(part), int(whole)) for name, part, whole in found}
