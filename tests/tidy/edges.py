"""Rooms are siblings: the include lines of include/ and src/ against docs/ARCHITECTURE.md.

The table `| room | may include |` there is the one source. Beside it: no cycle among files, no
include chain among public headers above the ceiling, and public headers that name the standard
library only.
"""

import functools
import pathlib
import re

import source
from source import Finding

MAX_DEPTH = 6  # steps from a public header to the bottom of the cellar; this only goes down
UMBRELLAS = ("include/earmark/earmark.hpp", "include/earmark/engine/pipeline.hpp")

_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
_ROW = re.compile(r"^\|\s*`([\w/]+)`\s*\|\s*(.*?)\s*\|", re.MULTILINE)


def permitted(root):
    """Room -> what it may include beside itself: rooms, or single headers such as stock/view."""
    text = (root / "docs/ARCHITECTURE.md").read_text()
    table = text[text.index("| room | may include |"):].split("\n\n")[0]
    return {room: set(re.findall(r"`([\w/]+)`", may)) for room, may in _ROW.findall(table)}


def includes(path):
    """(line, is own, name) for each include line of a file."""
    text = path.read_text()
    for match in _INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match[1] == '"', match[2]


def room_of(name):
    """include/earmark/stock/take.hpp and src/stock/take.cpp lie in stock, earmark.hpp in none."""
    parts = name.removeprefix("include/earmark/").removeprefix("src/").split("/")
    return parts[0] if len(parts) > 1 else ""


def resolve(root, path, name):
    """The file that a quoted include means, as a name relative to the root, or None."""
    if name.startswith("earmark/"):
        target = root / "include" / name
    else:
        target = path.parent / name
    return source.name_of(root, target) if target.is_file() else None


def check_rooms(root, table):
    for path in source.cpp_files(root, ("include", "src")):
        name = source.name_of(root, path)
        room = room_of(name)
        if room and room not in table:
            yield Finding(name, 1, f"room {room} has no row in docs/ARCHITECTURE.md; add one")
            continue
        for line, own, included in includes(path):
            if not own:
                if name.startswith("include/") and re.search(r"/|\.h", included):
                    yield Finding(name, line, f"a public header includes <{included}>; keep "
                                  "it to the standard library and move the rest to src/")
                continue
            target = resolve(root, path, included)
            if target is None:
                yield Finding(name, line, f'"{included}" is neither a public header nor a '
                              "neighbour in the same folder; write the path from earmark/")
                continue
            to = room_of(target)
            single = target.removeprefix("include/earmark/").removesuffix(".hpp")
            if room and to not in (room, "") and to not in table[room] and \
                    single not in table[room]:
                yield Finding(name, line, f"{room} may not include {to}; put what both need "
                              "into the cellar, or argue the edge in docs/ARCHITECTURE.md")


def check_oracle(root):
    """The reference engine, with all that it includes, shares no code with what it judges."""
    waiting = sorted((root / "tests/support").glob("naive_*"))
    seen = set(waiting)
    for path in waiting:  # grows below
        for line, own, included in includes(path):
            neighbour = path.parent / pathlib.PurePath(included).name
            if not own or re.match(r"earmark/(core|model)/", included):
                continue
            if included.startswith("earmark/") or not neighbour.is_file():
                yield Finding(source.name_of(root, path), line,
                              f'the reference engine includes "{included}"; it may use model/ '
                              "and the vocabulary under it only, or it proves nothing")
            elif neighbour not in seen:
                seen.add(neighbour)
                waiting.append(neighbour)


def check_graph(root):
    """Cycles and depth over files."""
    edges = {}
    for path in source.cpp_files(root, ("include", "src")):
        targets = [resolve(root, path, i) for _, own, i in includes(path) if own]
        edges[source.name_of(root, path)] = [t for t in targets if t]
    open_files, findings = [], []

    @functools.cache
    def depth(name):
        if name in open_files:
            loop = " -> ".join(open_files[open_files.index(name):] + [name])
            findings.append(Finding(name, 1, f"include cycle {loop}; split what both need off"))
            return 0
        open_files.append(name)
        deepest = max((depth(t) + 1 for t in edges.get(name, ())), default=0)
        open_files.pop()
        return deepest

    for name in edges:
        if depth(name) > MAX_DEPTH and name.startswith("include/") and name not in UMBRELLAS:
            findings.append(Finding(name, 1, f"own includes nest {depth(name)} deep, "
                                    f"{MAX_DEPTH} are allowed; include less"))
    yield from findings


def check_table(table):
    """The table itself is a ladder: no room reaches itself."""
    def reach(room, seen):
        for other in {edge.split("/")[0] for edge in table.get(room, ())}:
            if other not in seen:
                seen.add(other)
                reach(other, seen)
        return seen

    for room in table:
        if room in reach(room, set()):
            yield Finding("docs/ARCHITECTURE.md", 1, f"room {room} reaches itself; cut an edge")


def check(root):
    table = permitted(root)
    yield from check_table(table)
    yield from check_rooms(root, table)
    yield from check_oracle(root)
    yield from check_graph(root)


if __name__ == "__main__":
    source.run(check)
