"""The text of views.sql: definitions of the library around the hand-written relations of
views_base.sql, views_scorecards.sql and views_ageing.sql. generate.py writes it."""

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WIDTH = 98
READ = ("facts", "movements", "nodes", "skus")

HEAD = """\
-- FIGURES IN SQL, for DuckDB, made by bindings/python/generate.py of the column dictionary, of the
-- lists in src/report and of views_base.sql, views_scorecards.sql and views_ageing.sql.
--
-- Reads frames of docs/formats/columns.md as tables or views of their names, of one engine or host:
--   facts      for the figures and scorecards
--   movements  for ages and exceptions, from the first one on; needs skus
--   nodes      for keys in scorecards, and to know the vendors
--   skus       for the decimals of quantities
-- and what is asked, in tables of its own:
--   asked      one row: by_event BOOLEAN, t_from BIGINT, t_to BIGINT, as_of BIGINT (nanoseconds
--              since 1970, null: open; as_of null: the last fact), class INTEGER (0 normal, 1 test,
--              2 fraud), tolerance BIGINT
--   recorded   (kind VARCHAR): kinds of fact that are watched, also those that never happened
--   asked_ages one row: as_of BIGINT (null: the last movement), decimals INTEGER of units (null: as
--              fine as the finest SKU)
--   bands      (upto BIGINT): upper ends of bands of age, in nanoseconds
--   limits     (state VARCHAR, ns BIGINT): from which age on units of a state are an exception
-- What is not there is made without rows; what is asked, with what the library asks by default.
--
-- Makes, on temporary tables, views with the numbers of docs/rooms/report.md, row by row those of
-- the library; instants are nanoseconds since 1970:
--   kpi_values (kpi, unit, part, whole)
--   node_scores, vendor_scores, carrier_scores   columns of frame node_scorecard
--   ageing_values, exception_values              columns of frames ageing and exceptions
-- Run it again when a table has changed. A KPI with whole 0 has no denominator; whether its facts
-- were ever recorded, frame `kpis` says. A null in a scorecard was never recorded.
-- DuckDB keeps microseconds of zoned instants; finer ones may fall on the other side of a border.

"""

ASKED = """\
CREATE TABLE IF NOT EXISTS asked AS
SELECT false AS by_event, CAST(NULL AS BIGINT) AS t_from, CAST(NULL AS BIGINT) AS t_to,
       CAST(NULL AS BIGINT) AS as_of, 0 AS class, CAST(0 AS BIGINT) AS tolerance;
CREATE TABLE IF NOT EXISTS recorded (kind VARCHAR);
CREATE TABLE IF NOT EXISTS asked_ages AS
SELECT CAST(NULL AS BIGINT) AS as_of, CAST(NULL AS INTEGER) AS decimals;
CREATE TABLE IF NOT EXISTS bands AS
SELECT CAST(unnest([3600, 86400, 604800]) AS BIGINT) * 1000000000 AS upto;
CREATE TABLE IF NOT EXISTS limits (state VARCHAR, ns BIGINT);

"""

TYPES = {"int64": "BIGINT", "int32": "INTEGER", "float64": "DOUBLE", "bool": "BOOLEAN",
         "utf8": "VARCHAR", "dictionary<utf8>": "VARCHAR",
         "timestamp[ns, UTC]": "TIMESTAMP WITH TIME ZONE"}
PLAIN = {"timestamp[ns, UTC]": 'epoch_ns("{0}") AS "{0}"',
         "dictionary<utf8>": 'CAST("{0}" AS VARCHAR) AS "{0}"'}

Columns = list[tuple[str, str]]  # name and type
Rows = Iterable[Mapping[str, Any]]


