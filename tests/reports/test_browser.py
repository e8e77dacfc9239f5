"""The page of a report in a real Chromium: width of a telephone and of a desk, keyboard, paper, axe-core.

Runs where Chromium and playwright are (and axe-core, from axe_playwright_python); skipped elsewhere.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("vl_convert")

from drawn_report import document  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    hidden = frozenset({("C2", "MX-JAL", ""), ("C3", "2019", "MX-CMX")})
    pages = {"es": document("html"), "en": document("html", "en"), "k": document("html", k=5, hidden=hidden)}
    for name, content in pages.items():
        (folder / f"{name}.html").write_bytes(content)
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(chromium: Any, file: Path, width: int, **more: object) -> Any:
    page = chromium.new_page(viewport={"width": width, "height": 800}, **more)
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_asks_for_nothing_and_only_its_regions_scroll_sideways(
    chromium: Any, files: dict[str, Path], width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(files["es"].as_uri())
    assert asked == [files["es"].as_uri()]
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wide = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".map(e => [e.getAttribute('role'), e.tabIndex, e.getAttribute('aria-label')])"
    )
    assert bool(wide) == (width == 360)
    assert all(role == "region" and index == 0 and label for role, index, label in wide)
    cut = page.evaluate(
        "[...document.querySelectorAll('svg text')].filter(e => { const t = e.getBoundingClientRect(),"
        " s = e.ownerSVGElement.getBoundingClientRect(); return t.right > s.right + 2 || t.left < s.left - 2 })"
        ".map(e => e.textContent)"
    )
    assert cut == []
    assert (
        page.evaluate("getComputedStyle(document.querySelector('h2')).fontSize") != "24px"
    )  # the style applies
    page.close()


@pytest.mark.parametrize("name", ["es", "en", "k"])
def test_axe_finds_nothing(chromium: Any, files: dict[str, Path], name: str) -> None:
    spec = find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("no axe-core here")
    script = next(Path(spec.submodule_search_locations[0]).rglob("axe*.js")).read_text("utf-8")
    for width in WIDTHS:
        page = opened(chromium, files[name], width, bypass_csp=True)
        page.evaluate(script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"][:120]) for rule in found] == []
        page.close()


def test_the_keyboard_reaches_contents_and_every_region(chromium: Any, files: dict[str, Path]) -> None:
    page = opened(chromium, files["es"], 360)
    focus = (
        "(e => [e.tagName, e.getAttribute('href') || e.getAttribute('aria-label'),"
        " getComputedStyle(e).outlineStyle, e.getBoundingClientRect().top])(document.activeElement)"
    )
    reached = []
    for _press in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(focus))
        if reached[-1][0] == "BODY":
            break
    assert reached[0][1] == "#contenido"
    assert reached[0][3] >= 0  # seen once it has the focus
    regions = page.evaluate("document.querySelectorAll('[role=region]').length")
    assert sum(tag == "DIV" for tag, *_rest in reached) == regions
    assert {style for tag, _name, style, _top in reached if tag in ("A", "DIV")} == {"solid"}
    page.evaluate("document.activeElement.blur()")
    page.locator("nav a").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#" + page.locator("main h2").nth(1).get_attribute("id"))
    page.close()


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_paper_shows_all_of_every_table(chromium: Any, files: dict[str, Path], paper: str) -> None:
    page = opened(chromium, files["es"], 680 if paper == "Letter" else 660)  # 216 and 210 mm less margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    hidden = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(e => getComputedStyle(e).overflowX !== 'visible').length"
    )
    assert hidden == 0
    assert page.pdf(format=paper).startswith(b"%PDF")
    page.close()
