"""bench/python_rows.py, which bench/run asks for the rows of Python."""

import re
import subprocess
import sys

from conftest import ROOT

SCRIPT = ROOT / "bench" / "python_rows.py"
TWINS = (ROOT / "bench" / "python_rows.cpp").read_text()


def serve(*options: str, say: str = "") -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *options, str(SCRIPT), "--serve", "20", "300"],
                          input=say, capture_output=True, text=True, timeout=60, check=False)


def test_every_row_that_has_a_twin_is_answered_with_nanoseconds_again_and_again():
    names = re.findall(r'{"(python\.[\w.]+)"', TWINS)
    assert len(names) == 5
    done = serve(say="".join(f"{name}\n" for name in names * 3))
    hello, *told = done.stdout.splitlines()
    assert done.returncode == 0 and done.stderr == ""
    assert re.match(r"Python 3\.\d+\.\d+, module of ", hello)
    assert len(told) == 15 and all(int(ns) > 0 for ns in told)


def test_a_burst_of_more_calls_takes_longer_so_the_work_is_done():
    few, many = (subprocess.run([sys.executable, str(SCRIPT), "--serve", n, n],
                                input="python.scalar.available\npython.batch.reserve\n" * 5,
                                capture_output=True, text=True, timeout=60, check=True)
                 .stdout.splitlines()[1:] for n in ("100", "10000"))
    for verb in (0, 1):
        assert min(map(int, many[verb::2])) > 5 * min(map(int, few[verb::2]))


def test_a_row_that_nobody_knows_ends_the_program():
    done = serve(say="python.scalar.nothing\n")
    assert done.returncode != 0 and "python.scalar.nothing" in done.stderr


def test_without_the_module_it_says_in_one_line_how_to_get_it():
    done = serve("-I", "-S")
    assert done.returncode == 0 and done.stderr == ""
    assert re.fullmatch(r"skipped: No module named 'numpy'; .*pip install .*\n", done.stdout)
