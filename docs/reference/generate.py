#!/usr/bin/env python3
"""Writes the reference from the sources: docs/reference/cpp.md from the public headers that a host
meets, docs/reference/python.md from the stubs of the package.

    python docs/reference/generate.py [--check]

--check writes nothing, names the pages that are out of step, and fails if there are any.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include" / "earmark"
HEADERS = ("engine/engine.hpp", "engine/config.hpp", "engine/status.hpp", "model/command.hpp",
           "model/receipt.hpp", "model/view.hpp", "model/tables.hpp", "model/feeds.hpp",
           "model/thresholds.hpp", "model/holds.hpp", "model/restrictions.hpp",
           "model/authority.hpp", "model/audit.hpp", "engine/audit.hpp", "core/result.hpp",
           "journal/sink.hpp", "sourcing/policy.hpp", "report/kpi.hpp",
           "engine/own_report.hpp", "engine/capture.hpp", "model/capture.hpp",
           "model/trail.hpp", "engine/story.hpp", "report/order_story.hpp")
PACKAGE = ROOT / "bindings" / "python" / "earmark"
MODULES = ("_earmark.pyi", "comparison.py", "criterion.py", "errors.py", "network.py", "export.py",
           "workflows.py")
NOTE = "Made from the sources by `python docs/reference/generate.py`; do not edit it here.\n"


def header_page() -> str:
    """Each header as it stands, without its guards and includes: the comments are the reference."""
    pages = ["# The reference in C++\n", NOTE]
    for name in HEADERS:
        text = (INCLUDE / name).read_text(encoding="utf-8")
        head = re.match(r"(?://[^\n]*\n)*", text)[0]
        body = text[len(head):].replace("#pragma once\n", "")
        body = re.sub(r"^#include [^\n]*\n", "", body, flags=re.MULTILINE)
        body = re.sub(r"^(?:\[\[nodiscard\]\] )", "", body, flags=re.MULTILINE)
        body = re.sub(r"\n{3,}", "\n\n", body).strip()
        about = re.sub(r"^// ?", "", head, flags=re.MULTILINE).strip()
        pages.append(f"## `earmark/{name}`\n\n{prose(about)}\n\n```cpp\n{body}\n```\n")
    return "\n".join(pages)


def prose(text: str) -> str:
    """A comment as Markdown: what is indented below its first line stays as it is."""
    lines = text.splitlines()
    if any(line.startswith(("  ", "\t")) for line in lines):
        return "```\n" + text + "\n```"
    return text


def signature(node: ast.FunctionDef) -> str:
    answer = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    name = {"__init__": "(new)"}.get(node.name, node.name)
    given = ast.unparse(node.args)
    return f"{name}({re.sub(r'^self(, )?', '', given)}){answer}"


def members(node: ast.ClassDef) -> list[str]:
    out = []
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and (not item.name.startswith("_")
                                                   or item.name == "__init__"):
            says = " ".join((ast.get_docstring(item) or "").split())
            out.append(f"- `{signature(item)}`" + (f": {says}" if says else ""))
    return out


def python_page() -> str:
    pages = ["# The reference in Python\n", NOTE,
             "Frames and their columns: [columns.md](../formats/columns.md).\n"]
    for module in MODULES:
        tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
        for node in tree.body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
                continue
            text = ast.get_docstring(node) or ""
            if isinstance(node, ast.ClassDef):
                pages.append(f"## {node.name}\n\n{prose(text)}\n")
                pages.extend([*members(node), ""])
            else:
                pages.append(f"## {signature(node)}\n\n{prose(text)}\n")
    return "\n".join(pages).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    made = {"cpp.md": header_page(), "python.md": python_page()}
    here = ROOT / "docs" / "reference"
    stale = [name for name, text in made.items()
             if not (here / name).exists() or (here / name).read_text(encoding="utf-8") != text]
    for name in stale:
        print(f"docs/reference/{name} {'is out of step' if arguments else 'written'}")
        if not arguments:
            (here / name).write_text(made[name], encoding="utf-8")
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
