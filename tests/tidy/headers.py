"""Every header compiles alone, and no public header grows heavier unnoticed.

Public headers are compiled as the only content of a translation unit; headers in src/ likewise.
The weight of a public header is its number of preprocessed lines; header_lines.txt holds a ceiling
for each, a little above the measured number. `python3 headers.py --update` writes the table anew:
look at the difference before you commit it.
"""

import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

import source
from source import Finding

FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
TABLE = "tests/tidy/header_lines.txt"
SLACK = 1.05  # library updates move a few lines


def compiler():
    return os.environ.get("CXX", "g++")


def headers(root):
    return [p for p in source.cpp_files(root, ("include", "src")) if p.suffix == ".hpp"]


def compile_alone(root, header):
    """The first line that the compiler complains about, or nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        unit = os.path.join(scratch, "alone.cpp")
        with open(unit, "w") as out:
            out.write(f'#include "{header}"\n')
        command = [compiler(), *FLAGS, f"-I{root / 'include'}", "-c", unit, "-o", unit + ".o"]
        if shutil.which("ccache"):
            command.insert(0, "ccache")
        done = subprocess.run(command, capture_output=True, text=True)
    errors = [line for line in done.stderr.splitlines() if "error" in line]
    return (errors or ["the compiler failed"])[0] if done.returncode else ""


def weigh(root, header):
    """Preprocessed lines without line markers and blanks."""
    command = [compiler(), FLAGS[0], f"-I{root / 'include'}", "-E", "-P", "-x", "c++", str(header)]
    done = subprocess.run(command, capture_output=True, text=True)
    return sum(1 for line in done.stdout.splitlines() if line.strip())


def each(function, root, paths):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(zip(paths, pool.map(lambda p: function(root, p), paths)))


def ceilings(root):
    table = root / TABLE
    if not table.is_file():
        return None
    rows = (line.split() for line in table.read_text().splitlines() if not line.startswith("#"))
    return {name: int(lines) for name, lines in rows}


def check_alone(root):
    for header, complaint in each(compile_alone, root, headers(root)):
        if complaint:
            yield Finding(source.name_of(root, header), 1, f"does not compile alone ({complaint});"
                          " include what it uses")


def check_weight(root):
    allowed = ceilings(root)
    if allowed is None:
        return
    public = [h for h in headers(root) if root / "include" in h.parents]
    for header, lines in each(weigh, root, public):
        name = source.name_of(root, header)
        ceiling = allowed.get(name)
        if ceiling is None:
            yield Finding(name, 1, f"has no row in {TABLE}; run headers.py --update")
        elif lines > ceiling:
            yield Finding(name, 1, f"weighs {lines} preprocessed lines, {ceiling} are allowed; "
                          "declare through fwd.hpp or move code to src/")


def check(root):
    yield from check_alone(root)
    yield from check_weight(root)


def update(root):
    public = [h for h in headers(root) if root / "include" in h.parents]
    with open(root / TABLE, "w") as out:
        out.write("# Ceilings in preprocessed lines (g++ 12), 5 % above what was measured.\n")
        for header, lines in each(weigh, root, public):
            out.write(f"{source.name_of(root, header)} {int(lines * SLACK)}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update(source.ROOT)
    else:
        source.run(check)
