import earmark

POLICY = """policy = "cold chain"
currency = "EUR"
rank = ["priority"]
[attributes]
"line.frozen" = "flag"
"node.freezer" = "flag"
[always]
require = ["cold chain"]
[[filter]]
name = "cold chain"
when = "any(line.frozen)"
nodes = "node.freezer"
[[strategy]]
name = "all"
"""

shop = earmark.Engine()
shop.load(skus={"key": ["ice"]}, nodes={"key": ["berlin", "kiel"]},
          stock={"sku": ["ice", "ice"], "node": ["berlin", "kiel"], "on_hand": [9, 9]})
shop.load_attributes({"attribute": ["line.frozen", "node.freezer"], "type": ["flag", "flag"]})
shop.load_facts({"key": ["ice", "kiel"], "attribute": ["line.frozen", "node.freezer"],
                 "value": ["true", "true"]})
shop.activate(POLICY)
order = shop.place_order("A-1", [("ice", 1, 499)], currency="EUR")
shop.source([order])
print(shop.explain(order))
