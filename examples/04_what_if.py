import earmark

POLICY = """policy = "cheapest"
currency = "EUR"
rank = ["cost"]
[costs]
per_unit = {{dc = "1.00", store = "0.50"}}
fixed_per_parcel = "{}"
"""

shop = earmark.Engine()
shop.load(skus={"key": ["mug", "pot"]},
          nodes={"key": ["hub", "left", "right"], "kind": ["dc", "store", "store"]},
          stock={"sku": ["mug", "pot", "mug", "pot"], "node": ["hub", "hub", "left", "right"],
                 "on_hand": [9, 9, 9, 9]})
order = shop.place_order("A-1", [("mug", 1, 1299), ("pot", 1, 2999)], currency="EUR")
for parcel in ("4.90", "0.10"):
    shop.activate(POLICY.format(parcel))
    plan = shop.source([order], dry_run=True)
    print(f"{parcel} a parcel: {plan['parcels'][0]} parcels, {plan['cost_e4'][0] / 10_000:.2f} EUR")
print("free mugs:", shop.available(shop.find_sku("mug")))
