"""Strong types are a promise, and this tests the promise: programs that must not compile.

Each *.cpp here is compiled twice. As it stands it must compile without a warning; with
EARMARK_WRONG defined it must fail, and for the reason that its line `// expect: REGEX` gives.
"""

import os
import pathlib
import re
import subprocess
import unittest

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
         f"-I{HERE.parents[1] / 'include'}"]


def compile_twin(path, *defines):
    command = [os.environ.get("CXX", "g++"), *FLAGS, *defines, str(path)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})


class Twins(unittest.TestCase):
    """One test for each file, made below."""


def add_test(path):
    def test(self):
        good = compile_twin(path)
        self.assertEqual(good.returncode, 0, good.stderr)
        expected = re.search(r"^// expect: (.*)$", path.read_text(), re.MULTILINE)
        self.assertIsNotNone(expected, f"{path.name} has no line // expect:")
        wrong = compile_twin(path, "-DEARMARK_WRONG")
        self.assertNotEqual(wrong.returncode, 0, f"{path.name} compiles although it must not")
        self.assertRegex(wrong.stderr, expected[1])

    setattr(Twins, f"test_{path.stem}", test)


for source in sorted(HERE.glob("*.cpp")):
    add_test(source)

if __name__ == "__main__":
    unittest.main()
