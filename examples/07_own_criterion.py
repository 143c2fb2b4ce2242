import numpy as np

import earmark


class SlowMoversFirst(earmark.Criterion):
    def score(self, c: earmark.Candidates) -> np.ndarray:
        sold_last_week = {"berlin": 70, "bonn": 12, "kiel": 31}
        return np.array([sold_last_week[key] for key in c.node_keys])  # the smallest is best


rule = SlowMoversFirst('policy = "slow movers first"\ncurrency = "EUR"\nrank = ["parcels"]\n')
shop = earmark.Engine()
shop.load(skus={"key": ["mug"]}, nodes={"key": ["berlin", "bonn", "kiel"]},
          stock={"sku": ["mug"] * 3, "node": ["berlin", "bonn", "kiel"], "on_hand": [9, 9, 9]})
shop.activate(rule.policy.replace("SlowMoversFirst", "slow movers first"))
order = shop.place_order("A-1", [("mug", 1, 1299)], currency="EUR")
shop.source([order], criterion=rule)
print(shop.explain(order))
