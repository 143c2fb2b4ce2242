"""What a stranger does: install the library, find it, build a program, and try those of README.md.

A program in README.md is a fenced block `cpp` or `python`; the fenced block `text` that follows it
is its whole output. The build tree to install from is EARMARK_BUILD (build/dev by default).
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("EARMARK_BUILD", ROOT / "build/dev"))
CXX = os.environ.get("CXX", "g++")

PROJECT = """\
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(earmark {version} REQUIRED)
add_executable(program program.cpp)
target_link_libraries(program PRIVATE earmark::earmark)
"""

PROGRAM = """\
#include "earmark/core/quantity.hpp"

int main() { return earmark::parse_quantity("8.5", 2).value().atoms == 850 ? 0 : 1; }
"""


SUBPROJECT = """\
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
add_subdirectory({source} earmark EXCLUDE_FROM_ALL)
add_executable(program program.cpp)
target_link_libraries(program PRIVATE earmark::earmark)
"""

ENGINE = """\
#include <earmark/earmark.hpp>

int main() { return earmark::engine{}.check_invariants().empty() ? 0 : 1; }
"""


def run(*command, cwd=None, env=None, timeout=300):
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=os.environ | (env or {}),
                          capture_output=True, text=True, timeout=timeout)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def readme_programs():
    """[(language, program, its output)] of README.md."""
    readme = ROOT / "README.md"
    text = readme.read_text() if readme.is_file() else ""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(language, program, blocks[i + 1][1]) for i, (language, program) in enumerate(blocks)
            if language in ("cpp", "python") and blocks[i + 1:] and blocks[i + 1][0] == "text"]


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (BUILD / "CMakeCache.txt").is_file():
            raise unittest.SkipTest(f"{BUILD} is no build tree")
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.prefix = pathlib.Path(cls.scratch.name) / "prefix"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)

    def build(self, program):
        """Builds a program by find_package and returns its path."""
        version = re.search(r"project\(earmark VERSION ([\d.]+)", (ROOT / "CMakeLists.txt")
                            .read_text())[1]
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.scratch.name))
        (folder / "CMakeLists.txt").write_text(PROJECT.format(version=version))
        (folder / "program.cpp").write_text(program)
        run("cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DCMAKE_CXX_COMPILER={CXX}")
        run("cmake", "--build", folder / "build")
        return folder / "build/program"

    def test_a_project_finds_the_library_by_find_package(self):
        run(self.build(PROGRAM))

    def test_a_project_takes_the_source_by_add_subdirectory(self):
        """As a guest the project brings no tests, no examples, no flags and no install rules."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.scratch.name))
        (folder / "CMakeLists.txt").write_text(SUBPROJECT.format(source=ROOT))
        (folder / "program.cpp").write_text(ENGINE)
        run("cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja",
            f"-DCMAKE_CXX_COMPILER={CXX}", "-DCMAKE_CXX_FLAGS=-O0")
        run("cmake", "--build", folder / "build", timeout=1200)
        run(folder / "build/program")
        self.assertFalse(list((folder / "build").rglob("example_*")), "examples were built")

    def test_a_compiler_finds_the_library_by_pkg_config(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.scratch.name))
        (folder / "program.cpp").write_text(PROGRAM)
        pc = next(self.prefix.rglob("earmark.pc")).parent
        flags = run("pkg-config", "--static", "--cflags", "--libs", "earmark",
                    env={"PKG_CONFIG_PATH": str(pc)}).split()
        run(CXX, "program.cpp", "-o", "program", *flags, cwd=folder)
        run(folder / "program")

    def test_the_installed_headers_are_the_public_ones(self):
        installed = {p.relative_to(self.prefix / "include") for p in self.prefix.rglob("*.hpp")}
        public = {p.relative_to(ROOT / "include") for p in (ROOT / "include").rglob("*.hpp")}
        self.assertEqual(installed, public)

    def test_each_program_of_the_readme_prints_what_stands_below_it(self):
        programs = readme_programs()
        if not programs:
            self.skipTest("README.md has no programs")
        for language, program, output in programs:
            with self.subTest(program=program.splitlines()[0]):
                if language == "cpp":
                    self.assertEqual(run(self.build(program)), output)
                else:
                    self.assertEqual(run(sys.executable, "-c", program), output)


if __name__ == "__main__":
    unittest.main()
