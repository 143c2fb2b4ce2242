"""What is done with a policy before it goes live: lint, schema, diff, what-if."""

import json
import tomllib

import jsonschema
import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

import earmark
from conftest import CHEAP, EQUATOR, NEAR, ROOT, lines, make_shop, stock

pytest.importorskip("typer", reason="the command line's packages are not installed")

from earmark.cli.app import run  # noqa: E402

NEVER = NEAR + "[[strategy]]\nname = 'a'\nwhen = 'lines < 1'\n[[strategy]]\nname = 'b'\n"
POLICIES = sorted((ROOT / "examples" / "policies").glob("*.toml"))
SCHEMA = json.loads(earmark.policy_schema())


# ---- lint ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", POLICIES, ids=lambda p: p.stem)
def test_the_shipped_policies_are_clean(path):
    assert len(earmark.lint(path.read_text())) == 0


def test_a_finding_has_its_place_and_what_to_do():
    found = earmark.lint(NEVER, file="x.toml")
    assert list(found.words("code")) == ["never_holds"]
    assert (found["line"].tolist(), found["column"].tolist()) == ([11], [8])
    assert list(found["strategy"]) == ["a"] and "no order can fit" in found["sentence"][0]


def test_what_cannot_be_read_is_a_finding_too():
    found = earmark.lint("policy = 'p'\n")
    assert set(found.words("code")) == {"missing_field"}
    assert set(found.words("severity")) == {"error"}


def test_tables_are_looked_at_and_a_live_engine_stays_as_it_is():
    far = NEAR + "[[strategy]]\nname = 'a'\nfrom = ['store']\n"
    found = earmark.lint(far, EQUATOR, {"place": ["here"], "latitude": [0.0], "longitude": [0.0]})
    assert {"unserved_place", "unused_kind"} <= set(found.words("code"))
    shop = make_shop({("mug", "berlin"): 3})
    before = shop.state_hash(), shop.event_digest()
    assert "unused_kind" in list(shop.lint(far).words("code"))
    assert (shop.state_hash(), shop.event_digest()) == before


def test_places_without_nodes_are_refused():
    with pytest.raises(earmark.BadInput, match="need nodes"):
        earmark.lint(NEAR, places={"place": ["here"]})


@pytest.mark.parametrize("text", ["x" * 2_000_000, "[" * 5_000, "\0", "é[>", "=" * 60_000,
                                  NEAR + "[[strategy]]\nname='a'\nwhen='" + "(" * 4_000 + "'"])
def test_hostile_texts_are_findings(text):
    assert len(earmark.lint(text)) > 0


