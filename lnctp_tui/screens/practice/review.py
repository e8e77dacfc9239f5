"""The review of a try: danger first, then the facts next to the key, what was never to be asked, and earlier tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.practice import score
from lnctp_tui.domain.practice.caller import Caller
from lnctp_tui.domain.practice.scenario import Must
from lnctp_tui.domain.practice.score import Line, Review
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.i18n.of_practice import PARTS
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.practice.marking import ask_marks
from lnctp_tui.services.practice.trying import Trying
from lnctp_tui.widgets import row_list
from lnctp_tui.widgets.keys import KeyBar

CHECKS = {
    "act": N_("Acto"),
    "means": N_("Medio"),
    "purpose": N_("Fin"),
    "means_required": N_("Si la ley exige el medio"),
    "class": N_("Clase"),
    "triage": N_("Triaje"),
    "escalate": N_("Enlace al 911"),
}
SIGNS = {score.RIGHT: "✓", score.WRONG: "✗", score.MISSED: "–", score.MADE_UP: "+"}
CAPS = {
    "not_escalated": N_("Emergencia sin enlazar al 911: como mucho 49 puntos."),
    "asked_a_minor": N_("Pregunta que nunca se hace, a una persona menor: como mucho 69 puntos."),
}
DEEDS = {
    "escalate": N_("Enlace al 911"),
    "cover": N_("Frase de cobertura"),
    "close": N_("Terminar la llamada"),
}
ANSWERS = {"yes": N_("sí"), "no": N_("no"), "unknown": N_("no se sabe")}


FACTS = N_("Hechos: lo suyo · la clave")
DAY, COLUMN = 12, 11
"""Cells of the day and of each figure of a try."""
NO, YES = "no", "yes"


class ReviewDialog(AppDialog[None]):
    """What the try was worth: its sum, every line of it, or all that was said. Esc leaves it.

    `brief`, `whole`, `talk`: lines. `marked` keeps own marks, `again` repeats the try, `send` shares it.
    """

    PURPOSE = "practice.review"
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "whole", N_("hechos"), tooltip=N_("detalle"), id="review.whole"),
        Binding("t", "talk", N_("lo dicho"), tooltip=N_("transcripción"), id="review.talk"),
        Binding("r", "repeat", N_("repetir"), id="review.repeat"),
        Binding("a", "mark", N_("mis marcas"), tooltip=N_("autoevaluar"), id="review.mark"),
        Binding("e", "send", N_("enviar"), id="review.send"),
        Binding(
            "escape",
            "dismiss(None)",
            N_("salir"),
            tooltip=N_("salir de la práctica"),
            key_display="Esc",
            id="review.close",
        ),
    ]

    def __init__(
        self,
        brief: Sequence[str],
        whole: Sequence[str],
        talk: Sequence[str],
        marked: Callable[[dict[str, int]], object],
        again: Callable[[], object],
        send: Callable[[], object],
    ) -> None:
        super().__init__()
        self.brief, self.whole, self.talk = brief, whole, talk
        self.marked, self.again, self.send = marked, again, send
        self.shown = brief
        self.marks: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="review"):
            with VerticalScroll():
                yield Static(Content("\n".join(self.shown)), id="review-text")
            yield KeyBar()

    def _show(self, lines: Sequence[str]) -> None:
        """These lines, or the sum again when they stand there."""
        self.shown = self.brief if self.shown is lines else lines
        self.query_one("#review-text", Static).update(Content("\n".join(self.shown)))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_whole(self) -> None:
        """Every fact next to the key, or the sum again."""
        self._show(self.whole)

    def action_talk(self) -> None:
        """All that was said, which is kept nowhere; or the sum again."""
        self._show(self.talk)

    def action_repeat(self) -> None:
        """The same call once more."""
        self.again()
        self.dismiss(None)

    def action_send(self) -> None:
        """Say what supervision will see, and send it when that is wanted."""
        told = _(
            "Supervisión verá: quién es usted, el escenario, el día, los puntos de cada parte y su autoevaluación. "
            "Nada de lo que se dijo ni de lo que escribió. Sale al abrir la bóveda con su frase."
        )
        lines = [row_list.Line((row_list.Cell(_("Enviar a supervisión")),), YES)]

        def chosen(answer: str | None) -> None:
            if answer:
                self.send()
                self.notify(_("Anotado: saldrá cuando abra la bóveda."), markup=False)

        stay = _("No enviar")
        dialog = PickDialog(_("¿Enviar este resultado?"), lines, told, purpose="practice.send", stay=stay)
        self.app.push_screen(dialog, chosen)

    def action_mark(self) -> None:
        """Own marks, one after the other; Esc ends it, and what was given stays."""
        ask_marks(self, self._marked)

    def _marked(self, marks: dict[str, int]) -> None:
        self.marks |= marks
        self.marked(self.marks)
        self.notify(_("Anotado. No cambia los puntos."), markup=False)


def spoken(trying: Trying) -> list[str]:
    """All that was said, in its order."""
    who = {"caller": _("Llama"), "own": _("Digo")}
    return [f"{who[speaker]}: {text}" for speaker, text in trying.lines]


def words(trying: Trying, review: Review, earlier: Sequence[dict[str, Any]], pauses: int = 0) -> list[str]:
    """The review in lines; of the facts those that are not as the key says."""
    title = _("PRÁCTICA · {title} · nivel {level} · intento {number}").format(
        title=pick(trying.scenario.title), level=trying.scenario.level, number=len(earlier) + 1
    )
    points = _("Puntos {points}").format(points=review.points)
    paused = [_("pausas {count}").format(count=pauses)] if pauses else []
    sum_ = " · ".join([points, _clock(review.clocks.get("close")), *paused])
    parts = "  ".join(f"{_(PARTS[name])} {part:.2f}" for name, part in review.parts.items())
    return [
        title, sum_, parts, "", *([_(CAPS[review.cap]), ""] if review.cap else []),
        *_of_danger(review, trying.caller, trying.protocol), "", *_of_facts(review, trying.protocol), "",
        "   ".join(f"{_(CHECKS[name])} {'✓' if ok else '✗'}" for name, ok in review.checks.items()), "",
        *_of_manner(trying.caller, review), "", *_tries(review, earlier),
    ]  # fmt: skip


def facts(trying: Trying, review: Review) -> list[str]:
    """Every fact next to the key."""
    return [_(FACTS), "", *(_fact(line, trying.protocol) for line in review.lines)]


def _of_facts(review: Review, protocol: Protocol) -> Iterator[str]:
    """What is not as the key says; of danger it was said above."""
    yield _(FACTS)
    for line in review.lines:
        if line.verdict != score.RIGHT and not line.danger:
            yield _fact(line, protocol)
    if right := sum(line.verdict == score.RIGHT for line in review.lines):
        yield _("✓ {count} como la clave (Enter: todos)").format(count=right)


def _tries(review: Review, earlier: Sequence[dict[str, Any]]) -> Iterator[str]:
    """This try above the last ones: when safety, danger and the end came, and the points."""
    heads = (_("seguridad"), _("triaje"), _("cierre"), _("puntos"))
    yield " " * DAY + "".join(f"{head:>{COLUMN}}" for head in heads)
    today = {"on": _("hoy"), "clocks": review.clocks, "points": review.points}
    for row in (today, *reversed(earlier[-3:])):
        clocks = row["clocks"] if isinstance(row.get("clocks"), Mapping) else {}
        close = _("cortada") if row.get("cut") else _clock(clocks.get("close"))
        cells = (_clock(clocks.get("safety")), _clock(clocks.get("triage")), close, str(row["points"]))
        yield f"{str(row.get('on') or '')[:DAY]:<{DAY}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)


def label(code: str, protocol: Protocol) -> str:
    """What a field or a row of a checklist is called."""
    for _stage, field in protocol.fields:
        if field.code == code:
            return pick(field.label)
    prefix, _dot, row = code.partition(".")
    catalog = protocol.catalogs.get(prefix)
    return pick(catalog.by_code[row].label) if catalog and row in catalog.by_code else code


def value(code: str, said: str, protocol: Protocol) -> str:
    """What a value of a field is called."""
    if said in ANSWERS:
        return _(ANSWERS[said])
    for _stage, field in protocol.fields:
        catalog = protocol.catalogs.get(field.catalog or "") if field.code == code else None
        if catalog and said in catalog.by_code:
            return pick(catalog.by_code[said].label)
    return said


def task(must: Must, caller: Caller, protocol: Protocol) -> str:
    """What had to be done, in words."""
    if must.what in DEEDS:
        return _(DEEDS[must.what])
    deed, _colon, name = must.what.partition(":")
    if deed == "field":
        return label(name.partition(".")[2], protocol)
    return next((f"«{intent.say[0]}»" for intent in caller.intents if intent.code == name), name)


def _of_danger(review: Review, caller: Caller, protocol: Protocol) -> Iterator[str]:
    """What was missed about danger: first, because it counts most."""
    late = [(must, at, worth) for must, at, worth in review.musts if worth < 1]
    missed = [line for line in review.lines if line.danger and line.verdict != score.RIGHT]
    yield _("Peligro: nada se pasó por alto.") if not late and not missed else _("Peligro: lo que faltó")
    for must, at, _worth in late:
        due = _("antes de {clock}").format(clock=_clock(must.by))
        yield f"  – {task(must, caller, protocol)}: {_('no se hizo') if at is None else _clock(at)} · {due}"
    for line in missed:
        yield f"  {_fact(line, protocol)}"


def _fact(line: Line, protocol: Protocol) -> str:
    own = _("no se anotó") if line.own is None else value(line.field, line.own, protocol)
    if line.verdict == score.MISSED and not line.given:
        own = _("no preguntado")
    key = _("no se dijo") if line.key is None else value(line.field, line.key, protocol)
    made_up = f" · {_('inventado')}" if line.verdict == score.MADE_UP else ""
    return f"{SIGNS[line.verdict]} {label(line.field, protocol)}: {own} · {key}{made_up}"


def _of_manner(caller: Caller, review: Review) -> Iterator[str]:
    counts = review.counts
    yield _(
        "Nunca preguntar: {never} · repetidas {repeat} · promesas {promise} · no entendidas {unmatched}"
    ).format(**counts)
    for entry in caller.log:
        if entry.deed == "never":
            why = next((pick(reason) for reason in caller.why_never(entry.what)), "")
            yield f"  {_clock(entry.at)} «{entry.what}» → {why}"
        elif entry.deed == "unmatched" and entry.what:
            yield _("  {clock} «{said}» no se entendió").format(clock=_clock(entry.at), said=entry.what)
    questions = counts["open"] + counts["question"]
    shown = {
        "share": round(100 * counts["open"] / questions) if questions else 0,
        "reflects": f"{counts['reflects'] / questions:.1f}" if questions else "–",
    }
    yield _(
        "Preguntas abiertas {share} % (bien: 50) · reflejos por pregunta {reflects} (bien: 1); no cuentan"
    ).format(**shown)


def _clock(at: object) -> str:
    return f"{int(at) // 60}:{int(at) % 60:02d}" if isinstance(at, int | float) else "–"
