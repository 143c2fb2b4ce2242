"""Calendars, services, hours and lanes from columns; promises; orders with a method and a day."""

import pandas as pd
import pyarrow as pa
import pytest

import earmark

FRIDAY = pd.Timestamp("2025-06-27T17:59:00Z").value  # 13:59 in New York


def shop_of(**settings):
    engine = earmark.Engine(**settings)
    engine.load_skus({"key": ["hat"]})
    engine.load_nodes({"key": ["ny", "attic"]})
    engine.load_places({"key": ["home"]})
    engine.load_stock({"sku": ["hat", "hat"], "node": ["ny", "attic"], "on_hand": [5, 5]})
    engine.activate('policy = "p"\ncurrency = "USD"\nrank = ["priority"]\n')
    span = {"first": ["2025-01-01"] * 2, "last": ["2026-12-31"] * 2}
    said = engine.load_calendars({"calendar": ["ny", "carrier"], "zone": ["America/New_York", ""],
                                  "cutoff": ["14:00", ""], **span})
    assert (said["accepted"], said["rejected"]) == (2, [])
    engine.load_calendar_days(pa.table({"calendar": ["carrier"], "day": ["2025-07-04"]}))
    engine.load_services({"service": ["ground"], "carrier": ["carrier"]})
    engine.load_hours(pd.DataFrame({"node": ["ny"], "calendar": ["ny"]}))
    engine.load_lanes({"service": ["ground"], "place": ["home"], "transit_days": [3]})
    return engine


def option(answer, node):
    return next(o for o in answer["options"] if o["node"] == node)


def test_a_promise_says_ship_day_delivery_day_and_until_when_to_order():
    shop = shop_of()
    head = shop.head
    said = shop.promise([("hat", 2)], place="home", method="ground", at=FRIDAY)
    ny = option(said, "ny")
    assert (ny["ship"], ny["delivery"]) == ("2025-06-27", "2025-07-02")
    assert pd.Timestamp(ny["order_within"], tz="UTC") == pd.Timestamp("2025-06-27T18:00:00Z")
    late = option(shop.promise([("hat", 2)], place="home", method="ground",
                               at=ny["order_within"]), "ny")
    assert (late["ship"], late["delivery"]) == ("2025-06-30", "2025-07-03")
    assert option(said, "attic")["error"] == "no_hours"
    assert said["plan"]["covers"] == "full"
    assert shop.head == head


def test_tables_of_dates_are_recovered(tmp_path):
    path = str(tmp_path / "j.db")
    shop = shop_of(journal=path)
    before = shop.promise([("hat", 1)], place="home", method="ground", at=FRIDAY)
    order = shop.place_order("a", [("hat", 1)], place="home", method="ground",
                             deliver_by="2025-07-02")
    many = shop.place_orders({"key": ["b"], "offsets": [0, 1], "sku": [0], "amount": [1],
                              "place": [0], "method": [0],
                              "deliver_by": [pd.Timestamp("2025-07-03").value]})["order"]
    shop.flush()
    digest = shop.state_hash()
    del shop
    again = earmark.Engine(journal=path)
    assert again.state_hash() == digest
    assert again.promise([("hat", 1)], place="home", method="ground", at=FRIDAY) == before
    assert again.order(order)["method"] == "ground"
    assert again.order(order)["deliver_by"] == "2025-07-02"
    assert again.order(int(many[0]))["deliver_by"] == "2025-07-03"


def test_a_full_day_puts_the_work_off():
    shop = shop_of()
    day = pd.Timestamp("2025-06-27").value
    said = shop.load_pools({"pool": ["picks"], "kind": ["capacity"], "amount": [3],
                            "per_unit": [1], "node": ["ny"], "from": [day],
                            "until": [day + 86_400 * 10**9], "day": ["work"],
                            "counts": ["units"]})
    assert said["rejected"] == []
    shop.load_stock({"sku": ["hat"], "node": ["ny"], "on_hand": [9]})
    shop.activate('policy = "p"\ncurrency = "USD"\nrank = ["parcels"]\n[[strategy]]\n'
                  'name = "s"\nrequire = ["delivers_by_promise"]\n')

    def placed(key, amount):
        order = shop.place_order(key, [("hat", amount)], place="home", method="ground",
                                 deliver_by="2025-07-02", now=FRIDAY)
        return order, shop.source([order], now=FRIDAY)

    placed("a", 2)
    assert shop.pools()["free"].tolist() == [1]
    asked = [("hat", 2)], {"place": "home", "method": "ground", "at": FRIDAY}
    assert option(shop.promise(asked[0], **asked[1]), "ny")["work"] == "2025-06-30"
    assert option(shop.promise(asked[0], **asked[1], infinite=True), "ny")["work"] == \
        "2025-06-27"
    late, decided = placed("b", 2)
    assert decided.words("outcome").tolist() == ["backordered"]
    assert dict((row[0], row[1]) for row in shop.explain_rows(late))["ny"] == "no_capacity"


def test_wrong_rows_of_dates_are_named():
    shop = shop_of()
    span = {"first": ["2025-01-01"], "last": ["2025-12-31"]}
    said = shop.load_calendars({"calendar": ["x"], "zone": ["Mars/Olympus"], **span})
    assert said["accepted"] == 0 and said["rejected"][0][1] == "bad_calendar"
    with pytest.raises(earmark.errors.BadInput, match="weekdays.*row 1"):
        shop.load_calendars({"calendar": ["x"], "weekdays": ["someday"], **span})
    with pytest.raises(earmark.errors.BadInput, match="first.*row 1"):
        shop.load_calendars({"calendar": ["x"], "first": ["soon"], "last": ["2025-12-31"]})
    said = shop.load_hours({"node": ["ny"], "calendar": ["none such"]})
    assert said["rejected"][0][1] == "unknown_calendar"
    with pytest.raises(earmark.errors.Unknown):
        shop.promise([("hat", 1)], method="broomstick")
    with pytest.raises(earmark.errors.BadInput, match="day.*row 1"):
        shop.load_pools({"pool": ["p"], "amount": [1], "day": ["someday"]})
