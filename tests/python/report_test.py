"""The report: everything inside one page, and legible in a browser, if there is one."""

import re
import shutil
import subprocess

import pytest

import earmark
from conftest import CHEAP, EQUATOR, NEAR, lines, stock
from earmark.demo import data
from world_test import sample

pytest.importorskip("matplotlib", reason="the report's packages are not installed")
pytest.importorskip("jinja2", reason="the report's packages are not installed")

from earmark.report import write_report  # noqa: E402

PICTURES = {"cost", "decision_time", "difference", "explanation", "load", "map_after",
            "map_before", "moves", "shelves", "trade_off"}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    nodes, _ = data.network("USD")
    c = earmark.compare(sample(300), "derive:1.1:0.4", nodes,
                        "nearest,fewest_packages,cheapest,priority", runs=3)
    return write_report(c, out, storm=[{"scheme": "earmark", "offered": 3, "sold": 3, "oversold": 0,
                                        "asked": 9, "without_cause": 0}],
                        facts={"licence": "<none>", "command": "./demo"})


def test_a_page_holds_its_pictures_and_loads_nothing_from_elsewhere(page):
    text = page.read_text(encoding="utf-8")
    assert {p.stem for p in page.parent.glob("*.png")} == PICTURES
    assert text.count("<svg") == len(PICTURES)
    assert "&lt;none&gt;" in text
    for loads in ("<script", 'src="http', "url(http", "@import", 'href="http'):
        assert loads not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert len(text) < 3_000_000


def test_ids_of_pictures_do_not_meet(page):
    ids = re.findall(r'\bid="([^"]+)"', page.read_text(encoding="utf-8"))
    assert len(ids) == len(set(ids))


def test_pictures_have_the_page_s_inks_so_that_it_can_be_dark(page):
    text = page.read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text and "fill: var(--ink)" in text
    assert "#1f2933" not in text.split("</style>", 1)[1]


def test_equal_figures_give_equal_pictures(tmp_path):
    for name in ("a", "b"):
        c = earmark.compare(sample(60), "derive:1.1", data.network("USD")[0], "nearest,cheapest",
                            runs=2)
        write_report(c, tmp_path / name)
    for picture in ("cost", "moves", "map_after"):
        assert (tmp_path / "a" / f"{picture}.png").read_bytes() == \
            (tmp_path / "b" / f"{picture}.png").read_bytes()


@pytest.mark.parametrize("orders", [lines(("o", "mug", 1)), lines(("o", "mug", 10**9))])
def test_little_or_nothing_makes_a_report_too(tmp_path, orders):
    c = earmark.compare(orders, stock(("mug", "A", 1)), EQUATOR, {"near": NEAR, "<cheap>": CHEAP})
    text = write_report(c, tmp_path).read_text(encoding="utf-8")
    assert "&lt;cheap&gt;" in text and "<cheap>" not in text


def test_a_report_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    from earmark.report import charts
    c = earmark.compare(lines(("o", "mug", 1)), stock(("mug", "A", 1)), EQUATOR, {"near": NEAR})
    monkeypatch.setattr(charts, "times", lambda c: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(c, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_nodes_without_positions_have_no_map(tmp_path):
    c = earmark.compare(lines(("o", "mug", 1)), stock(("mug", "A", 1)), {"node": ["A", "B"]},
                        {"cheap": CHEAP})
    assert "Where the parcels go" not in write_report(c, tmp_path).read_text(encoding="utf-8")


BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
               None)
MEASURE = """<!DOCTYPE html><body style="margin:0"><iframe id="f" src="report.html"
style="border:0;width:{width}px;height:900px"></iframe><pre id="said"></pre><script>
document.getElementById("f").addEventListener("load", (e) => {{
  const d = e.target.contentDocument;
  const small = [...d.querySelectorAll("svg text")].map(t => t.getBoundingClientRect().height);
  document.getElementById("said").textContent = "width " + d.documentElement.scrollWidth
    + " height " + d.documentElement.scrollHeight
    + " smallest " + Math.min(...small.filter(h => h));
}});</script>"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here; apt-get install chromium")
@pytest.mark.parametrize("width", [390, 1366])
def test_a_browser_shows_it_without_errors_and_without_sideways_scrolling(page, width):
    frame = page.parent / f"frame{width}.html"
    frame.write_text(MEASURE.format(width=width), encoding="utf-8")
    done = subprocess.run(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         "--enable-logging=stderr", "--allow-file-access-from-files",
         f"--user-data-dir={page.parent / 'profile'}",
         f"--window-size={width + 20},900", "--virtual-time-budget=5000", "--dump-dom",
         frame.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr, done.stderr
    measured = re.search(r"width (\d+) height (\d+) smallest ([\d.]+)", done.stdout)
    assert measured, "the page did not load"
    assert int(measured[1]) == width
    assert int(measured[2]) > 2000
    assert float(measured[3]) >= 5, "a text in a picture is too small to be read"


@pytest.mark.parametrize("key", [
    "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "</svg></style>", "$x^$",
    "$\\unknown$", "\\", "{{ 7 * 7 }}", "L" * 250], ids=lambda key: key[:8])
def test_keys_are_text_to_the_page_whatever_they_hold(tmp_path, key):
    c = earmark.compare(lines((key, key, 1), (key + "2", key, 2)),
                        stock((key, key, 2), (key, "B", 2)), {**EQUATOR, "node": [key, "B"]},
                        "nearest,cheapest", runs=2)
    text = write_report(c, tmp_path).read_text(encoding="utf-8")
    assert key[0] not in "<\"" or key not in text
    assert "<script" not in text and "<img" not in text
    assert "{" not in key or "{{ 7 * 7 }}" in text
    assert text.count("<svg") == text.count("</svg>")
    assert text.count("<style") == text.count("</style>")
