"""`lnctp lexicon`: what is wrong with the files that the narrative is read by, and what they see in a text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.protocol.protocol_review import Folder
from lnctp_tui.i18n import N_, _

ABOUT = N_("El léxico con que se lee el relato.")


def check(
    context: typer.Context,
    folder: Folder = None,
) -> None:
    lexicon, findings = _read(folder)
    if session.settings(context).json:
        lines = [{**finding._asdict(), "message": _tell(finding)} for finding in findings]
        output.as_json({"ok": not findings, "rows": lexicon.size, "findings": lines})
    else:
        for finding in findings:
            output.say(f"{finding.file}:{finding.line}: {_tell(finding)}")
        if not findings:
            output.say(_("El léxico está bien: {n} renglones.").format(n=lexicon.size))
    if findings:
        raise typer.Exit(1)


def try_text(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar=N_("TEXTO"), help=N_("Un relato inventado, entre comillas."))
    ],
) -> None:
    from lnctp_tui.domain.reading.reader import Reader
    from lnctp_tui.storage import instants

    lexicon, _findings = _read(None)
    offers = Reader(lexicon, instants.today("America/Mexico_City")).read(text)
    if session.settings(context).json:
        output.as_json({"offers": [_as_json(offer, text) for offer in offers]})
        return
    for offer in offers:
        parts = (
            offer.kind, " + ".join(offer.values), offer.detail, offer.polarity, offer.owner or _("¿de quién?"),
            f"«{text[offer.start : offer.end]}»", offer.rule,
        )  # fmt: skip
        output.say("  ".join(part for part in parts if part))
    if not offers:
        output.say(_("Nada que ofrecer."))


def _as_json(offer: Any, text: str) -> dict[str, Any]:
    names = ("kind", "polarity", "owner", "start", "end", "detail", "rule")
    return {name: getattr(offer, name) for name in names} | {
        "values": list(offer.values),
        "words": text[offer.start : offer.end],
    }


def _read(folder: Path | None) -> tuple[Any, list[Any]]:
    """The lexicon of a folder over the program's own; of the data folder's, accepted or not, when none is named."""
    from lnctp_tui.services.vault import vault_access
    from lnctp_tui.services.vault.workspace import PROTOCOL_FOLDER
    from lnctp_tui.storage.protocol import lexicon, protocol_loader

    own = folder if folder is not None else vault_access.data_folder() / PROTOCOL_FOLDER
    files = {}
    for name in lexicon.NAMES:
        path = next((each for each in (own / lexicon.FOLDER / name, own / name) if each.is_file()), None)
        if path is not None:
            files[name] = path.read_bytes()
    return lexicon.load(protocol_loader.load(None), files)


def _tell(finding: Any) -> str:
    """What is wrong with a row, in the language in use."""
    texts = {
        "unknown_code": _("{value} no existe"),
        "other_place": _("«{value}» es el nombre de otro lugar"),
        "unknown_kind": _("la clase «{value}» no existe"),
        "unknown_neg": _("«{value}» no es una negación conocida: normal, inherent o never"),
        "two_values": _("«{value}» ya dice otra cosa en {near}; añada needs"),
        "say_unreadable": _("«{value}» no se puede leer; use palabras, |, (), /, * y _"),
        "say_too_wide": _("«{value}» tiene demasiadas variantes"),
        "say_gap": _("«{value}»: el hueco _ va entre palabras, dos veces a lo más"),
        "say_prefix": _("«{value}»: antes de * van al menos tres letras"),
        "not_utf8": _("el archivo no está en UTF-8"),
        "too_many": _("el archivo tiene demasiados renglones"),
        "too_long": _("una celda es demasiado larga"),
    }
    text = texts[finding.code].format(value=finding.value[:60], near=finding.near)
    if finding.near and finding.code != "two_values":
        text += _("; ¿{near}?").format(near=finding.near)
    return text + _(": ese renglón se salta") if finding.code != "two_values" else text


COMMANDS = (
    ("check", check, N_("Revisa los archivos del léxico.")),
    ("try", try_text, N_("Dice qué se leería en un texto y por qué renglón.")),
)
