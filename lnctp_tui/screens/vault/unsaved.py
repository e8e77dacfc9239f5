"""What is not in the database yet, as people name it: which call, which fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.times import clock
from lnctp_tui.services.vault.deeds import Deed
from lnctp_tui.services.vault.pending_writes import Edits, Job, Piece, quiet

if TYPE_CHECKING:
    from lnctp_tui.services.vault.workspace import Workspace

MOST = 8
"""Fields that are named."""
DEEDS = {
    "finish": N_("terminar una llamada"), "discard": N_("descartar una llamada"),
    "attach": N_("unir una llamada a su caso"), "detach": N_("separar una llamada de su caso"),
    "link": N_("vincular dos casos"), "link_say": N_("lo decidido de dos casos"),
    "link_ask": N_("una pregunta a supervisión"), "merge": N_("unir dos casos"), "unmerge": N_("separar dos casos"),
    "noted": N_("una nota"), "status": N_("cerrar o reabrir un caso"), "close": N_("cerrar un caso"),
    "settle": N_("decidir entre dos valores"),
    "sign": N_("una firma"), "setting": N_("algo a medio escribir"),
}  # fmt: skip
OTHER = N_("otro cambio de un caso")
HIDDEN = frozenset({"case_id", "counselor_id", "owner_id", "protocol_version", "direction", "opened_at"})


def lines(pieces: Iterable[Piece], workspace: Workspace, names: Mapping[str, str]) -> list[str]:
    """A line for each form and each deed, in their order; never a value. `names`: form → folio or hour, if open."""
    words = Words(workspace.protocol, workspace.zone)
    fields_by_name: dict[str, dict[str, None]] = {}
    for piece in pieces:
        if quiet(piece):
            continue
        if isinstance(piece, Edits):
            fields = fields_by_name.setdefault(_form(piece, workspace, names), {})
            fields.update(dict.fromkeys(_fields(piece, words)))
        elif isinstance(piece, Job) and isinstance(piece.run, Deed):
            fields_by_name.setdefault(_(DEEDS.get(piece.run.name, OTHER)), {})
    return [_line(name, list(fields)) for name, fields in fields_by_name.items()]


def _line(name: str, fields: list[str]) -> str:
    listing = ", ".join(fields[:MOST])
    if len(fields) > MOST:
        listing += " " + _("y {count} más").format(count=len(fields) - MOST)
    return f"{name}: {listing}" if listing else name


def _form(edits: Edits, workspace: Workspace, names: Mapping[str, str]) -> str:
    began = next(
        (str(patch["started_at"]) for patch in edits.patches.values() if patch.get("started_at")), None
    )
    at = names.get(edits.form.id) or clock(began, workspace.zone)
    return _("Llamada o caso {at}").format(at=at) if at else _("Una llamada o un caso")


def _fields(edits: Edits, words: Words) -> list[str]:
    named = [
        words.field(ref.table, name).lower()
        for ref, patch in edits.patches.items()
        for name in patch
        if name not in HIDDEN
    ]
    return list(dict.fromkeys(named))
