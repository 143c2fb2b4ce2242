"""The face of the package: the stubs name what is there, and the examples run."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path

import earmark
from conftest import ROOT


def test_the_stubs_and_the_page_of_columns_are_what_the_module_says():
    made = subprocess.run([sys.executable, ROOT / "bindings" / "python" / "generate.py", "--check"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0, f"run bindings/python/generate.py: {made.stdout}{made.stderr}"


def test_the_reference_is_what_the_sources_say():
    made = subprocess.run([sys.executable, ROOT / "docs" / "reference" / "generate.py", "--check"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0, f"run docs/reference/generate.py: {made.stdout}{made.stderr}"


def test_the_stubs_are_python_and_name_every_public_name_of_the_module():
    stub = ROOT / "bindings" / "python" / "earmark" / "_earmark.pyi"
    there = {node.name: node for node in ast.parse(stub.read_text(encoding="utf-8")).body
             if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    named = set(there) | {"KPIS", "OUTCOMES", "LINT_RULES", "UNIT_STATES", "VERDICTS",
                          "EarmarkError"}
    assert {name for name in dir(earmark._earmark) if not name.startswith("_")} <= named
    for cls in (earmark.Engine, earmark.Frame, earmark.Policy, earmark.Report):
        members = {node.name for node in there[cls.__name__].body
                   if isinstance(node, ast.FunctionDef)}
        assert {name for name in dir(cls) if not name.startswith("_")} <= members


def test_every_name_of_the_package_has_a_word_of_explanation():
    for name in set(earmark.__all__) - {"LINT_RULES", "OUTCOMES", "UNIT_STATES", "VERDICTS"}:
        assert getattr(earmark, name).__doc__, name


def test_the_package_says_that_it_is_typed():
    assert (Path(earmark.__file__).parent / "py.typed").exists()


def test_the_first_example_explains_its_order(capsys):
    runpy.run_path(str(ROOT / "examples" / "01_first_order.py"))
    said = capsys.readouterr().out
    assert said.startswith("Order A-1: 1 parcel for 4.90 EUR")
    assert "bonn ships 2 x mug" in said
