"""earmark intake, quarantine: orders as text into a journal, and what waits there."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from .. import _earmark, files, journals
from ..decisions import write_table
from ..errors import BadInput, EarmarkError
from ..inputs import Table
from .terminal import FINDINGS, OK, say_json, shown
from .verbs import Json, Out

INTAKE = "Example: earmark intake orders.jsonl --journal shop.db --quarantine --dry-run"
LIST = "Example: earmark quarantine list shop.db"
REPLAY = "Example: earmark quarantine replay shop.db"
DISCARD = "Example: earmark quarantine discard shop.db 1004 --reason 3 --actor ann"
SUCCESS = ("accepted", "repeat", "amended", "unchanged")

Journal = Annotated[Path, typer.Argument(metavar="JOURNAL", help="the file that"
                                         " Engine(journal=...) wrote")]
Now = Annotated[str | None, typer.Option(metavar="TIME", help="instant of the command, such as"
                                         " 2026-11-21T08:30:00Z; without it this machine's")]
Actor = Annotated[str | None, typer.Option(metavar="NAME", help="who gives the command")]

quarantine_app = typer.Typer(no_args_is_help=True, help="Orders that wait for their master data.")


@contextmanager
def opened(journal: Path, as_copy: bool = False) -> Iterator[_earmark.Engine]:
    """The engine of a journal; what it does is on disk afterwards, or with `as_copy` nowhere."""
    if not journal.is_file():
        raise BadInput(f"{journal}: no such file; an engine writes one with Engine(journal=...)")
    with tempfile.TemporaryDirectory(prefix="earmark-intake-") as folder:
        path = journals.copy_of(journal, Path(folder)) if as_copy else journal
        try:
            engine = _earmark.Engine(journal=str(path))
        except EarmarkError as e:
            raise BadInput(str(e).replace(str(path), str(journal))) from None
        if engine.halted():
            raise BadInput(f"{journal}: {engine.halted()}; see earmark verify {journal}")
        yield engine
        if not as_copy:
            engine.flush("disk")


def instant(text: str | None) -> int:
    """Nanoseconds of `--now`, or of this machine's clock."""
    if text is None:
        return time.time_ns()
    return int(Table({"now": [text]}, "--now", ("now",), ("now",)).times("now")[0])


def format_of(name: str, data: bytes) -> str:
    """A file is what its name says; else JSON begins with an object or an array."""
    if name.endswith((".csv", ".csv.gz")):
        return "csv"
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return "csv" if start and start not in b"[{" else "json"


def intake(file: Annotated[str, typer.Argument(metavar="FILE", help="canonical orders: JSON lines,"
                           " a JSON array, or CSV; .gz too; - is standard input")],
           journal: Annotated[Path, typer.Option(metavar="JOURNAL", help="the file that"
                              " Engine(journal=...) wrote: it has the tables, and keeps the"
                              " orders")],
           dry_run: Annotated[bool, typer.Option("--dry-run", help="look at all orders and change"
                              " nothing")] = False,
           quarantine: Annotated[bool, typer.Option("--quarantine", help="keep orders that wait"
                                 " for master data only")] = False,
           correct: Annotated[bool, typer.Option("--correct", help="orders take the place of those"
                              " in quarantine under their keys")] = False,
           currency: Annotated[str | None, typer.Option(metavar="CODE", help="of CSV orders that"
                               " name none")] = None,
           actor: Actor = None, now: Now = None, out: Out = None, as_json: Json = False) -> int:
    """Captures every order of a file, each by itself, and reports on all of them."""
    if as_json and out == "-":
        raise BadInput("--json and --out - both want standard output; give --out a file")
    data = files.read_bytes(file)
    at = instant(now)
    with opened(journal, dry_run) as engine:
        found = engine.capture(data, format=format_of(file, data), dry_run=dry_run,
                               quarantine=quarantine, correct=correct, currency=currency,
                               actor=actor, now=at)
    return report(found, out, as_json, {"file": file, "journal": str(journal), "dry_run": dry_run})


@quarantine_app.command("list", epilog=LIST)
def list_waiting(journal: Journal, out: Out = None, as_json: Json = False) -> int:
    """Lists the orders in quarantine, why they wait, and the tombstones. Changes nothing."""
    with opened(journal, as_copy=True) as engine:
        rows = rows_of(engine.quarantined())
        buried = rows_of(engine.tombstones())
    if out:
        write_table(columns_of(rows, ("order", "tries", "actor", "reasons", "reason", "path",
                                      "sentence", "payload")), out)
    if as_json:
        say_json({"quarantined": rows, "tombstones": buried})
    elif out != "-":
        for row in rows:
            times = "once" if row["tries"] == 1 else f"{row['tries']} times"
            print(f"{shown(row['order'])}  tried {times}, {counted(row['reasons'], 'reason')}")
            print(f"  {row['path'] or 'the order'}: {row['reason']}: {row['sentence']}")
        print(f"{counted(len(rows), 'order')} in quarantine, {counted(len(buried), 'tombstone')}")
    return OK


