"""The hand-over of a shift in words, for its screen and its command: nothing of it names a person or a number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.follow.shift import LONGEST, open_until
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.times import age, clock, moment

if TYPE_CHECKING:
    from lnctp_tui.screens.labels import Words
    from lnctp_tui.services.follow.shift import Handed, Proposal

STATES = {
    "agreed": N_("acordado"),
    "differs": N_("PALABRAS DISTINTAS: repitan la lista"),
    "waits": N_("nadie lo ha recibido"),
    "altered": N_("NO ES LO FIRMADO: falta o cambió algo; repitan la lista"),
}
OPENS = N_("Quien lo reciba verá los casos de estos renglones 72 horas; los suyos siguen con usted.")
"""Told before somebody signs."""
LOOKS = {"agreed": "success", "differs": "error", "waits": "warning", "altered": "error"}


def line(proposal: Proposal, words: Words, now: datetime) -> str:
    """What is read aloud of a proposal: why, since when, until when, what to say. At most LONGEST characters."""
    if proposal.why == "callback":
        parts = [words.value("tasks", "kind", proposal.kind), _window(proposal, words.zone, now)]
        parts += [_("decir «{say}»").format(say=proposal.say)] if proposal.say else []
    elif proposal.why == "referral":
        text = _("no contesta, venció hace {age}").format(age=age(proposal.due_to, now))
        parts = [proposal.provider or _("institución sin nombre"), text]
    else:
        level = words.value("cases", "triage", proposal.triage).split(":")[0]
        parts = [level, _("abierto hace {age}").format(age=age(proposal.opened_at, now))]
    text = ", ".join(filter(None, (" ".join(part.split()) for part in parts)))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _window(proposal: Proposal, zone: str, now: datetime) -> str:
    if not proposal.due_to:
        return _("sin hora")
    if proposal.due_to < now.isoformat():
        return _("vencida {age}").format(age=age(proposal.due_to, now))
    begins = moment(proposal.due_from or proposal.due_to, zone)
    return f"{begins}–{clock(proposal.due_to, zone)}" if proposal.due_from else begins


def item(proposal: Proposal, words: Words, now: datetime) -> dict[str, Any]:
    """A proposal as it is signed."""
    return {
        "item_case_id": proposal.case_id, "folio": proposal.folio, "task_id": proposal.task_id,
        "referral_id": proposal.referral_id, "why": proposal.why, "line": line(proposal, words, now),
    }  # fmt: skip


def read_aloud(row: Mapping[str, Any]) -> str:
    """`K7Q2-0042-X urgente, abierto hace 3 h`."""
    return " ".join(filter(None, (row.get("folio"), row.get("line"))))


def counts(rows: list[Mapping[str, Any]]) -> str:
    """`riesgos 2 · llamadas 3 · sin respuesta 1 · más 0`."""

    def of(*why: str) -> int:
        return sum(row["why"] in why for row in rows)

    text = _("riesgos {risks} · llamadas {calls} · sin respuesta {waiting} · más {rest}")
    return text.format(
        risks=of("risk", "urgent"), calls=of("callback"), waiting=of("referral"), rest=of("other")
    )


def state(handed: Handed, names: Mapping[str, str]) -> str:
    """How it stands, and with whom."""
    takers = ", ".join(names.get(id_, _("alguien que no está en este equipo")) for id_ in handed.taken_by)
    text = _(STATES[handed.standing.state])
    return _("{state} · recibió {names}").format(state=text, names=takers) if takers else text


def opened(handed: Handed, zone: str, now: datetime) -> str:
    """Until when whoever took it sees its cases; nothing where nobody does."""
    until = open_until(handed.row, now)
    if (
        handed.standing.state != "agreed"
        or until is None
        or not any(row["item_case_id"] for row in handed.items)
    ):
        return ""
    text = _("Quien recibió ve estos casos hasta {at}, cuando hay red; quien firmó los conserva.")
    return text.format(at=moment(until.isoformat(), zone))


def shows_words(handed: Handed, me: str) -> bool:
    """Whether this person may see the six words: who signed them reads them aloud, who takes over hears them first."""
    return handed.row["from_id"] == me or handed.standing.state == "agreed"


def numbered(words: str) -> str:
    """`1 abrigo   2 nube …`, to be read aloud one by one."""
    return "   ".join(f"{place} {word}" for place, word in enumerate(words.split(), 1))
