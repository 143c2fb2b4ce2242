#!/usr/bin/env python3
"""Writes what is made of the built module: the stubs, the page of the column dictionary, and the
figures in SQL.

    python bindings/python/generate.py [--check]

Run it with an interpreter that imports the module of this tree. --check writes nothing, names the
files that are out of step, and fails if there are any.
"""

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import generate_sql

ROOT = Path(__file__).resolve().parents[2]
# The package beside this script has no compiled module; the installed one is meant.
sys.path = [p for p in sys.path if Path(p).resolve() != Path(__file__).resolve().parent]

import earmark  # noqa: E402
from earmark import _earmark  # noqa: E402

HEAD = '''# The face of the compiled module, made of it by bindings/python/generate.py. `now` is in
# nanoseconds UTC; what the columns of frames hold is in docs/formats/columns.md.
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, overload

import numpy as np
import numpy.typing as npt

from .errors import EarmarkError as EarmarkError

class ArrowStream(Protocol):
    """Whatever has columns by the Arrow C data interface."""
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

class ArrowArray(Protocol):
    """One column, or a batch of them, by the Arrow C data interface."""
    def __arrow_c_array__(self, requested_schema: object = None) -> object: ...

Column = npt.ArrayLike | Sequence[str] | ArrowStream | ArrowArray
Table = Mapping[str, Any] | ArrowStream | ArrowArray
Progress = Callable[[int, int], object]
'''

# What signatures say, and what a reader of stubs is told instead.
SPELLINGS = (
    (r"earmark::sourcing::policy|earmark\._earmark\.", ""),
    (r"typing\.SupportsInt \| typing\.SupportsIndex", "int"),
    (r"numpy\.typing\.NDArray\[numpy\.(\w+)\]", r"npt.NDArray[np.\1]"),
    (r"collections\.abc\.", ""),
    (r"-> dict$", "-> dict[str, Any]"),
    (r"-> list$", "-> list[Any]"),
    (r"-> tuple$", "-> tuple[str, ...]"),
    (r"-> object$", "-> Any"),
    (r"Iterable(?=[,)])", "Iterable[Any]"),
    (r"\barg0: \w+", "self"),
    (r"\bself: \w+", "self"),
)
SHOWN = {"__init__", "__str__", "__len__", "__getitem__", "__contains__", "__iter__", "__eq__",
         "__hash__", "__arrow_c_stream__", "__arrow_c_schema__", "_repr_html_"}
RETURNS = {"__iter__": "Iterator[str]", "keys": "list[str]"}
WIDTH = 98


def signature(line: str) -> str:
    line = line.strip()
    for pattern, instead in SPELLINGS:
        line = re.sub(pattern, instead, line)
    name = line.split("(")[0]
    if name in RETURNS:
        line = re.sub(r"-> .*$", f"-> {RETURNS[name]}", line)
    if name == "__eq__":
        line = "__eq__(self, other: object, /) -> bool"
    return re.sub(r"\barg0: (\w+)", r"value: \1", line)


def overloads(doc: str) -> list[tuple[str, str]]:
    """Signature and sentence of each form of a function."""
    if "Overloaded function." not in doc:
        first, _, rest = doc.partition("\n")
        return [(signature(first), rest.strip())]
    forms = re.split(r"^\d+\. ", doc, flags=re.MULTILINE)[1:]
    return [(signature(f.partition("\n")[0]), f.partition("\n")[2].strip()) for f in forms]


def wrapped_signature(text: str, indent: str) -> list[str]:
    """`def` and the signature, broken after commas of the outermost parentheses."""
    line = f"{indent}def {text}: ..."
    if len(line) <= WIDTH:
        return [line]
    inner = indent + " " * (len("def ") + text.index("(") + 1)
    held = re.sub(r"(?<!,) ", "\0", line.strip())  # breaks come after commas only
    wrapped = textwrap.wrap(held, WIDTH, initial_indent=indent, subsequent_indent=inner,
                            break_long_words=False, break_on_hyphens=False)
    return [part.replace("\0", " ") for part in wrapped]


