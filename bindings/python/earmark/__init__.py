"""Earmark: an order-management core. The engine lives in C++; this package hands columns to it.

    import earmark
    shop = earmark.Engine()
    shop.load_skus({"key": ["mug"]})

The verbs are those of C++, JSON and the journal. Batch calls take and give NumPy columns and let
go of the GIL; a refusal within a batch is a number in the `error` column, a refusal of a scalar
call is EarmarkError, and a call that makes no sense is ValueError."""

from ._earmark import (
    OUTCOMES,
    UNIT_STATES,
    EarmarkError,
    Engine,
    error_name,
    figures,
    read_orders,
)
from .comparison import Comparison, compare
from .inputs import BadInput

__all__ = ["OUTCOMES", "UNIT_STATES", "BadInput", "Comparison", "EarmarkError", "Engine", "compare",
           "error_name", "figures", "read_orders"]