def test_the_command_answers_by_its_exit_status(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, text in (("good.toml", NEAR), ("never.toml", NEVER), ("bad.toml", "rank = 3\n")):
        (tmp_path / name).write_text(text)
    assert run(["lint", "good.toml"]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings, 0 notes\n"
    assert run(["lint", "never.toml"]) == 1
    assert "never.toml:11:8: error: never_holds: no order" in capsys.readouterr().out
    assert run(["lint", "bad.toml"]) == 2
    assert run(["lint", "missing.toml"]) == 2
    assert run(["lint", "never.toml", "--format", "json"]) == 1
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["error"] == 1 and said["findings"][0]["code"] == "never_holds"
    assert run(["lint", "never.toml", "--format", "parquet", "--out", "f.parquet"]) == 1
    table = pyarrow.parquet.read_table("f.parquet")
    assert table["code"].to_pylist() == ["never_holds"]
    assert run(["lint", "never.toml", "--format", "parquet"]) == 2


def test_every_rule_of_the_linter_is_on_the_page():
    page = (ROOT / "docs" / "formats" / "policy.md").read_text()
    for code, _, _, doc in earmark.LINT_RULES:
        assert f"| `{code}` |" in page and doc in page


# ---- the schema ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", POLICIES, ids=lambda p: p.stem)
def test_shipped_policies_fit_the_schema(path):
    jsonschema.validate(tomllib.loads(path.read_text()), SCHEMA)
    jsonschema.validate(tomllib.loads(earmark.Policy(path.read_text()).text), SCHEMA)


def test_the_page_s_policy_fits_the_schema_and_the_reader():
    page = (ROOT / "docs" / "formats" / "policy.md").read_text()
    text = page.split("```toml\n")[1].split("```")[0]
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    assert earmark.Policy(text).name == "winter"


@pytest.mark.parametrize("change", [
    ("rank     =", "rnak     ="), ('["distance", "cost"]', '["distanse"]'),
    ('["distance", "cost"]', '["cost", "cost"]'), ('["distance", "cost"]', "[]"),
    ('"5.00"', "5.00"), ('"5.00"', '"5,00"'), ('"5.00"', "nan"), ('"USD"', '"usd"'),
    ('"near"', '" near"'), ('"0.50"', "{}"), ('"0.50"', '{ shop = "1" }'),
    ("[costs]", "[keep_back]\nstore = -1\n[costs]"),
    ("[costs]", "[split]\nmax_parcels = 0\n[costs]"),
    ("[costs]", "[[strategy]]\nwhen = 'lines > 1'\n[costs]"),
    ("[costs]", "[[strategy]]\nname = 'a'\nfrom = ['warehouse']\n[costs]"),
    ("[costs]", "[[strategy]]\nname = 'a'\noutcome = { none = 'cancle' }\n[costs]")])
def test_what_the_schema_refuses_the_reader_refuses_too(change):
    from earmark import errors
    text = NEAR.replace('rank = ["distance", "cost"]', 'rank     = ["distance", "cost"]')
    bad = text.replace(*change, 1)
    assert bad != text
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(bad), SCHEMA)
    with pytest.raises(errors.BadPolicy):
        earmark.Policy(bad)


# ---- diff ----------------------------------------------------------------------------------------

ORDERS = lines(("o1", "mug", 1), ("o1", "bowl", 1), ("o2", "mug", 2))
SHELF = stock(("mug", "A", 1), ("mug", "B", 5), ("bowl", "B", 5))


def test_a_diff_says_what_moves_in_whole_numbers():
    d = earmark.diff(NEAR, CHEAP, ORDERS, SHELF, EQUATOR)
    r = d.rows
    assert r["node_before"] == ["A", "B", "B"] and r["node_after"] == ["B", "B", "B"]
    # By hand: A 5 + 0.5 and B 5 + 0.5 + 1.1119; both from B 5 + 2 * (0.5 + 1.1119).
    assert r["order_cost_e4_before"].tolist() == [121_119, 121_119, 82_239]
    assert r["order_cost_e4_after"].tolist() == [82_238, 82_238, 82_239]
    assert r["order_parcels_before"].tolist() == [2, 2, 1]
    assert (d.totals["lines_moved"], d.totals["orders_moved"]) == (1, 1)
    assert d.totals["cost_e4_after"] - d.totals["cost_e4_before"] == 82_238 - 121_119
    assert r["differs"].tolist() == [True, False, False]
    assert "1 of 3 lines in 1 of 2 orders move." in str(d) and "-3.8881 USD" in str(d)


def test_a_diff_of_a_policy_with_itself_is_empty():
    d = earmark.diff(CHEAP, CHEAP, ORDERS, SHELF, EQUATOR)
    assert d.totals["lines_moved"] == 0 and len(d.moved["line"]) == 0
    assert d.before.events != 0 and d.totals["cost_e4_before"] == d.totals["cost_e4_after"]


def test_a_diff_names_the_strategies_and_what_they_took_over():
    two = CHEAP + "[[strategy]]\nname = 'large'\nwhen = 'units > 1'\n[[strategy]]\nname = 'x'\n"
    d = earmark.diff(CHEAP, two, ORDERS, SHELF, EQUATOR)
    assert d.totals["strategies"] == [{"before": "", "after": "large", "orders": 2}]
    assert "2 orders: the policy -> large" in str(d)
    assert not d.rows["differs"].any()  # the same nodes, and the old policy has no strategies
    d = earmark.diff(two, two.replace("units > 1", "units > 2"), ORDERS, SHELF, EQUATOR)
    assert d.rows["differs"].tolist() == [True] * 3 and "2 orders: large -> x" in str(d)
    assert d.totals["lines_moved"] == 0


GOLD = CHEAP.replace("[costs]", "[attributes]\n'customer.tier' = 'text'\n'line.fragile' = 'flag'\n"
                     "'node.careful' = 'flag'\n[costs]") + """
[always]
require = ["careful"]
[[filter]]
name = "careful"
when = "any(line.fragile)"
nodes = "node.careful"
[[strategy]]
name = "gold"
when = 'customer.tier == "gold"'
rank = ["distance"]
[[strategy]]
name = "others"
"""


def test_a_diff_says_what_nobody_gives():
    d = earmark.diff(CHEAP, GOLD, ORDERS, SHELF, EQUATOR)
    asked = "customer.tier, line.fragile, node.careful"
    assert f"Nobody gives what the policy asks for ({asked})" in str(d)
    assert len(d.to_dict()["notes"]) == 1


def test_orders_and_a_table_bring_what_a_policy_asks_for():
    orders = ORDERS | {"customer.tier": ["gold", "gold", ""], "line.fragile": [None, False, True]}
    d = earmark.diff(CHEAP, GOLD, orders, SHELF, EQUATOR,
                     facts={"key": ["A", "B"], "attribute": ["node.careful"] * 2,
                            "value": [True, False]})
    assert d.rows["strategy_after"] == ["gold", "gold", "others"] and not d.notes
    assert d.rows["node_after"] == ["A", "B", ""]  # two fragile mugs: A alone is careful, and has 1
    c = earmark.compare(orders, SHELF, EQUATOR, {"gold": GOLD, "cheap": CHEAP}, runs=1,
                        facts={"key": ["B", "bowl", "unheard-of"], "value": ["true", "true", "x"],
                               "attribute": ["node.careful", "line.fragile", "line.fragile"]})
    assert not any("Nobody gives" in rule for rule in c.rules)


@pytest.mark.parametrize(("orders", "facts", "says"), [
    ({"customer.teir": ["gold"] * 3}, None, "'customer.teir'; did you mean \"customer.tier\"?"),
    ({"customer.tier": ["gold", "silver", "gold"]}, None, "differs from row 1 of the same order"),
    ({"line.fragile": ["perhaps"] * 3}, None, "line.fragile"),
    ({"customer.tier": [[], [], []]}, None, "no text, number, true or false"),
    ({}, {"key": ["A"], "attribute": ["node.size"], "value": ["1"]}, "'node.size'"),
    ({}, {"key": ["C"], "attribute": ["node.careful"], "value": ["true"]}, "unknown_node"),
    ({}, {"key": ["A"], "attribute": ["node.careful"], "value": ["1"]}, "bad_field"),
    ({}, {"key": ["A"], "attribute": ["node.careful"]}, "column 'value' is missing"),
])
def test_attributes_that_cannot_be_are_refused(orders, facts, says):
    with pytest.raises(earmark.BadInput) as told:
        earmark.diff(CHEAP, GOLD, ORDERS | orders, SHELF, EQUATOR, facts=facts)
    assert says in str(told.value)


def test_a_diff_of_parcels_by_weight_pays_what_the_engine_planned():
    heavy = CHEAP.replace("[costs]", """[attributes]
'line.grams' = 'number'
[costs.parcel]
steps = [{ up_to = 1000, rates = ["1"] }, { rates = ["4.50"] }]
[costs]""")
    d = earmark.diff(CHEAP, heavy, ORDERS, SHELF, EQUATOR,
                     facts={"key": ["mug", "bowl"], "attribute": ["line.grams"] * 2,
                            "value": [600, "399.5"]})
    assert d.rows["order_cost_e4_before"].tolist() == [82_238, 82_238, 82_239]
    # 999.5 g cost 1.00 more; two mugs of 600 g 4.50.
    assert d.rows["order_cost_e4_after"].tolist() == [92_238, 92_238, 127_239]
    with pytest.raises(earmark.BadInput, match="policies are compared by linear rates"):
        earmark.compare(ORDERS, SHELF, EQUATOR, {"heavy": heavy}, runs=1)


def test_the_commands_read_facts(folder, capsys):
    (folder / "gold.toml").write_text(GOLD)
    (folder / "facts.csv").write_text("key,attribute,value\nmug,line.fragile,true\n"
                                      "A,node.careful,true\n")
    given = [*TABLES, "--policy", "gold.toml", "--facts", "facts.csv"]
    assert run(["source", *given, "--out", "-"]) == 0
    said = capsys.readouterr()
    assert "gold,others,o1,1,mug,A,1," in said.out and "(customer.tier)" in said.err
    (folder / "orders.csv").write_text("order_key,sku,quantity,unit_price,ship_to,customer.tier\n"
                                       "o1,bowl,1,1.00,,gold\no2,bowl,1,1.00,,\n")
    rows = ["--orders", "orders.csv", *given[2:]]
    assert run(["source", *rows, "--out", "-"]) == 0
    said = capsys.readouterr()
    assert "gold,gold,o1,1,bowl,B,1," in said.out and "gold,others,o2,1,bowl,B,1," in said.out
    assert not said.err
    assert run(["explain", "o2", *given]) == 0
    assert "careful" in capsys.readouterr().out
    assert run(["source", *TABLES, "--policy", "gold.toml", "--facts", "nowhere.csv"]) == 2


def test_a_diff_goes_out_as_arrow_and_parquet(tmp_path):
    d = earmark.diff(NEAR, CHEAP, ORDERS, SHELF, EQUATOR)
    d.write(tmp_path / "d.parquet", every_line=True)
    d.write(tmp_path / "d.arrow")
    assert pyarrow.parquet.read_table(tmp_path / "d.parquet").num_rows == 3
    with pyarrow.ipc.open_file(tmp_path / "d.arrow") as f:
        assert f.read_all()["node_after"].to_pylist() == ["B"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "near.toml").write_text(NEAR)
    (tmp_path / "cheap.toml").write_text(CHEAP)
    for name, table in (("orders", ORDERS), ("stock", SHELF), ("nodes", EQUATOR)):
        with pyarrow.ipc.new_file(tmp_path / f"{name}.arrow",
                                  pyarrow.table(table).schema) as out:
            out.write_table(pyarrow.table(table))
    monkeypatch.chdir(tmp_path)
    return tmp_path


TABLES = ["--orders", "orders.arrow", "--nodes", "nodes.arrow", "--stock", "stock.arrow"]


def test_the_commands_read_and_write_arrow(folder, capsys):
    assert run(["diff", "near.toml", "cheap.toml", *TABLES, "--out", "d.arrow", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lines_moved"] == 1
    assert run(["source", *TABLES, "--policy", "cheap.toml", "--out", "s.arrow"]) == 0
    assert run(["explain", "o1", *TABLES, "--policy", "cheap.toml", "--out", "e.arrow"]) == 0
    assert run(["what-if", "o1", "A", *TABLES, "--policy", "cheap.toml", "--out",
                "w.parquet"]) == 0
    with pyarrow.ipc.open_file("e.arrow") as f:
        assert f.read_all()["verdict"].to_pylist() == ["worse", "chosen"]
    assert pyarrow.parquet.read_table("w.parquet")["lever"].to_pylist()[0] == "stock"


def test_a_diff_with_a_report_is_a_page(folder, capsys):
    pytest.importorskip("matplotlib", reason="the report's packages are not installed")
    assert run(["diff", "near.toml", "cheap.toml", *TABLES, "--report", "out"]) == 0
    assert (folder / "out" / "report.html").exists() and (folder / "out" / "moves.png").exists()


def test_a_diff_of_policies_that_cannot_be_is_refused(folder, capsys):
    assert run(["diff", "near.toml", "nowhere.toml", *TABLES]) == 2
    assert "nowhere.toml" in capsys.readouterr().err


# ---- what if -------------------------------------------------------------------------------------


def decided(policy=CHEAP, **orders):
    e = earmark.Engine(max_orders=64, max_keys=256)
    e.load(skus={"key": ["mug", "bowl"]},
           nodes={"key": ["A", "B"], "latitude": [0.0, 0.0], "longitude": [0.0, 10.0]},
           places={"key": ["here"], "latitude": [0.0], "longitude": [0.0]},
           stock={"sku": ["mug", "mug", "bowl"], "node": ["A", "B", "B"], "on_hand": [1, 5, 5]})
    e.activate(policy)
    ids = [e.place_order(key, rows, place="here") for key, rows in orders.items()]
    e.source(ids)
    return e, ids


def test_what_it_would_have_taken_is_told_line_by_line():
    e, (order,) = decided(o1=[("mug", 1), ("bowl", 1)])
    said = e.what_if(order, "A")
    levers = list(zip(said["lever"], said["enough"].tolist(), said["needed"].tolist(), strict=True))
    assert ("stock", True, 1) in levers  # the bowl: both then leave from A, for 6.00
    row = list(said["lever"]).index("stock")
    assert said["line"][row] == 2 and said["cost_e4"][row] == 60_000
    assert said["sentence"][row] == "It would ship if A had 1 x bowl to give (6.00 USD)."
    assert len(e.what_if(order, "B")) == 0


def test_the_change_that_is_told_makes_the_node_win_in_another_engine():
    e, (order,) = decided(o1=[("mug", 1), ("bowl", 1)])
    before = e.state_hash()
    e.what_if(order, "A")
    assert e.state_hash() == before
    again, _ = decided()
    again.load(stock={"sku": ["bowl"], "node": ["A"], "on_hand": [1]})
    number = again.place_order("o1", [("mug", 1), ("bowl", 1)], place="here")
    assert set(again.source([number]).parts.words("node")) == {"A"}


def test_a_strategy_that_does_not_name_the_node_is_told():
    two = CHEAP + "[[strategy]]\nname = 'far'\nfrom = ['any within 5 km']\n"
    e, (order,) = decided(two, o1=[("mug", 1)])
    said = e.what_if(order, "B")
    assert said["lever"][0] == "selected"
    ring = list(said["lever"]).index("distance")
    assert said["needed"][ring] <= 5_000


def test_what_if_before_a_decision_or_of_an_unknown_node_is_an_error():
    e, _ = decided()
    order = e.place_order("o1", [("mug", 1)], place="here")
    with pytest.raises(earmark.EarmarkError):
        e.what_if(order, "A")
    e.source([order])
    with pytest.raises(earmark.Unknown):
        e.what_if(order, "nowhere")
    assert np.asarray(e.what_if(order, "B")["exact"]).all()


def test_distances_stand_in_for_positions():
    ring = NEAR + "[[strategy]]\nname = 'a'\nfrom = ['any within 5 km']\n"
    way = {"place": ["here", "here"], "node": ["A", "B"], "metres": [4_000, 6_000]}
    found = earmark.lint(ring, {"node": ["A", "B"]}, distances=way)
    assert list(found.words("code")) == ["unused_node"] and "from B" in found["sentence"][0]
    with pytest.raises(earmark.BadInput, match="distances"):
        earmark.lint(ring, {"node": ["A"]}, distances=way)
