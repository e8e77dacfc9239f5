"""The review of a try: danger first, then the facts next to the key, what was never to be asked, and earlier tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.services.practice.trying import Trying
from lnctp_tui.widgets import row_list
from lnctp_tui.widgets.keys import KeyBar

PARTS = {
    "safety": N_("Seguridad"),
    "facts": N_("Hechos"),
    "assessment": N_("Valoración"),
    "manner": N_("Trato"),
    "pace": N_("Ritmo"),
}
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


MARKS = {
    "mirar": N_("Mirar"), "escuchar": N_("Escuchar"), "vincular": N_("Vincular"), "eleccion": N_("Dar a elegir"),
    "no_revictimizar": N_("No revictimizar"),
}  # fmt: skip
"""What nobody but people can judge: one's own marks from 1 to 5, which count for no points."""


NO, YES = "no", "yes"


class ReviewDialog(AppDialog[None]):
    """What the try was worth: its sum, every line of it, or all that was said. Esc leaves it.

    `brief`, `whole`, `talk`: lines. `marked` keeps own marks, `again` repeats the try, `send` shares it.
    """

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "whole", N_("detalle"), id="review.whole"),
        Binding("t", "talk", N_("transcripción"), id="review.talk"),
        Binding("r", "repeat", N_("repetir"), id="review.repeat"),
        Binding("a", "mark", N_("autoevaluar"), id="review.mark"),
        Binding("e", "send", N_("enviar"), id="review.send"),
        Binding("escape", "dismiss(None)", N_("salir de la práctica"), key_display="Esc", id="review.close"),
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
        lines = [row_list.Line((row_list.Cell(text),), answer) for answer, text in (
            (NO, _("No enviar")), (YES, _("Enviar a supervisión"))
        )]  # fmt: skip

        def chosen(answer: str | None) -> None:
            if answer == YES:
                self.send()
                self.notify(_("Anotado: saldrá cuando abra la bóveda."), markup=False)

        self.app.push_screen(PickDialog(_("¿Enviar este resultado?"), lines, told), chosen)

    def action_mark(self) -> None:
        """Own marks, one after the other; Esc leaves the rest as it was."""
        self._ask([*MARKS])

    def _ask(self, left: list[str]) -> None:
        if not left:
            self.marked(self.marks)
            self.notify(_("Anotado. No cambia los puntos."), markup=False)
            return

        def chosen(mark: str | None) -> None:
            if mark:
                self.marks[left[0]] = int(mark)
                self._ask(left[1:])

        lines = [row_list.Line((row_list.Cell(str(mark)),), str(mark)) for mark in range(1, 6)]
        self.app.push_screen(
            PickDialog(_(MARKS[left[0]]), lines, _("De 1 (falta mucho) a 5 (muy bien).")), chosen
        )


def spoken(trying: Trying) -> list[str]:
    """All that was said, in its order."""
    who = {"caller": _("Llama"), "own": _("Digo")}
    return [f"{who[speaker]}: {text}" for speaker, text in trying.lines]


def words(
    trying: Trying, review: Review, earlier: Sequence[dict[str, Any]], *, whole: bool = False
) -> list[str]:
    """The review in lines; `whole`: also the facts that are right."""
    title = _("PRÁCTICA · {title} · nivel {level} · intento {number}").format(
        title=pick(trying.scenario.title), level=trying.scenario.level, number=len(earlier) + 1
    )
    parts = "  ".join(f"{_(PARTS[name])} {part:.2f}" for name, part in review.parts.items())
    lines = [title, _("Puntos {points}").format(points=review.points) + f"   {parts}", ""]
    lines += [_(CAPS[review.cap]), ""] if review.cap else []
    lines += [*_of_danger(review, trying.caller, trying.protocol), "", _("Hechos: lo suyo · la clave")]
    told = [line for line in review.lines if whole or line.verdict != score.RIGHT]
    lines += [_fact(line, trying.protocol) for line in told]
    if right := len(review.lines) - len(told):
        lines.append(_("✓ {count} como la clave (Enter: todos)").format(count=right))
    lines += [
        "",
        "   ".join(f"{_(CHECKS[name])} {'✓' if ok else '✗'}" for name, ok in review.checks.items()),
        "",
    ]
    lines += [*_of_manner(trying.caller, review), ""]
    lines += [
        f"{row.get('on', '')}   {_('cortada') if row.get('cut') else ''}   {row['points']}"
        for row in earlier[-3:]
    ]
    return lines


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
    key = _("no se dijo") if line.key is None or not line.given else value(line.field, line.key, protocol)
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
    questions = counts["open"] + counts["question"]
    share = round(100 * counts["open"] / questions) if questions else 0
    yield _("Abiertas {share} % · reflejos {reflects} (se muestran; no cuentan)").format(
        share=share, reflects=counts["reflects"]
    )


def _clock(at: float) -> str:
    return f"{int(at) // 60}:{int(at) % 60:02d}"
