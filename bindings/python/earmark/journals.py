"""VERIFY a journal: fold a copy of it and say what it holds. The file itself is never written."""

import shutil
import sqlite3
import struct
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from time import perf_counter

from . import _earmark
from .errors import BadInput

BATCH_HEAD = struct.Struct("<4sHHQQQIIQQQ")  # docs/formats/journal.md
WAL_HEAD, FRAME_HEAD = 32, 24
MOST_COPIES = 5


def verify(path: str | Path) -> dict:
    """Counts, digests and findings of a journal. `ok` is whether it folds and every invariant
    holds; `findings` are sentences. Raises BadInput where there is no journal at all."""
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: no such file; give the journal that an engine wrote")
    out: dict = {"journal": str(path), "ok": False, "findings": []}
    with tempfile.TemporaryDirectory(prefix="earmark-verify-") as folder:
        copy = copy_of(path, Path(folder))
        out |= _batches(path, copy, out["findings"])
        _fold(path, copy_of(path, Path(folder)), out)  # the log again: reading it has emptied it
    out["ok"] = not out["findings"]
    return out


def copy_of(path: Path, folder: Path) -> Path:
    """The journal and its log as they were at one moment, also while an engine appends to it."""
    copy, path = folder / "journal.db", path.resolve()  # the log stands beside a link's target
    for _ in range(MOST_COPIES):
        before = _moment(path)
        for suffix in ("", "-wal"):
            source, target = Path(f"{path}{suffix}"), Path(f"{copy}{suffix}")
            target.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                shutil.copyfile(source, target)
        if _moment(path) == before:
            return copy
    raise BadInput(f"{path}: it changes faster than it can be copied; stop its engine first")


def _moment(path: Path) -> tuple:
    """Changes when the log is moved into the file or begun anew; not when it grows."""
    stat, head = path.stat(), b""
    with suppress(FileNotFoundError), open(f"{path}-wal", "rb") as f:
        head = f.read(WAL_HEAD)
    return stat.st_size, stat.st_mtime_ns, head


def _batches(path: Path, copy: Path, findings: list[str]) -> dict:
    """What the heads of the batches say; checksums are the engine's to check."""
    out = {"batches": 0, "records": 0, "bytes": 0, "position": 0, "torn_tail_bytes": 0}
    try:
        with closing(sqlite3.connect(copy)) as db:
            db.text_factory = lambda data: data.decode(errors="replace")
            written, frame = _log_frames(Path(f"{copy}-wal"))
            _, sound, _ = db.execute("PRAGMA wal_checkpoint").fetchone()
            out["torn_tail_bytes"] = max(0, written - max(0, sound) * frame)
            for number, data in db.execute("SELECT number, bytes FROM batch ORDER BY number"):
                if wrong := _follow(out, number, data):
                    findings.append(f"{path}: batch {number} {wrong}")
                    break
    except (sqlite3.Error, UnicodeDecodeError) as e:
        if out["batches"] == 0:
            raise BadInput(f"{path}: no journal ({e}); an engine writes one with"
                           " Engine(journal=...)") from None
        findings.append(f"{path}: after batch {out['batches']}: {e}")
    return out


def _follow(out: dict, number: int, data: object) -> str:
    """Counts a batch in `out`, or says why it cannot be the next one."""
    if not isinstance(data, bytes) or len(data) < BATCH_HEAD.size:
        return "has no head"
    magic, _, _, written, before, last, count, length, *_ = BATCH_HEAD.unpack_from(data)
    if magic != b"EMKJ" or written != number or length + BATCH_HEAD.size != len(data):
        return "has a head that does not fit its bytes"
    if number != out["batches"] + 1 or before != out["position"]:
        return f"does not follow batch {out['batches']}"
    out["batches"] += 1
    out["records"] += count
    out["bytes"] += len(data)
    out["position"] = last
    return ""


def _log_frames(wal: Path) -> tuple[int, int]:
    """Bytes of the write-ahead log's frames by their heads, and of one frame. What SQLite finds
    sound is less by the torn tail: a write that a crash cut short, and that was never
    acknowledged."""
    if not wal.is_file() or wal.stat().st_size < WAL_HEAD:
        return 0, 0
    with wal.open("rb") as f:
        head = f.read(WAL_HEAD)
        page, salts = struct.unpack_from(">I", head, 8)[0], head[16:24]
        written = 0
        while len(frame := f.read(FRAME_HEAD)) == FRAME_HEAD and frame[8:16] == salts:
            written += FRAME_HEAD + len(f.read(page))
    return written, FRAME_HEAD + page


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
