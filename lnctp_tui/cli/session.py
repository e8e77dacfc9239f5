"""What every command shares: the common options, the phrase, the open vault.

A phrase comes from a file that only its owner can read, or from a terminal without echo; never from an
argument or a variable, where other programs could read it.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lnctp_tui import i18n
from lnctp_tui.cli import output
from lnctp_tui.errors import LnctpError, Refused, VaultError
from lnctp_tui.i18n import N_, _
from lnctp_tui.services.vault import vault_access
from lnctp_tui.storage import paths

if TYPE_CHECKING:
    import typer

    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.services.vault.workspace import Workspace
    from lnctp_tui.storage.database.session import Store
    from lnctp_tui.storage.vault.vault import Key

PHRASE_FILE = "LNCTP_PASSPHRASE_FILE"
LANGUAGE = "LNCTP_LANG"
LONGEST = 4096
NOT_ACCEPTED = N_(
    "La carpeta del protocolo cambió y no se usa hasta aceptarla: véala con «lnctp protocol accept»."
)


@dataclass
class Settings:
    """The common options of one run, wherever in the line they stood."""

    passphrase_file: str | None = None
    json: bool = False


def keep(context: typer.Context, name: str, value: Any) -> None:
    """Callback of the common options: the last place that says one wins, silence changes nothing."""
    if value:
        setattr(settings(context), name, value)


def settings(context: typer.Context) -> Settings:
    """The common options of this run."""
    options = context.find_object(Settings)
    assert options is not None
    return options


def choose_language() -> None:
    """LNCTP_LANG, else the vault's language, else English when the locale is English, else Spanish."""
    code = os.environ.get(LANGUAGE) or _of_vault() or _of_locale()
    i18n.set_language(code[:2].lower())


def _of_vault() -> str | None:
    try:
        profile = vault_access.profile(vault_access.data_folder())
    except LnctpError:
        return None
    return profile.language if profile else None


def _of_locale() -> str:
    return next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "es")


def terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def read_phrase(path: Path) -> str:
    """The phrase in a file. Raises Refused `passphrase_file_open` when others can read it."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if os.name == "posix" and status.st_mode & 0o077 and stat.S_ISREG(status.st_mode):
                raise Refused("passphrase_file_open", name=path.name)
            content = file.read(LONGEST + 1)
    except OSError as error:
        from lnctp_tui.storage.paths import errno_name

        raise Refused("file_failed", name=path.name, reason=errno_name(error)) from error
    try:
        words = content.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError as error:
        raise Refused("passphrase_file_bad", name=path.name) from error
    if not words.strip() or len(content) > LONGEST:
        raise Refused("passphrase_file_bad", name=path.name)
    return words


def given_phrase(context: typer.Context) -> str | None:
    """The phrase from a file, None when no file was named."""
    named = settings(context).passphrase_file or os.environ.get(PHRASE_FILE)
    return read_phrase(Path(named).expanduser()) if named else None


def phrase(context: typer.Context, prompt: str | None = None) -> str:
    """The phrase, from a file or from the person. Raises Refused `no_passphrase` without both."""
    return given_phrase(context) or ask(prompt or _("Frase: "), hidden=True)


def ask(prompt: str, *, hidden: bool = False) -> str:
    """What a person types. Raises Refused `no_passphrase` or `no_answer` when nobody is there."""
    if not terminal():
        raise Refused("no_passphrase" if hidden else "no_answer")
    if hidden:
        from getpass import getpass

        return getpass(prompt, stream=sys.stderr)
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().rstrip("\n")


def yes(said: str) -> bool:
    """Whether an answer to (s/n) agrees, in either language."""
    return said.strip().casefold() in ("s", "sí", "si", "y", "yes")


def paper(text: str, *words: str) -> None:
    """Words that go on paper, as people write them: one set after the other on a terminal, else all at once."""
    spelled = map(vault_access.spelled, words)
    if terminal() and sys.stdout.isatty():
        for each_set in spelled:
            show_once(text, each_set)
        return
    output.say(text)
    for each_set in spelled:
        output.say(f"\n    {each_set}")


def show_once(text: str, words: str) -> None:
    """Words to write on paper, on the terminal's other screen until Enter: nobody can scroll back to them.

    Raises Refused `no_passphrase` without a terminal.
    """
    from textwrap import fill

    screen = output.console(errors=True)
    screen.set_alt_screen(True)
    try:
        filled = fill(words, screen.width - 4, initial_indent="    ", subsequent_indent="    ")
        output.tell(f"{text}\n\n{filled}\n")
        ask(_("Enter cuando esté en papel: "), hidden=True)
    finally:
        screen.clear()
        screen.set_alt_screen(False)


def new_phrase(file: Path | None, hints: tuple[str, ...] = ()) -> tuple[str, vault_access.Kind]:
    """A phrase to set, checked, and its kind. Typed twice when it is not in a file. Raises VaultError."""
    if file:
        words = read_phrase(file)
    else:
        words = ask(_("Frase nueva: "), hidden=True)
        if ask(_("Otra vez: "), hidden=True) != words:
            raise Refused("phrases_differ")
    kind = kind_of(words)
    weakness = vault_access.weakness(words, kind, hints)
    if weakness:
        raise VaultError(weakness)
    return words, kind


def kind_of(words: str) -> vault_access.Kind:
    """`words` for a phrase of the list, else `own`."""
    return "words" if vault_access.weakness(words, "words") is None else "own"


def existing_home() -> Path:
    """The data folder. Raises VaultError `no_vault` when nobody has data there."""
    home = vault_access.data_folder()
    if vault_access.profile(home) is None:
        raise VaultError("no_vault")
    paths.tighten(home)
    return home


@contextmanager
def alone() -> Iterator[Path]:
    """The data folder, claimed: no app runs on it meanwhile. Raises VaultBusy, VaultError `no_vault`."""
    home = existing_home()
    with paths.Instance(home):
        yield home


def unlock(context: typer.Context) -> tuple[Path, Key]:
    """The data folder and its key."""
    home = existing_home()
    return home, vault_access.unlock(home, phrase(context))


@contextmanager
def opened(context: typer.Context) -> Iterator[Workspace]:
    """The open vault."""
    home, key = unlock(context)
    from lnctp_tui.services.vault.workspace import open_workspace

    workspace = open_workspace(home, key)
    _tell_taken(workspace)
    if workspace.pending is not None:
        output.tell(_(NOT_ACCEPTED))
    try:
        yield workspace
    finally:
        if not workspace.close():
            _tell_unsaved(workspace)


def _tell_taken(workspace: Workspace) -> None:
    taken = workspace.taken
    for name in (*taken.damaged, *taken.refused):
        text = _("El diario sellado {name} no se pudo tomar entero y se conserva: avise a soporte.")
        output.tell(text.format(name=name))


def _tell_unsaved(workspace: Workspace) -> None:
    """What the database did not take: where it is now."""
    from lnctp_tui.i18n.messages import explain

    health = workspace.writer.health
    why = explain(health.trouble).happened if health.trouble else ""
    if health.sheltered:
        where = _("Lo último quedó sellado junto a la base y se guarda al abrirla de nuevo.")
    else:
        where = _(
            "Lo último de esta orden no quedó anotado: libere espacio o devuelva el permiso de escritura."
        )
    output.tell(f"{why} {where}".strip())


def case_ids(store: Store, typed: str) -> list[str]:
    """The cases that a folio or an id names; two laptops may have given one folio. Raises Refused."""
    from uuid import UUID

    from lnctp_tui.services.case import cases

    ids = [line.id for line in cases.by_folio(store, typed)]
    if not ids and len(typed) == 36:
        try:
            ids = [str(UUID(typed))]
        except ValueError:
            ids = []
    if not ids:
        raise Refused("no_such_case")
    return list(dict.fromkeys(ids))


def protocol() -> Protocol:
    """The protocol as the folder has it, without opening any vault: to work on the folder itself."""
    from lnctp_tui.services.vault.workspace import load_protocol

    return load_protocol(vault_access.data_folder())


def protocol_in_use(context: typer.Context) -> Protocol:
    """The accepted protocol when the phrase is given; else the program's own, which is said where it matters."""
    from lnctp_tui.storage.protocol import accepted, protocol_loader

    if given_phrase(context) is not None:
        with opened(context) as workspace:
            return workspace.protocol
    if accepted.read(vault_access.data_folder()):
        output.tell(
            _(
                "Se usa el protocolo incluido: sin la frase no se puede comprobar la carpeta de la organización."
            )
        )
    return protocol_loader.load(None)
