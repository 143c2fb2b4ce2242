"""bench/compare: `changed` stands where something changed, and nowhere else."""

import importlib.util
import io
import json
from importlib.machinery import SourceFileLoader

import numpy as np
import pytest

from conftest import ROOT

loader = SourceFileLoader("bench_compare", str(ROOT / "bench" / "compare"))
compare = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(compare)

CONTEXT = {"cpu": "c, 2 cores", "compiler": "g++ 12", "flags": "-O3", "commit": "a",
           "instances": {"small": "1234"}}


def noisy(seed: int, n: int = 60, scale: float = 100.0) -> list[float]:
    """Bursts of a busy machine: never faster than the code, now and then much slower."""
    random = np.random.Generator(np.random.PCG64(seed))
    return (scale * (1 + 0.03 * random.exponential(size=n)
                     + 0.5 * (random.random(n) < 0.1))).tolist()


def result(bursts: list[float], unit: str = "ns", **changes) -> dict:
    best = max(bursts) if unit == "orders/s" else min(bursts)
    return {"context": CONTEXT | changes.pop("context", {}),
            "rows": [{"name": "take", "value": best, "unit": unit, "exact": False},
                     {"name": "bytes", "value": 167.25, "unit": "bytes", "exact": True}],
            "bursts": {"take": bursts}} | changes


@pytest.fixture
def run(tmp_path):
    """Compares two results; answers (exit code, output, complaint)."""
    def call(a, b, *options) -> tuple[int, str, str]:
        for name, given in (("a.json", a), ("b.json", b)):
            (tmp_path / name).write_text(given if isinstance(given, str) else json.dumps(given))
        out, err = io.StringIO(), io.StringIO()
        code = compare.main([str(tmp_path / "a.json"), str(tmp_path / "b.json"), *options], out,
                            err)
        return code, out.getvalue(), err.getvalue()
    return call


def row(text: str, name: str = "take") -> str:
    return next(line for line in text.splitlines() if line.startswith(name))


@pytest.mark.parametrize("n", [15, 60])
def test_two_samples_of_one_distribution_are_not_called_changed(run, n):
    said = [run(result(noisy(seed, n)), result(noisy(seed + 1000, n)))[1] for seed in range(20)]
    assert sum("changed" in row(out) for out in said) <= 2  # one is expected at 95 %


@pytest.mark.parametrize("n", [15, 60])
def test_a_planted_change_of_a_fifth_is_found(run, n):
    slower = run(result(noisy(1, n)), result(noisy(2, n, 120)))
    assert slower[0] == 1 and row(slower[1]).endswith("changed, worse")
    faster = run(result(noisy(1, n, 120)), result(noisy(2, n)))
    assert faster[0] == 0 and row(faster[1]).endswith("changed")


def test_more_orders_a_second_are_better(run):
    few, many = ([1e9 / x for x in noisy(seed, 15, scale)] for seed, scale in ((1, 120), (2, 100)))
    code, out, _ = run(result(few, "orders/s"), result(many, "orders/s"))
    assert code == 0 and row(out).endswith("changed")
    assert 1.1 < float(row(out).split()[4]) < 1.3
    assert run(result(many, "orders/s"), result(few, "orders/s"))[0] == 1


def test_the_interval_holds_the_ratio_and_is_the_same_in_every_run(run):
    a, b = result(noisy(1)), result(noisy(2, scale=110))
    first, second = run(a, b), run(a, b)
    assert first == second
    low, high = map(float, row(first[1]).split()[5].split(".."))
    assert low <= float(row(first[1]).split()[4]) <= high


def test_a_row_with_a_floor_is_divided_by_that_floor_of_its_own_run(run):
    def on(machine: float, code: float, seed: int) -> dict:
        made = result(noisy(seed, scale=machine * code))
        made["rows"][0]["ratio_to"] = "F"
        made["bursts"]["F"] = noisy(seed + 500, scale=machine)
        return made

    code, out, _ = run(on(6.0, 10.0, 1), on(9.0, 10.0, 2))
    assert code == 0 and "changed" not in row(out) and "floor F: 6." in out
    code, out, _ = run(on(6.0, 10.0, 1), on(9.0, 12.0, 2))
    assert code == 1 and 1.15 < float(row(out).split()[4]) < 1.25


def test_less_than_a_percent_is_not_called_a_change(run):
    still = [100.0 + i % 3 / 1e3 for i in range(40)]
    code, out, _ = run(result(still), result([1.005 * x for x in still]))
    assert code == 0 and "1.005..1.005" in row(out) and "changed" not in row(out)
    assert run(result(still), result([1.02 * x for x in still]))[0] == 1


