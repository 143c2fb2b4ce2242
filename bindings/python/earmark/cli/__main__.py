"""`python -m earmark.cli` is `earmark`."""

from . import main

main()