def listed(items: Iterable[str], indent: int) -> str:
    """The items with commas, wrapped between items only."""
    held = ", ".join(item.replace(" ", "\0") for item in items)
    lines = textwrap.wrap(held, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return ("\n" + " " * indent).join(lines).replace("\0", " ")


def empty_table(frame: str, columns: Columns) -> str:
    spelled = listed((f'"{name}" {TYPES[kind]}' for name, kind in columns), 4)
    return f"CREATE TABLE IF NOT EXISTS {frame} (\n    {spelled});\n"


def plain(frame: str, columns: Columns) -> str:
    """A frame with instants as nanoseconds and words as text."""
    chosen = listed((PLAIN.get(kind, '"{0}"').format(name) for name, kind in columns), 7)
    return f"CREATE OR REPLACE TEMP VIEW plain_{frame} AS\nSELECT {chosen}\nFROM {frame};\n\n"


def values(table: str, names: str, rows: Iterable[str]) -> str:
    return (f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM (VALUES\n    "
            + ",\n    ".join(rows) + f"\n) AS v ({names});\n\n")


def kpi_values(kpis: Rows) -> str:
    """Each figure is a row of the C++ list, read from a relation of views_base.sql."""
    figures = "\nUNION ALL\n".join(
        f"SELECT '{k['name']}', '{k['unit']}',\n       {k['part']},\n       {k['whole']}\n"
        f"FROM {k['from']}" for k in kpis)
    return ("CREATE OR REPLACE VIEW kpi_values AS\n"
            "SELECT kpi, unit, coalesce(part, 0) AS part, coalesce(whole, 0) AS whole FROM (\n"
            + figures + "\n) AS figures (kpi, unit, part, whole);\n")


def score_needs(scores: Rows) -> str:
    return values("score_needs", '"count", kind',
                  (f"('{s['name']}', '{kind}')" for s in scores for kind in s["needs"]))


def score_views(scores: Rows) -> str:
    names = [s["name"] for s in scores]
    counts = ",\n       ".join(f"known('{name}', sum(n) FILTER (what = '{name}')) AS \"{name}\""
                               for name in names)
    shown = ("'parcels', 'requested', 'rejected', 'due', 'arrivals', 'cases_ordered'")
    columns = listed(["orders", *(f'"{name}"' for name in names)], 7)
    view = ("\nCREATE OR REPLACE VIEW {side}_scores AS\nSELECT party, {key} AS key,\n"
            f"       {columns}\nFROM {{rows}}\nORDER BY party;\n")
    nodes = "scores {join} nodes ON nodes.node = party WHERE side = 'node'"
    return (f"CREATE OR REPLACE TEMP TABLE scores AS\nSELECT side, party,\n"
            "       count(DISTINCT o) FILTER (what IN ('parcels', 'requested', 'rejected'))"
            f" AS orders,\n       {counts}\nFROM marks GROUP BY side, party\n"
            f"HAVING bool_or(what IN ({shown}));\n"
            + view.format(side="node", key="nodes.key",
                          rows=nodes.format(join="LEFT JOIN"))
            + view.format(side="vendor", key="nodes.key",
                          rows=nodes.format(join="JOIN")
                          + "\n    AND CAST(nodes.kind AS VARCHAR) = 'vendor'")
            + view.format(side="carrier", key="CAST(NULL AS VARCHAR)",
                          rows="scores WHERE side = 'carrier'"))


def waits(states: Rows) -> str:
    return values("waits", "place, state, at_node, reason",
                  (f"({place}, '{s['state']}', {str(s['at_node']).lower()}, '{s['reason']}')"
                   for place, s in enumerate(states)))


def title(what: str) -> str:
    return f"\n-- ---- {what} ".ljust(WIDTH + 3, "-") + "\n\n"


def views_sql(frames: Mapping[str, Columns], kpis: Rows, scores: Rows, states: Rows) -> str:
    """`frames` are the columns of each frame in READ; the rest are the definitions of _earmark."""
    relations = {part: (HERE / f"views_{part}.sql").read_text(encoding="utf-8")
                 for part in ("base", "scorecards", "ageing")}
    return "".join([
        HEAD, *(empty_table(name, frames[name]) for name in READ), ASKED,
        plain("facts", frames["facts"]), relations["base"], title("figures"), kpi_values(kpis),
        title("scorecards"), score_needs(scores), relations["scorecards"], "\n",
        score_views(scores), title("ages"), plain("movements", frames["movements"]),
        waits(states), relations["ageing"]])
