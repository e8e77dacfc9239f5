"""The drawn widgets of a form by themselves: what they show, what they tell, and that text is only text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from textual import events
from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.color import Color
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList, TextArea

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.domain.protocol.protocol import Label as Words
from lnctp_tui.i18n import set_language
from lnctp_tui.screens.base import AppDialog, AppScreen
from lnctp_tui.styles.themes import THEMES
from lnctp_tui.widgets.drawing import fit, plain, wrap
from lnctp_tui.widgets.form import answers
from lnctp_tui.widgets.form.call_bar import CallBar, Heading
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.choices import Hit
from lnctp_tui.widgets.form.messages import Marked, Replaced
from lnctp_tui.widgets.form.picker import Picker
from lnctp_tui.widgets.form.question_lines import Question
from lnctp_tui.widgets.form.stages.stage_map import StageLine, StageList
from lnctp_tui.widgets.form.yes_no import YesNo
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.quick_paint import QuickPaint, paint_what_shows
from lnctp_tui.widgets.quick_styles import style_what_is_asked
from lnctp_tui.widgets.text_area import LongText
from lnctp_tui.widgets.text_input import LineInput

FIELD = Field("person", "act", "checklist", Words("Acto", "Act"))
STYLES = "lnctp_tui/styles/widgets.tcss"


class One(App[None]):
    """One widget of ours, and what it told."""

    CSS_PATH = "../../lnctp_tui/styles/widgets.tcss"

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.told: list[Message] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "dark"

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def on_marked(self, event: Marked) -> None:
        self.told.append(event)

    def on_replaced(self, event: Replaced) -> None:
        self.told.append(event)

    def on_yes_no_answered(self, event: YesNo.Answered) -> None:
        self.told.append(event)

    def on_picker_taken(self, event: Picker.Taken) -> None:
        self.told.append(event)


def shown(widget: Widget) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


def questions(count: int, group: str = "") -> list[Question]:
    return [Question(f"q{n}", f"Pregunta número {n} con palabras de más {n}", group) for n in range(count)]


async def test_the_five_answers_differ_without_colour() -> None:
    assert len({answers.mark(value) for value in answers.ORDER}) == 5
    assert len({answers.word(value) for value in answers.ORDER}) == 5


async def test_a_click_goes_round_the_answers_back_to_not_asked() -> None:
    value: str | None = None
    seen = [value := answers.following(value) for _ in range(5)]
    assert seen == ["yes", "no", "unknown", "refused", None]


async def test_a_checklist_of_67_rows_is_one_widget_that_scrolls() -> None:
    checklist = Checklist(FIELD, "Indicadores", questions(67, "Grupo"))
    app = One(checklist)
    async with app.run_test(size=(60, 20)) as pilot:
        checklist.focus()
        await pilot.press("end", "s")
        assert checklist.values == {"q66": "yes"}
        lines = shown(checklist)
        assert len(lines) == checklist.size.height
        assert any("Pregunta número 66" in line for line in lines[1:-1])
        assert lines[-1].rstrip().endswith("67/67")
        assert "1/67" in lines[0]
        assert len(list(checklist.walk_children())) == 0
        await pilot.press("home", "pagedown")
        assert checklist.cursor > 5


async def test_a_checklist_is_filtered_without_accents() -> None:
    checklist = Checklist(
        FIELD, "Lista", [Question("a", "Retención de documentos"), Question("b", "Otra cosa")]
    )
    app = One(checklist)
    async with app.run_test(size=(60, 12)) as pilot:
        checklist.focus()
        await pilot.press("slash", *"retencion")
        assert "1 renglón" in shown(checklist)[-1]
        await pilot.press("enter", "n")
        assert checklist.values == {"a": "no"}
        await pilot.press("escape")
        assert checklist.filter.text is None


async def test_a_long_question_is_whole_at_the_foot_and_marked_when_unverified() -> None:
    long = "Una pregunta muy larga que no cabe en su columna de ninguna manera"
    checklist = Checklist(FIELD, "Lista", [Question("a", long, unverified=True)])
    app = One(checklist)
    async with app.run_test(size=(120, 12)) as pilot:
        checklist.focus()
        await pilot.pause()
        assert long in shown(checklist)[-1]
        assert "por verificar" in shown(checklist)[-1]


async def test_a_checklist_answers_to_the_mouse() -> None:
    checklist = Checklist(FIELD, "Lista", questions(5, "Grupo"))
    app = One(checklist)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.click(checklist, offset=(1, 3))
        await pilot.click(checklist, offset=(1, 3))
        assert checklist.values == {"q1": "no"}


async def test_yes_no_takes_keys_arrows_and_only_what_its_column_can_hold() -> None:
    four, two = YesNo(), YesNo(plain=True)
    app = One(four, two)
    async with app.run_test(size=(60, 5)) as pilot:
        four.focus()
        await pilot.press("r", "right", "left", "backspace")
        two.focus()
        await pilot.press("question_mark", "n")
        told = [event.value for event in app.told if isinstance(event, YesNo.Answered)]
        assert told == ["refused", "yes", "refused", None, "no"]


def hits(typed: str) -> Sequence[Hit]:
    rows = [Hit("MX-PUE", "Puebla"), Hit("MX-YUC", "Yucatán"), Hit("MX-X", "[/x] [b]Hostil\x1b[31m")]
    return [hit for hit in rows if typed.lower() in hit.label.lower()]


@pytest.mark.parametrize("keys", [["p", "u", "enter"], ["p", "u", "tab"], ["space", "down", "up", "enter"]])
async def test_a_picker_takes_the_highlighted(keys: list[str]) -> None:
    picker = Picker(hits)
    app = One(VerticalScroll(picker))
    async with app.run_test(size=(60, 14)) as pilot:
        picker.focus()
        await pilot.press(*keys)
        await pilot.pause()
        assert [event.code for event in app.told if isinstance(event, Picker.Taken)] == ["MX-PUE"]
        assert picker.value == "Puebla"


async def test_a_picker_keeps_what_is_in_no_list() -> None:
    picker = Picker(hits)
    app = One(VerticalScroll(picker))
    async with app.run_test(size=(60, 14)) as pilot:
        picker.focus()
        await pilot.press(*"el circo")
        await pilot.pause(0.1)
        assert picker.choices is not None
        assert [hit.code for hit in picker.choices.hits] == [None]
        await pilot.press("escape")
        assert not picker.is_open
        assert (picker.value, app.told) == ("el circo", [])


async def test_labels_of_a_list_are_only_text() -> None:
    picker = Picker(hits)
    app = One(VerticalScroll(picker))
    async with app.run_test(size=(60, 14)) as pilot:
        picker.focus()
        await pilot.press("h")
        await pilot.pause(0.1)
        assert picker.choices is not None
        line = picker.choices.render_line(0).text
        assert "[/x] [b]Hostil" in line
        assert "\x1b" not in line


async def test_a_line_keeps_every_pasted_line_and_shows_what_was_replaced() -> None:
    box = LineInput()
    app = One(box)
    async with app.run_test(size=(60, 5)) as pilot:
        box.focus()
        app.post_message(events.Paste("uno\x00\ndos\r\n\ntres\u202e"))
        await pilot.pause()
        assert box.value == "uno� / dos / tres�"
        told = app.told[0]
        assert isinstance(told, Replaced)
        assert (told.characters, told.lines) == (2, 3)


async def test_a_key_in_a_line_lays_nothing_out() -> None:
    box = LineInput()
    app = One(box, Input())
    async with app.run_test(size=(60, 5)) as pilot:
        box.focus()
        await pilot.pause()
        laid: list[int] = []
        whole = app.screen._refresh_layout
        app.screen._refresh_layout = lambda *given, **named: (laid.append(1), whole(*given, **named))  # type: ignore[method-assign, assignment, func-returns-value]
        await pilot.press(*"abcdef")
        await pilot.pause()
        assert laid == []
        assert box.value == "abcdef"


async def test_long_text_keeps_lines_and_cleans_them() -> None:
    area = LongText()
    app = One(area)
    async with app.run_test(size=(60, 8)) as pilot:
        area.focus()
        app.post_message(events.Paste("uno\ndos\x1b[31m"))
        await pilot.pause()
        assert area.text == "uno\ndos�[31m"
        await pilot.press("f7", "x")
        assert area.text == "uno\ndos�[31mx"


@pytest.mark.parametrize("text", ["x" * 5000, "dos palabras " * 500, "corto\nlargo " + "y" * 3000])
async def test_breaks_of_long_lines_are_for_the_screen_alone(text: str) -> None:
    area, pasted = LongText(), LongText()
    app = One(area, pasted)
    async with app.run_test(size=(60, 12)) as pilot:
        area.load(text)
        pasted.focus()
        app.post_message(events.Paste(text))
        await pilot.pause()
        assert area.whole == pasted.whole == text
        assert max(len(line) for line in area.text.split("\n")) <= 1001
        await pilot.press("backspace", "z")
        assert pasted.whole == text[:-1] + "z"


async def test_the_clock_repaints_its_own_cells() -> None:
    bar = CallBar()
    app = One(bar)
    async with app.run_test(size=(80, 3)) as pilot:
        bar.show(Heading("K7Q2-0042-X", ("llamada", "víctima"), "urgent_24h"))
        bar.tick(252)
        bar.saved("12:03:05")
        await pilot.pause()
        line = shown(bar)[0]
        for part in ("K7Q2-0042-X", "● 04:12", "llamada · víctima", "RIESGO ALTO", "✓ guardado 12:03:05"):
            assert part in line
        bar.failed("disco lleno")
        assert "✗ sin guardar: disco lleno" in shown(bar)[0]
        bar.tick(3723)
        assert "1:02:03" in shown(bar)[0]


class Keys(One):
    BINDINGS = [  # noqa: RUF012
        Binding("f2", "a", "relato", show=True),
        Binding("f4", "b", "indicadores", show=True),
        Binding("f9", "finish", "terminar", show=True),
    ]

    def action_a(self) -> None: ...
    def action_b(self) -> None: ...
    def action_finish(self) -> None: ...


@pytest.mark.parametrize(
    ("width", "text"), [(60, "F2 relato  F4 indicadores  F9 terminar"), (30, "F2 relato  F9 terminar")]
)
async def test_the_foot_shows_only_keys_that_fit_the_important_first(width: int, text: str) -> None:
    bar = KeyBar()
    app = Keys(bar)
    async with app.run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        assert shown(bar)[0].strip() == text


async def test_the_foot_speaks_the_language_in_use() -> None:
    bar = KeyBar()
    app = Keys(bar)
    set_language("en")
    try:
        async with app.run_test(size=(60, 3)) as pilot:
            await pilot.pause()
            assert shown(bar)[0].strip() == "F2 narrative  F4 indicators  F9 finish"
    finally:
        set_language("es")


class Crowd(One):
    """Widgets beside, inside and over each other."""

    CSS = """
    Horizontal { height: 6; border: round red; }
    VerticalScroll { width: 1fr; border-left: solid blue; }
    #over { layer: over; offset: 5 2; width: 12; height: 2; background: red; }
    Screen { layers: base over; }
    """

    def compose(self) -> ComposeResult:
        for _ in range(3):
            with Horizontal():
                for n in range(3):
                    with VerticalScroll():
                        yield Input(f"valor {n}")
                        yield Label("texto largo " * 3)
        yield Label("encima", id="over")


@pytest.mark.parametrize(
    "crop", [Region(0, 0, 60, 20), Region(7, 3, 5, 4), Region(0, 9, 60, 1), Region(59, 0, 1, 20)]
)
async def test_quick_paint_paints_what_textual_paints(crop: Region) -> None:
    app = Crowd()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        lines = crop.line_range

        def painted() -> dict[tuple[int, int], Any]:
            chops = compositor._render_chops(crop, lambda y: y in lines)
            return {
                (y, x): list(strip)
                for y in lines
                for x, strip in chops[y].items()
                if strip is not None and crop.overlaps(Region(x, y, max(1, strip.cell_length), 1))
            }

        compositor: Any = Compositor()
        compositor.reflow(app.screen, app.screen.size)
        textual = painted()
        compositor = QuickPaint()
        compositor.reflow(app.screen, app.screen.size)
        assert painted() == textual
        assert textual


class Notices(App[None]):
    """A screen of the app with a notice over it."""

    def on_mount(self) -> None:
        self.push_screen(Noticed())

    def show_saving(self, screen: object) -> None:
        """Everything is saved."""


class Noticed(AppScreen[None]):
    CSS = "Label { dock: bottom; width: 20; height: 3; }"

    def compose(self) -> ComposeResult:
        yield Label("un aviso")


@pytest.mark.usefixtures("painting")
async def test_what_went_is_painted_over_also_when_somebody_looked_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Textual finds what changed in a map that anybody who asks where a widget is brings up to date."""
    paint_what_shows()
    app = Notices()
    painted: list[Region] = []
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        compositor: Any = app.screen._compositor
        partial_update = compositor.render_partial_update

        def noted() -> object:
            painted.extend(compositor._dirty_regions)
            return partial_update()

        monkeypatch.setattr(compositor, "render_partial_update", noted)
        notice = app.screen.query_one(Label)
        where = notice.region
        notice.display = False
        compositor._full_map_invalidated = True
        assert notice not in compositor.full_map
        await pilot.pause(0.1)
    assert where in painted


