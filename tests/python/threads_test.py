"""Batches let go of the GIL, and any number of Python threads may call one engine."""

import threading
from time import perf_counter

from conftest import make_shop, orders

MANY = 30_000


def test_other_python_threads_run_while_a_batch_is_under_way():
    shop = make_shop({("mug", "berlin"): 1_000_000})
    ids = shop.place_orders(orders(MANY))["order"]
    span = []

    def batch():
        start = perf_counter()
        shop.source(ids)
        span.extend((start, perf_counter()))

    thread = threading.Thread(target=batch)
    thread.start()
    seen = []
    while thread.is_alive():
        seen.append(perf_counter())
    start, end = span
    inside = [t for t in seen if start + 0.1 * (end - start) < t < end - 0.1 * (end - start)]
    assert len(inside) > 10, "a batch that keeps the GIL lets nobody in"


def test_threads_that_fight_for_the_last_units_sell_each_of_them_once():
    units, buyers = 2_000, 4
    shop = make_shop({("mug", "berlin"): units})
    allocated = []

    def buy(n: int):
        ids = shop.place_orders(orders(units, prefix=f"buyer{n}-"))["order"]
        allocated.append(int(shop.source(ids)["allocated"].sum()))

    threads = [threading.Thread(target=buy, args=(n,)) for n in range(buyers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allocated) == units
    assert shop.check_invariants() == []
    balance = shop.balance()
    assert (balance["allocated"], balance["free"]) == (units, 0)
