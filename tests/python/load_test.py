"""Loading with `progress`: the same engine as without, told on the way."""

import contextlib
import threading

import earmark
import pytest
from conftest import EQUATOR, NEAR, lines, stock
from earmark.network import Network, nodes_of
from earmark.orders import from_table
from earmark.replay import Player
from earmark.world import setting

ROWS = 3_000


def tables(n=ROWS):
    """n SKUs and places, two nodes and n rows of stock; every ninth SKU stands there twice."""
    skus = [f"sku-{i if i % 9 else 9}" for i in range(n)]
    return {"skus": {"key": skus},
            "nodes": {"key": ["north", "south"], "latitude": [52.0, 50.0],
                      "longitude": [0.0, 0.0]},
            "places": {"key": [f"place-{i}" for i in range(n)], "latitude": [50.0] * n,
                       "longitude": [float(i % 90) for i in range(n)]},
            "stock": {"sku": [f"sku-{i}" for i in range(n)], "node": ["north", "south"] * (n // 2),
                      "on_hand": [5] * n}}


def said(report):
    return {name: (r["accepted"], list(r["rejected"])) for name, r in report.items()}


def test_an_engine_loaded_with_progress_has_the_journal_of_one_loaded_without():
    seen, plain, told = [], earmark.Engine(), earmark.Engine()
    first = plain.load(**tables())
    second = told.load(**tables(), progress=lambda done, total: seen.append((done, total)))
    assert said(first) == said(second)
    assert first["skus"]["rejected"] and first["stock"]["rejected"]
    assert plain.head == told.head
    assert plain.event_digest() == told.event_digest()
    assert plain.state_hash() == told.state_hash()
    total = 3 * ROWS + 2
    assert 0 < seen[0][0] < total and seen[-1] == (total, total)
    assert all(a < b for (a, _), (b, _) in zip(seen, seen[1:], strict=False))


@pytest.mark.parametrize("n", [0, 2, 254])
def test_progress_is_told_of_small_tables_too(n):
    seen = []
    earmark.Engine().load_skus({"key": [f"sku-{i}" for i in range(n)]},
                               progress=lambda *now: seen.append(now))
    assert seen == [(n, n)]


def test_a_progress_that_raises_stops_the_load_and_says_what_was_loaded():
    class Mine(Exception):
        pass

    def stop(done, total):
        raise Mine("enough")

    engine, given = earmark.Engine(), tables()
    with pytest.raises(Mine, match="enough") as raised:
        engine.load(**given, progress=stop)
    done, partial = raised.value.done, raised.value.partial
    assert 0 < done < ROWS and list(partial) == ["skus"]
    assert partial["skus"]["accepted"] + len(partial["skus"]["rejected"]) == done
    assert len(engine.skus()) == partial["skus"]["accepted"]
    rest = engine.load_skus({"key": given["skus"]["key"][done:]})
    assert rest["accepted"] > 0 and engine.check_invariants() == []


def test_the_engine_can_be_used_between_the_calls_of_progress():
    engine, found = earmark.Engine(), []

    def use(done, total):
        other = threading.Thread(target=lambda: found.append(engine.find_sku("sku-1")))
        other.start()
        other.join()
        engine.load_skus({"key": [f"inner-{done}"]})

    report = engine.load_skus(tables()["skus"], progress=use)
    assert found and set(found) == {1}
    assert len(engine.skus()) == report["accepted"] + len(found)
    assert engine.check_invariants() == []


def test_other_threads_do_not_cut_a_load_off_in_the_middle():
    """They may keep it out (transient, as ever), but what has begun comes to its end."""
    engine = earmark.Engine()
    engine.load(**tables(2))
    stop = threading.Event()

    def ask():
        while not stop.wait(0.001):
            with contextlib.suppress(earmark.Busy):
                engine.available([0] * 2_000)

    other = threading.Thread(target=ask)
    other.start()
    try:
        begun = 0
        for i in range(40):
            report = engine.load_skus({"key": [f"more-{i}-{k}" for k in range(ROWS)]},
                                      progress=lambda *_: None)
            assert report["accepted"] in (0, ROWS), report["rejected"]
            begun += report["accepted"] == ROWS
        assert begun > 0
    finally:
        stop.set()
        other.join()


def test_nothing_is_loaded_where_one_table_cannot_be_read():
    engine, given = earmark.Engine(), tables(4)
    given["stock"]["on_hand"] = [1.5] * 4
    with pytest.raises(earmark.BadInput, match="on_hand"):
        engine.load(**given)
    with pytest.raises(earmark.BadInput, match="progress"):
        engine.load(skus={"key": ["mug"]}, progress=7)
    assert len(engine.skus()) == 0 and engine.head == 0


def test_a_network_and_a_player_tell_progress_too():
    seen = []

    def look(done, total):
        seen.append((done, total))

    nodes = {"key": ["north"], "latitude": [52.0], "longitude": [0.0]}
    Network(nodes, {"key": ["town"]}).load_into(earmark.Engine(), progress=look)
    assert seen[-1] == (2, 2)
    orders = from_table(lines(("a", "X", 1)))
    made = setting(orders, stock(("X", "A", 1)), nodes_of(EQUATOR), None, None, {}, 7)
    Player("near", NEAR, orders, made.world(0), made, loading=look)
    assert seen[-1][0] == seen[-1][1] > 2
