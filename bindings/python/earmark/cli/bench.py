"""earmark bench."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ..bench import bench as run_bench
from ..decisions import write_whole
from ..instances import shipped
from .terminal import OK, progress, say_json

SEVERAL = ("--policy", "--instance")
EPILOG = "Example: earmark bench --policy nearest cheapest --instance small_retail --json a.json"


def spread(argv: list[str]) -> list[str]:
    """`--policy A B` as `--policy A --policy B`, which is what the parser knows."""
    if argv[:1] != ["bench"]:
        return argv
    out: list[str] = []
    option, first = None, False
    for word in argv:
        if word.startswith("-"):
            option, first = (word if word in SEVERAL else None), True
        elif option and not first:
            out.append(option)
        else:
            first = False
        out.append(word)
    return out


def bench(policy: Annotated[list[str], typer.Option("--policy", metavar="A B ...", help="names or"
                            " .toml files")],
          instance: Annotated[list[str] | None, typer.Option("--instance", metavar="A B ...",
                              help=f"{', '.join(shipped())}, or a .toml file; all, if none is"
                              " named")] = None,
          orders: Annotated[int | None, typer.Option(help="make instances of so many orders, with"
                            " digests of their own")] = None,
          repetitions: Annotated[int, typer.Option(help="of each policy, interleaved")] = 15,
          json_file: Annotated[str | None, typer.Option("--json", metavar="FILE", help="for"
                               " bench/compare; - is standard output")] = None,
          markdown: Annotated[bool, typer.Option("--markdown", help="rows to paste")] = False
          ) -> int:
    """Measures policies on shared instances: orders/s beside cost, parcels, fill and gap."""
    names = [name for given in policy for name in given.split(",")]
    with progress("measuring", json_file == "-") as bar:
        made = run_bench(names, instance or None, orders=orders, repetitions=repetitions,
                         progress=bar)
    if json_file == "-":
        say_json(made.to_dict())
        return OK
    if json_file:
        write_whole(Path(json_file), (json.dumps(made.to_dict(), indent=1) + "\n").encode())
    print(made.markdown() if markdown else made)
    return OK
