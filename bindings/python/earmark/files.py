"""FILES as tables: CSV, CSV.gz, Parquet, Arrow, and `-` for CSV on standard input. What cannot be
read is refused with file, row, and what to do."""

import csv
import gzip
import io
import sys
import zlib
from pathlib import Path
from typing import Any

from .errors import BadInput
from .inputs import columns_of
from .orders import Orders, from_file, from_table

MOST_BYTES = 1 << 30
CANONICAL = {"order_key", "sku", "quantity", "unit_price", "ship_to", "currency", "line",
             "placed_at", "priority"}


class NamedColumns(dict):
    """Columns that know the file they come from, so that complaints can name it."""

    name = "table"


def read_table(path: str | Path) -> NamedColumns:
    """The columns of a file, as text from CSV and as they are from Parquet and Arrow."""
    name = str(path)
    columns = NamedColumns(_arrow(name) if name.endswith((".parquet", ".arrow")) else _csv(name))
    columns.name = "standard input" if name == "-" else name
    return columns


def _csv(name: str) -> dict[str, list[str]]:
    text = _text(name)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows, [])
        if not header:
            raise BadInput(f"{name}: empty; the first row names the columns")
        if len(set(header)) < len(header):
            twice = next(h for h in header if header.count(h) > 1)
            raise BadInput(f"{name}: column '{twice}' stands twice in the first row")
        columns: list[list[str]] = [[] for _ in header]
        for number, row in enumerate(rows, 1):
            if not row:
                continue
            if len(row) != len(header):
                raise BadInput(f"{name}, row {number} (line {rows.line_num}): {len(row)} fields"
                               f" where the first row has {len(header)}")
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    except csv.Error as e:
        raise BadInput(f"{name}, line {rows.line_num}: {e}; fields with commas or quotes stand in"
                       " double quotes") from None
    return dict(zip(header, columns, strict=True))


def read_bytes(name: str) -> bytes:
    """The bytes of a file or of standard input, expanded where they are gzip."""
    try:
        with sys.stdin.buffer if name == "-" else open(name, "rb") as f:
            data = f.read(MOST_BYTES + 1)
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as f:
                data = f.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as e:
        raise BadInput(f"{name}: {getattr(e, 'strerror', None) or e}") from None
    if len(data) > MOST_BYTES:
        raise BadInput(f"{name}: more than {MOST_BYTES >> 20} MiB of text; split it or use Parquet")
    return data


def _text(name: str) -> str:
    data = read_bytes(name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = data[: e.start].count(b"\n") + 1
        raise BadInput(f"{name}, line {line}: byte {e.start} is no UTF-8; save the file as"
                       " UTF-8") from None


def _arrow(name: str) -> dict[str, Any]:
    """Of a Parquet file, or of an Arrow IPC file or stream."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise BadInput(f"{name}: this needs pyarrow: pip install pyarrow; or give CSV") from None
    try:
        if name.endswith(".parquet"):
            return columns_of(pyarrow.parquet.read_table(name), name)
        data = Path(name).read_bytes()
        is_file = data.startswith(b"ARROW1")
        opened = pyarrow.ipc.open_file(data) if is_file else pyarrow.ipc.open_stream(data)
        return columns_of(opened.read_all(), name)
    except (OSError, pyarrow.ArrowException) as e:
        raise BadInput(f"{name}: {str(e).splitlines()[0]}") from None


def read_orders(path: str, layout: str = "canonical", *, keep_going: bool = False) -> Orders:
    """Orders from a file or standard input. Canonical CSV goes through the strict connector; what
    has columns of its own (latitude, customer.tier), Parquet and Arrow through the table reader.
    Wrong rows are refused, or with `keep_going` left out with their whole orders and noted."""
    if layout == "uci":
        return from_file(Path(path), "uci")
    if path == "-" or path.endswith((".parquet", ".arrow")) or _has_more_columns(path):
        table = read_table(path)
        return from_table(table, table.name)
    orders = from_file(Path(path), "canonical")
    if orders.notes and not keep_going:
        raise BadInput(f"{path}: {orders.notes[0].split(';')[0]}\n" + "\n".join(
            f"{path}, {note}" for note in orders.notes[1:])
            + "\nrepair them, or leave their orders out with --keep-going")
    return orders


def _has_more_columns(path: str) -> bool:
    try:
        with open(path, "rb") as f:
            start = f.read(2)
            f.seek(0)
            with gzip.GzipFile(fileobj=f) if start == b"\x1f\x8b" else f as text:
                header = text.readline(1 << 16).decode("utf-8-sig", "replace")
    except (OSError, EOFError, zlib.error):
        return False  # the connector says what is wrong
    names = {name.strip().strip('"') for name in header.rstrip("\r\n").split(",")}
    required = {"order_key", "sku", "quantity", "unit_price", "ship_to"}
    has_more = bool(names & {"latitude", "longitude", "customer", "country"}) or any(
        "." in name for name in names)  # attributes
    return has_more or (
        {"order_key", "sku", "quantity"} <= names <= CANONICAL and not required <= names)
