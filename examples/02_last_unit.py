import earmark

shop = earmark.Engine()
shop.load(skus={"key": ["mug"]}, nodes={"key": ["bonn"]},
          stock={"sku": ["mug"], "node": ["bonn"], "on_hand": [1]})
mug, bonn = shop.find_sku("mug"), shop.find_node("bonn")

noon, minute = 1_800_000_000_000_000_000, 60_000_000_000
first = shop.reserve_one(mug, bonn, 1, deadline=noon + 15 * minute, now=noon)
try:
    shop.reserve_one(mug, bonn, 1, deadline=noon + 15 * minute, now=noon)
except earmark.Refused as no:
    print(f"first: held; second: {no}")

order = shop.place_order("A-1", [("mug", 1, 1299)], currency="EUR", reservation=first,
                         now=noon + 5 * minute)
print("order A-1: 1 mug", shop.order(order)["lowest"], "at bonn")
print("free:", shop.available(mug, bonn))
