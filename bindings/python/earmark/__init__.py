"""Earmark: an order-management core. The engine lives in C++; this package hands columns to it.

    import earmark
    shop = earmark.Engine()
    shop.load_skus({"key": ["mug"]})

The verbs are those of C++, JSON and the journal. Batch calls take columns, which is anything with
`__arrow_c_stream__` or a mapping of names to NumPy arrays and sequences, and answer a Frame, which
has `__arrow_c_stream__` itself. They let go of the GIL, show `progress` through a callable, and
stop on Ctrl-C. A refusal within a batch is a row of the frame; a refusal of a scalar call, and a
call that makes no sense, is an EarmarkError (see earmark.errors)."""

from ._earmark import (
    KPIS,
    LINT_RULES,
    OUTCOMES,
    UNIT_STATES,
    VERDICTS,
    Engine,
    Frame,
    Policy,
    Report,
    Story,
    dictionary,
    error_name,
    fair_share,
    figures,
    kpis,
    policy_schema,
    read_orders,
    runbook,
)
from .comparison import Comparison, compare
from .criterion import Candidates, Criterion
from .differing import Diff, diff
from .errors import (
    BadInput,
    BadPolicy,
    Busy,
    EarmarkError,
    Forked,
    Halted,
    JournalError,
    Refused,
    Unknown,
)
from .linting import lint
from .network import Network
from .workflows import (
    Workflow,
    standard_workflows,
    workflow,
    workflow_findings,
    workflow_of,
    workflow_schema,
)

__all__ = ["KPIS", "LINT_RULES", "OUTCOMES", "UNIT_STATES", "VERDICTS", "BadInput", "BadPolicy",
           "Busy", "Candidates", "Comparison", "Criterion", "Diff", "EarmarkError",
           "Engine", "Forked", "Frame", "Halted", "JournalError", "Network", "Policy",
           "Refused", "Report", "Story", "Unknown", "Workflow", "compare", "dictionary", "diff",
           "error_name", "fair_share", "figures", "kpis", "lint", "policy_schema", "read_orders",
           "runbook", "standard_workflows", "workflow", "workflow_findings", "workflow_of",
           "workflow_schema"]
