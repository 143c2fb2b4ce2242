"""WHAT COMES IN. Tables of any make become plain columns here, and what cannot be used is refused
with what, where, and what to do. The only place that knows of Arrow."""

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from difflib import get_close_matches
from typing import Any

import numpy as np

from .errors import BadInput

MOST_SHOWN = 5  # findings that a refusal spells out; the rest is a number
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
LONGEST_NUMBER = 100  # characters
EXACT = Context(prec=2200)  # of the sum of two numbers of that length: nothing is rounded
TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9:]+(?:\.[0-9]{1,9})?))?"
                  r"(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?")
FIRST_DAY, LAST_DAY = np.datetime64("1678-01-01"), np.datetime64("2261-12-31")  # of 64-bit ns


def nearest(name: str, known) -> str:
    """`; did you mean "x"?`, or what there is."""
    known = list(known)
    close = get_close_matches(str(name), known, n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; there are: {', '.join(known)}"


def shown(value: object) -> str:
    """A value for a complaint: never long."""
    try:
        text = str(value) if isinstance(value, int | float | Decimal) else repr(value)
    except ValueError:  # an integer of more digits than Python prints
        text = f"a {type(value).__name__} of very many digits"
    return text if len(text) <= 60 else text[:57] + "..."


def number_of(value: object) -> Decimal | None:
    """A finite number, exactly, or None for what is none. A float counts as what it prints as."""
    try:
        text = "" if isinstance(value, bool | np.bool_) else str(value).strip()
    except ValueError:
        return None
    return Decimal(text) if len(text) <= LONGEST_NUMBER and NUMBER.fullmatch(text) else None


def decimals_of(number: Decimal) -> int:
    """How many decimals a number needs."""
    return max(0, -number.normalize(EXACT).as_tuple().exponent)


def is_table(value: object) -> bool:
    return isinstance(value, Mapping) or hasattr(value, "__arrow_c_stream__")


def columns_of(table: object, what: str) -> dict[str, Any]:
    """A mapping of columns, or anything with `__arrow_c_stream__`, as a dict of columns of one
    length. O(columns) for a mapping."""
    if isinstance(table, Mapping):
        columns = {str(name): column for name, column in table.items()}
    elif hasattr(table, "__arrow_c_stream__"):
        columns = _from_arrow(table, what)
    else:
        raise BadInput(f"{what}: a {type(table).__name__} is no table; give a dict of columns, or"
                       " anything with __arrow_c_stream__ (pandas, polars, pyarrow, DuckDB)")
    sizes = {name: len(column) for name, column in columns.items()}
    if len(set(sizes.values())) > 1:
        name, size = next((n, s) for n, s in sizes.items() if s != next(iter(sizes.values())))
        raise BadInput(f"{what}: column '{name}' has {size} rows where '{next(iter(sizes))}' has"
                       f" {next(iter(sizes.values()))}")
    return columns


def _from_arrow(table: object, what: str) -> dict[str, Any]:
    try:
        import pyarrow
    except ImportError:
        raise BadInput(f"{what}: reading Arrow streams needs pyarrow; pip install pyarrow, or give"
                       " a dict of columns") from None
    try:
        read = pyarrow.table(table)
        read.validate(full=True)
        names = read.column_names
        for name in names:
            if names.count(name) > 1:
                raise BadInput(f"{what}: column '{name}' stands twice")
        return {name: column.to_pylist() if _is_text(column.type) else column.to_numpy()
                for name, column in zip(names, read.columns, strict=True)}
    except (pyarrow.ArrowException, UnicodeDecodeError) as e:
        raise BadInput(f"{what}: {str(e).splitlines()[0]}") from None


def _is_text(kind: object) -> bool:
    name = str(kind)
    return name.startswith(("string", "large_string", "utf8", "dictionary", "decimal", "bool"))


class Table:
    """Columns with a name for complaints. `where` makes `orders.csv, row 3` of a row. With
    `attributes` there may be columns beside the known ones whose names have a dot."""

    def __init__(self, table: object, what: str, known: tuple[str, ...],
                 required: tuple[str, ...], aliases: Mapping[str, str] | None = None, *,
                 attributes: bool = False) -> None:
        self.what = what = getattr(table, "name", what) if isinstance(table, dict) else what
        columns = columns_of(table, what)
        self.columns = {(aliases or {}).get(name, name): c for name, c in columns.items()}
        for name in self.columns:
            if name not in known and not (attributes and "." in name):
                raise BadInput(f"{what}: unknown column '{name}'{nearest(name, known)}")
        for name in required:
            if name not in self.columns:
                raise BadInput(f"{what}: column '{name}' is missing; the columns are"
                               f" {', '.join(known)}")
        self.rows = len(next(iter(self.columns.values()))) if self.columns else 0

    def has(self, name: str) -> bool:
        return name in self.columns

    def refuse(self, name: str, findings: list[tuple[int, str]]) -> None:
        """Raises for (row from 0, what is wrong) of a column; nothing where there are none."""
        if not findings:
            return
        shown = [f"{self.what}, row {row + 1}, column '{name}': {text}"
                 for row, text in findings[:MOST_SHOWN]]
        if len(findings) > MOST_SHOWN:
            shown.append(f"and {len(findings) - MOST_SHOWN:,} more rows")
        raise BadInput("\n".join(shown))

    def texts(self, name: str, default: str | None = None, *, empty: bool = False) -> list[str]:
        """Keys as text. Whole numbers are taken as their digits; nothing else is guessed."""
        if name not in self.columns and default is not None:
            return [default] * self.rows
        out, wrong = [], []
        for row, value in enumerate(_items(self.columns[name])):
            if value is None or (isinstance(value, float) and value != value):
                value = ""
            if isinstance(value, int | np.integer) and not isinstance(value, bool):
                value = str(int(value))
            if not isinstance(value, str):
                wrong.append((row, f"{shown(value)} is no text; give keys as text"))
                value = "?"
            elif not value and not empty:
                wrong.append((row, "empty; give a key"))
            out.append(value)
        self.refuse(name, wrong)
        return out

    def values(self, name: str) -> list[str]:
        """What attributes are given as: text, numbers as they print, true or false; empty for
        what is none."""
        out, wrong = [], []
        for row, value in enumerate(_items(self.columns[name])):
            if value is None or (isinstance(value, float) and value != value):
                out.append("")
            elif isinstance(value, bool | np.bool_):
                out.append("true" if value else "false")
            elif isinstance(value, str):
                out.append(value)
            elif (number := number_of(value)) is not None:
                out.append(f"{number:f}")
            else:
                wrong.append((row, f"{shown(value)} is no text, number, true or false"))
        self.refuse(name, wrong)
        return out

    def reals(self, name: str, low: float, high: float) -> np.ndarray:
        """Numbers within bounds; empty or None is NaN."""
        given = self.columns[name]
        if isinstance(given, np.ndarray) and given.dtype.kind in "iuf":
            numbers = given.astype(np.float64)
            if not ((numbers < low) | (numbers > high)).any():
                return numbers
        out, wrong = np.full(self.rows, np.nan), []
        for row, value in enumerate(_items(self.columns[name])):
            if value is None or value == "":
                continue
            number = number_of(value) if isinstance(value, str) else value
            try:
                out[row] = float(number)
            except (TypeError, ValueError, OverflowError):
                wrong.append((row, f"{shown(value)} is no number"))
                continue
            if not (low <= out[row] <= high) and out[row] == out[row]:
                wrong.append((row, f"{shown(value)} is not between {low:g} and {high:g}"))
        self.refuse(name, wrong)
        return out

    def positions(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Latitude and longitude in degrees, NaN where a row has none; None without the columns."""
        if self.has("latitude") != self.has("longitude"):
            raise BadInput(f"{self.what}: latitude and longitude come in pairs; one of them is"
                           " missing")
        if not self.has("latitude"):
            return None
        latitude, longitude = self.reals("latitude", -90, 90), self.reals("longitude", -180, 180)
        half = np.flatnonzero(np.isnan(latitude) != np.isnan(longitude))
        self.refuse("latitude", [(int(r), "one of latitude and longitude is empty") for r in half])
        return latitude, longitude

    def integers(self, name: str, default: int, low: int, high: int) -> np.ndarray:
        if name not in self.columns:
            return np.full(self.rows, default, dtype=np.int64)
        numbers, wrong = self.decimals(name)
        for row, number in enumerate(numbers):
            if number != number.to_integral_value() or not low <= number <= high:
                wrong.append((row, f"{shown(number)} is no whole number from {low} to {high}"))
        self.refuse(name, wrong)
        return np.array([int(n) for n in numbers], dtype=np.int64)

    def decimals(self, name: str) -> tuple[list[Decimal], list[tuple[int, str]]]:
        """Exact numbers, and what is none. A float counts as what it prints as."""
        out, wrong = [], []
        for row, value in enumerate(_items(self.columns[name])):
            number = number_of(value)
            if number is None:
                empty = value is None or isinstance(value, str) and not value.strip()
                wrong.append((row, f"{'empty' if empty else shown(value)} is no number"))
                number = Decimal(0)
            out.append(number)
        return out, wrong

    def times(self, name: str) -> np.ndarray:
        """Nanoseconds UTC from integers, datetime64 or ISO 8601 text."""
        column = self.columns[name]
        if isinstance(column, np.ndarray) and column.dtype.kind == "M":
            days = column.astype("datetime64[D]")
            wrong = np.isnat(column) | (days < FIRST_DAY) | (days > LAST_DAY)
            self.refuse(name, [(int(row), f"{column[row]} is no time from 1678 to 2261")
                               for row in np.flatnonzero(wrong)])
            return column.astype("datetime64[ns]").astype(np.int64)
        return np.array([self._time(name, row, value)
                         for row, value in enumerate(_items(column))], dtype=np.int64)

    def _time(self, name: str, row: int, value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and -2**63 < value < 2**63:
            return value
        try:
            day, clock, sign, hours, minutes = TIME.fullmatch(str(value).strip()).groups()
            if not FIRST_DAY < np.datetime64(day) < LAST_DAY:  # a day to spare for the offset
                raise ValueError
            when = np.datetime64(f"{day}T{clock or '00:00'}", "ns").astype(np.int64)
            east = (int(hours or 0) * 60 + int(minutes or 0)) * (-1 if sign == "-" else 1)
            return int(when) - east * 60 * 10**9
        except (AttributeError, ValueError):
            self.refuse(name, [(row, f"{shown(value)} is no time; write 2026-11-21T08:30:00Z or"
                                     " 2026-11-21, from 1678 to 2261")])
            raise AssertionError from None


def is_whole(column: object) -> bool:
    """Whether a column is a NumPy array of integers, which can be read without looking twice."""
    return isinstance(column, np.ndarray) and column.dtype.kind in "iu"


def _items(column: object) -> list:
    return column.tolist() if isinstance(column, np.ndarray) and column.dtype.kind in "iufbSU" \
        else list(column)


def atoms(table: Table, name: str, decimals: np.ndarray, *, least: int = 0) -> np.ndarray:
    """A column of quantities in each row's own scale, 10^-decimals; finer ones are refused."""
    whole = table.columns[name]
    if is_whole(whole) and not decimals.any() and len(whole) and least <= int(whole.min()) \
            and int(whole.max()) < 2**62:
        return whole.astype(np.int64)
    numbers, wrong = table.decimals(name)
    out = np.zeros(table.rows, dtype=np.int64)
    for row, number in enumerate(numbers):
        scaled = number.scaleb(int(decimals[row]), EXACT)
        if decimals_of(scaled):
            wrong.append((row, f"{shown(number)} is finer than its SKU's {int(decimals[row])}"
                               " decimals"))
        elif not least <= scaled < 2**62:
            wrong.append((row, f"{shown(number)} is less than {least}" if scaled < least
                          else f"{shown(number)} is too large"))
        else:
            out[row] = int(scaled)
    table.refuse(name, sorted(wrong))
    return out