class Parts(One):
    """Widgets whose parts look otherwise with the focus, a class or another theme."""

    CSS = """
    Input:focus > .input--placeholder { color: red; }
    .marked > .input--cursor, .marked TextArea > .text-area--cursor { background: blue; }
    Parts:light .option-list--option { text-style: bold; }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Input(placeholder="lugar")
            yield TextArea("texto")
            yield OptionList("una", "otra")


class Over(AppDialog[None]):
    """A dialog over a crowded screen."""

    def compose(self) -> ComposeResult:
        yield Label("encima")


class CrowdBelow(Crowd):
    def show_saving(self, screen: object) -> None:
        """Everything is saved."""


async def test_what_is_under_a_dialog_is_painted_as_textual_paints_it() -> None:
    app = CrowdBelow()
    async with app.run_test(size=(60, 20)) as pilot:
        links = Content.from_markup("[@click=app.bell]uno[/] [b red]dos[/] [on blue]tres[/]")
        app.query_one("#over", Label).update(links)
        await app.push_screen(Over())
        for background in (Color(9, 80, 7, 0.6), Color(0, 0, 0, 0.0)):
            app.screen.styles.background = background
            await pilot.pause()
            ours = [list(strip.simplify()) for strip in app.screen._compositor.render_strips()]
            with pytest.MonkeyPatch.context() as patch:
                patch.delattr(AppDialog, "render")
                app.screen.refresh(layout=True)
                await pilot.pause()
                textual_s = [list(strip.simplify()) for strip in app.screen._compositor.render_strips()]
            assert ours == textual_s
            assert any("dos" in piece.text for line in ours for piece in line)


textual_s_own = Stylesheet._process_component_classes


@pytest.fixture
def quick_styles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stylesheet, "_process_component_classes", textual_s_own)  # comes back afterwards
    style_what_is_asked()


@pytest.mark.parametrize("all_asked", [True, False])
async def test_quick_styles_are_what_textual_works_out(all_asked: bool, quick_styles: None) -> None:
    app = Parts()
    async with app.run_test(size=(60, 20)) as pilot:

        def worked_out(node: DOMNode) -> dict[str, dict[str, Any]]:
            names, parts = node._get_component_classes(), node._component_styles
            if all_asked:
                for name in names:
                    node.get_component_styles(name)
            ours = {name: dict(node._component_styles[name].get_rules()) for name in names}
            node._component_styles = {}
            textual_s_own(app.stylesheet, node)
            textual = {name: dict(styles.get_rules()) for name, styles in node._component_styles.items()}
            assert ours == textual, node
            node._component_styles = parts
            return ours

        async def look() -> list[dict[str, dict[str, Any]]]:
            await pilot.pause()
            return [worked_out(node) for node in app.query(Widget) if node._get_component_classes()]

        app.query_one(Input).focus()
        looks = [await look()]
        app.query_one(Input).add_class("marked")
        looks.append(await look())
        app.query_one(VerticalScroll).add_class("marked")
        looks.append(await look())
        app.query_one(TextArea).focus()
        looks.append(await look())
        app.theme = "light"
        looks.append(await look())
        assert [before != after for before, after in pairwise(looks)] == [True] * 4


async def test_a_part_that_changed_is_painted_and_one_nobody_asked_for_costs_nothing(
    quick_styles: None,
) -> None:
    app = Parts()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        field = app.query_one(Input)
        field.focus()
        await pilot.pause()
        painted = field.get_component_rich_style("input--placeholder")
        assert set(field._component_styles) < field._get_component_classes()
        field.blur()
        await pilot.pause()
        assert field.get_component_rich_style("input--placeholder") != painted
        with pytest.raises(KeyError):
            field.get_component_styles("no-such-part")


def four_stages(answered: int = 0, codes: str = "abcd") -> list[StageLine]:
    return [StageLine(code, number, f"Etapa {code}", answered, 5) for number, code in enumerate(codes, 1)]


@pytest.mark.parametrize(
    ("stages", "here", "debt", "lines"),
    [
        (four_stages(), "b", [], "ab"),
        (four_stages(), "of no list", [], "a"),
        ([*four_stages()[:3], *four_stages(3)[3:]], "a", [], "d"),
        ([*four_stages(3)[:1], *four_stages()[1:]], "c", [], "ac"),
        (four_stages(), "a", ["Fecha"], "abcd"),
        (four_stages(codes="ab"), "a", [], "ab"),
    ],
)
async def test_the_map_of_stages_paints_what_changed_and_nothing_of_before_stays(
    stages: list[StageLine], here: str, debt: list[str], lines: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_list = StageList()
    app = One(stage_list)
    async with app.run_test(size=(40, 20)) as pilot:

        async def painted() -> list[Strip]:
            await pilot.pause()
            return app.screen._compositor.render_strips()

        stage_list.load(four_stages(), "a", [])
        before = await painted()
        asked: set[str] = set()
        line_of = StageList._stage

        def watched(self: StageList, stage: StageLine, width: int) -> Strip:
            asked.add(stage.code)
            return line_of(self, stage, width)

        monkeypatch.setattr(StageList, "_stage", watched)
        stage_list.load(stages, here, debt)
        after = await painted()
        assert after != before
        assert asked == set(lines)
        stage_list.refresh()
        assert await painted() == after


@pytest.mark.parametrize("width", [0, 1, 5, 40])
def test_lines_fit_their_width(width: int) -> None:
    text = "Una niña de Tlaxcala 東京 \x1b[31m"
    from rich.cells import cell_len

    assert cell_len(fit(text, width)) == width
    assert all(cell_len(line) <= max(2, width) for line in wrap(text, width))
    assert "\x1b" not in plain(text)


async def test_a_list_answered_before_it_was_laid_out_shows_from_its_first_row() -> None:
    checklist = Checklist(FIELD, "Acto", [Question(f"q{n}", f"Corta {n}") for n in range(8)])
    checklist.display = False
    async with One(checklist).run_test(size=(60, 20)) as pilot:
        checklist.show("q5")
        checklist.action_answer("yes")
        checklist.display = True
        await pilot.pause()
        assert all(any(f"Corta {n}" in line for line in shown(checklist)) for n in range(8))
