"""The tree is tidy, and every check finds the violations that are planted for it.

Run by pytest, or without it: python3 -m unittest discover -s tests/tidy -p '*_test.py'
"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import banned
import edges
import errors_doc
import headers
import sizes
import source

# A small house in order; a planted case adds or replaces files.
CLEAN = {
    "docs/ARCHITECTURE.md": "| room | may include | duty |\n|---|---|---|\n| `core` | | x |\n"
                            "| `model` | `core` | x |\n| `stock` | `core`, `model/plan` | x |\n\n",
    "include/earmark/core/ids.hpp": "#pragma once\n#include <cstdint>\n",
    "include/earmark/model/plan.hpp": '#pragma once\n#include "earmark/core/ids.hpp"\n',
    "include/earmark/model/other.hpp": "#pragma once\n",
    "include/earmark/stock/take.hpp": '#pragma once\n#include "earmark/model/plan.hpp"\n',
    "src/stock/take.cpp": '#include "earmark/stock/take.hpp"\n#include <fmt/format.h>\n'
                          '#include "near.hpp"\n',
    "src/stock/near.hpp": "#pragma once\n",
    "src/stock/answers.cpp": "auto a = error_code::late;\nauto b = error_code::wrong;\n",
    "include/earmark/core/errors.hpp":
        "#pragma once\nenum class error_code : unsigned short {\n"
        "    ok = 0,\n    late = 1001,  // transient\n    wrong = 2001,\n};\n",
    "src/core/errors.cpp": '{ok, "ok", final, "", ""},\n{late, "late", retry, "", ""},\n'
                           '{wrong, "wrong", final, "", ""},\n',
    "docs/errors.md": "| 1001 | `late` | yes | x |\n| 2001 | `wrong` | no | x |\n",
}


def long_function(name, lines, head="void"):
    return f"{head} {name}() {{\n" + "    ++n;\n" * (lines - 2) + "}\n"


def findings(check, files):
    """What a check says about the clean house with these files put over it."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in (CLEAN | files).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return [str(f) for f in check(root)]


class Tidy(unittest.TestCase):
    def test_the_include_edges_are_those_of_the_table(self):
        self.assert_tree(edges.check)

    def test_files_functions_and_lines_are_within_their_ceilings(self):
        self.assert_tree(sizes.check)

    def test_no_word_stands_where_it_has_no_place(self):
        self.assert_tree(banned.check)

    def test_the_list_of_error_codes_is_one_list(self):
        self.assert_tree(errors_doc.check)

    def test_every_header_compiles_alone_and_is_no_heavier_than_its_ceiling(self):
        self.assert_tree(headers.check)

    def assert_tree(self, check):
        found = [str(f) for f in check(source.ROOT)]
        self.assertEqual(found, [], "\n" + "\n".join(found))


