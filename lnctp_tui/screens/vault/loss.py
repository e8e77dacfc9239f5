"""After the phrase and before the desk, when what stands on the disk is not what was saved last."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Rule, Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens.base import AppScreen, say, sentence
from lnctp_tui.screens.times import local, moment
from lnctp_tui.services.vault import missing_saves
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from lnctp_tui.services.vault.missing_saves import Missing
    from lnctp_tui.services.vault.rescue import Rescue

TYPED_AHEAD = 1.0
"""Seconds in which Enter still belongs to the phrase."""
TITLES = {
    "database_damaged": N_("La base está dañada"),
    "saves_missing": N_("Faltan guardados"),
    "database_other": N_("La base es otra"),
    "vault_older": N_("La llave es una copia anterior"),
    "mark_gone": N_("Falta la marca de lo guardado"),
    "mark_damaged": N_("La marca de lo guardado está dañada"),
}
CAUSES = N_("Apagón, disco dañado o una copia puesta encima.")
OTHER = N_("La base tiene otros tantos guardados, pero no son los mismos: una copia puesta encima.")
DAMAGED = N_(
    "Hay páginas que no se abren. Rescatar lee lo demás, en una base nueva; los archivos no se tocan."
)
UNKNOWN = N_("No se puede saber si falta algo: compare con lo último que usted recuerda haber guardado.")
OLDER = N_(
    "El archivo de la llave (vault.json) es anterior al último que se usó aquí: abre con la frase de entonces. "
    "Si usted no puso esa copia, cambie la frase en cuanto entre, y avise a su coordinación."
)
KEPT = N_(
    "Nada se borra: al seguir, antes se guarda una copia de todo como está. Lo que ya se envió regresa con la red."
)


class LossScreen(AppScreen[None]):
    """Says what is missing and lets a person decide: go on, rescue, ask support."""

    NAME = N_("Faltan guardados")
    CSS_PATH = "../../styles/first.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", N_("seguir"), id="loss.go_on"),
        Binding("r", "rescue", N_("rescatar"), id="loss.rescue"),
        Binding("c", "code", N_("código para soporte"), id="loss.code"),
    ]

    def __init__(self, found: Missing, zone: str) -> None:
        super().__init__()
        self.found = found
        self.zone = zone
        self._since = monotonic()
        self._busy = False
        self._ready: Rescue | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Static(Content(_(TITLES[self.found.loss.code])), id="title", classes="title")
            yield Rule(line_style="solid")
            yield Static(Content("\n".join(self._told())), id="told", classes="text")
            yield Rule(line_style="solid")
            yield Static("", id="said", classes="text")
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A database that does not open cannot be gone on with."""
        return not (action == "go_on" and self.found.loss.damaged)

    def _told(self) -> list[str]:
        loss = self.found.loss
        sentences = [self._last()]
        if loss.damaged:
            sentences += [_(DAMAGED)]
        elif loss.missing:
            gone = ngettext("falta {count} guardado", "faltan {count} guardados", loss.missing)
            sentences += [f"{self._ends()}: {gone.format(count=loss.missing)}. {_(CAUSES)}"]
        elif loss.other:
            sentences += [_(OTHER)]
        elif loss.mark != "ok":
            sentences += [f"{self._ends()}. {_(UNKNOWN)}"]
        if loss.vault_older:
            sentences += [_(OLDER)]
        return [*filter(None, sentences), *([] if loss.damaged else [_(KEPT)])]

    def _last(self) -> str:
        at = self._when(self.found.marked_at)
        return _("Aquí se guardó por última vez {moment}.").format(moment=at) if at else ""

    def _ends(self) -> str:
        at = self._when(self.found.stored_at)
        return _("La base termina {moment}").format(moment=at) if at else _("La base está vacía")

    def _when(self, stored: str | None) -> str:
        """`hoy 12:03:05`, or with the day."""
        at, today = local(stored, self.zone), local(self.found.at, self.zone)
        if at is None:
            return ""
        if today and at.date() == today.date():
            return _("hoy {time}").format(time=f"{at:%H:%M:%S}")
        return f"{moment(stored, self.zone)}:{at:%S}"

    def action_go_on(self) -> None:
        """Keep a copy, note what is missing, and open."""
        if self._busy or monotonic() - self._since < TYPED_AHEAD:
            return
        self._busy = True
        home, report = self.shell.home, self.found
        if self._ready is not None:
            missing_saves.discard(self._ready)
        say(self, _("Guardando una copia de todo como está…"))
        self.shell.in_reader(
            lambda: missing_saves.accept(home, report), self._accepted, group="unlock", failed=self._failed
        )

    def _accepted(self, folder: str) -> None:
        say(self, _("La copia está en {folder}. Abriendo…").format(folder=folder))
        key = self.found.key
        self.shell.open_with(lambda: key, self._failed)

    def _failed(self, error: LnctpError) -> None:
        self._busy = False
        say(self, sentence(error))

    def action_rescue(self) -> None:
        """Read what can be read into a new database, and show the counts; a second press puts it in place."""
        if self._busy:
            return
        self._busy = True
        home, key, ready = self.shell.home, self.found.key, self._ready
        if ready is None:
            say(self, _("Leyendo lo que se puede. Puede tardar unos minutos; los archivos no se tocan…"))
            self.shell.in_reader(
                lambda: missing_saves.rescue(home, key), self._rescued, group="unlock", failed=self._failed
            )
        else:
            self.shell.in_reader(
                lambda: missing_saves.swap(home, ready), self._accepted, group="unlock", failed=self._failed
            )

    def _rescued(self, rescue: Rescue) -> None:
        self._busy = False
        self._ready = rescue
        counts = _(
            "Se leyeron {changes} guardados; {broken} páginas dañadas de {pages}, y {frames} piezas del registro de "
            "escritura. r otra vez los pone en su lugar, y lo anterior se conserva; Enter sigue sin ellos."
        )
        say(
            self,
            counts.format(
                changes=rescue.changes, broken=rescue.broken, pages=rescue.pages, frames=rescue.frames_broken
            ),
        )

    def action_code(self) -> None:
        """A code without any data."""
        code = missing_saves.support_code(self.shell.home, self.found)
        say(self, _("Dé este código a soporte: {code}").format(code=code))
