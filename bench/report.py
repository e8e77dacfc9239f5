"""What a measure is, the table a person reads, and the file a program reads."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

OUT = Path(__file__).parent / "out"


@dataclass(frozen=True)
class Measure:
    """Ours against the floor of the same run, in `unit`; reached when `ours` is within the limits."""

    name: str
    against: str
    ours: float
    floor: float
    unit: str
    reach: str
    reached: bool
    detail: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours / self.floor


def within(
    name: str,
    against: str,
    ours: float,
    floor: float,
    unit: str,
    times: float,
    *,
    at_most: float | None = None,
    detail: dict[str, float] | None = None,
) -> Measure:
    """A measure that must stay within `times` the floor, and within `at_most` when that is given."""
    reach = f"≤ {times:g}×" + ("" if at_most is None else f", ≤ {at_most:g} {unit}")
    reached = ours <= times * floor and (at_most is None or ours <= at_most)
    return Measure(name, against, ours, floor, unit, reach, reached, detail or {})


def at_least(
    name: str,
    against: str,
    ours: float,
    floor: float,
    unit: str,
    times: float,
    *,
    detail: dict[str, float] | None = None,
) -> Measure:
    """A rate that must be at least `times` the other's."""
    return Measure(name, against, ours, floor, unit, f"≥ {times:g}×", ours >= times * floor, detail or {})


def p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The 95th percentile, by nearest rank: a value that was measured."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def table(measures: Sequence[Measure]) -> str:
    """A Markdown table, the form of docs/measurements.md."""
    lines = ["| measure | ours | against | | ratio | reach | |", "|---|---|---|---|---|---|---|"]
    for each in measures:
        cells = (
            each.name,
            f"{each.ours:.1f} {each.unit}",
            each.against,
            f"{each.floor:.1f} {each.unit}",
            f"{each.ratio:.2f}×",
            each.reach,
            "✓" if each.reached else "short",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(measures: Sequence[Measure]) -> Path:
    """Keeps the results with what they were measured on; returns the file."""
    OUT.mkdir(exist_ok=True)
    path = OUT / "results.json"
    content = {"machine": machine(), "measures": [asdict(each) | {"ratio": each.ratio} for each in measures]}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def machine() -> dict[str, object]:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False)
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"),  # noqa: TID251 - the clock of the report itself
        "commit": commit.stdout.strip(),
        "system": platform.platform(terse=True),
        "processors": os.cpu_count() or 0,
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        **{name: version(name) for name in ("textual", "sqlcipher3", "sqlmodel", "pynacl")},
    }
