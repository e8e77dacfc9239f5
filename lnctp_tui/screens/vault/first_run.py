"""The first run: who, where, which language; then the phrase, the sheet, and the desk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.domain.values.text import clean, fold
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _, language, set_language
from lnctp_tui.screens.base import AppScreen, say, sentence
from lnctp_tui.screens.vault.new_phrase import NewPhrase, NewPhraseScreen
from lnctp_tui.screens.vault.sheet import SheetScreen
from lnctp_tui.services.vault import vault_access
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList

MEXICO = (
    "America/Mexico_City", "America/Cancun", "America/Merida", "America/Monterrey", "America/Matamoros",
    "America/Chihuahua", "America/Ciudad_Juarez", "America/Ojinaga", "America/Mazatlan", "America/Bahia_Banderas",
    "America/Hermosillo", "America/Tijuana",
)  # fmt: skip
"""Zones of Mexico, the most populated first. Source: IANA time zone database, zone1970.tab, MX."""
NAME_LENGTH = 120
SHOWN = 6


def system_zone() -> str:
    """The laptop's zone when it is one of Mexico; else nothing: a person says it.

    A machine is often set to UTC by whoever prepared it, and every hour of a case would be wrong.
    """
    named = os.environ.get("TZ", "").removeprefix(":")
    if "/" not in named:
        named = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    return named if named in MEXICO else ""


def zones(typed: str) -> list[str]:
    """Zones that hold what was typed, Mexico's first."""
    from zoneinfo import available_timezones

    query = fold(typed).replace(" ", "_")
    foreign = sorted(available_timezones() - set(MEXICO))
    return [zone for zone in (*MEXICO, *foreign) if query in fold(zone)]


class FirstRunScreen(AppScreen[None]):
    """Asks the counselor's name and time zone.

    With a key it goes on where an earlier first run was cut off: the phrase stands, and who it is for is missing.
    """

    CSS_PATH = "../../styles/first.tcss"
    AUTO_FOCUS = "#name"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "language", "English / Español", id="first.language")
    ]

    def __init__(
        self, key: vault_access.Key | None = None, profile: vault_access.Profile | None = None
    ) -> None:
        super().__init__()
        self.key = key
        self.begun = key is not None
        self.zone = profile.zone if profile else system_zone()
        self._busy = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(id="title", classes="title")
            yield Static(id="text", classes="text")
            yield Static(id="name-label", classes="title")
            yield Input(id="name", max_length=NAME_LENGTH, compact=False)
            yield Static(id="zone-label", classes="title")
            yield Input(self.zone, id="zone", select_on_focus=True)
            yield RowList(id="zones")
            yield Static(id="said", classes="error")
        yield KeyBar()

    def on_mount(self) -> None:
        self._translate()
        self._list()
        self.call_after_refresh(self.shell.preload_rest)

    def _translate(self) -> None:
        welcome = _(
            "Aquí se guarda, cifrado, lo que usted escriba. Nada sale de este equipo mientras no lo una al servidor de "
            "su organización; después, los casos se comparten con ella. Primero, quién es usted; después, una frase "
            "que los abre."
        )
        again = _("La primera vez se interrumpió. Su frase ya abre estos datos; falta decir de quién son.")
        texts = {
            "#title": _("Bienvenida"),
            "#text": again if self.begun else welcome,
            "#name-label": _("Su nombre, como firma los registros"),
            "#zone-label": _("Zona horaria (escriba parte del nombre)"),
        }
        for selector, text in texts.items():
            self.query_one(selector, Static).update(Content(text))
        self.query_one(KeyBar).refresh()

    def _list(self) -> None:
        offered = zones(self.query_one("#zone", Input).value) or zones("")
        self.query_one(RowList).show(
            [Line((Cell(zone.replace("_", " ")),), zone) for zone in offered[:SHOWN]]
        )

    @on(Input.Changed, "#zone")
    def find_zone(self) -> None:
        """Offer the zones that fit."""
        self._list()

    @on(RowList.Chosen)
    def take_zone(self, event: RowList.Chosen) -> None:
        """Take a zone of the list and go on."""
        self.query_one("#zone", Input).value = event.key
        self._go_on()

    @on(Input.Submitted, "#name")
    def to_zone(self) -> None:
        """The name stands; the zone comes."""
        if self._typed_name():
            say(self, "")
            self.query_one("#zone").focus()
        else:
            say(self, _("Escriba su nombre."))

    def _typed_name(self) -> str:
        return clean(self.query_one("#name", Input).value)[0].strip()

    @on(Input.Submitted, "#zone")
    def _go_on(self) -> None:
        name = self._typed_name()
        typed = self.query_one("#zone", Input).value.strip()
        matches = zones(typed) if typed else []
        if not name:
            say(self, _("Escriba su nombre."))
            self.query_one("#name").focus()
        elif not matches:
            say(self, _("Elija una zona horaria de la lista."))
            self.query_one("#zone").focus()
        elif not self._busy:
            self.zone = matches[0]
            self.query_one("#zone", Input).value = self.zone
            if self.key is None:
                self.app.push_screen(NewPhraseScreen((name,)), self._create)
            else:
                self._finish(self.key)

    def _create(self, phrase: NewPhrase | None) -> None:
        if phrase is None:
            return
        self._busy = True
        say(self, _("Creando los datos cifrados…"))
        home, zone, spoken = self.shell.home, self.zone, language()
        self.shell.in_reader(
            lambda: vault_access.create(home, phrase.words, kind=phrase.kind, language=spoken, zone=zone),
            self._finish,
            failed=self._failed,
        )

    def _finish(self, key: vault_access.Key) -> None:
        self._busy, self.key = True, key  # whatever fails now, the phrase stands
        home: Path = self.shell.home
        name = self._typed_name()
        zone, spoken = self.zone, language()
        self.shell.in_reader(
            lambda: vault_access.finish(home, key, language=spoken, zone=zone, name=name),
            lambda _done: self._offer_sheet(key),
            failed=self._failed,
        )

    def _offer_sheet(self, key: vault_access.Key) -> None:
        profile = vault_access.profile(self.shell.home)
        screen = SheetScreen(key, organisation=bool(profile and profile.organisation))
        self.app.push_screen(screen, lambda _done: self.shell.open_with(lambda: key, self._failed))

    def _failed(self, error: LnctpError) -> None:
        self._busy = False
        say(self, sentence(error))

    def action_language(self) -> None:
        """Change the language of this screen, and of what is made."""
        set_language("en" if language() == "es" else "es")
        say(self, "")
        self._translate()
