"""How saving stands, over every screen; and a lock or an end that would lose something waits, hidden, and says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from lnctp_tui.errors import LnctpError, StorageFailed, VaultError
from lnctp_tui.i18n import _, ngettext
from lnctp_tui.i18n.messages import explain
from lnctp_tui.storage.hardening import code_of, keep_code
from lnctp_tui.widgets.save_bar import SaveBar

if TYPE_CHECKING:
    from lnctp_tui.app import LnctpApp
    from lnctp_tui.services.vault.writer import Health, Writer

SEALING = 1.5
"""Seconds that a lock waits for what the database did not take to be sealed in the journal."""


class Saving:
    """Watches the writer of the open workspace. In the app's thread, but for `try_to_leave`."""

    def __init__(self, app: LnctpApp) -> None:
        self.app = app
        self.title = self.text = ""
        self.harm: LnctpError | None = None
        """What is wrong with the files though saving works."""
        self.code = ""
        """The last error that nobody expected, for support."""
        self._troubled = False

    @property
    def writer(self) -> Writer | None:
        """The writer, once the phrase was accepted."""
        return self.app.workspace.writer if self.app.unlocked else None

    def begin(self, later: Callable[..., None]) -> None:
        """Hear of every save and of every failure, and tell what was taken in."""
        writer = self.app.workspace.writer
        writer.on_failed = lambda error: later(self._refused, error)
        writer.on_broken = lambda error: later(self._broke, code_of(error))
        self.look()
        self._tell_taken()

    def _refused(self, error: LnctpError) -> None:
        from lnctp_tui.widgets.form.messages import SaveFailed

        if not isinstance(error, StorageFailed | VaultError):  # the disk is well; what was asked is refused
            self.app.tell(error)
            return
        self.app.forms_open.post(lambda: SaveFailed(error))
        self.look()

    def _broke(self, code: str) -> None:
        if code != self.code:
            self.code = code
            keep_code(code)
        self.look()

    def harmed(self, error: LnctpError) -> None:
        """Something is wrong with the files though saving works: it stays in sight."""
        self.harm = error
        self.look()

    def look(self) -> None:
        """Say how saving stands, if that changed. Called once a second and after every save."""
        writer = self.writer
        if writer is None:
            return
        health = writer.health
        was, self.title = self.title, _title(health)
        self.text = self._text(health)
        if not self.title and self.harm is not None:
            explanation = explain(self.harm)
            self.title, self.text = explanation.happened.rstrip("."), f"{explanation.saved} {explanation.now}"
        if (self.title or was) and self.app.screen_stack:  # else between two modes: the next screen shows it
            self.show(self.app.screen)
        if self._troubled and not health.trouble:
            self._healed(health)
        self._troubled = health.trouble is not None

    def _healed(self, health: Health) -> None:
        self.app.forms_open.healed()
        if health.refused:
            return
        self.app.notify(_("El disco ya acepta lo escrito: todo está guardado."), markup=False)
        shelter = self.writer.shelter if self.writer else None
        if shelter is not None and shelter.gave_back:
            shelter.gave_back = False
            sentence = _(
                "Para guardarlo se usó el espacio de reserva: el disco sigue casi lleno. Libere espacio ya."
            )
            self.app.notify(sentence, severity="warning", timeout=30, markup=False)

    def show(self, screen: Screen[Any]) -> None:
        """Put the line on a screen, or take it away."""
        SaveBar.show(screen, self.title, self.text)

    def _text(self, health: Health) -> str:
        if health.trouble is not None:
            explanation = explain(health.trouble)
            return " ".join((explanation.happened, _where(health), explanation.now))
        if health.refused:
            return _(
                "Está sellado junto a la base y lo demás sí se guarda. Anótelo en papel y dé este código a "
                "soporte: {code}."
            ).format(code=self.code or "not_stored")
        return ""

    def _tell_taken(self) -> None:
        taken = self.app.workspace.taken
        if taken.pieces:
            sentence = ngettext(
                "Se recuperó {count} cambio que la última vez no se pudo guardar.",
                "Se recuperaron {count} cambios que la última vez no se pudieron guardar.",
                taken.pieces,
            )
            self.app.notify(sentence.format(count=taken.pieces), timeout=12, markup=False)
        for names, sentence in (
            (taken.damaged, _("El diario sellado estaba dañado: se tomó lo que se pudo leer.")),
            (taken.refused, _("Hay un cambio que la base no puede guardar.")),
        ):
            if names:
                file_hint = _("El archivo {name} se conserva en la carpeta de datos: avise a soporte.")
                text = f"{sentence} {file_hint.format(name=', '.join(names))}"
                self.app.notify(text, severity="error", timeout=30, markup=False)

    # the end

    def try_to_leave(self, drain: float) -> bool:
        """Whether nothing would be lost: all is in the database, or sealed beside it. Blocking, bounded."""
        writer = self.writer
        if writer is None or (writer.drain(drain) and not writer.refused):
            return True
        sealed: list[bool] = []
        sealing = threading.Thread(target=lambda: sealed.append(writer.keep()), daemon=True, name="seal")
        sealing.start()
        sealing.join(SEALING)
        return bool(sealed and sealed[0]) or not self.unsaved

    def unsaved_lines(self) -> list[str]:
        """What the database lacks, a line for each form."""
        from lnctp_tui.screens.vault.unsaved import lines

        workspace = self.app.workspace
        return lines(workspace.writer.unsaved(), workspace, self.app.forms_open.names)

    @property
    def unsaved(self) -> bool:
        """Whether the database lacks something that a person has typed or done."""
        from lnctp_tui.services.vault.pending_writes import quiet

        writer = self.writer
        return writer is not None and not all(map(quiet, writer.unsaved()))

    @property
    def safe(self) -> bool:
        """Whether nothing of it would be lost now."""
        return not self.unsaved or (self.writer is not None and self.writer.health.sheltered)


def _title(health: Health) -> str:
    if health.trouble is not None:
        return _("NO SE ESTÁ GUARDANDO")
    if health.refused:
        sentence = ngettext("UN DATO NO SE GUARDÓ", "{count} DATOS NO SE GUARDARON", health.refused)
        return sentence.format(count=health.refused)
    return ""


def _where(health: Health) -> str:
    if health.sheltered:
        return _("Lo escrito está en un diario sellado junto a la base: no se pierde.")
    return _("Lo escrito sigue solo en la memoria: no apague el equipo.")
