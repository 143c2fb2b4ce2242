"""The closed list of error codes is told three times and must be one list; something answers each.

include/earmark/core/errors.hpp has the numbers, src/core/errors.cpp has a row per code, and
docs/errors.md explains each in one row `| 3001 | insufficient | no | ... |`.
"""

import re

import source
from source import Finding

HEADER = "include/earmark/core/errors.hpp"
TABLE = "src/core/errors.cpp"
DOC = "docs/errors.md"


def codes_of_header(text):
    """name -> (number, line)"""
    body = re.search(r"enum class error_code[^{]*\{(.*?)\};", source.code_only(text), re.DOTALL)
    found = re.finditer(r"\b(\w+)\s*=\s*(\d+)", body[1])
    first = text.count("\n", 0, text.index("enum class error_code")) + 1
    return {m[1]: (int(m[2]), first + body[1].count("\n", 0, m.start())) for m in found}


def rows_of_table(text):
    """name -> (is transient, line)"""
    found = re.finditer(r'\{(\w+),\s*"(\w+)",\s*(retry|final),', text)
    return {m[2]: (m[3] == "retry", text.count("\n", 0, m.start()) + 1)
            for m in found if m[1] == m[2]}


def rows_of_doc(text):
    """[(number, name, is transient, line)]"""
    found = re.finditer(r"^\|\s*(\d+)\s*\|\s*`(\w+)`\s*\|\s*(yes|no)\s*\|", text, re.MULTILINE)
    return [(int(m[1]), m[2], m[3] == "yes", text.count("\n", 0, m.start()) + 1) for m in found]


def answered_in(root):
    """Codes that some source names, other than to tell one code from another."""
    names = set()
    for path in source.cpp_files(root, ("bindings", "include", "src")):
        if source.name_of(root, path) not in (HEADER, TABLE):
            code = re.sub(r"\bcase\s+error_code::\w+:|[!=]=\s*error_code::\w+", "",
                          source.code_only(path.read_text()))
            names.update(re.findall(r"\berror_code::(\w+)", code))
    return names


def check(root):
    codes = codes_of_header((root / HEADER).read_text())
    table = rows_of_table((root / TABLE).read_text())
    documented = rows_of_doc((root / DOC).read_text())
    names = [name for _, name, _, _ in documented]
    answered = answered_in(root)

    for name, (number, line) in codes.items():
        if name not in table:
            yield Finding(HEADER, line, f"{name} has no row in {TABLE}; add one")
        if name != "ok" and names.count(name) != 1:
            yield Finding(HEADER, line, f"{name} ({number}) has {names.count(name)} rows in "
                          f"{DOC}; it needs exactly one")
        if name != "ok" and name not in answered:
            yield Finding(HEADER, line, f"{name} ({number}) is answered nowhere; take it off")
    for number, name, transient, line in documented:
        if name not in codes:
            yield Finding(DOC, line, f"{name} is no code of {HEADER}; take the row out")
            continue
        if codes[name][0] != number:
            yield Finding(DOC, line, f"{name} is {codes[name][0]}, not {number}")
        if name in table and table[name][0] != transient:
            yield Finding(DOC, line, f"{name} is transient in one of {DOC} and {TABLE} only")
    if documented != sorted(documented):
        yield Finding(DOC, documented[0][3], "rows must ascend by number")


if __name__ == "__main__":
    source.run(check)
