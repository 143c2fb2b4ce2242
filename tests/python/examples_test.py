"""Every numbered example has a twin in the other language, and both print the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

BUILT = Path(os.environ.get("EARMARK_BUILD", ROOT / "build" / "dev")) / "examples"
NAMES = sorted(p.stem for p in (ROOT / "examples").glob("[0-9][0-9]_*.cpp"))


def said(*command) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_there_is_a_twin_for_each():
    assert NAMES == sorted(p.stem for p in (ROOT / "examples").glob("[0-9][0-9]_*.py"))
    assert len(NAMES) >= 7


@pytest.mark.parametrize("name", NAMES)
def test_twins_say_the_same_in_under_forty_lines(name):
    ours = said(sys.executable, ROOT / "examples" / f"{name}.py")
    assert len(ours.splitlines()) >= 1
    for suffix in (".py", ".cpp"):
        lines = (ROOT / "examples" / (name + suffix)).read_text(encoding="utf-8").splitlines()
        assert len(lines) < 40, f"{name}{suffix} has {len(lines)} lines"
    program = BUILT / f"example_{name}"
    if not program.exists():
        pytest.skip(f"{program} is not built")
    assert ours == said(program)
