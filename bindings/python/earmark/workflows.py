"""WORKFLOWS: which event leads units of an order from which state to which
(docs/formats/workflow.md, docs/lifecycle.md)."""

from typing import Any

from . import _earmark


class Workflow:
    """A workflow that was read and found sound. `workflow()` makes one.

        earmark.workflow("sales").svg()
        engine.activate_workflow(earmark.workflow(open("checked.toml").read()))
    """

    def __init__(self, name_or_text: str, file: str = "workflow.toml") -> None:
        """A standard one by its name, or TOML; BadPolicy with a sentence for each finding."""
        self._of: dict[str, Any] = _earmark._workflow(name_or_text, file)

    @property
    def name(self) -> str:
        """Its name."""
        return self._of["name"]

    @property
    def type(self) -> str:
        """Which orders go by it."""
        return self._of["type"]

    @property
    def text(self) -> str:
        """Its canonical text; reading it gives an equal workflow."""
        return self._of["text"]

    @property
    def states(self) -> list[dict[str, str]]:
        """Its states, each with `name` and `base`."""
        return self._of["states"]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps, each with from, on, to, when, unless, does, after_s and because."""
        return self._of["steps"]

    def verify(self) -> list[str]:
        """What is wrong with it: nothing, since it was read. `workflow_findings` has what is wrong
        with a text."""
        return list(self._of["flaws"])

    def svg(self) -> str:
        """Its picture, the same bytes for the same workflow."""
        return self._of["svg"]

    def _repr_html_(self) -> str:
        return self.svg()


def workflow(name_or_text: str, *, file: str = "workflow.toml") -> Workflow:
    """A standard workflow by its name, or one that is read from TOML."""
    return Workflow(name_or_text, file)


def workflow_of(engine: _earmark.Engine, version: int) -> Workflow:
    """A version that an engine was given, or Unknown."""
    return Workflow(engine._workflow_text(version))


def workflow_findings(text: str, *, file: str = "workflow.toml") -> list[str]:
    """What is wrong with a workflow's text, a sentence each; [] is nothing."""
    return _earmark._workflow_findings(text, file)


def standard_workflows() -> list[str]:
    """The names of the standard workflows."""
    return _earmark._standard_workflows()


def workflow_schema() -> str:
    """The JSON Schema of workflows."""
    return _earmark._workflow_schema()
