"""VERIFY a journal: fold a copy of it and say what it holds. The file itself is never written."""

import shutil
import sqlite3
import struct
import tempfile
from pathlib import Path
from time import perf_counter

from . import _earmark
from .inputs import BadInput

BATCH_HEAD = struct.Struct("<4sHHQQQIIQQQ")  # docs/formats/journal.md
WAL_HEAD, FRAME_HEAD = 32, 24


def verify(path: str | Path) -> dict:
    """Counts, digests and findings of a journal. `ok` is whether it folds and every invariant
    holds; `findings` are sentences. Raises BadInput where there is no journal at all."""
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: no such file; give the journal that an engine wrote")
    out: dict = {"journal": str(path), "ok": False, "findings": []}
    with tempfile.TemporaryDirectory(prefix="earmark-verify-") as folder:
        copy = Path(folder) / "journal.db"
        shutil.copyfile(path, copy)
        for suffix in ("-wal",):
            beside = path.with_name(path.name + suffix)
            if beside.is_file():
                shutil.copyfile(beside, copy.with_name(copy.name + suffix))
        out |= _torn(path.with_name(path.name + "-wal"))
        out |= _batches(path, copy, out["findings"])
        _fold(path, copy, out)
    out["ok"] = not out["findings"]
    return out


def _batches(path: Path, copy: Path, findings: list[str]) -> dict:
    """What the heads of the batches say; checksums are the engine's to check."""
    batches = records = size = 0
    position = expected = 0
    try:
        with sqlite3.connect(copy) as db:
            for number, data in db.execute("SELECT number, bytes FROM batch ORDER BY number"):
                head = BATCH_HEAD.unpack_from(data.ljust(BATCH_HEAD.size, b"\0"))
                magic, _, _, written, before, last, count, length, *_ = head
                if magic != b"EMKJ" or written != number or length + BATCH_HEAD.size != len(data):
                    findings.append(f"{path}: batch {number}: its head does not fit its bytes")
                    break
                if number != batches + 1 or before != expected:
                    findings.append(f"{path}: batch {number} does not follow batch {batches}")
                    break
                batches, records, size = batches + 1, records + count, size + len(data)
                position = expected = last
        db.close()
    except sqlite3.DatabaseError as e:
        if batches == 0:
            raise BadInput(f"{path}: no journal ({e}); an engine writes one with"
                           " Engine(journal=...)") from None
        findings.append(f"{path}: after batch {batches}: {e}")
    return {"batches": batches, "records": records, "bytes": size, "position": position}


def _torn(wal: Path) -> dict:
    """Bytes at the end of the write-ahead log that no commit covers: a write that a crash cut
    short. It was never acknowledged, and folding leaves it out."""
    if not wal.is_file() or wal.stat().st_size < WAL_HEAD:
        return {"torn_tail_bytes": 0}
    with wal.open("rb") as f:
        head = f.read(WAL_HEAD)
        page, salts = struct.unpack_from(">I", head, 8)[0], head[16:24]
        at = committed = seen = WAL_HEAD
        while len(frame := f.read(FRAME_HEAD)) == FRAME_HEAD and frame[8:16] == salts:
            body = len(f.read(page))
            at += FRAME_HEAD + body
            seen = at
            if body < page:
                break
            if struct.unpack_from(">I", frame, 4)[0]:
                committed = at
    return {"torn_tail_bytes": seen - committed}


def _fold(path: Path, copy: Path, out: dict) -> None:
    room = max(out["records"] + 1024, 1 << 16)
    start = perf_counter()
    try:
        engine = _earmark.Engine(journal=str(copy), max_orders=min(room, 1 << 26),
                                 max_keys=min(2 * room, 1 << 27))
    except (_earmark.EarmarkError, ValueError) as e:
        out["findings"].append(str(e).replace(str(copy), str(path)))
        return
    out["fold_seconds"] = perf_counter() - start
    out["state"] = f"{engine.state_hash():016x}"
    out["balance"] = dict(engine.balance())
    broken = [str(s) for s in engine.check_invariants()]
    halted = engine.halted()
    out["findings"] += broken + ([halted] if halted else [])
