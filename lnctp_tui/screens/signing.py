"""The signatures of a form: who may sign what stands there, asked once, and writing in what is signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from textual.app import App

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.domain.records.kinds import Column
from lnctp_tui.i18n import _, pick
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.screens.base import AppScreen, ScreenPart, Shell
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.labels import Words
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from lnctp_tui.errors import LnctpError
    from lnctp_tui.services.case.record_form import RecordForm

YES = "yes"


class Signing(ScreenPart):
    """Signs the record of a form. `changed` is called when something was signed, refused, or opened to be written."""

    def __init__(
        self,
        screen: AppScreen[Any],
        model: RecordForm,
        fields: Sequence[Field],
        words: Words,
        changed: Callable[[], object],
    ) -> None:
        super().__init__(screen)
        self.model = model
        self.fields = fields
        self.words = words
        self.amending = False
        """Somebody said that they correct what is signed."""
        self._changed = changed

    @property
    def locked(self) -> bool:
        """Whether somebody signed it, and nobody said that they correct it."""
        return bool(self.model.signatures) and not self.amending

    def column(self, name: str) -> Column:
        """The signature of this name."""
        return next(column for column in self.model.kind.signatures if column.name == name)

    def field(self, code: str | None) -> str:
        """What a column is called."""
        return self.words.field(self.model.kind.table, code or "")

    def amend(self) -> None:
        """Write in what is signed, knowing that it shows."""
        signatures = self.model.signatures.values()
        names = ", ".join(dict.fromkeys(self.model.names.get(sign.by, "") for sign in signatures))
        text = _(
            "Ya lo firmó: {names}. Si lo cambia, la firma se queda y todos verán que después cambió, y quién lo "
            "cambió."
        ).format(names=names)
        lines, stay = [Line((Cell(_("Corregirlo de todos modos")),), YES)], _("No cambiarlo")
        dialog = PickDialog(_("Está firmado"), lines, text, purpose="sign.amend", stay=stay)
        self.screen.app.push_screen(dialog, self._amend)

    def _amend(self, answer: str | None) -> None:
        if answer == YES:
            self.amending = True
            self._changed()

    def sign(self, name: str) -> None:
        """Sign, once that is asked: no signature is taken back."""
        column = self.column(name)
        if text := self._refusal(column):
            self.screen.notify(text, severity="warning", timeout=8, markup=False)
            return
        record, table = self.model.record, self.model.kind.table
        summary = [
            f"{pick(field.label)}: {self.words.value(table, field.code, record.get(field.code)) or '—'}"
            for field in self.fields
            if field.kind != "long_text"
        ]
        summary.append(_("Usted firma todo lo que está en la pantalla. Una firma no se quita."))
        lines = [
            Line((Cell(_("Firmar como {name}").format(name=self.model.workspace.counselor_name)),), YES),
        ]
        title = f"{_('Firmar')}: {self.field(column.of)}"
        stay = _("No firmar todavía")
        dialog = PickDialog(title, lines, "\n".join(summary), purpose="sign", stay=stay)
        self.screen.app.push_screen(dialog, lambda answer: self._sign(column, answer))

    def _refusal(self, column: Column) -> str:
        """Why this person cannot sign there; empty when they can."""
        if unread := self.model.unread:
            names = ", ".join(map(self.field, unread))
            return _("No se entiende «{field}»: corríjalo, y firme después.").format(field=names)
        stranger = self.model.stranger(column)
        if stranger is None:
            return str(explain_code("signs_both_sides")) if self.model.both_sides(column) else ""
        name = self.model.names.get(stranger) or _("otra persona")
        sentence = _("Nadie firma por otra persona. «{field}»: {name}, que firma en su propio equipo.")
        return sentence.format(field=self.field(column.of), name=name)

    def _sign(self, column: Column, answer: str | None) -> None:
        if answer == YES:
            app = self.screen.app  # a screen that was left finds it no more
            self.model.sign(
                column,
                lambda: app.call_later(self._signed, app),
                lambda error: app.call_later(self._unsigned, app, error),
            )

    def _signed(self, app: App[Any]) -> None:
        self.amending = False
        app.notify(_("Firmado."), markup=False)
        cast("Shell", app).sync_now()
        self._changed()

    def _unsigned(self, app: App[Any], error: LnctpError) -> None:
        cast("Shell", app).tell(error)
        self._changed()
