import itertools
import sys
from pathlib import Path

import earmark

shop = earmark.Engine()
shop.load(skus={"key": ["mug", "bowl"]}, nodes={"key": ["leeds", "bath"]},
          stock={"sku": ["mug", "bowl"], "node": ["leeds", "bath"], "on_hand": [9, 1]})
shop.activate('policy = "p"\ncurrency = "GBP"\nrank = ["parcels"]\n')
minute = 60 * 10**9
clock = itertools.count(1_800_000_000 * 10**9 + 95 * minute, 95 * minute)

order = shop.place_order("web-7", [("mug", 5, 800), ("bowl", 3, 1200)], currency="GBP",
                         now=next(clock))
shop.place_hold(order, "fraud", actor="risk", now=next(clock))
shop.place_hold(order, "address", 1, actor="risk", now=next(clock))
shop.resolve_hold(order, 1, actor="risk", now=next(clock))
shop.source([order], now=next(clock))
shop.amend(order, [{"line": 1, "amount": 6}], actor="ann", now=next(clock))
shop.resolve_hold(order, 2, actor="ann", now=next(clock))
shop.release([order], now=next(clock))
shop.record(order, "ship", 1, amount=3, now=next(clock))
shop.cancel(order, 2, 1, now=next(clock))
shop.adjust("bowl", "bath", 4, now=next(clock))
shop.source([order], now=next(clock))
shop.release([order], now=next(clock))
shop.record(order, "ship", now=next(clock))
shop.record(order, "deliver", now=next(clock))

story = shop.story(order)
print(f"{story}{len(story.svg())} bytes of picture")
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(story.svg(), encoding="utf-8")
