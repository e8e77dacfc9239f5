"""The card that is read before anybody dials, and the call that begins from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lnctp_tui.domain.directory import hours as grammar
from lnctp_tui.domain.follow import windows
from lnctp_tui.domain.values import moments
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import LISTS, AppScreen, Given, is_gone, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.follow import words as follow_words
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.times import clock, moment
from lnctp_tui.services.follow import calling
from lnctp_tui.services.follow.card import Card, card
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import GAP, Part, Reader
from lnctp_tui.widgets.row_list import Cell, Line
from lnctp_tui.widgets.title_bar import TitleBar

NO, YES = "no", "yes"
REASON = 500
HOURS = 120
FOLLOWS = {
    "none": N_("Anotado: la tarea terminó."),
    "attempt": N_("Anotado. El siguiente intento queda en Pendientes."),
    "unsafe": N_(
        "Anotado. No hay horario seguro antes del vencimiento: lea lo acordado antes de llamar otra vez."
    ),
    "review": N_("Anotado. Nadie vuelve a llamar hasta que supervisión decida."),
}


class CardScreen(AppScreen[None]):
    """When, to which number, what is said; the number only where it may be dialled."""

    NAME = N_("Antes de llamar")
    CSS_PATH = LISTS
    AUTO_FOCUS = "Reader"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "call", N_("llamar"), id="card.call"),
        Binding("r", "result", N_("resultado"), id="card.result"),
        Binding("h", "hours", N_("anotar horas"), id="card.hours"),
        Binding("m", "message", N_("mensaje sí o no"), id="card.message"),
        Binding("a", "note", N_("nota al caso"), id="card.note"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="card.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="card.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="card.leave"),
    ]

    def __init__(self, task_id: str) -> None:
        super().__init__()
        self.task_id = task_id
        self.place = ("card", task_id)
        self.card: Card | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        yield Reader()
        yield KeyBar()

    def on_mount(self) -> None:
        self._read()

    def on_screen_resume(self) -> None:
        """It may be another hour, and a colleague may have written."""
        self._read()

    def news(self, scopes: frozenset[str]) -> None:
        """A colleague wrote in the case."""
        if self.card is not None and self.card.task.get("case_id") in scopes:
            self._read()

    def _read(self) -> None:
        store, task_id = self.shell.workspace.store, self.task_id
        self.shell.in_reader(lambda: card(store, task_id), self._show, group="card", failed=self._refused)

    def _refused(self, error: Any) -> None:
        self.shell.tell(error)
        self.dismiss(None)

    def _show(self, card: Card) -> None:
        self.card = card
        self.query_one(TitleBar).show(f"{self.heading}   {card.case.get('folio') or ''}")
        self.query_one(Reader).show(
            [*self._state(card), GAP, *self._agreed(card), *self._tried(card)], stay=True
        )
        self.refresh_bindings()

    def _state(self, card: Card) -> Iterator[Part]:
        zone = follow_words.zone(card.case.get("callback_zone"))
        their_zone = card.case.get("callback_zone") or self.shell.workspace.zone
        at = card.now.at.isoformat() if card.now.at else None
        if card.calling:
            yield Part("alert", _("La llamada corre. Al terminar, «r» dice qué pasó."))
        elif card.now.state == "now":
            until = clock(at, their_zone) if at else ""
            yield Part(
                "heading", _("AHORA se puede llamar, hasta las {at} ({zone})").format(at=until, zone=zone)
            )
        else:
            yield Part("alert", _(follow_words.WHY[card.now.why]))
            if card.now.state == "wait" and at:
                text = _("Espere a: {at} ({zone})").format(at=moment(at, their_zone), zone=zone)
                yield Part("pair", text, _("Cuándo"))
        if windows.late(card.task, self.shell.workspace.store.now()):
            yield Part("quiet", _("La tarea está vencida; eso no hace segura la hora."))
        number = card.number or _("no se muestra mientras no se pueda llamar")
        yield Part("pair", number, _("Número"))

    def _agreed(self, card: Card) -> Iterator[Part]:
        words, case = self._words(card), card.case
        who = card.task.get("say") or case.get("callback_say") or _("no está acordado")
        yield Part("pair", str(who), _("Quién decimos que llama"))
        yield Part("pair", str(case.get("code_word") or "—"), words.field("cases", "code_word"))
        allowed = case.get("callback_message")
        sure = allowed == "yes" and "callback_message" not in card.disputed
        message = _("sí") if sure else _("NO: no deje mensaje ni mande texto")
        yield Part("pair", message, words.field("cases", "callback_message"))
        for code in ("callback_allowed", "callback_channel", "callback_window"):
            yield Part("pair", words.value("cases", code, case.get(code)) or "—", words.field("cases", code))
        hours = follow_words.hours(case.get("callback_hours")) or "—"
        yield Part("pair", hours, words.field("cases", "callback_hours"))

    def _tried(self, card: Card) -> Iterator[Part]:
        words = self._words(card)
        whose = card.names.get(str(card.task.get("assignee_id")))
        yield GAP
        if card.taken:
            text = _("⚑ La tomaron dos: {names}. Hable antes con quien la tiene.")
            yield Part("alert", text.format(names=follow_words.takers(card.taken, words.zone)))
        else:
            yield Part("pair", whose or _("de nadie"), words.field("tasks", "assignee_id"))
        for who, at, result in card.tried:
            told = words.value("contacts", "result", result) or _("sin resultado")
            yield Part("pair", f"{who} · {moment(at, words.zone)} · {told}", words.field("tasks", "attempt"))

    def _words(self, card: Card) -> Words:
        workspace = self.shell.workspace
        return Words(workspace.protocol, workspace.zone, card.names)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A call begins once; a result needs a call."""
        card = self.card
        open_call = card is not None and card.task.get("kind") in windows.CALLED
        allowed = {
            "call": open_call
            and card is not None
            and card.calling is None
            and card.task.get("status") == "open",
            "result": card is not None and card.calling is not None,
            "hours": card is not None,
            "message": card is not None,
            "note": card is not None,
        }
        return allowed.get(action, super().check_action(action, parameters))

    def action_call(self) -> None:
        """Ask before the call begins: the first line begins none."""
        card = self.card
        if card is None:
            return
        if card.now.state == "now":
            line = Line((Cell(_("Empezar la llamada")),), YES)
        elif card.now.state == "read_first":
            line = Line((Cell(_("Leí lo acordado y es seguro: empezar la llamada")),), calling.READ)
        else:
            line = Line((Cell(_("Hay peligro para su vida: llamar de todos modos")),), windows.LIFE)
        told = [_(follow_words.WHY[card.now.why]), str(card.case.get("callback_window") or "")]
        begins = moments.zoned(card.task.get("due_from"))
        if begins is not None and begins > self.shell.workspace.store.now():
            at = moment(card.task.get("due_from"), self.shell.workspace.zone)
            told.append(_("Este intento es para después: {at}.").format(at=at))
        told += self._others(card)
        dialog = PickDialog(
            _("¿Llamar?"), [line], "\n".join(filter(None, told)), purpose="task.call",
            stay=_("No llamar todavía"),
        )  # fmt: skip
        self.app.push_screen(dialog, self._chosen)

    def _others(self, card: Card) -> Iterator[str]:
        """Who took it and who called already: two calls in a row draw attention."""
        zone = self.shell.workspace.zone
        for name, at in card.taken:
            yield _("{name} la tomó a las {at}.").format(name=name, at=clock(at, zone))
        for name, at, _result in card.tried:
            yield _("{name} llamó el {at}.").format(name=name, at=moment(at, zone))

    def _chosen(self, answer: str | None) -> None:
        if answer == windows.LIFE:
            hint = _("Escriba qué peligro hay (10 letras o más). Queda en el caso y supervisión lo revisa.")
            dialog = LineDialog(
                _("¿Por qué no puede esperar?"), hint, REASON, purpose="task.life", of=self._of
            )
            self.app.push_screen(dialog, lambda why: self._begin(windows.LIFE, why) if why else None)
        elif answer in (YES, calling.READ):
            self._begin(None if answer == YES else answer)

    def _begin(self, basis: str | None, why: Given[str] | None = None) -> None:
        reason = why.value if why else None
        job = calling.beginning(self.shell.workspace.store, self.task_id, basis, reason)
        self._do(job, lambda _none: self._read(), why)

    def action_result(self) -> None:
        """What came of the call: the first line says nothing yet."""
        card = self.card
        if card is None or card.calling is None:
            return
        contact = card.calling
        rows = self.shell.workspace.protocol.catalogs["attempt_result"].rows
        lines = [Line((Cell(pick(row.label)),), row.code) for row in rows]

        def say(code: str | None) -> None:
            if code:
                self._do(deed("attempt_result", contact, code), self._followed)

        self.app.push_screen(
            PickDialog(_("¿Qué pasó?"), lines, purpose="task.result", stay=_("Todavía no")), say
        )

    def _followed(self, step: str) -> None:
        warns = step in ("unsafe", "review")
        self.app.notify(_(FOLLOWS[step]), severity="warning" if warns else "information", markup=False)
        self._read()

    def action_hours(self) -> None:
        """Write down the hours that were agreed, in the person's zone."""
        if self.card is None:
            return
        hint = str(self.card.case.get("callback_window") or _("lun a vie 10 a 12"))
        dialog = LineDialog(
            _("¿A qué horas es seguro llamar?"), hint, HOURS, check=_unread, purpose="task.hours", of=self._of
        )
        self.app.push_screen(dialog, self._hours)

    def _hours(self, typed: Given[str] | None) -> None:
        if not typed:
            return
        lines = [Line((Cell(follow_words.hours(reading)),), reading) for reading in _readings(typed.value)]
        dialog = PickDialog(_("¿Así?"), lines, purpose="task.hours_read", stay=_("Todavía no"))
        self.app.push_screen(dialog, lambda hours: self._zone(hours, typed) if hours else None)

    def _zone(self, hours: str, typed: Given[str]) -> None:
        lines = [Line((Cell(town),), zone) for zone, town in follow_words.ZONES.items()]
        case_id = str(self.card.task["case_id"]) if self.card else ""

        def agree(zone: str | None) -> None:
            if zone:
                self._do(deed("task_agreed", case_id, hours, zone), lambda _none: self._read(), typed)

        title = _("¿Con qué reloj vive la persona?")
        self.app.push_screen(PickDialog(title, lines, purpose="task.zone", stay=_("Todavía no")), agree)

    def action_message(self) -> None:
        """Note whether a message may be left; the first line leaves it as it is."""
        if self.card is None:
            return
        case_id = str(self.card.task["case_id"])
        lines = [
            Line((Cell(_("No: ni mensaje ni texto")),), NO),
            Line((Cell(_("Sí, la persona lo aceptó")),), YES),
        ]

        def said(answer: str | None) -> None:
            if answer:
                self._do(deed("task_message", case_id, answer), lambda _none: self._read())

        title = _("¿Se puede dejar mensaje o mandar texto?")
        dialog = PickDialog(title, lines, purpose="task.message", stay=_("Dejarlo como está"))
        self.app.push_screen(dialog, said)

    def action_note(self) -> None:
        """What was said goes into the case."""
        if self.card is not None:
            self.shell.go("note", str(self.card.task["case_id"]))

    @property
    def _of(self) -> str:
        """The ids of what a line typed here is about."""
        case_id = self.card.task["case_id"] if self.card else ""
        return f"{case_id}/{self.task_id}"

    def _do(self, job: Any, then: Any, given: Given[Any] | None = None) -> None:
        write(self, job, lambda result: None if is_gone(self) else then(result), given=given)

    def action_leave(self) -> None:
        """Back; a call that was begun waits for its result in the list."""
        self.dismiss(None)


def _readings(typed: str) -> Sequence[str]:
    """What hours as somebody typed them may mean."""
    read = grammar.read(typed)
    return (read.grammar,) if read.grammar else read.readings


def _unread(typed: str) -> str:
    return "" if _readings(typed) else _("Esas horas no se entienden. Escríbalas así: «lun a vie 10 a 12».")
