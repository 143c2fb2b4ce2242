import earmark

shop = earmark.Engine()
shop.load(skus={"key": ["mug"]}, nodes={"key": ["berlin", "bonn"]},
          stock={"sku": ["mug", "mug"], "node": ["berlin", "bonn"], "on_hand": [1, 5]})
shop.activate("policy = 'fewest'\ncurrency = 'EUR'\nrank = ['parcels']\n"
              "costs = {fixed_per_parcel = '4.90'}")
order = shop.place_order("A-1", [("mug", 2, 1299)], currency="EUR")
shop.source([order])
print(shop.explain(order))
