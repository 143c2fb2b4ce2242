"""THE REPORT of a comparison: one HTML file with everything inside it, and its pictures as PNG.
Needs matplotlib and jinja2: pip install 'earmark[report]'."""

from pathlib import Path

from ..comparison import Comparison
from ..errors import BadInput


def write_report(comparison: Comparison, out: str | Path, **more) -> Path:
    """Writes out/report.html and out/*.png; returns the path of the page. `more` are the options
    of page.write. Nothing is loaded from elsewhere when the page is opened."""
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as e:
        raise BadInput(f"the report needs {e.name}: pip install 'earmark[report]'") from None
    from .page import write
    return write(comparison, Path(out), **more)