def test_few_bursts_give_no_interval_and_no_verdict(run):
    code, out, _ = run(result(noisy(1, 7)), result(noisy(2, 7, 200)))
    assert code == 0 and row(out).endswith("too few bursts")


def test_counts_are_compared_as_they_are(run):
    a, b = result(noisy(1)), result(noisy(1))
    assert run(a, b)[0] == 0
    b["rows"][1]["value"] = 168.0
    code, out, _ = run(a, b)
    assert code == 1 and row(out, "bytes").endswith("changed, worse")
    assert run(b, a)[0] == 0


@pytest.mark.parametrize("options", [(), ("--across",)])
def test_other_instances_are_refused(run, options):
    other = result(noisy(1), context={"instances": {"small": "9999"}})
    code, out, err = run(result(noisy(1)), other, *options)
    assert (code, out) == (2, "")
    assert "instances, small: 1234 and 9999" in err


@pytest.mark.parametrize("change", [{"cpu": "d, 2 cores"}, {"compiler": "clang 16"},
                                    {"flags": "-O2"}])
def test_another_machine_or_build_is_refused_unless_asked_for(run, change):
    a, b = result(noisy(1)), result(noisy(1), context=change)
    code, out, err = run(a, b)
    (key, value), = change.items()
    assert (code, out) == (2, "") and f"{key}: {CONTEXT[key]} and {value}" in err
    code, out, _ = run(a, b, "--across")
    assert code == 0 and f"{key}: {CONTEXT[key]} and {value}" in out


def test_another_commit_is_what_it_is_for(run):
    code, out, _ = run(result(noisy(1)), result(noisy(1), context={"commit": "b"}))
    assert code == 0 and "a  ->  b" in out


@pytest.mark.parametrize(("given", "says"), [
    ("", "Expecting value"), ("[]", "not what"), ("{}", "not what"), ('{"rows": 3}', "not what"),
    (json.dumps(result([1.0]) | {"bursts": {}}),
     "measure again"),
    ("[" * 100_000, "recursion"),
    (json.dumps(result([1.0])).replace("167.25", "NaN"), "row bytes"),
    (json.dumps(result([1.0])).replace('"bytes", "value"', '"bytes", "ratio_to": [], "value"'),
     "row bytes"),
    (json.dumps(result([1.0, -1.0])), "bursts of take"),
    (json.dumps(result([1.0, float("nan")])), "bursts of take"),
    (json.dumps(result([1.0]) | {"rows": [{"name": "x", "value": 1, "unit": "ns"}]}), "no row"),
    (json.dumps(result([1.0], "us")), "take: ns in"),
])
def test_what_is_no_result_is_refused(run, given, says):
    code, _, err = run(result(noisy(1)), given)
    assert code == 2 and says in err


def test_a_file_that_is_not_there_is_refused(tmp_path, capsys):
    assert compare.main([str(tmp_path / "none"), str(tmp_path / "none")]) == 2
    assert "none: No such file" in capsys.readouterr().err


def test_what_a_process_keeps_for_its_life_is_seen_with_several_runs_a_side(tmp_path, capsys):
    scales = {"a1": 100, "a2": 118, "a3": 100, "b1": 118, "b2": 100, "b3": 100, "c1": 140,
              "c2": 150, "c3": 145}  # a and b are one program, which is now and then slow for life
    for seed, (name, scale) in enumerate(scales.items()):
        (tmp_path / name).write_text(json.dumps(result(noisy(seed, 40, scale))))

    def sides(*names: str) -> list[str]:
        return [",".join(str(tmp_path / n) for n in side.split()) for side in names]

    assert compare.main(sides("a1", "b1")) == 1  # one run of each is misled, and says it may be
    assert "one run a side" in capsys.readouterr().out
    assert compare.main(sides("a1 a2 a3", "b1 b2 b3")) == 0
    assert "changed" not in row(capsys.readouterr().out)
    assert compare.main(sides("a1 a2 a3", "c1 c2 c3")) == 1
    assert row(capsys.readouterr().out).endswith("changed, worse")


def test_runs_of_one_side_have_to_be_of_one_build(tmp_path, capsys):
    for name, commit in (("a1", "a"), ("a2", "b")):
        (tmp_path / name).write_text(json.dumps(result(noisy(1), context={"commit": commit})))
    both = f"{tmp_path / 'a1'},{tmp_path / 'a2'}"
    assert compare.main([both, both]) == 2
    assert "stand on one side but differ:\n  commit: a and b" in capsys.readouterr().err
