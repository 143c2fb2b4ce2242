"""Ceilings that only go down: lines of a file, lines of a function, columns of a line.

A function is counted from the first line of its signature to its closing brace; the lines of a
table inside it (`x[] = {...}`) are not counted, and neither are tables outside of functions.
"""

import ast
import re

import source
from source import Finding

FILE_LINES = 500
HEADER_LINES = 300
STUB_LINES = 700  # made from the module: an index that tools read, a line a verb and its words
FUNCTION_LINES = 50
COLUMNS = 100

# Data and prose may be wide or long: a licence, a change log, a recorded stream.
SUFFIXES = {".hpp", ".cpp", ".py", ".pyi", ".sh", ".txt", ".cmake", ""}

_NOT_A_FUNCTION = re.compile(
    r"^\s*(?:namespace|class|struct|enum|union|extern|concept|requires)\b|[=,]\s*$|\breturn\s*$")
_SIGNATURE_END = re.compile(
    r"\)\s*(?:const|noexcept(?:\([^()]*\))?|override|final|mutable|&&?|requires\b[^;{}]*"
    r"|->[^;{}]*|try|\s)*$")
_MEMBER_INIT = re.compile(r"\)\s*(?:noexcept\s*)?:[^:].*[\w>]\s*$", re.DOTALL)
_AFTER_INITS = re.compile(r"\)\s*(?:noexcept\s*)?:[^:].*\}\s*$", re.DOTALL)
_TABLE = re.compile(r"(?:=|\breturn)\s*$")


def _opens(head, inside_function):
    """What kind of block a brace opens, from the text between the last ; { } and the brace."""
    if inside_function:
        return "table" if _TABLE.search(head) else "block"
    if _NOT_A_FUNCTION.search(head):
        return "scope"
    if _MEMBER_INIT.search(head):
        return "init"
    if _SIGNATURE_END.search(head) or _AFTER_INITS.search(head):
        return "function"
    return "scope"


def functions(text):
    """(first line, counted lines) of every function body in C++ text."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m[0].count("\n"),
                  source.code_only(text), flags=re.MULTILINE)
    stack, head_at, line = [], 0, 1
    table_lines = start = 0
    for at, c in enumerate(code):
        if c == "\n":
            line += 1
        elif c == ";" and not (stack and stack[-1][0] == "init"):
            head_at = at + 1
        elif c == "{":
            inside = any(kind == "function" for kind, _ in stack)
            head = re.sub(r"^\s*(?:public|private|protected)\s*:", "", code[head_at:at])
            kind = _opens(head, inside)
            if kind == "function":
                blank = len(head) - len(head.lstrip())
                start = line - head[blank:].count("\n")
                table_lines = 0
            stack.append((kind, line))
            if kind != "init":
                head_at = at + 1
        elif c == "}" and stack:
            kind, opened = stack.pop()
            in_table = any(k == "table" for k, _ in stack)
            if kind == "table" and not in_table:
                table_lines += line - opened
            if kind == "function":
                yield start, line - start + 1 - table_lines
            if kind != "init":
                head_at = at + 1


def check_cpp(root):
    for path in source.cpp_files(root):
        for line, length in functions(path.read_text()):
            if length > FUNCTION_LINES:
                yield Finding(source.name_of(root, path), line, f"a function of {length} lines, "
                              f"{FUNCTION_LINES} are allowed; give a part of it a name")


def check_python(root):
    for path in sorted(p for f in source.TEXT_FOLDERS for p in (root / f).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION_LINES:
                    yield Finding(source.name_of(root, path), node.lineno,
                                  f"function {node.name} has {length} lines, {FUNCTION_LINES} "
                                  "are allowed; give a part of it a name")


def check_files(root):
    files = [p for f in source.TEXT_FOLDERS for p in (root / f).rglob("*") if p.is_file()]
    files += [p for p in root.glob("*") if p.name in ("CMakeLists.txt", "check", "demo")]
    for path in sorted(files):
        if path.suffix not in SUFFIXES or "__pycache__" in path.parts:
            continue
        name = source.name_of(root, path)
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue  # recorded bytes, not text
        public = name.startswith("include/")
        ceiling = (HEADER_LINES if public else 150 if name == "CMakeLists.txt"
                   else STUB_LINES if name.endswith(".pyi") else FILE_LINES)
        if len(lines) > ceiling:
            yield Finding(name, len(lines), f"{len(lines)} lines, {ceiling} are allowed; move a "
                          "concept into a file of its own")
        for number, text in enumerate(lines, 1):
            if len(text) > COLUMNS:
                yield Finding(name, number, f"{len(text)} columns, {COLUMNS} are allowed; "
                              "clang-format breaks code, break comments by hand")


def check(root):
    yield from check_files(root)
    yield from check_cpp(root)
    yield from check_python(root)


if __name__ == "__main__":
    source.run(check)
