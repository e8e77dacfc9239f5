"""Options: look, language, idle minutes, phrase, recovery sheet."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.i18n import LANGUAGES, N_, _, language, ngettext, set_language
from lnctp_tui.screens.base import LISTS, AppDialog
from lnctp_tui.screens.vault.change_phrase import ChangePhraseScreen
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList

THEMES = {"dark": N_("Oscuro"), "light": N_("Claro"), "contrast": N_("Alto contraste")}
IDLE = (1, 2, 3, 5, 10, 15)


class Options(RowList):
    """A list whose lines are changed and not opened."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", N_("cambiar"), id="options.change")]


class OptionsScreen(AppDialog[None]):
    """Enter changes the option under the cursor to its next value; it holds at once and stays."""

    PURPOSE = "options"
    CSS_PATH = LISTS
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,o,q", "leave", N_("volver"), key_display="Esc", id="options.leave")
    ]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="title", classes="title")
            yield (rows := Options())
            rows.styles.height = 5
            yield Static(id="said", classes="muted")
            yield KeyBar()

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        minutes = self.shell.idle_minutes
        idle = ngettext("{count} minuto sin teclas", "{count} minutos sin teclas", minutes)
        lines = [
            ("theme", _("Aspecto"), _(THEMES.get(self.app.theme, THEMES["dark"]))),
            ("language", _("Idioma"), LANGUAGES[language()]),
            ("idle", _("Bloquear después de"), idle.format(count=minutes)),
            ("phrase", _("Cambiar la frase"), ""),
        ]
        self.query_one("#title", Static).update(Content(_("Opciones")))
        self.query_one("#said", Static).update(Content(_("Enter cambia; queda guardado.")))
        self.query_one(RowList).show(
            [Line((Cell(label, 24), Cell(value, None, "accent")), key) for key, label, value in lines]
        )
        self.query_one(KeyBar).refresh()

    @on(RowList.Chosen)
    def change(self, event: RowList.Chosen) -> None:
        """The next value."""
        event.stop()
        if event.key == "phrase":
            self.app.push_screen(ChangePhraseScreen())
            return
        if event.key == "theme":
            names = list(THEMES)
            self.app.theme = names[(names.index(self.app.theme) + 1) % len(names)]
            self._keep("theme", self.app.theme)
            self.shell.workspace.remember_profile(theme=self.app.theme)
        elif event.key == "language":
            set_language("en" if language() == "es" else "es")
            self._keep("language", language())
            self.shell.workspace.remember_profile(language=language())
        else:
            now = self.shell.idle_minutes
            self.shell.idle_minutes = next((minutes for minutes in IDLE if minutes > now), IDLE[0])
            self._keep("idle_minutes", self.shell.idle_minutes)
        self._show()

    def _keep(self, key: str, value: str | int) -> None:
        self.shell.workspace.set_setting(key, value)

    def action_leave(self) -> None:
        """Back to the desk."""
        self.dismiss(None)
