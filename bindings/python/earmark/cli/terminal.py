"""WHAT THE COMMANDS SHARE: progress on a terminal, one JSON object, complaints and exit codes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

OK, FINDINGS, BAD_INPUT, FAULT, STOPPED = 0, 1, 2, 3, 130


@contextmanager
def progress(what: str, quiet: bool) -> Iterator:
    """A callable (done, total) that draws a bar on a terminal's standard error, nothing else."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    with Progress(TextColumn(what), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
                  TimeRemainingColumn(), console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def say_json(value: dict) -> None:
    print(json.dumps(value, indent=None, default=_plain))


def _plain(value: object) -> object:
    return value.tolist() if hasattr(value, "tolist") else str(value)


def shown(text: str) -> str:
    """A text from outside with a question mark for whatever would steer a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def complain(text: str) -> None:
    print(f"earmark: {text}", file=sys.stderr)
