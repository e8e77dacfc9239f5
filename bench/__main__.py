"""Runs the measures, prints the table, writes bench/out/results.json. `python -m bench NAME…` runs some."""

import sys
from collections.abc import Callable

from bench import homes, importing, report, store, terminal
from bench.report import Measure

FEW, MANY = 10_000, 100_000
MEASURES: dict[str, Callable[[], list[Measure]]] = {
    "keys": lambda: terminal.typing(homes.filled(FEW)),
    "start": lambda: terminal.start(homes.filled(FEW)),
    "unlock": lambda: terminal.unlock(homes.filled(FEW)),
    "edit": lambda: store.edits(homes.filled(FEW)),
    "search": lambda: store.searching(homes.filled(MANY)),
    "import": lambda: importing.importing(FEW),
    "memory": lambda: terminal.memory(homes.filled(MANY)),
}


def main(wanted: list[str]) -> int:
    """0 when all ran, whatever they show; 2 for a name that is none."""
    unknown = set(wanted) - set(MEASURES)
    if unknown:
        print(f"measures: {' '.join(MEASURES)}", file=sys.stderr)
        return 2
    found: list[Measure] = []
    for name, measure in MEASURES.items():
        if not wanted or name in wanted:
            print(f"{name} …", file=sys.stderr, flush=True)
            found += measure()
    print(report.table(found))
    print(report.write(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
