import tempfile
from pathlib import Path

import earmark

with tempfile.TemporaryDirectory() as folder:
    journal = str(Path(folder) / "journal.db")
    shop = earmark.Engine(journal=journal)
    shop.load(skus={"key": ["mug"]})
    shop.place_order("A-1", [("mug", 2, 1299)], currency="EUR")
    shop.flush("disk")
    before = shop.state_hash()
    del shop

    again = earmark.Engine(journal=journal)
    print("orders after reopening:", len(again.orders()))
    print("same state:", "yes" if again.state_hash() == before else "no")
    del again
