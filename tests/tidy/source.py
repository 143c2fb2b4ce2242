"""What the tidy checks share: findings, the files of the tree, and C++ text without its comments.

A check is a function `check(root)` that yields findings. Each runs alone (`python3 edges.py`) and
under unittest or pytest (`tidy_test.py`, which also plants violations). Standard library only.
"""

import dataclasses
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Folders that hold our own text; everything else in a checkout is built or fetched.
TEXT_FOLDERS = (".ci", "bench", "bindings", "docs", "examples", "include", "src", "tests")
CPP_FOLDERS = ("bench", "bindings", "examples", "include", "src", "tests")


@dataclasses.dataclass(frozen=True)
class Finding:
    path: str
    line: int
    message: str  # what is wrong and what to do

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


def cpp_files(root, folders=CPP_FOLDERS):
    """Paths of all C++ files below the folders, in one order on every machine."""
    found = [p for f in folders for s in ("*.hpp", "*.cpp") for p in (root / f).rglob(s)]
    return sorted(found)


def name_of(root, path):
    return path.relative_to(root).as_posix()


_TOKEN = re.compile(
    r"""\b\d\w*(?:'\w+)+                          # a number with digit separators
      | //[^\n]* | /\*.*?\*/                      # comments
      | R"([^()\\\s]{0,16})\(.*?\)\1"             # raw strings
      | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+' # literals """,
    re.VERBOSE | re.DOTALL,
)


def code_only(text):
    """C++ with comments and the insides of literals blanked; every line keeps its number."""

    def blank(match):
        token = match.group()
        if token[0].isdigit():
            return token  # 1'000'000 is a number and holds no character literal
        edge = token[0] if token[0] in "\"'" else " "
        return edge + re.sub(r"[^\n]", " ", token[1:-1]) + edge

    return _TOKEN.sub(blank, text)


def run(check):
    """The main program of a check: prints what it found and fails if that is anything."""
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    findings = list(check(root))
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
