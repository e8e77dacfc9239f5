"""The cases around one as lines of a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lnctp_tui.i18n import _, ngettext
from lnctp_tui.screens.links.words import BANDS, GRADES, STATES, told
from lnctp_tui.screens.lists.columns import Frame
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case.links import Network, Node
from lnctp_tui.widgets.row_list import Cell, Line

LOOKS = {"fuerte": "warning", "media": "accent", "debil": "muted"}


def branches(nodes: Sequence[Node], frame: Frame, indent: str = "") -> Iterator[Line]:
    """A line for each case, those that hang on it below."""
    for at, node in enumerate(nodes):
        last = at == len(nodes) - 1
        yield _row(node, f"{indent}{'└─' if last else '├─'} ")
        inner = indent + ("   " if last else "│  ")
        if node.again:
            yield from frame.notes(_("se había dicho que no es lo mismo; hay un motivo nuevo"), f"{inner}   ")
        yield from branches(node.below, frame, inner)


def _row(node: Node, branch: str) -> Line:
    grade = f"{branch}{_(GRADES[node.grade])}"
    said = _(STATES[node.state]) if node.state in STATES else _("por decidir")
    return Line(
        (
            Cell(grade, max(12, len(grade) + 1), LOOKS[node.grade]),
            Cell(_named(node), 24 if node.folio is None else 13, "strong"),
            Cell(told(node.shared), None, "muted"),
            Cell(said, 15, "success" if node.state == "confirmed" else "text"),
        ),
        node.case_id,
    )


def _named(node: Node) -> str:
    return _("un caso que usted no ve") if node.folio is None else node.folio or _("sin folio")


def denied(node: Node, frame: Frame) -> list[Line]:
    """A case that is not the same: when that was said, by whom, why."""
    who = ", ".join(
        filter(None, (moment(node.at, frame.words.zone), frame.words.names.get(node.by_id or "", "")))
    )
    text = _("no es: {folio}").format(folio=_named(node)) + (f" ({who})" if who else "")
    line = Line((Cell(f"└─ {text}", None, "muted"),), node.case_id)
    return [line, *(frame.notes(node.remark, "   ") if node.remark else ())]


def line_of(network: Network) -> str:
    """What the server told of the whole Line."""
    if network.band in BANDS:
        return _("coincide con la Línea: {count}").format(count=_(BANDS[network.band]))
    if network.band == "many":
        return _("coincide con la Línea: lo mira supervisión")
    counts = {grade: sum(node.grade == grade for node in network.nodes) for grade in ("fuerte", "media")}
    return " · ".join(f"{_(GRADES[grade])} {count}" for grade, count in counts.items() if count)


def unseen(network: Network, frame: Frame) -> list[Line]:
    """How many match that this person does not see, and what to do about it."""
    if not network.hidden:
        return []
    text = ngettext(
        "Coincide con {n} caso que usted no ve: «m» pide a supervisión que lo mire.",
        "Coincide con {n} casos que usted no ve: «m» pide a supervisión que los mire.",
        network.hidden,
    )
    return frame.notes(text.format(n=network.hidden))


def walk(network: Network) -> Iterator[Node]:
    """Every case of it, whatever it hangs on."""
    pending = [*network.nodes, *network.denied]
    while pending:
        node = pending.pop()
        pending += node.below
        yield node
