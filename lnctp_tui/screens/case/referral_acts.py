"""What a counselor says of a referral, asked in dialogs; nothing leaves by Enter alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lnctp_tui.domain.referral import consent, states
from lnctp_tui.i18n import _, pick
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.screens.base import write
from lnctp_tui.screens.case import referral_words
from lnctp_tui.screens.case.referral_lines import person_name
from lnctp_tui.screens.dialogs import LineDialog, PickDialog, TextDialog
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.list_screen import ListScreen
from lnctp_tui.services.case.referrals import Opened
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.row_list import Cell, Line

TEXT = "referral:"
"""Draft of what a recipient is told."""
STAY = "stay"
"""The first line of a choice after which something would leave: it does nothing."""
NAME = 200
"""Characters of who answered."""


class ReferralActs:
    """The acts of one referral's screen, which reads again what they changed."""

    def __init__(
        self, screen: ListScreen[Opened], referral_id: str, words_of: Callable[[Opened], Words]
    ) -> None:
        self.screen, self.referral_id, self.words_of = screen, referral_id, words_of

    def do(self, job: Deed, message: str = "") -> None:
        """Hand it to the writer; say so once it is stored."""
        app = self.screen.app

        def stored(_result: object) -> None:
            self.screen.read()
            if message:
                app.notify(message, markup=False)

        write(self.screen, job, stored)

    def say(self, **values: Any) -> None:
        """Note what was said of it."""
        self.do(deed("referral_say", self.referral_id, values))

    def _pick_person(self, view: Opened, title: str, chosen: Callable[[str], None]) -> None:
        words = self.words_of(view)
        lines = [
            Line(
                (
                    Cell(person_name(person, words), None, "strong"),
                    Cell(words.code("person_role", person.get("role")), 20, "muted"),
                ),
                person["id"],
            )
            for person in view.document["people"]
        ]
        self.screen.app.push_screen(PickDialog(title, lines), lambda key: chosen(key) if key else None)

    def person(self, view: Opened) -> None:
        """Who is referred."""
        self._pick_person(view, _("¿A quién se canaliza?"), lambda key: self.say(person_id=key))

    def by(self, view: Opened) -> None:
        """Who says yes: a third party gives away only what is theirs."""
        self._pick_person(
            view,
            _("¿Quién acepta? Otra persona solo puede dar sus propios datos."),
            lambda key: self.say(consent_by=key),
        )

    def consent(self, view: Opened) -> None:
        """Whether the person agrees to this recipient."""
        lines = [
            Line((Cell(_("No se preguntó")),), ""),
            Line((Cell(_("Dijo que no")),), "no"),
            Line((Cell(_("Dijo que sí")),), "yes"),
        ]
        self.screen.app.push_screen(
            PickDialog(_("«¿Acepta que hablemos con esta institución?»"), lines),
            lambda key: self.say(consent=key or None) if key is not None else None,
        )

    def text(self, view: Opened) -> None:
        """What this recipient is told in words; it is read aloud and needs its own yes."""
        workspace, draft = self.screen.shell.workspace, TEXT + self.referral_id
        begun = str(view.referral.get("summary_for") or "")

        def said(text: str | None) -> None:
            if text:
                workspace.keep_draft(draft, None)
                self.say(summary_for=text)

        def write(kept: str) -> None:
            title = _("Qué se le cuenta: léalo a la persona")
            dialog = TextDialog(title, kept, lambda text: workspace.keep_draft(draft, text or None))
            self.screen.app.push_screen(dialog, said)

        self.screen.shell.in_reader(lambda: str(workspace.draft(draft, begun)), write, group="text")

    def channel(self, view: Opened) -> None:
        """By which number, of those that hold."""
        words = self.screen.frame.words
        lines = [
            Line(
                (
                    Cell(str(stated.row.get("value") or ""), None, "strong"),
                    Cell(words.code("channel_purpose", stated.row.get("purpose")), 20, "muted"),
                ),
                stated.row["id"],
            )
            for stated in view.channels
        ]
        if lines:
            self.screen.app.push_screen(
                PickDialog(_("¿Por dónde?"), lines), lambda key: self.say(channel_id=key) if key else None
            )

    def basis(self, view: Opened) -> None:
        """By which basis; without the person's yes, why."""
        rows = self.screen.shell.workspace.protocol.catalogs["referral_basis"].rows
        lines = [Line((Cell(pick(row.label)),), row.code) for row in rows]

        def chosen(basis: str | None) -> None:
            if basis not in consent.WITHOUT_YES:
                self.say(basis=basis) if basis else None
                return
            self.screen.app.push_screen(
                LineDialog(_("¿Por qué sin permiso?"), _("Una frase: supervisión la lee."), 1000),
                lambda why: self.say(basis=basis, override_reason=why) if why else None,
            )

        self.screen.app.push_screen(PickDialog(_("¿Con qué fundamento?"), lines), chosen)

    def send(self, view: Opened) -> None:
        """Note that exactly what stands here was told, after who answered is named."""
        if view.blockers:
            self.screen.notify(str(explain_code(f"referral_{view.blockers[0]}")), markup=False)
            return
        told = ", ".join(
            referral_words.label(datum, self.screen.shell.workspace.protocol).lower()
            for datum in view.sheet.data
        ) or _("ningún dato")
        lines = [
            Line((Cell(_("No enviar todavía")),), STAY),
            Line((Cell(_("Se dijo de palabra: {data}").format(data=told)),), "voice"),
        ]

        def chosen(form: str | None) -> None:
            if form == "voice":
                self.screen.app.push_screen(
                    LineDialog(_("¿Quién contestó?"), _("Nombre o cargo de quien la recibe."), NAME),
                    self._send(view),
                )

        self.screen.app.push_screen(
            PickDialog(_("Canalizar a {provider}").format(provider=view.sheet.recipient), lines), chosen
        )

    def _send(self, view: Opened) -> Callable[[str | None], None]:
        words, protocol = self.words_of(view), self.screen.shell.workspace.protocol

        def named(to_whom: str | None) -> None:
            if to_whom:
                content = referral_words.content(view, "voice", words, protocol)
                seen, digest = view.sheet.fingerprint, referral_words.digest(content)
                review = referral_words.review(view, words)
                self.do(
                    deed("referral_send", self.referral_id, "voice", to_whom, seen, digest, review),
                    _("Enviada y anotada."),
                )

        return named

    def outcome(self, view: Opened) -> None:
        """What became of it: only where it may go from where it stands."""
        words = self.screen.frame.words
        after = [status for status in states.MOVES if status != "sent" and states.may(view.referral, status)]
        lines = [Line((Cell(words.code("referral_status", status)),), status) for status in after]
        self.screen.app.push_screen(
            PickDialog(_("¿Qué pasó?"), lines), lambda status: self._became(view, status)
        )

    def _became(self, view: Opened, status: str | None) -> None:
        erase = referral_words.erase(view)
        if status == "refused":
            rows = self.screen.shell.workspace.protocol.catalogs["refusal_reason"].rows
            lines = [Line((Cell(pick(row.label)),), row.code) for row in rows]
            self.screen.app.push_screen(
                PickDialog(_("Motivo del rechazo"), lines),
                lambda why: (
                    self.do(
                        deed(
                            "referral_outcome",
                            self.referral_id,
                            status,
                            {"refusal_reason": why},
                            erase,
                        ),
                        _("Anotado."),
                    )
                    if why
                    else None
                ),
            )
        elif status:
            self.do(deed("referral_outcome", self.referral_id, status, {}, erase), _("Anotado."))
