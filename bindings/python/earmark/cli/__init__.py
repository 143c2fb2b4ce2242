"""THE COMMAND LINE. Exit codes: 0 done; 1 done, with findings (stock check, verify); 2 the input
cannot be used; 3 a fault of Earmark; 130 stopped by Ctrl-C."""

import sys


def main() -> None:
    """The entry point `earmark`."""
    try:
        import rich  # noqa: F401
        import typer  # noqa: F401
    except ImportError as e:
        print(f"earmark: the command line needs {e.name}: pip install 'earmark[cli]'",
              file=sys.stderr)
        sys.exit(2)
    from .app import run
    sys.exit(run(sys.argv[1:]))
