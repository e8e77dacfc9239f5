"""Makes docs/handbook.md and docs/manual.md, and their pictures in docs/handbook/.

python tools/handbook.py          the text alone, in a second
python tools/handbook.py all      the pictures too: the demo is driven by keys, its clock stands still

Words: tools/handbook.toml; fields: lnctp_tui/data/help; keys: the bindings of the screens.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PICTURES = "handbook"
NAMES = {"es": "manual.md", "en": "handbook.md"}
WORDS = Path(__file__).with_name("handbook.toml")
NOW = datetime(2026, 11, 22, 18, 3, 5, tzinfo=UTC)
SIZE = (80, 24)
FOLIOS = "K7Q2"
STILL = 4
"""Looks in a row at which nothing on the screen has moved."""
TOLD = "Llama su prima. Ana tiene diecisiete años y está en un motel en Puebla. No le pega, pero no la deja salir. "
"""What is typed: the Line's calls are in Spanish."""
AGE = {"es": "edad", "en": "age"}
"""What finds the field that F1 is shown on."""

Press = Callable[..., Awaitable[None]]


@cache
def words() -> dict[str, Any]:
    """The words of the handbook."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def text(language: str) -> str:
    """The whole handbook in one language, as Markdown."""
    from lnctp_tui import i18n

    before = i18n.language()
    i18n.set_language(language)
    try:
        return "\n".join(_lines(language)) + "\n"
    finally:
        i18n.set_language(before)


def _word(name: str, language: str) -> str:
    return str(words()["words"][name][language])


def _lines(language: str) -> Iterator[str]:
    yield from (
        f"# {_word('title', language)}",
        "",
        f"*{_word('made', language)}*",
        "",
        _word("other", language),
        "",
    )
    for chapter in words()["chapter"]:
        title, picture = chapter["title"][language], f"{PICTURES}/{chapter['picture']}.{language}.svg"
        yield from (f"## {title}", "", chapter["text"][language].strip(), "", f"![{title}]({picture})", "")
    yield from _keys(language)
    yield from _fields(language)


def _keys(language: str) -> Iterator[str]:
    from lnctp_tui.screens.call.intake_keys import BINDINGS
    from lnctp_tui.screens.lists.desk import DeskScreen

    yield from (f"## {_word('keys', language)}", "", _word("keys_note", language), "")
    for name, bindings in (("keys_desk", DeskScreen.BINDINGS), ("keys_call", BINDINGS)):
        yield from (f"### {_word(name, language)}", "")
        yield from (f"| {_word('key', language)} | {_word('does', language)} |", "|---|---|")
        yield from (f"| {keys} | {does} |" for does, keys in _bound(bindings).items())
        yield ""


def _bound(bindings: Any) -> dict[str, str]:
    """What each action does → its keys, as on a keyboard."""
    from lnctp_tui.i18n import _
    from lnctp_tui.widgets.key_names import key_name

    found: dict[str, list[str]] = {}
    for binding in bindings:
        if binding.description:
            keys = [key_name(key.strip()) for key in binding.key.split(",")]
            found.setdefault(_(binding.tooltip or binding.description), []).extend(keys)
    return {does: " · ".join(f"`{key}`" for key in dict.fromkeys(keys)) for does, keys in found.items()}


def _fields(language: str) -> Iterator[str]:
    from lnctp_tui.i18n import pick
    from lnctp_tui.storage.protocol.protocol_loader import load

    yield from (f"## {_word('fields', language)}", "", _word("fields_note", language), "")
    protocol = load()
    for stage in protocol.stages:
        yield from (f"### {pick(stage.title)}", "", pick(stage.prompt), "")
        if stage.never_ask:
            yield from (f"{_word('avoid', language)}: {' · '.join(map(pick, stage.never_ask))}", "")
        yield from _stage(protocol, stage, language)


def _stage(protocol: Any, stage: Any, language: str) -> Iterator[str]:
    from lnctp_tui.i18n import pick
    from lnctp_tui.screens.call.taught import sourced
    from lnctp_tui.storage.protocol.help_files import built_in

    told = built_in(stage.code)
    for field in stage.fields:
        taught = told.of(field) if told else None
        if taught is None:
            raise SystemExit(f"{stage.code}: {field.code} has no help")
        yield from (f"**{pick(field.label)}**", "")
        parts = {"why": taught.why, "bad": taught.bad, "good": taught.good}
        yield from (f"- {_word(name, language)}: {pick(part)}" for name, part in parts.items())
        yield f"- {_word('source', language)}: {sourced(pick(taught.source), taught.mark)}"
        catalog = (
            protocol.indicators
            if field.catalog == "indicator"
            else protocol.catalogs.get(field.catalog or "")
        )
        for code, means in taught.rows.items():
            yield f"  - *{pick(catalog.by_code[code].label)}*: {pick(means)}"
        yield ""


# pictures


def pictures(folder: Path, languages: tuple[str, ...] = ("es", "en")) -> None:
    """Every picture, as SVG, by driving the demo with keys. One process: it holds still what moves in the program."""
    from textual.widgets import Input, TextArea

    from lnctp_tui.storage.database import folios

    for kind in (Input, TextArea):
        kind.cursor_blink._default = False  # type: ignore[attr-defined]
    folios.new_prefix = lambda: FOLIOS  # type: ignore[assignment]
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        with TemporaryDirectory(prefix="lnctp-handbook-") as home:
            asyncio.run(_walk(Path(home) / "data", language, folder))


async def _walk(home: Path, language: str, folder: Path) -> None:
    from lnctp_tui import i18n
    from lnctp_tui.app import LnctpApp
    from lnctp_tui.services.vault import demo, vault_access

    i18n.set_language(language)
    sample = demo.make(home, name="Elena", language=language)
    app = LnctpApp(home, vault_access.profile(home))
    _stand_still(app)
    app.handed = sample.key

    def take(name: str) -> None:
        (folder / f"{name}.{language}.svg").write_text(
            slim(app.export_screenshot(title="")), encoding="utf-8"
        )

    async with app.run_test(size=SIZE) as pilot:
        await _until(pilot, lambda: type(app.screen).__name__ == "TourScreen")
        await _rest(pilot)
        take("tour")

        async def press(*keys: str) -> None:
            await pilot.press(*keys)
            await _rest(pilot)

        await press("n")
        await _until(pilot, lambda: type(app.screen).__name__ == "IntakeScreen")
        await _call(press, take, AGE[language])
    app.close_workspace()


async def _call(press: Press, take: Callable[[str], None], age: str) -> None:
    await press(*TOLD)
    await press("escape", "1", "enter")
    take("write")
    await press("escape", "s")
    take("seen")
    await press("escape")
    await press("f3", *age, "enter")
    await press("f1")
    take("taught")
    await press("escape")
    await press("f3", *"retener", "enter")
    await press("s")
    take("elements")
    await press("f8")
    take("emergency")
    await press("escape", "f10")
    take("cover")
    await press("escape", "f9")
    take("closing")
    await press("escape")


def _stand_still(app: Any) -> None:
    """The clock of the workspace stands, from its opening on."""
    opens = app.preload.open

    def still(key: Any) -> Any:
        start = opens(key)
        start.workspace.store.now = lambda: NOW
        return start

    app.preload.open = still


async def _until(pilot: Any, holds: Callable[[], bool]) -> None:
    for _ in range(500):
        await pilot.pause(0.02)
        if holds():
            return
    raise SystemExit("the app did not come to the next picture")


async def _rest(pilot: Any) -> None:
    """Until readers in threads are done, and the screen has stayed the same for a while."""
    from textual.worker import WorkerCancelled

    seen, same = "", 0
    while same < STILL:
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete(
                [worker for worker in pilot.app.workers if worker._thread_worker]
            )
        await pilot.pause(0.1)
        now = pilot.app.export_screenshot(title="")
        same = same + 1 if now == seen else 0
        seen = now


def slim(svg: str) -> str:
    """A picture without fonts from elsewhere, random names, and clip paths that a terminal does not need."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"terminal-\d+-", "t-", svg)
    svg = re.sub(r'<clipPath id="t-line-\d+">.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#t-line-\d+\)"', "", svg)
    svg = re.sub(r"(\d+\.\d)\d{2,}", r"\1", svg)
    return re.sub(r"\n\s*\n+", "\n", svg).strip() + "\n"


def main() -> None:
    """Writes the text, and with `all` the pictures; `draw FOLDER` the pictures alone, there."""
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["draw"]:
        pictures(Path(sys.argv[2]))
        return
    for language, name in NAMES.items():
        (DOCS / name).write_text(text(language), encoding="utf-8", newline="\n")
    if sys.argv[1:] == ["all"]:
        pictures(DOCS / PICTURES)


if __name__ == "__main__":
    main()
