"""What the server shows, in a real Chromium: the open data, an edition read there, the board, the doors to it.

Runs where Chromium and playwright are (and axe-core, from axe_playwright_python); skipped elsewhere.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("vl_convert")

from edition_office import press  # noqa: E402
from test_open_data import Office, line  # noqa: E402

from lnctp_tui.domain.disclosure.periods import span  # noqa: E402
from lnctp_tui.server.admin.issuing import Wish  # noqa: E402

__all__ = ["line"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
WIDTHS = (360, 1280)
EDITION = "/datos/2025-2-k5/edicion-{language}.html"


@pytest.fixture(scope="module")
def published(line: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The server with an edition."""
    out = tmp_path_factory.mktemp("edition") / "edicion"
    press(line.cluster, line.name, line.home).issue(Wish(span("2025-2", "2025-2"), 5), out)
    line.served.app.state.pages._listing = (0.0, b"")
    return line


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(published: Office) -> dict[str, tuple[str, str]]:
    """Name → path and cookie of every page that the server shows."""
    import httpx

    supervisor = published.served.laptop("supervisor")

    def link() -> str:
        path: str = supervisor.call("POST", "/v1/board").message["path"]
        return path

    entered = httpx.post(
        f"{published.served.url}/entrar", data={"ficha": link().rpartition("/")[2]}, trust_env=False
    )
    cookie = entered.headers["set-cookie"].partition(";")[0]
    return {
        "board": ("/tablero", cookie), "closed": ("/tablero", ""), "door": (link(), ""), "data": ("/datos", ""),
        "nowhere": ("/datos/x/y", ""), "edition": (EDITION.format(language="es"), ""),
        "english": (EDITION.format(language="en"), ""),
    }  # fmt: skip


def opened(chromium: Any, office: Office, place: tuple[str, str], width: int, **more: object) -> Any:
    path, cookie = place
    page = chromium.new_page(viewport={"width": width, "height": 800}, **more)
    if cookie:
        page.set_extra_http_headers({"Cookie": cookie})
    page.goto(office.served.url + path)
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways_or_asks_for_anything_else(
    chromium: Any, published: Office, pages: dict[str, tuple[str, str]], width: int
) -> None:
    for name, place in pages.items():
        page = chromium.new_page(viewport={"width": width, "height": 800})
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda message, complaints=complaints: complaints.append(message.text))
        if place[1]:
            page.set_extra_http_headers({"Cookie": place[1]})
        page.goto(published.served.url + place[0])
        beside = [url for url in asked if not url.endswith("/favicon.ico")]
        assert beside == [published.served.url + place[0]], name
        assert [text for text in complaints if "status of 4" not in text] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        assert page.evaluate("getComputedStyle(document.body).fontFamily").find("sans") >= 0, (
            "the style applies"
        )
        page.close()


def test_axe_finds_nothing_on_any_page_light_or_dark(
    chromium: Any, published: Office, pages: dict[str, tuple[str, str]]
) -> None:
    spec = find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("no axe-core here")
    script = next(Path(spec.submodule_search_locations[0]).rglob("axe*.js")).read_text("utf-8")
    for name, place in pages.items():
        for width, scheme in ((360, "light"), (1280, "dark")):
            page = opened(chromium, published, place, width, bypass_csp=True, color_scheme=scheme)
            page.evaluate(script)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"][:120]) for rule in found] == [], (
                name,
                width,
                scheme,
            )
            page.close()


def test_what_assistive_technology_needs_is_there(
    chromium: Any, published: Office, pages: dict[str, tuple[str, str]]
) -> None:
    """Without axe: language, one main and one h1, levels of headings, headers of tables, names of what is pressed."""
    for name, place in pages.items():
        page = opened(chromium, published, place, 1280)
        lang, mains, firsts = page.evaluate(
            "[document.documentElement.lang, document.querySelectorAll('main').length,"
            " document.querySelectorAll('h1').length]"
        )
        assert (lang, mains, firsts) == ("en" if name == "english" else "es", 1, 1), name
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1])")
        assert all(after - before <= 1 for before, after in pairwise(levels)), name
        bare = page.evaluate(
            "[...document.querySelectorAll('table')].filter(t => !t.caption || !t.querySelector('th[scope=col]')"
            " || [...t.tBodies[0].rows].some(r => !r.querySelector('th[scope=row]'))).length"
        )
        nameless = page.evaluate(
            "[...document.querySelectorAll('a,button,input:not([type=hidden]),[tabindex=\"0\"]')]"
            ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label'))).length"
        )
        assert (bare, nameless) == (0, 0), name
        page.close()


def test_the_keyboard_alone_reads_an_edition_and_leaves_the_board(
    chromium: Any, published: Office, pages: dict[str, tuple[str, str]]
) -> None:
    page = opened(chromium, published, pages["data"], 360)
    for _ in range(30):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "(e => [e.textContent, getComputedStyle(e).outlineStyle])(document.activeElement)"
        )
        assert focus[1] != "none", focus
        if focus[0] == "Leer esta edición":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("edicion-es.html"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#contenido")
    shown = page.evaluate("document.querySelector('h2').getBoundingClientRect().width")
    assert shown > 0
    page.close()
    board = opened(chromium, published, pages["board"], 360)
    names = []
    for _ in range(60):
        board.keyboard.press("Tab")
        names.append(board.evaluate("document.activeElement.textContent.trim()"))
        if board.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    assert board.evaluate("document.activeElement.tagName") == "BUTTON", names
    board.close()


def test_hidden_cells_of_an_edition_are_read_as_hidden(
    chromium: Any, published: Office, pages: dict[str, tuple[str, str]]
) -> None:
    page = opened(chromium, published, pages["edition"], 1280)
    dots = page.evaluate(
        "[...document.querySelectorAll('td')].filter(e => e.textContent.startsWith('·')).map(e => e.innerText)"
    )
    assert len(dots) > 10
    assert page.evaluate("[...document.querySelectorAll('.unseen')].every(e => e.textContent === 'oculto')")
    page.close()
