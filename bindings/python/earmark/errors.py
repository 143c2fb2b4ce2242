"""What the package raises. Every text says what was wrong, where, and what to do.

    EarmarkError
      BadInput       a call that makes no sense: a column, a value, a file (also a ValueError)
        BadPolicy    a policy or a workflow with findings, one sentence each in `findings`
      Unknown        an id or a name that was never given (also a LookupError)
      Refused        the engine said no, and would again
      Busy           it cannot say now; the same call may succeed later, nothing was changed
      JournalError   the journal cannot be read or written
      Halted         an invariant broke: the engine refuses everything, the journal stays readable
      Forked         the engine of another process: a forked child cannot use its parent's
"""


class EarmarkError(RuntimeError):
    """The base of all. `code` is the name and `number` the number in docs/errors.md (empty and 0
    where the call itself was wrong); `transient` says whether the same call may succeed later,
    `row` is the line that it concerns (0: the whole)."""

    code: str = ""
    number: int = 0
    transient: bool = False
    row: int = 0


class BadInput(EarmarkError, ValueError):
    """A call that makes no sense. Nothing was changed."""


class BadPolicy(BadInput):
    """A policy or a workflow that cannot be used; `findings` has a sentence for each thing that
    is wrong."""

    findings: list[str] = []


class Unknown(EarmarkError, LookupError):
    """There is no such order, SKU, node, place, line or reservation."""


class Refused(EarmarkError):
    """The engine said no, and will again as long as things are as they are."""


class Busy(EarmarkError):
    """Units, tables or an order are in another caller's hand. Nothing was changed; call again."""


class JournalError(EarmarkError):
    """The journal cannot be opened, read or written."""


class Halted(EarmarkError):
    """An invariant broke. `Engine.halted()` has its sentence; recover from the journal."""


class Forked(EarmarkError):
    """The engine was made by the process that this one was forked from."""
