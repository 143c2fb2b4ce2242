import earmark

shop = earmark.Engine()
shop.load(skus={"key": ["mug", "pot"]})
mug, pot = shop.find_sku("mug"), shop.find_sku("pot")


def say(what: str, sku: int, amount: int, price: int) -> None:
    answer = shop.place_orders({"key": ["A-1"], "offsets": [0, 1], "sku": [sku],
                                "amount": [amount], "price_minor": [price]}, currency="EUR")
    no = answer.violations
    print(f"{what}: {no['sentence'][0] if len(no) else answer.words('outcome')[0]}")


say("first", mug, 2, 1299)
say("again", mug, 2, 1299)
say("other content", pot, 1, 2999)
print("orders:", len(shop.orders()))
