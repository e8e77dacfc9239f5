"""The report as a page and on paper: structure, nothing that acts, both languages, the same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

pytest.importorskip("vl_convert")
pytest.importorskip("typst")

import orjson
from drawn_report import ACTS, EMPTY, REPORT, document

from lnctp_tui.reports.render import charts, country, paper
from lnctp_tui.reports.tables import FOLDER

OPEN = frozenset({"meta", "link", "img", "br", "hr", "input", "base"})


class Page(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(content.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in OPEN:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        self.words.append(text)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def spanish() -> bytes:
    return document("html")


@pytest.fixture(scope="module")
def page(spanish: bytes) -> Page:
    return Page(spanish)


def test_a_page_has_its_parts_in_order_and_every_table_its_words(page: Page) -> None:
    parts = [tag for tag, _attributes in page.tags if tag in ("header", "nav", "main", "footer")]
    assert parts == ["header", "nav", "main", "footer"]
    assert len(page.all("h1")) == 1
    ids = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for attributes in page.all("a")]
    assert len(links) > 8
    assert {link[1:] for link in links} <= set(ids)
    for _tag, attributes in page.tags:
        assert set(attributes.get("aria-labelledby", "").split()) <= set(ids)
    assert len(page.all("caption")) == len(page.all("table")) == len(REPORT.tables)
    assert {attributes.get("scope") for attributes in page.all("th")} == {"col", "row"}
    regions = [attributes for attributes in page.all("div") if attributes.get("role") == "region"]
    assert len(regions) >= len(REPORT.tables)
    assert all(region["tabindex"] == "0" and region["aria-label"] for region in regions)
    drawings = page.all("svg")
    assert len(drawings) == 5
    assert len(page.all("desc")) == 5
    assert all(drawing["aria-labelledby"] and drawing["aria-roledescription"] for drawing in drawings)
    text = " ".join(page.words)
    for sentence in (
        "Del 1 de enero de 2019 al 31 de diciembre de 2020", "no es la cifra de la Línea", "Cómo se cuenta",
        "Diccionario", "N1", "CC BY 4.0", "enero 2019", "Fuera de catálogo",
    ):  # fmt: skip
        assert sentence in text


def test_nothing_in_a_page_acts_or_asks_for_anything(spanish: bytes, page: Page) -> None:
    tags = {tag for tag, _attributes in page.tags}
    assert (
        tags & {"script", "img", "iframe", "object", "link", "image", "use", "foreignobject", "a:href"}
        == set()
    )
    for _tag, attributes in page.tags:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "xlink:href", "src"):
            assert attributes.get(name, "#").startswith("#")
    assert b"://" not in spanish
    style = re.search(rb"<style>(.*?)</style>", spanish, re.S)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
    policy = next(
        tag["content"] for tag in page.all("meta") if "content-security" in tag.get("http-equiv", "").lower()
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    text = spanish.decode()
    assert "onerror=alert(1)>" not in text
    assert "49" not in re.findall(r"img src=x[^<]*?(\d+)[^<]*eval", text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert "{{7*7}}#eval" in "".join(page.words)


def test_hidden_cells_are_a_dot_that_is_read_and_are_in_no_chart() -> None:
    hidden = frozenset({("C2", "MX-JAL", ""), ("C3", "2019", "MX-CMX"), ("V2", "mujer", "")})
    content = document("html", k=10, hidden=hidden)
    page = Page(content)
    text = content.decode()
    assert text.count('<span class="unseen">oculto</span>') == 6  # C2: number, share; V2: two shares
    assert "menores que 10" in text
    assert "url(#tabla-C2-oculto)" in text
    assert "Jalisco: oculto" in text
    labels = " ".join(tag.get("aria-label", "") for _name, tag in page.tags)
    assert not re.search(r"\b187\b", " ".join(page.words) + labels)
    assert not re.search(r"\b35\b", " ".join(page.words))
    assert "Mujer: oculto" in text


def test_both_languages_and_an_empty_period(spanish: bytes) -> None:
    english = document("html", "en").decode()
    assert '<html lang="en">' in english
    text = " ".join(Page(english.encode()).words)
    for sentence in (
        "1 January 2019 to 31 December 2020",
        "How it is counted",
        "Outside the catalogue",
        "January 2019",
    ):
        assert sentence in text
    own = {
        "Cómo",
        "Número",
        "Gráfica",
        "Mapa",
        "Más",
        "Página",
        "entidad",
        "barra",
        "celda",
        "oculto",
        "enero",
    }
    assert {word for word in own if re.search(rf"\b{word}\b", english)} == set()
    empty = document("html", report=EMPTY)
    page = Page(empty)
    assert (
        "Ningún reporte entre 2019-01-01 y 2020-12-31. Los registros van de 2019-01-02 a 2021-05-30."
        in " ".join(page.words)
    )
    assert page.all("svg") == []
    assert empty.count(b"<td>0</td>") > 30
    assert spanish == document("html")


def test_a_pdf_is_tagged_says_no_time_and_holds_only_what_the_page_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = document("pdf")
    assert made == document("pdf")
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"pdfuaid"):
        assert mark in made
    for mark in (b"CreationDate", b"CreateDate", b"ModDate", b"/Author", b"/JavaScript", b"/URI"):
        assert mark not in made
    sheets: list[dict] = []
    monkeypatch.setattr(
        paper.typeset, "pdf", lambda sheet, _template: sheets.append(orjson.loads(sheet)) or b"%PDF"
    )
    document("pdf", "en")
    figures = [
        figure
        for chapter in sheets[0]["chapters"]
        for table in chapter["tables"]
        for figure in table["drawn"]
    ]
    assert len(figures) == 5
    assert all(figure["description"] and figure["svg"].startswith("<svg ") for figure in figures)
    assert "values" not in sheets[0]["chapters"][0]["tables"][0]
    assert ACTS not in orjson.dumps(sheets).decode()
    assert document("pdf", report=EMPTY).startswith(b"%PDF")


def test_letters_and_marks_stand_out() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(first: str, second: str) -> float:
        low, high = sorted((light(first), light(second)))
        return (high + 0.05) / (low + 0.05)

    for ink in (charts.INK, charts.QUIET):
        assert min(contrast(ink, "#ffffff"), contrast(ink, "#f2f5f7")) >= 4.5
    assert all(contrast(charts.INK, shade) >= 4.5 for shade in charts.SCALE[:3])
    assert all(contrast("#ffffff", shade) >= 4.5 for shade in charts.SCALE[3:])
    for mark in (charts.BAR, charts.NOBODY, charts.EDGE):
        assert contrast(mark, "#ffffff") >= 3
    assert min(contrast(charts.BAR, charts.TRACK), contrast(charts.NOBODY, charts.TRACK)) >= 3
    style = (FOLDER / "page.css").read_text("utf-8")
    for colour in ("#14506d", "#1b1f23", "#4a545e"):
        assert colour in style
        assert contrast(colour, "#ffffff") >= 4.5


def test_classes_hold_as_many_states_each_and_every_number_has_one() -> None:
    assert charts.classes([]) == []
    for counts in ([1], [3, 3, 3], [1, 1, 1, 2, 52], list(range(1, 33)), [0, 0, 5]):
        starts = charts.classes(counts)
        assert len(starts) <= 6
        shades = [charts.shade(count, starts) for count in sorted(counts) if count]
        assert shades == sorted(shades)
        assert 0 <= shades[0] <= shades[-1] <= 4
        bounds = country.bounds(starts)
        assert len({colour for colour, _words in bounds}) == len(bounds)
    assert [words for _colour, words in country.bounds(charts.classes(list(range(1, 33))))] == [
        "1–6", "7–12", "13–19", "20–25", "26–32",
    ]  # fmt: skip


def test_the_map_has_every_state_of_the_catalogue_and_its_credit() -> None:
    text = (FOLDER / country.FILE).read_text("utf-8")
    assert "CC BY" in text or "Creative Commons Attribution 4.0" in text
    from drawn_report import STATES

    assert sorted(country.outlines()) == sorted(code[3:].lower() for code in STATES)