class Planted(unittest.TestCase):
    """(files to plant, what the one finding must say), for each check."""

    def assert_found(self, check, cases):
        self.assertEqual(findings(check, {}), [])
        for files, expected in cases:
            with self.subTest(expected=expected):
                found = findings(check, files)
                self.assertEqual(len(found), 1, found)
                self.assertIn(expected, found[0])

    def test_edges(self):
        take, ids = "include/earmark/stock/take.hpp", "include/earmark/core/ids.hpp"
        table = CLEAN["docs/ARCHITECTURE.md"]
        self.assert_found(edges.check, [
            ({ids: '#include "earmark/stock/take.hpp"\n', take: ""},
             "ids.hpp:1: core may not include stock"),
            ({take: '\n#include "earmark/model/other.hpp"\n'},
             "take.hpp:2: stock may not include model"),
            ({"src/stock/take.cpp": '#include "../model/x.hpp"\n'}, "nor a neighbour"),
            ({"src/yard/x.cpp": ""}, "room yard has no row"),
            ({take: "#include <fmt/core.h>\n"}, "take.hpp:1: a public header includes"),
            ({take: "#include <boost/container/small_vector.hpp>\n"}, "a public header includes"),
            ({"src/stock/near.hpp": '#include "far.hpp"\n',
              "src/stock/far.hpp": '#include "near.hpp"\n'}, "include cycle"),
            ({f"include/earmark/core/d{i}.hpp": f'#include "earmark/core/d{i + 1}.hpp"\n'
              for i in range(7)} | {"include/earmark/core/d7.hpp": ""}, "d0.hpp:1: own includes"),
            ({"tests/support/naive_stock.cpp": '#include "earmark/stock/take.hpp"\n'},
             "naive_stock.cpp:1: the reference engine includes"),
            ({"tests/support/naive_stock.cpp": '#include "support/step.hpp"\n',
              "tests/support/step.hpp": '\n#include "earmark/stock/take.hpp"\n'},
             "step.hpp:2: the reference engine includes"),
            ({"docs/ARCHITECTURE.md": table.replace("| `core` | |", "| `core` | `core` |")},
             "room core reaches itself"),
        ])

    def test_sizes(self):
        wide = "// " + "x" * 98 + "\n"
        table = "    static const int t[] = {\n" + "        1,\n" * 60 + "    };\n"
        member = "class c {\npublic:\n" + long_function("f", 51, "    int") + "};\n"
        init = "c::c(int a)\n    : a_{a}, b_{a} {\n" + "    ++n;\n" * 49 + "}\n"
        lambdas = "void f() {\n    g([] {\n" + "        ++n;\n" * 48 + "    });\n}\n"
        python = "def f():\n" + "    x = 1\n" * 50
        self.assert_found(sizes.check, [
            ({"src/core/a.cpp": long_function("f", 51)}, "a.cpp:1: a function of 51 lines"),
            ({"src/core/a.cpp": "\n\n" + member}, "a.cpp:5: a function of 51 lines"),
            ({"src/core/a.cpp": init}, "a.cpp:1: a function of 52 lines"),
            ({"src/core/a.cpp": lambdas}, "a.cpp:1: a function of 52 lines"),
            ({"src/core/a.cpp": long_function("f", 51, "template <class T>\nauto")},
             "a.cpp:1: a function of 52 lines"),
            ({"src/core/a.cpp": "//\n" * 501}, "501 lines, 500 are allowed"),
            ({"include/earmark/core/a.hpp": "//\n" * 301}, "301 lines, 300 are allowed"),
            ({"src/core/a.cpp": "\n" + wide}, "a.cpp:2: 101 columns"),
            ({"CMakeLists.txt": "#\n" * 151}, "151 lines, 150 are allowed"),
            ({"tests/tidy/a.py": python}, "a.py:1: function f has 51 lines"),
        ])
        for allowed in (long_function("f", 50), "int f() {\n" + table + "    return t[0];\n}\n",
                        "namespace a {\n" + "int x;\n" * 60 + "}\n",
                        "const int t[] = {\n" + "    1,\n" * 60 + "};\n"):
            self.assertEqual(findings(sizes.check, {"src/core/a.cpp": allowed}), [])

    def test_banned(self):
        strict, library, test = "src/stock/a.cpp", "include/earmark/model/a.hpp", "tests/a.cpp"
        self.assert_found(banned.check, [
            ({strict: "std::mutex m;\n"}, "a.cpp:1: `mutex` is a lock"),
            ({strict: "\nconst std::lock_guard l{m};\n"}, "a.cpp:2: `lock_guard` is a lock"),
            ({"src/engine/commit_steps.cpp": "std::unordered_map<int, int> m;\n"}, "hash table"),
            ({"include/earmark/lifecycle/a.hpp": "double d = 0;\n"}, "`double` is floating"),
            ({strict: "std::atomic_thread_fence(o);\n"}, "a fence"),
            ({library: "thread_local int n;\n"}, "thread-local"),
            ({library: "std::thread t;\n"}, "a thread of our own"),
            ({library: "std::this_thread::sleep_for(t);\n"}, "waiting"),
            ({test: "std::regex r;\n"}, "std::regex"),
            ({library: "std::mt19937 g;\n"}, "a random number"),
            ({library: "auto t = std::chrono::steady_clock::now();\n"}, "a clock"),
            ({library: "auto t = std::time(nullptr);\n"}, "a clock"),
            ({library: 'std::cerr << "x";\n'}, "printing"),
            ({library: 'printf("x");\n'}, "printing"),
            ({library: "std::abort();\n"}, "the end of the host's process"),
            ({library: 'getenv("HOME");\n'}, "the environment"),
            ({"docs/a.md": "TO" "DO\n"}, "unfinished thought"),
            ({"docs/a.md": "see /" "home/me/x\n"}, "a path of one machine"),
        ])
        for allowed in ({strict: "// no mutex, no double\n"}, {strict: 'auto s = "double";\n'},
                        {library: "double d = 1'000.5;\n"}, {test: "std::mutex m;\n"},
                        {test: "std::cout << 1;\n"}, {library: "snprintf(b, n, f);\n"}):
            self.assertEqual(findings(banned.check, allowed), [])

    def test_error_codes(self):
        header, table, doc = errors_doc.HEADER, errors_doc.TABLE, errors_doc.DOC
        late = "| 1001 | `late` | yes | x |\n"

        def but(name, old, new):
            return {name: CLEAN[name].replace(old, new)}

        self.assert_found(errors_doc.check, [
            (but(doc, late, ""), "errors.hpp:4: late (1001) has 0 rows"),
            (but(doc, late, late + late), "late (1001) has 2 rows"),
            (but(doc, "1001", "1002"), "errors.md:1: late is 1001, not 1002"),
            (but(doc, "yes", "no"), "late is transient in one"),
            (but(table, '{late, "late", retry, "", ""},\n', ""), "late has no row in src"),
            ({"src/stock/answers.cpp": "auto a = error_code::late;  // error_code::wrong\n"
                                       "bool b = c == error_code::wrong;\n"
                                       "case error_code::wrong:\n"},
             "errors.hpp:5: wrong (2001) is answered nowhere"),
            ({doc: CLEAN[doc] + "| 3001 | `gone` | no | x |\n"}, "errors.md:3: gone is no code"),
            ({doc: "".join(reversed(CLEAN[doc].splitlines(True)))}, "rows must ascend"),
        ])

    def test_headers(self):
        row = "include/earmark/core/ids.hpp 1\n"
        heavy = {headers.TABLE: row, "src/stock/near.hpp": ""}
        light = "".join(f"{name} 1000\n" for name in CLEAN if name.startswith("include/"))
        self.assertEqual(findings(headers.check, {headers.TABLE: light}), [])
        found = findings(headers.check, {"src/stock/near.hpp": "inline std::string s;\n"})
        self.assertEqual(len(found), 1, found)
        self.assertIn("near.hpp:1: does not compile alone", found[0])
        found = findings(headers.check_weight, heavy | {
            "include/earmark/core/ids.hpp": "#include <string>\n"})
        self.assertTrue(any("ids.hpp:1: weighs" in f for f in found), found)
        self.assertTrue(any("plan.hpp:1: has no row" in f for f in found), found)


if __name__ == "__main__":
    unittest.main()