def function(doc: str, indent: str) -> Iterator[str]:
    forms = overloads(doc)
    for text, sentence in forms:
        if len(forms) > 1:
            yield f"{indent}@overload"
        lines = wrapped_signature(text, indent)
        if sentence:
            lines[-1] = lines[-1].removesuffix(" ...")
        yield from lines
        if sentence:
            yield from docstring(sentence, indent + "    ")


def docstring(text: str, indent: str) -> list[str]:
    return textwrap.wrap(f'"""{" ".join(text.split())}"""', WIDTH, initial_indent=indent,
                         subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def of_class(cls: type) -> Iterator[str]:
    yield f"class {cls.__name__}:"
    yield from docstring(cls.__doc__ or "", "    ")
    for name, member in sorted(vars(cls).items()):
        if isinstance(member, property):
            kind = signature("x" + (member.fget.__doc__ or "").strip()).split("-> ")[1]
            kind = "Frame | None" if name in ("parts", "violations", "changes") else kind
            yield "    @property"
            yield f"    def {name}(self) -> {kind}: ..."
        elif not name.startswith("_") or name in SHOWN:
            doc = getattr(cls, name).__doc__ or ""
            if doc.startswith(name) and "(" in doc:
                yield from function(doc, "    ")
        elif name == "__hash__":
            yield "    def __hash__(self) -> int: ..."


def stubs() -> str:
    lines = HEAD.splitlines()
    for name, member in sorted(vars(_earmark).items()):
        if name.startswith("_") or name == "EarmarkError":
            continue
        lines.append("")
        if isinstance(member, type):
            lines.extend(of_class(member))
        elif isinstance(member, tuple):
            item = "str" if isinstance(member[0], str) else "tuple[str, str, bool, str]"
            lines.append(f"{name}: tuple[{item}, ...]")
        else:
            lines.extend(function(member.__doc__, ""))
    return "\n".join(lines) + "\n"


def views_sql() -> str:
    frames: dict[str, list[tuple[str, str]]] = {}
    columns = earmark.dictionary()
    for frame, *column in zip(columns["frame"], columns["column"], columns["type"], strict=True):
        frames.setdefault(frame, []).append(tuple(column))
    return generate_sql.views_sql(frames, _earmark._kpi_definitions(),
                                  _earmark._score_definitions(), _earmark._wait_definitions())


def policy_page() -> str:
    """docs/formats/policy.md with its tables made anew; what stands around them is written by
    hand."""
    page = (ROOT / "docs/formats/policy.md").read_text(encoding="utf-8")
    keys = {}
    for table, key, values, otherwise, required in _earmark.policy_keys():
        keys.setdefault(table or "the top", []).append(
            f"| `{key}` | {values} | {'required' if required else otherwise} |")
    rules = [f"| `{code}` | {severity} | {doc} |{' nodes' if nodes else ''} |"
             for code, severity, nodes, doc in _earmark.LINT_RULES]
    made = {f"keys {table}": ["| key | takes | left out |", "|---|---|---|", *rows]
            for table, rows in keys.items()}
    made["rules"] = ["| code | severity | what | needs |", "|---|---|---|---|", *rules]
    for name, rows in made.items():
        start, end = f"<!-- {name} -->", "<!-- end -->"
        if start not in page:
            raise SystemExit(f"docs/formats/policy.md has no place for {start}")
        before, rest = page.split(start, 1)
        page = before + start + "\n" + "\n".join(rows) + "\n" + end + rest.split(end, 1)[1]
    return page


def files() -> dict[Path, str]:
    return {ROOT / "bindings/python/earmark/_earmark.pyi": stubs(),
            ROOT / "bindings/python/earmark/views.sql": views_sql(),
            ROOT / "docs/formats/columns.md": _earmark.columns_page(),
            ROOT / "docs/formats/policy.schema.json": _earmark.policy_schema(),
            ROOT / "docs/formats/policy.md": policy_page()}


def main(arguments: list[str]) -> int:
    stale = [path for path, text in files().items()
             if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is out of step' if arguments else 'written'}")
        if not arguments:
            path.write_text(files()[path], encoding="utf-8")
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
