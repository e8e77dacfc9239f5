"""Scenario files: ours, and those of an organisation's folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from lnctp_tui.domain.practice import scenario as scenarios
from lnctp_tui.domain.practice.scenario import Intent, Scenario, ScenarioFault
from lnctp_tui.errors import BadInput, Refused

SUFFIX = ".toml"
INTENTS = "_intents"
EXAMPLE = "motel-ana"
"""Written out in full, to be copied."""
NAMED = re.compile("[a-z0-9-]{1,40}").fullmatch
LARGEST = 1_000_000
"""Bytes of a scenario file."""


def intents() -> tuple[Intent, ...]:
    """What a counselor may say, understood by every caller."""
    file = resources.files("lnctp_tui").joinpath("data", "practice", INTENTS + SUFFIX)
    return scenarios.intents(tomllib.loads(file.read_text(encoding="utf-8")))


def codes() -> tuple[str, ...]:
    """The scenarios of the package, by level and name."""
    return tuple(scenario.code for scenario in sorted(_all(), key=lambda made: (made.level, made.code)))


def load(code: str) -> Scenario:
    """A scenario by its code. Raises Refused `practice_unknown`."""
    file = resources.files("lnctp_tui").joinpath("data", "practice", code + SUFFIX)
    if not NAMED(code) or not file.is_file():
        raise Refused("practice_unknown", name=code)
    return scenarios.read(tomllib.loads(file.read_text(encoding="utf-8")))


def begun(code: str) -> str:
    """The text of a scenario to begin with: the example of the package under another code."""
    file = resources.files("lnctp_tui").joinpath("data", "practice", EXAMPLE + SUFFIX)
    return file.read_text(encoding="utf-8").replace(f'code = "{EXAMPLE}"', f'code = "{code}"', 1)


def read(path: Path) -> Scenario:
    """A scenario file of somebody else. Raises BadInput `practice_file`, ScenarioFault."""
    return scenarios.read(content(path))


def content(path: Path) -> dict[str, Any]:
    """What a file says. Raises BadInput `practice_file` with its reason."""
    try:
        data = path.read_bytes()
        if len(data) > LARGEST:
            raise BadInput("practice_file", name=path.name, reason=f"> {LARGEST} B")
        return tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise BadInput("practice_file", name=path.name, reason=error.strerror or "") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput("practice_file", name=path.name, reason=str(error)) from error


def line_of(path: Path, where: str) -> int:
    """The line on which a part of a scenario begins: `answer edad`, `key.fact edad`, `key`; 1 when it has none."""
    name, _, id_ = where.partition(" ")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    wanted = [f'id = "{id_}"'] if id_ and not id_.isdigit() else [f"[{name.partition('.')[0]}]"]
    part = name.rpartition(".")[2]
    starts = [number for number, line in enumerate(lines, 1) if wanted[0] in line]
    inside = [number for number in starts if _section(lines[:number]) in (part, name)]
    return (inside or starts or [1])[0]


def _section(lines: list[str]) -> str:
    for line in reversed(lines):
        text = line.strip()
        if text.startswith("["):
            return text.strip("[]")
        if text.split(" ", 1)[0] in ("answer", "event", "must", "never", "fact") and "= [" in text:
            return text.split(" ", 1)[0]
    return ""


def _all() -> Iterator[Scenario]:
    folder = resources.files("lnctp_tui").joinpath("data", "practice")
    for file in folder.iterdir():
        if file.name.endswith(SUFFIX) and not file.name.startswith("_"):
            yield scenarios.read(tomllib.loads(file.read_text(encoding="utf-8")))


__all__ = ["ScenarioFault", "codes", "content", "intents", "line_of", "load", "read"]
