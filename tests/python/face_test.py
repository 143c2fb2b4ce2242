"""The face of the package: the stubs name what is there, and the examples run."""

import ast
import runpy
from pathlib import Path

import earmark
from conftest import ROOT


def stub_names(path: Path) -> tuple[set[str], set[str]]:
    """Names of the module and of Engine in a stub file."""
    module, engine = set(), set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            module.add(node.name)
        if isinstance(node, ast.AnnAssign):
            module.add(node.target.id)
        if isinstance(node, ast.ClassDef) and node.name == "Engine":
            engine = {member.name for member in node.body}
    return module, engine


def test_the_stubs_name_exactly_what_the_module_has():
    module, engine = stub_names(ROOT / "bindings" / "python" / "earmark" / "_earmark.pyi")
    assert module == {name for name in earmark.__all__ if hasattr(earmark._earmark, name)}
    there = {name for name in dir(earmark.Engine) if not name.startswith("_")}
    assert engine - {"__init__"} == there


def test_every_name_of_the_package_has_a_word_of_explanation():
    for name in ("Engine", "EarmarkError", "read_orders", "error_name"):
        assert getattr(earmark, name).__doc__


def test_the_package_says_that_it_is_typed():
    assert (Path(earmark.__file__).parent / "py.typed").exists()


def test_the_first_example_explains_its_order(capsys):
    runpy.run_path(str(ROOT / "examples" / "01_first_order.py"))
    said = capsys.readouterr().out
    assert said.startswith("Order A-1: 1 parcel for 4.90 EUR")
    assert "bonn ships 2 x mug" in said
