"""Referrals of a case: their list, and one of them with its consent, its script, and what became of it.

Enter sends nothing: a datum leaves after its own `s`, and the whole after F9 and the name of who answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.domain.records.kinds import REFERRAL
from lnctp_tui.domain.referral import consent, states
from lnctp_tui.domain.referral.consent import Entry
from lnctp_tui.domain.referral.data import EXPRESS
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.screens.case import referral_words
from lnctp_tui.screens.dialogs import LineDialog, PickDialog, TextDialog
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import NEWS, RESUME, Job, ListScreen
from lnctp_tui.screens.lists.records import RecordsScreen
from lnctp_tui.services.case import referrals
from lnctp_tui.services.case.record_form import RecordLine
from lnctp_tui.services.case.referrals import Opened
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

TEXT = "referral:"
"""Draft of what a recipient is told."""
STAY = "stay"
"""The first line of a choice after which something would leave: it does nothing."""
NAME = 200
"""Characters of who answered."""


def _status(line: RecordLine, frame: Frame) -> str:
    if states.overdue(line.record, frame.now):
        return _("vencida")
    return frame.words.code("referral_status", states.status_of(line.record))


def _look(line: RecordLine) -> str:
    return "warning" if states.status_of(line.record) in states.OPEN else "muted"


class ReferralsScreen(RecordsScreen):
    """To whom the case was referred, and how each stands."""

    NAME = N_("Canalizaciones")
    PLACE = "referrals"
    FORM = "referral"
    KIND = REFERRAL
    EMPTY = N_("Ninguna todavía: «a» prepara la primera.")
    COLUMNS = Columns(
        (
            Column(lambda line, _frame: str(line.record.get("reference") or ""), 9, "muted"),
            Column(lambda line, _frame: str(line.record.get("provider_name") or ""), None, "strong"),
            Column(_status, 26, _look),
        ),
        lambda line: line.record["id"],
    )

    def action_new(self) -> None:
        """Pick a provider of those on this laptop."""
        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: referrals.providers(workspace.store), self._pick_provider, group="providers"
        )

    def _pick_provider(self, found: Sequence[dict[str, Any]]) -> None:
        if not found:
            self.notify(_("No hay instituciones en este equipo: llegan al sincronizar."), markup=False)
            return
        words = self.frame.words
        lines = [
            Line(
                (
                    Cell(str(row.get("name") or ""), None, "strong"),
                    Cell(words.code("provider_kind", row.get("kind")), 26, "muted"),
                ),
                row["id"],
            )
            for row in found
        ]
        self.app.push_screen(PickDialog(_("Canalizar a…"), lines), self._prepare)

    def _prepare(self, provider_id: str | None) -> None:
        if not provider_id:
            return
        referral, app, shell, case_id = referrals.new_id(), self.app, self.shell, self.case_id

        def done(_result: object) -> None:
            app.call_later(shell.go, self.FORM, f"{case_id}/{referral}")

        shell.workspace.writer.submit(
            deed("referral_new", referral, case_id, None, provider_id),
            done,
            lambda error: app.call_later(shell.tell, error),
        )


class ReferralScreen(ListScreen[Opened]):
    """One referral. `state`: `<case>/<referral>`."""

    NAME = N_("Canalizar")
    PLACE = "referral"
    GROUP = "referral"
    READ_ON = frozenset({NEWS, RESUME})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "answer('yes')", N_("sí"), id="referral.yes"),
        Binding("n", "answer('no')", N_("no"), id="referral.no"),
        Binding("question_mark", "answer('')", N_("no preguntado"), key_display="?", id="referral.unasked"),
        Binding("e", "express", N_("expreso"), id="referral.express"),
        Binding("p", "person", N_("de quién"), id="referral.person"),
        Binding("q", "by", N_("quién acepta"), id="referral.by"),
        Binding("c", "consent", N_("acepta"), id="referral.consent"),
        Binding("t", "text", N_("qué contar"), id="referral.text"),
        Binding("u", "channel", N_("por dónde"), id="referral.channel"),
        Binding("b", "basis", N_("fundamento"), id="referral.basis"),
        Binding("f9", "send", N_("enviada"), id="referral.send"),
        Binding("r", "outcome", N_("qué pasó"), id="referral.outcome"),
        Binding("f1", "app.help", N_("teclas"), show=False, id="referral.help"),
        Binding("escape", "leave", N_("volver"), key_display="Esc", id="referral.leave"),
    ]

    def __init__(self, state: str) -> None:
        super().__init__()
        self.case_id, _slash, self.referral_id = state.partition("/")
        self.place = (self.PLACE, state)

    def job(self, limit: int) -> Job[Opened]:
        """Reads it, and what would leave."""
        store, referral = self.shell.workspace.store, self.referral_id
        return lambda: referrals.load(store, referral)

    def news(self, scopes: frozenset[str]) -> None:
        """A colleague wrote in the case."""
        if self.case_id in scopes:
            self.read()

    # what it shows

    def _words(self, view: Opened) -> Words:
        words = self.frame.words
        words.know(view.document)
        return words

    def lines(self, view: Opened) -> Sequence[Line]:
        """To whom, by which number, who accepts, each datum as it is read aloud, what is missing, the script."""
        words, frame = self._words(view), self.frame
        self.query_one(TitleBar).show(
            f"{_('Canalizar a {provider}').format(provider=view.sheet.recipient)}   {view.sheet.reference}"
        )
        rows = [note(part) for part in self._about(view, words)]
        rows += frame.notes(
            _("Leer: «Le diría a {provider} solo lo que usted acepte. ¿Le digo…?»").format(
                provider=view.sheet.recipient
            )
        )
        rows += [self._row(entry, words) for entry in view.sheet.entries]
        if states.may(view.referral, "sent"):
            for blocker in view.blockers:
                rows += frame.notes(f"! {explain_code(f'referral_{blocker}').happened}")
        rows.append(heading(_("Guion")))
        for line in referral_words.script(view):
            rows += frame.notes(line)
        return rows

    def _about(self, view: Opened, words: Words) -> list[str]:
        referral, channel = view.referral, view.channel
        number = _("sin número verificado")
        if channel is not None:
            row = channel.row
            parts = [
                str(row.get("value") or ""),
                str(row.get("extension") or ""),
                words.code("channel_purpose", row.get("purpose")),
                str(row.get("ask_for") or ""),
            ]
            number = " · ".join(filter(None, parts))
        people = {person["id"]: person for person in view.document["people"]}
        whose, by = (
            self._person(people.get(referral.get(code) or ""), words) for code in ("person_id", "consent_by")
        )
        answer = {"yes": _("sí"), "no": _("no")}.get(referral.get("consent") or "", _("no se preguntó"))
        status = (
            _("vencida")
            if states.overdue(referral, self.frame.now)
            else words.code("referral_status", states.status_of(referral))
        )
        due = words.moment(referral.get("expected_by"), words.zone)
        asked = _("De: {person} · Acepta: {by} · ¿Acepta que hablemos?: {answer}")
        return [
            _("Llamar a: {number}").format(number=number),
            asked.format(person=whose, by=by, answer=answer),
            " · ".join(filter(None, (status, _("respuesta esperada: {at}").format(at=due) if due else "",
                                     words.code("referral_basis", referral.get("basis"))))),
        ]  # fmt: skip

    def _person(self, person: dict[str, Any] | None, words: Words) -> str:
        if person is None:
            return "—"
        return str(person.get("name") or words.code("person_role", person.get("role")))

    def _row(self, entry: Entry, words: Words) -> Line:
        protocol = self.shell.workspace.protocol
        mark = referral_words.answer_mark(entry)
        if entry.datum in EXPRESS and entry.answer == "yes":
            mark += "*" if entry.express else "…"
        value = referral_words.value(entry, words) or _("no consta")
        look = "strong" if entry.leaves else "muted" if not entry.facts else "text"
        side = referral_words.barred(entry) or (_("falta expreso") if mark.endswith("…") else "")
        label = referral_words.label(entry.datum, protocol)
        return Line(
            (
                Cell(mark, 2, look),
                Cell(label, 24, look),
                Cell(value, None, look),
                Cell(side, 26, "warning", 70),
            ),
            entry.datum,
        )

    # deeds

    def _do(self, job: Deed, message: str = "") -> None:
        app, shell = self.app, self.shell

        def done(_result: object) -> None:
            app.call_later(self.read)
            if message:
                app.call_later(app.notify, message, markup=False)

        shell.workspace.writer.submit(job, done, lambda error: app.call_later(shell.tell, error))

    def _say(self, **values: Any) -> None:
        self._do(deed("referral_say", self.referral_id, values))

    @property
    def _entry(self) -> Entry | None:
        key = self.query_one(RowList).key
        entries = self.view.sheet.entries if self.view else ()
        return next((entry for entry in entries if entry.datum == key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before it left it is filled; afterwards only what became of it is written."""
        if action in ("answer", "express", "person", "by", "consent", "text", "channel", "basis", "send"):
            return self.view is not None and states.may(self.view.referral, "sent")
        if action == "outcome":
            return self.view is not None and states.status_of(self.view.referral) in states.OPEN
        return super().check_action(action, parameters)

    def action_answer(self, said: str) -> None:
        """Note what the person said of the datum under the cursor."""
        entry = self._entry
        if entry is None or not entry.facts or entry.free:
            self.notify(_("Aquí no hay un dato que preguntar."), markup=False)
            return
        self._do(deed("referral_answer", self.referral_id, entry.datum, said or None, entry.express))

    def action_express(self) -> None:
        """Note that the yes was said expressly, or not."""
        entry = self._entry
        if entry is not None and entry.answer == "yes" and entry.datum in EXPRESS:
            self._do(deed("referral_answer", self.referral_id, entry.datum, "yes", not entry.express))

    def _pick_person(self, title: str, chosen: Callable[[str], None]) -> None:
        if self.view is None:
            return
        words = self._words(self.view)
        lines = [
            Line(
                (
                    Cell(self._person(person, words), None, "strong"),
                    Cell(words.code("person_role", person.get("role")), 20, "muted"),
                ),
                person["id"],
            )
            for person in self.view.document["people"]
        ]
        self.app.push_screen(PickDialog(title, lines), lambda key: chosen(key) if key else None)

    def action_person(self) -> None:
        """Who is referred."""
        self._pick_person(_("¿A quién se canaliza?"), lambda key: self._say(person_id=key))

    def action_by(self) -> None:
        """Who says yes: a third party gives away only what is theirs."""
        self._pick_person(
            _("¿Quién acepta? Otra persona solo puede dar sus propios datos."),
            lambda key: self._say(consent_by=key),
        )

    def action_consent(self) -> None:
        """Whether the person agrees to this recipient."""
        lines = [
            Line((Cell(_("No se preguntó")),), ""),
            Line((Cell(_("Dijo que no")),), "no"),
            Line((Cell(_("Dijo que sí")),), "yes"),
        ]
        self.app.push_screen(
            PickDialog(_("«¿Acepta que hablemos con esta institución?»"), lines),
            lambda key: self._say(consent=key or None) if key is not None else None,
        )

    def action_text(self) -> None:
        """What this recipient is told in words; it is read aloud and needs its own yes."""
        if self.view is None:
            return
        workspace, draft = self.shell.workspace, TEXT + self.referral_id
        begun = str(self.view.referral.get("summary_for") or "")

        def said(text: str | None) -> None:
            if text:
                workspace.keep_draft(draft, None)
                self._say(summary_for=text)

        def write(kept: str) -> None:
            title = _("Qué se le cuenta: léalo a la persona")
            dialog = TextDialog(title, kept, lambda text: workspace.keep_draft(draft, text or None))
            self.app.push_screen(dialog, said)

        self.shell.in_reader(lambda: str(workspace.draft(draft, begun)), write, group="text")

    def action_channel(self) -> None:
        """By which number, of those that hold."""
        words = self.frame.words
        lines = [
            Line(
                (
                    Cell(str(stated.row.get("value") or ""), None, "strong"),
                    Cell(words.code("channel_purpose", stated.row.get("purpose")), 20, "muted"),
                ),
                stated.row["id"],
            )
            for stated in (self.view.channels if self.view else ())
        ]
        if lines:
            self.app.push_screen(
                PickDialog(_("¿Por dónde?"), lines), lambda key: self._say(channel_id=key) if key else None
            )

    def action_basis(self) -> None:
        """By which basis; without the person's yes, why."""
        rows = self.shell.workspace.protocol.catalogs["referral_basis"].rows
        lines = [Line((Cell(pick(row.label)),), row.code) for row in rows]

        def chosen(basis: str | None) -> None:
            if basis not in consent.WITHOUT_YES:
                self._say(basis=basis) if basis else None
                return
            self.app.push_screen(
                LineDialog(_("¿Por qué sin permiso?"), _("Una frase: supervisión la lee."), 1000),
                lambda why: self._say(basis=basis, override_reason=why) if why else None,
            )

        self.app.push_screen(PickDialog(_("¿Con qué fundamento?"), lines), chosen)

    def action_send(self) -> None:
        """Note that exactly what stands here was told, after who answered is named."""
        view = self.view
        if view is None:
            return
        if view.blockers:
            self.notify(str(explain_code(f"referral_{view.blockers[0]}")), markup=False)
            return
        told = ", ".join(
            referral_words.label(datum, self.shell.workspace.protocol).lower() for datum in view.sheet.data
        ) or _("ningún dato")
        lines = [
            Line((Cell(_("No enviar todavía")),), STAY),
            Line((Cell(_("Se dijo de palabra: {data}").format(data=told)),), "voice"),
        ]

        def chosen(form: str | None) -> None:
            if form == "voice":
                self.app.push_screen(
                    LineDialog(_("¿Quién contestó?"), _("Nombre o cargo de quien la recibe."), NAME),
                    self._send(view),
                )

        self.app.push_screen(
            PickDialog(_("Canalizar a {provider}").format(provider=view.sheet.recipient), lines), chosen
        )

    def _send(self, view: Opened) -> Callable[[str | None], None]:
        words, protocol = self._words(view), self.shell.workspace.protocol

        def named(to_whom: str | None) -> None:
            if to_whom:
                content = referral_words.content(view, "voice", words, protocol)
                seen, digest = view.sheet.fingerprint, referral_words.digest(content)
                review = referral_words.review(view, words)
                self._do(
                    deed("referral_send", self.referral_id, "voice", to_whom, seen, digest, review),
                    _("Enviada y anotada."),
                )

        return named

    def action_outcome(self) -> None:
        """What became of it: only where it may go from where it stands."""
        view = self.view
        if view is None:
            return
        words = self.frame.words
        after = [status for status in states.MOVES if status != "sent" and states.may(view.referral, status)]
        lines = [Line((Cell(words.code("referral_status", status)),), status) for status in after]
        self.app.push_screen(PickDialog(_("¿Qué pasó?"), lines), lambda status: self._became(view, status))

    def _became(self, view: Opened, status: str | None) -> None:
        erase = referral_words.erase(view)
        if status == "refused":
            rows = self.shell.workspace.protocol.catalogs["refusal_reason"].rows
            lines = [Line((Cell(pick(row.label)),), row.code) for row in rows]
            self.app.push_screen(
                PickDialog(_("Motivo del rechazo"), lines),
                lambda why: (
                    self._do(
                        deed("referral_outcome", self.referral_id, status, {"refusal_reason": why}, erase),
                        _("Anotado."),
                    )
                    if why
                    else None
                ),
            )
        elif status:
            self._do(deed("referral_outcome", self.referral_id, status, {}, erase), _("Anotado."))
