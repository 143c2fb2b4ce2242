"""Batches and the interpreter: callbacks that raise, re-enter or sleep, other threads, Ctrl-C, fork
and the end of the process (T-30 to T-35). Each in a process of its own, under a time limit: what
would hang fails."""

import subprocess
import sys
import textwrap

import pytest

from conftest import ROOT

LIMIT_S = 60
HEAD = """
import os, signal, sys, threading, time
sys.path.insert(0, %r)
import earmark
from conftest import make_shop, orders
MANY = 20_000
shop = make_shop({("mug", "berlin"): 10 * MANY})
""" % str(ROOT / "tests" / "python")


def run(program: str, code: int = 0) -> str:
    """What the program says, after the shop above."""
    done = subprocess.run([sys.executable, "-W", "error", "-X", "faulthandler", "-c",
                           HEAD + textwrap.dedent(program)],
                          capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_t30_an_exception_of_progress_stops_a_batch_and_says_what_was_done():
    said = run("""
    ids = shop.place_orders(orders(MANY))["order"]
    class Mine(Exception): pass
    def stop(done, total):
        raise Mine("enough")
    try:
        shop.source(ids, progress=stop)
    except Mine as raised:
        e, done = raised, raised.done
        assert str(e) == "enough" and 0 < e.done < MANY
        assert len(e.partial) == e.done == len(e.partial.parts)
        assert e.partial["order"].tolist() == ids[:e.done].tolist()
        assert shop.balance()["allocated"] == e.done
        assert f"after {e.done} of {MANY}" in e.__notes__[0]
    else:
        raise SystemExit("nothing was raised")
    assert shop.check_invariants() == []
    rest = shop.source(ids[done:])
    assert int(rest["allocated"].sum()) == MANY - done
    for verb, batch in ((shop.place_orders, orders(MANY, prefix="p")), (shop.release, ids),
                        (shop.available, [0] * MANY)):
        try:
            verb(batch, progress=stop)
        except Mine as e:
            assert 0 < e.done < MANY, verb
    print("ok")
    """)
    assert said == "ok\n"


def test_t30_progress_counts_up_to_the_end_and_is_told_of_small_batches_too():
    run("""
    seen = []
    def look(done, total): seen.append((done, total))
    shop.place_orders(orders(MANY), progress=look)
    assert seen[0][0] == 256 and seen[-1] == (MANY, MANY), seen
    assert all(a < b for (a, _), (b, _) in zip(seen, seen[1:]))
    seen.clear()
    shop.source([0, 1, 2], progress=look)
    assert seen == [(3, 3)]
    try:
        shop.source([3], progress=7)
    except earmark.BadInput:
        pass
    else:
        raise SystemExit("7 is no callable")
    """)


def test_t31_a_callback_may_call_the_engine_also_to_change_it():
    run("""
    ids = shop.place_orders(orders(MANY))["order"]
    depth = []
    def again(done, total):
        shop.order(int(ids[0])); shop.stock(); shop.available([0])
        key = f"inner-{len(depth)}"
        depth.append(shop.place_order(key, [("mug", 1)], place="berlin"))
        shop.source([depth[-1]], progress=lambda d, t: shop.state_hash())
        shop.load_skus({"key": [key]})
    answer = shop.source(ids, progress=again)
    assert int(answer["allocated"].sum()) == MANY and depth
    assert shop.check_invariants() == []
    """)


def test_t32_threads_in_batches_and_threads_in_scalar_calls_do_not_wait_for_each_other():
    run("""
    errors, stop = [], threading.Event()
    def batches(n):
        try:
            for i in range(4):
                ids = shop.place_orders(orders(2_000, prefix=f"{n}-{i}-"),
                                        progress=lambda d, t: shop.balance())["order"]
                shop.source(ids, progress=lambda d, t: time.sleep(0))
        except BaseException as e:
            errors.append(e)
    def scalars():
        while not stop.is_set():
            try:
                shop.unreserve(shop.reserve_one(0, 0, 1))
            except earmark.Busy:
                pass
            shop.find_sku("mug")
    workers = [threading.Thread(target=batches, args=(n,)) for n in range(4)]
    other = [threading.Thread(target=scalars) for _ in range(2)]
    for t in workers + other: t.start()
    for t in workers: t.join()
    stop.set()
    for t in other: t.join()
    assert not errors, errors
    assert shop.balance()["allocated"] == 4 * 4 * 2_000
    assert shop.check_invariants() == []
    """)


def test_t32_a_small_batch_keeps_the_gil_and_a_large_one_lets_go():
    run("""
    import sys as s
    s.setswitchinterval(1000)   # nobody gets the GIL who is not given it
    ticks = 0
    done = threading.Event()
    def tick():
        global ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0)       # gives the GIL away
    ids = shop.place_orders(orders(MANY))["order"]
    t = threading.Thread(target=tick); t.start()
    def during(batch):
        before = ticks
        shop.source(batch)
        return ticks - before
    small = [during(ids[i * 255:(i + 1) * 255]) for i in range(8)]
    large = during(ids[8 * 255:])
    done.set(); t.join()
    assert small == [0] * 8, small
    assert large > 0
    """)


def test_t33_while_a_callback_sleeps_others_work_and_the_journal_is_written(tmp_path):
    run(f"""
    shop = make_shop({{("mug", "berlin"): 10 * MANY}}, journal={str(tmp_path / "j.db")!r})
    ids = shop.place_orders(orders(MANY))["order"]
    asleep, wake = threading.Event(), threading.Event()
    def slow(done, total):
        asleep.set()
        assert wake.wait(30)
    t = threading.Thread(target=lambda: shop.source(ids, progress=slow)); t.start()
    assert asleep.wait(30)
    other = shop.place_orders(orders(1_000, prefix="other"))["order"]
    assert int(shop.source(other)["allocated"].sum()) == 1_000
    assert shop.flush("disk") == shop.head
    wake.set(); t.join()
    assert shop.balance()["allocated"] == MANY + 1_000
    assert shop.check_invariants() == []
    """)


def test_ctrl_c_stops_a_batch_and_leaves_the_engine_sound():
    run("""
    ids = shop.place_orders(orders(MANY))["order"]
    hit = []
    def strike(done, total):
        if not hit:
            hit.append(done)
            os.kill(os.getpid(), signal.SIGINT)
    try:
        shop.source(ids, progress=strike)
    except KeyboardInterrupt as e:
        done = e.done
        assert hit[0] <= done < MANY and len(e.partial) == done
    else:
        raise SystemExit("the batch ran to its end")
    assert shop.balance()["allocated"] == done
    assert shop.check_invariants() == []
    assert int(shop.source(ids[done:])["allocated"].sum()) == MANY - done
    """)


def test_ctrl_c_reaches_a_batch_that_shows_no_progress():
    run("""
    ids = list(range(len(shop.place_orders(orders(MANY)))))
    ids = ids * 200   # four million dry decisions, many seconds
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.perf_counter()
    try:
        shop.source(ids, dry_run=True)
    except KeyboardInterrupt as e:
        assert 0 < e.done < len(ids)
    else:
        assert time.perf_counter() - begin < 0.5, "Ctrl-C was not looked at"
        raise SystemExit("too quick to be interrupted; make it longer")
    """)


def test_t34_a_forked_child_is_told_that_the_engine_is_its_parents(tmp_path):
    run(f"""
    shop = make_shop({{("mug", "berlin"): 100}}, journal={str(tmp_path / "j.db")!r})
    shop.place_orders(orders(5))
    frame = shop.orders()
    child = os.fork()
    if child == 0:
        for call in (shop.state_hash, shop.stock, lambda: shop.source([0]), lambda: shop.head,
                     lambda: shop.place_order("k", [("mug", 1)]), lambda: shop.flush("disk")):
            try:
                call()
            except earmark.Forked:
                continue
            os._exit(3)
        assert len(frame) == 5 and frame["order"].tolist() == [0, 1, 2, 3, 4]
        own = make_shop({{("mug", "berlin"): 5}})
        own.source(own.place_orders(orders(300))["order"])
        del shop
        sys.exit(0)   # runs every destructor
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, status
    shop.source(shop.place_orders(orders(5, prefix="later"))["order"])
    shop.flush("disk")
    state = shop.state_hash()
    del shop
    assert earmark.Engine(journal={str(tmp_path / "j.db")!r}).state_hash() == state
    """)


def test_t34_a_fork_amid_batches_of_other_threads_does_not_hang():
    run("""
    ids = shop.place_orders(orders(MANY))["order"]
    t = threading.Thread(target=lambda: [shop.source(ids, dry_run=True) for _ in range(20)])
    t.start()
    for _ in range(10):
        child = os.fork()
        if child == 0:
            try:
                shop.balance()
            except earmark.Forked:
                os._exit(0)
            os._exit(3)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    t.join()
    """)


@pytest.mark.parametrize("end", ["pass", "sys.exit(0)", "shop = None"])
def test_t34_the_interpreter_ends_cleanly_while_a_daemon_thread_is_in_a_batch(end):
    run(f"""
    ids = list(shop.place_orders(orders(MANY))["order"]) * 50
    def work():
        shop.source(ids, dry_run=True, progress=lambda d, t: None)
    for _ in range(3): threading.Thread(target=work, daemon=True).start()
    time.sleep(0.2)
    {end}
    """)


def test_t34_objects_outlive_the_engine_and_globals_may_die_in_any_order():
    run("""
    import numpy as np, pyarrow as pa
    answer = shop.source(shop.place_orders(orders(MANY))["order"])
    column, table, stream = answer["order"], pa.table(answer), answer.__arrow_c_stream__()
    del shop, answer
    assert column[-1] == MANY - 1 and table.num_rows == MANY
    import gc; gc.collect()
    class Keep: pass
    keep = Keep(); keep.me, keep.shop, keep.frame = keep, make_shop({}), table
    sys.modules["keep"] = keep
    """)


def test_t34_a_sub_interpreter_is_refused_or_works_and_never_crashes():
    run("""
    import _xxsubinterpreters as sub
    own = sub.create()
    try:
        sub.run_string(own, "import earmark; earmark.Engine().state_hash()")
    except sub.RunFailedError as e:
        assert "ImportError" in str(e), e
    sub.destroy(own)
    shop.source(shop.place_orders(orders(300))["order"])
    """)


def test_t35_an_engine_and_its_frames_belong_to_no_thread():
    run("""
    made, frames, errors = [], [], []
    def make():
        s = make_shop({("mug", "berlin"): 2_000})
        made.append(s); frames.append(s.source(s.place_orders(orders(1_000))["order"]))
    t = threading.Thread(target=make); t.start(); t.join()
    def use(n):
        try:
            made[0].place_order(f"t{n}", [("mug", 1)])
            assert int(frames[0]["allocated"].sum()) == 1_000
        except BaseException as e:
            errors.append(e)
    users = [threading.Thread(target=use, args=(n,)) for n in range(16)]
    for u in users: u.start()
    for u in users: u.join()
    assert not errors and len(made[0].orders()) == 1_016
    """)
