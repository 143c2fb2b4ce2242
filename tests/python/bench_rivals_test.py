"""bench/sourcing_rivals.py, which bench/run asks for the rows of pandas and HiGHS."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("highspy")

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "sourcing_rivals.py"


def test_two_lines_never_need_three_nodes_so_both_find_the_same():
    asked = [f"{way} 2 {nodes} 40 {i}" for nodes in (6, 30) for i in range(6)
             for way in ("pandas", "highs")]
    said = subprocess.run([sys.executable, SCRIPT], input="\n".join(asked) + "\n", text=True,
                          capture_output=True, check=True).stdout.splitlines()
    assert said[0].startswith("pandas ")
    answers = [line.split() for line in said[1:]]
    assert len(answers) == len(asked)
    assert all(int(ns) > 0 for ns, _, _ in answers)
    assert [a[1:] for a in answers[0::2]] == [a[1:] for a in answers[1::2]]
