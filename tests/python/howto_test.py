"""Every block of docs/howto and docs/cookbook runs, in the order of its page, and says what
the page says it says. `...` in an expected text stands for what changes from run to run."""

import contextlib
import doctest
import io
import re
import shlex

import pytest

from conftest import ROOT

pytest.importorskip("typer", reason="the command line's packages are not installed")
pytest.importorskip("matplotlib", reason="the report's packages are not installed")

from earmark.cli.app import run  # noqa: E402

PAGES = sorted([*(ROOT / "docs" / "howto").glob("*.md"),
                *(ROOT / "docs" / "cookbook").glob("[!R]*.md")])
FENCE = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def play(kind: str, text: str, names: dict, has_findings: bool) -> str:
    """What a block prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        if kind == "python":
            exec(compile(text, "page", "exec"), names)
        else:
            for line in text.strip().splitlines():
                program, *argv = shlex.split(line)
                assert program == "earmark", "these pages show no other program"
                assert run(argv) == int(has_findings)
    return said.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_block_of_the_page_runs_and_says_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names, said, played = {"__name__": "page"}, None, 0
    for kind, name, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if kind in ("csv", "toml", "json"):
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif kind in ("python", "sh"):
            assert not said, f"the page does not show what this block prints: {said}"
            said = play(kind, text, names, name == "findings")
            played += 1
        elif kind == "text":
            assert doctest.OutputChecker().check_output(text, said, LOOSE), said
            said = None
        else:
            pytest.fail(f"{page.name}: a block of {kind!r}, which nobody runs")
    assert played >= (3 if page.parent.name == "howto" else 1) and not said
