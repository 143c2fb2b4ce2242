"""Instances: their columns are those of the digest, or there is an error that says both."""

import json
from dataclasses import replace

import numpy as np
import pytest

from earmark import BadInput, bench, generators, instances

SMALL = """
about     = "A shop for tests."
generator = "shop/1"
seed      = 7
digest    = "cb6a8ed08990ec23"

[parameters]
orders = 60
days = 3
lines = [1, 4]
units = [1, 3]
skus = 40
sku_head = 5
places = 12
place_head = 3
dcs = 2
stores = 4
dc_range = 80
store_range = 40
stock = 120
pack = 2
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def edited(path, old: str, new: str):
    assert SMALL.count(old) == 1
    path.write_text(SMALL.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted(instances.shipped()))
def test_a_shipped_instance_makes_the_columns_of_its_digest(name):
    instance = instances.load(name)  # refuses any other digest
    t = instance.tables
    assert len(t["orders"]["key"]) == instance.parameters["orders"]
    assert instances.digest_of(t) == instance.digest
    pairs = t["lines"]["order"] * len(t["skus"]["key"]) + t["lines"]["sku"]
    assert len(np.unique(pairs)) == len(pairs), "the SKUs of an order differ"
    least, most = instance.parameters["lines"]
    counts = np.bincount(t["lines"]["order"])
    assert (counts.min(), counts.max()) == (least, most)


def test_six_instances_are_shipped():
    assert set(instances.shipped()) == {"large_baskets", "many_places", "scarce_stock",
                                        "ship_from_store", "small_retail", "sparse_catalogue"}


def test_the_small_shop_is_the_same_for_ever(small):
    t = instances.load(small).tables
    assert t["lines"]["sku"][:8].tolist() == [3, 27, 5, 4, 20, 2, 5, 15]
    assert t["nodes"]["latitude_e6"].tolist() == [
        42292288, 40528958, 29347735, 36193315, 36744978, 36059446]


def test_stock_is_the_demand_in_whole_packs(small):
    t = instances.load(small).tables
    demand, stock = np.zeros(40, dtype=np.int64), np.zeros(40, dtype=np.int64)
    np.add.at(demand, t["lines"]["sku"], t["lines"]["units"])
    np.add.at(stock, t["stock"]["sku"], t["stock"]["on_hand"])
    assert (stock == [-(-12 * d // 20) * 2 for d in demand]).all()
    assert (t["stock"]["on_hand"] % 2 == 0).all()


def test_every_value_of_every_column_is_in_the_digest(small):
    instance = instances.load(small)
    for table, columns in instance.tables.items():
        for name, column in columns.items():
            other = {t: dict(c) for t, c in instance.tables.items()}
            if isinstance(column, list):
                other[table][name] = [*column[:-1], column[-1] + "x"]
            else:
                other[table][name] = column.copy()
                other[table][name][-1] += 1
            assert instances.digest_of(other) != instance.digest, f"{table}.{name}"


def test_a_changed_generator_is_noticed(small, monkeypatch):
    def other(p: dict, seed: int):
        tables = generators.shop(p, seed)
        tables["stock"]["on_hand"][0] += 1
        return tables

    changed = replace(generators.GENERATORS["shop/1"], make=other)
    monkeypatch.setitem(generators.GENERATORS, "shop/1", changed)
    with pytest.raises(BadInput, match="digest cb6a8ed08990ec23, but shop/1 makes [0-9a-f]{16}"):
        instances.load(small)


@pytest.mark.parametrize(("old", "new"), [("seed      = 7", "seed      = 8"),
                                          ("pack = 2", "pack = 3")])
def test_a_changed_file_is_noticed_and_told_its_digest(small, old, new):
    with pytest.raises(BadInput, match="rename it and write digest") as e:
        instances.load(edited(small, old, new))
    made = str(e.value).split('digest = "')[1][:16]
    small.write_text(small.read_text().replace("cb6a8ed08990ec23", made), encoding="utf-8")
    assert instances.load(small).digest == made


@pytest.mark.parametrize(("old", "new", "says"), [
    ("seed      = 7", "seed      = ", "line 4"),
    ("seed      = 7", "sed       = 7", 'unknown key \'sed\'; did you mean "seed"'),
    ("seed      = 7", "", "key 'seed' is missing"),
    ("seed      = 7", "seed      = -1", "seed: -1"),
    ("seed      = 7", "seed      = true", "seed: True"),
    ('"shop/1"', '"shop/2"', 'did you mean "shop/1"'),
    ('"shop/1"', "1", "generator: 1 is no text"),
    ("stores = 4", "store = 4", 'parameters: unknown key \'store\'; did you mean "stores"'),
    ("stores = 4", "", "parameters: key 'stores' is missing"),
    ("stores = 4", "stores = 4.0", "stores = 4.0; give a whole number from 0 to 10000"),
    ("stores = 4", "stores = -4", "stores = -4"),
    ("lines = [1, 4]", "lines = [4, 1]", "lines = \\[4, 1\\]; give \\[least, most\\]"),
    ("lines = [1, 4]", "lines = [1]", "lines = "),
    ("lines = [1, 4]", 'lines = ["a", 4]', "lines = "),
    ("lines = [1, 4]", "lines = [1, 11]", "need at least 44 skus, not 40"),
    ("orders = 60", "orders = 0", "orders = 0"),
    ("days = 3", "days = 61", "61 days for 60 orders"),
    ("skus = 40\nsku_head = 5\nplaces = 12\nplace_head = 3\ndcs = 2",
     "skus = 10000\nsku_head = 5\nplaces = 12\nplace_head = 3\ndcs = 1000", "10,000,000 cells"),
    ("orders = 60\ndays = 3\nlines = [1, 4]", "orders = 1000000\ndays = 3\nlines = [1, 6]",
     "5,000,000"),
])
def test_a_file_that_cannot_be_used_is_refused(small, old, new, says):
    with pytest.raises(BadInput, match=f"(?s)small.toml.*{says}"):
        instances.load(edited(small, old, new))


def test_an_unknown_instance_is_told_its_nearest_name(tmp_path):
    with pytest.raises(BadInput, match='did you mean "small_retail"'):
        instances.load("small_retial")
    with pytest.raises(BadInput, match=r"none.toml: No such file"):
        instances.load(tmp_path / "none.toml")
    (tmp_path / "long.toml").write_text("#" * (1 << 17))
    with pytest.raises(BadInput, match="short file"):
        instances.load(tmp_path / "long.toml")


def test_fewer_orders_are_another_instance_with_stock_in_proportion(small):
    whole, part = instances.load(small), instances.load(small, orders=20)
    assert part.digest != whole.digest
    of_part = part.tables["lines"]["order"] < 20
    assert part.tables["lines"]["units"].tolist() == whole.tables["lines"]["units"][
        :of_part.sum()].tolist()
    assert part.tables["stock"]["on_hand"].sum() < whole.tables["stock"]["on_hand"].sum()
    with pytest.raises(BadInput, match="small with 0 orders, parameters: orders = 0"):
        instances.load(small, orders=0)


def test_a_bench_holds_speed_beside_quality_and_repeats_its_events(small):
    told = []
    one, two = (bench.bench("nearest,cheapest", [small], repetitions=n,
                            progress=lambda done, total: told.append((done, total)))
                for n in (2, 1))
    nearest, cheapest = one.results
    assert (nearest.name, cheapest.name) == ("small.nearest", "small.cheapest")
    assert cheapest.run.figures["cost_per_order"] < nearest.run.figures["cost_per_order"]
    assert 0 <= cheapest.gap < nearest.gap
    assert 0 < nearest.run.figures["unit_fill"] <= 1
    assert one.context["events"] == two.context["events"]
    assert len(nearest.seconds) == 2 and nearest.best >= nearest.quartile > 0
    assert told[-1] == (120, 120)
    assert one.context["instances"] == {"small": "cb6a8ed08990ec23"}


def test_a_bench_is_a_markdown_table_and_the_json_of_compare(small):
    made = bench.bench("cheapest", [small], repetitions=2)
    header, rule, row = made.markdown().splitlines()
    assert header.count("|") == rule.count("|") == row.count("|") == 15
    assert row.startswith("| small cb6a8e | cheapest | 60 |")
    said = json.loads(json.dumps(made.to_dict()))
    assert len(said["bursts"]["small.cheapest.speed"]) == 2
    assert {r["unit"] for r in said["rows"]} == {
        "orders/s", "USD/order", "parcels/order", "share filled", "share proved", "above bound"}
    assert {"cpu", "compiler", "flags", "commit", "instances"} <= said["context"].keys()
    assert "unknown" not in str(said["context"]), "the module says what it was built from"


@pytest.mark.parametrize(("given", "says"), [
    ({"repetitions": 0}, "repetitions 0"), ({"orders": -1}, "orders = -1"),
    ({"names": ["small_retial"]}, "small_retail"), ({"policies": "chaepest"}, "cheapest"),
    ({"names": ["scarce_stock", "scarce_stock"], "orders": 7}, "given twice"),
])
def test_a_bench_that_cannot_run_is_refused(given, says):
    with pytest.raises(BadInput, match=says):
        bench.bench(**{"policies": "cheapest", "names": ["small_retail"]} | given)


def test_the_command_takes_several_policies_and_instances(small, capsys, tmp_path):
    pytest.importorskip("typer", reason="the command line's packages are not installed")
    from earmark.cli.app import run
    out = tmp_path / "bench.json"
    assert run(["bench", "--policy", "nearest", "cheapest", "--instance", str(small),
                "scarce_stock", "--orders", "30", "--repetitions", "1", "--json", str(out)]) == 0
    assert capsys.readouterr().out.count("cheapest") == 2
    assert list(json.loads(out.read_text())["context"]["instances"]) == ["small", "scarce_stock"]
    assert run(["bench", "--policy", "cheapest", "--instance", str(small), "--markdown",
                "--repetitions", "1"]) == 0
    assert capsys.readouterr().out.startswith("| instance | policy |")
    assert run(["bench", "--policy", "cheapest", "--instance", "small_retial"]) == 2
    assert 'did you mean "small_retail"' in capsys.readouterr().err
