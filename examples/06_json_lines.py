import earmark

shop = earmark.Engine()
for line in (
    '{"verb":"load","table":"skus","rows":[{"sku":"mug"}]}',
    '{"verb":"load","table":"nodes","rows":[{"node":"bonn"}]}',
    '{"verb":"load","table":"stock","rows":[{"sku":"mug","node":"bonn","on_hand":"3"}]}',
    '{"verb":"available","sku":"mug"}',
    '{"verb":"available","sku":"jug"}',
):
    print(shop.submit(line))