@quarantine_app.command("replay", epilog=REPLAY)
def replay(journal: Journal, order: Annotated[str | None, typer.Argument(metavar="ORDER_KEY")]
           = None, actor: Actor = None, now: Now = None, out: Out = None,
           as_json: Json = False) -> int:
    """Tries an order in quarantine again, or all of them, against the tables as they are now."""
    at = instant(now)
    with opened(journal) as engine:
        found = engine.replay(order, actor=actor, now=at)
    return report(found, out, as_json, {"journal": str(journal)})


@quarantine_app.command("discard", epilog=DISCARD)
def discard(journal: Journal, order: Annotated[str, typer.Argument(metavar="ORDER_KEY")],
            reason: Annotated[int, typer.Option(min=0, max=255, help="a code of your own")] = 0,
            actor: Actor = None, now: Now = None, as_json: Json = False) -> int:
    """Takes an order out of quarantine for good: whatever comes under its key is refused."""
    at = instant(now)
    with opened(journal) as engine:
        try:
            outcome = engine.discard(order, reason=reason, actor=actor, now=at)
        except EarmarkError as e:
            raise BadInput(f"{order}: {e}") from None
    if as_json:
        say_json({"order": order, "outcome": outcome})
    else:
        print(f"{shown(order)} is discarded, reason {reason}")
    return OK


def report(found: _earmark.Frame, out: str | None, as_json: bool, head: dict) -> int:
    """Every order with what is wrong with it, and the totals."""
    orders, wrong = rows_of(found), {}
    for row in rows_of(found.violations):
        wrong.setdefault(row["number"], []).append(row)
    changes = {}
    for row in rows_of(found.changes):
        changes.setdefault(row["number"], []).append(row)
    totals = {name: sum(o["state"] == name for o in orders) for name in found.dictionary("state")}
    if out:
        write_table(columns_of([o | (v or {}) for o in orders
                                for v in wrong.get(o["number"], [None])],
                               ("number", "line", "order", "state", "reason", "severity", "path",
                                "sentence", "hint", "revision")), out)
    if as_json:
        for o in orders:
            o["violations"] = [{k: v for k, v in w.items() if k != "number"}
                               for w in wrong.get(o["number"], [])]
            o["changes"] = [{k: v for k, v in c.items() if k != "number"}
                            for c in changes.get(o["number"], [])]
        say_json(head | {"totals": totals, "orders": orders, "out": out})
    elif out != "-":
        for o in orders:
            say_order(o, wrong.get(o["number"], []), changes.get(o["number"], []))
        parts = ", ".join(f"{n:,} {name}" for name, n in totals.items() if n)
        print(f"{counted(len(orders), 'order')}{': ' if parts else ''}{parts}"
              + ("; nothing was changed" if head.get("dry_run") else ""))
    return OK if all(o["state"] in SUCCESS for o in orders) else FINDINGS


def say_order(order: dict, wrong: list[dict], changes: list[dict]) -> None:
    where = f"line {order['line']}" if order["line"] else f"order {order['number']}"
    at = f"  revision {order['revision']}" if order["revision"] else ""
    print(f"{shown(order['order'] or where)}  {order['state']}{at}")
    for c in changes:
        print(f"  {c['became']}  {c['path'] or 'line ' + str(c['line'])}: {c['change']}:"
              f" {shown(c['before'] or 'nothing')} to {shown(c['after'] or 'nothing')}"
              + ("; nodes are asked" if c["asks"] else ""))
    for v in wrong:
        print(f"  {v['severity']}  {v['path'] or 'the order'}: {v['reason']}: {v['sentence']};"
              f" {v['hint']}")
    if order["reasons"] > len(wrong):
        print(f"  and {order['reasons'] - len(wrong):,} more")


def has_words(frame: _earmark.Frame, name: str) -> bool:
    try:
        return bool(frame.dictionary(name))
    except BadInput:
        return False


def rows_of(frame: _earmark.Frame) -> list[dict]:
    """A dict for each row: words in place of codes, instants as text, None for what is missing."""
    columns = {}
    for name in frame.columns:
        values = frame.words(name) if has_words(frame, name) else frame[name]
        is_time = getattr(values, "dtype", None) is not None and values.dtype.kind == "M"
        columns[name] = [f"{v}Z" for v in values] if is_time else list(values.tolist())
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def columns_of(rows: list[dict], names: tuple[str, ...]) -> dict[str, list]:
    return {name: ["" if row.get(name) is None else row[name] for row in rows] for name in names}


def counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
