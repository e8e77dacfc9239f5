"""Runs the measures, prints the table, writes bench/out/results.json. `python -m bench [--quick] NAME…` runs some.

`--quick` takes small sizes for those of synchronisation: to see that they run, not what they show.
"""

import sys
from collections.abc import Callable

from bench import (
    attack,
    directory,
    homes,
    importing,
    linking,
    load,
    reading,
    report,
    server_core,
    store,
    syncing,
    terminal,
    typing_sync,
)
from bench.alerting import looks, pages
from bench.publish import counting, drawing, edition, exchanging
from bench.report import Measure

FEW, MANY = 10_000, 100_000
QUICK = "--quick" in sys.argv
MEASURES: dict[str, Callable[[], list[Measure]]] = {
    "keys": lambda: terminal.typing(homes.filled(FEW)),
    "narrative": lambda: terminal.narrating(homes.filled(FEW)),
    "start": lambda: terminal.start(homes.filled(FEW)),
    "unlock": lambda: terminal.unlock(homes.filled(FEW)),
    "reading": reading.along,
    "edit": lambda: store.edits(homes.filled(FEW)),
    "mark": lambda: store.marking(homes.filled(200 if QUICK else FEW)),
    "search": lambda: store.searching(homes.filled(MANY)),
    "worklist": lambda: store.working(homes.filled(MANY)),
    "directory": lambda: directory.directories(homes.empty("directory")),
    "links": lambda: linking.arriving(homes.filled(MANY)),
    "line": lambda: linking.line(10_000 if QUICK else 1_000_000),
    "alerts": lambda: looks.simulated(QUICK) + looks.three_years(10_000 if QUICK else 100_000),
    "pages": lambda: pages.read(20, 20, 12) if QUICK else pages.read(200, 200, 60),
    "drawing": lambda: drawing.drawing(homes.filled(200 if QUICK else FEW)),
    "edition": edition.editions,
    "exchange": lambda: exchanging.exchanging(homes.filled(1000 if QUICK else MANY)),
    "import": lambda: importing.importing(FEW),
    "memory": lambda: terminal.memory(homes.filled(MANY)),
    "sync": lambda: syncing.synchronising(500, 1) if QUICK else syncing.synchronising(FEW),
    "share": lambda: server_core.share(500, 1) if QUICK else server_core.share(FEW),
    "load": lambda: load.loaded(100, 9) if QUICK else load.loaded(1000),
    "attack": lambda: attack.attacked(4 if QUICK else 60),
    "growth": lambda: server_core.growth(1000, 10_000) if QUICK else server_core.growth(FEW, 1_000_000),
    "report": lambda: (
        [
            *counting.laptop_report(homes.filled(200 if QUICK else MANY)),
            *(counting.server_report(200, 2000) if QUICK else counting.server_report(FEW, 1_000_000)),
        ]
    ),
    "typing-sync": lambda: typing_sync.typing(
        homes.filled(200 if QUICK else 1000), 3 if QUICK else terminal.TURNS
    ),
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
    sys.exit(main([each for each in sys.argv[1:] if each != "--quick"]))
