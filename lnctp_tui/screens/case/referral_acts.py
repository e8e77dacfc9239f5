"""What a counselor says of a referral, asked in dialogs; nothing leaves by Enter alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lnctp_tui.domain.referral import consent
from lnctp_tui.i18n import _, pick
from lnctp_tui.screens.base import Given, write
from lnctp_tui.screens.case.referral_lines import person_name
from lnctp_tui.screens.dialogs import NOTHING, LineDialog, PickDialog, TextDialog
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.list_screen import ListScreen
from lnctp_tui.services.case.referrals import Opened
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.row_list import Cell, Line

Then = Callable[[], object] | None
TEXT = "referral:"
"""Draft of what a recipient is told."""


class ReferralActs:
    """The acts of one referral's screen, which reads again what they changed."""

    def __init__(
        self, screen: ListScreen[Opened], referral_id: str, words_of: Callable[[Opened], Words]
    ) -> None:
        self.screen, self.referral_id, self.words_of = screen, referral_id, words_of

    def do(self, job: Deed, message: str = "", then: Then = None, given: Given[str] | None = None) -> None:
        """Hand it to the writer; once it is stored say so, and go on."""
        app = self.screen.app

        def stored(_result: object) -> None:
            self.screen.read()
            if message:
                app.notify(message, markup=False)
            if then is not None:
                then()

        write(self.screen, job, stored, given=given)

    def say(self, given: Given[str] | None = None, **values: Any) -> None:
        """Note what was said of it."""
        self.do(deed("referral_say", self.referral_id, values), given=given)

    def _pick_person(self, view: Opened, title: str, purpose: str, chosen: Callable[[str], None]) -> None:
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
        self.screen.app.push_screen(
            PickDialog(title, lines, purpose=purpose, stay=_("Dejarlo como está")),
            lambda key: chosen(key) if key else None,
        )

    def person(self, view: Opened) -> None:
        """Who is referred."""
        self._pick_person(
            view, _("¿A quién se canaliza?"), "referral.person", lambda key: self.say(person_id=key)
        )

    def by(self, view: Opened) -> None:
        """Who says yes: a third party gives away only what is theirs."""
        self._pick_person(
            view,
            _("¿Quién acepta? Otra persona solo puede dar sus propios datos."),
            "referral.by",
            lambda key: self.say(consent_by=key),
        )

    def consent(self, view: Opened) -> None:
        """Whether the person agrees to this recipient."""
        lines = [
            Line((Cell(_("No se preguntó")),), NOTHING),
            Line((Cell(_("Dijo que no")),), "no"),
            Line((Cell(_("Dijo que sí")),), "yes"),
        ]
        title, stay = _("«¿Acepta que hablemos con esta institución?»"), _("Dejarlo como está")
        self.screen.app.push_screen(
            PickDialog(title, lines, purpose="referral.consent", stay=stay),
            lambda key: self.say(consent=None if key == NOTHING else key) if key else None,
        )

    def text(self, view: Opened) -> None:
        """What this recipient is told in words; it is read aloud and needs its own yes."""
        workspace, draft = self.screen.shell.workspace, TEXT + self.referral_id
        begun = str(view.referral.get("summary_for") or "")

        def said(text: Given[str] | None) -> None:
            if text:
                self.say(text, summary_for=text.value)

        def write(kept: str) -> None:
            title = _("Qué se le cuenta: léalo a la persona")
            self.screen.app.push_screen(TextDialog(title, kept, draft, purpose="referral.text"), said)

        self.screen.shell.in_reader(lambda: str(workspace.draft(draft, begun)), write, group="text")

    def channel(self, view: Opened) -> None:
        """By which number, of those that hold."""
        words, lines = self.screen.frame.words, []
        for row in (stated.row for stated in view.channels):
            number = Cell(str(row.get("value") or ""), None, "strong")
            purpose = Cell(words.code("channel_purpose", row.get("purpose")), 20, "muted")
            lines.append(Line((number, purpose), row["id"]))
        if lines:
            stay = _("Dejarlo como está")
            dialog = PickDialog(_("¿Por dónde?"), lines, purpose="referral.channel", stay=stay)
            self.screen.app.push_screen(dialog, lambda key: self.say(channel_id=key) if key else None)

    def basis(self, view: Opened) -> None:
        """By which basis; without the person's yes, why."""
        rows = self.screen.shell.workspace.protocol.catalogs["referral_basis"].rows
        of = f"{view.document['case']['id']}/{self.referral_id}"
        lines = [Line((Cell(pick(row.label)),), row.code) for row in rows]

        def chosen(basis: str | None) -> None:
            if basis not in consent.WITHOUT_YES:
                self.say(basis=basis) if basis else None
                return
            self.screen.app.push_screen(
                LineDialog(
                    _("¿Por qué sin permiso?"),
                    _("Una frase: supervisión la lee."),
                    1000,
                    purpose="referral.why",
                    of=of,
                ),
                lambda why: self.say(why, basis=basis, override_reason=why.value) if why else None,
            )

        stay = _("Dejarlo como está")
        dialog = PickDialog(_("¿Con qué fundamento?"), lines, purpose="referral.basis", stay=stay)
        self.screen.app.push_screen(dialog, chosen)
