"""What became of a referral, in three questions: what they answered, whether the person arrived, whether it helped.

The last is asked of the person. After a no, or no answer, the next that fits is offered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from lnctp_tui.domain.referral import states
from lnctp_tui.i18n import _, pick
from lnctp_tui.screens.base import is_gone
from lnctp_tui.screens.case import referral_words
from lnctp_tui.screens.dialogs import NOTHING, PickDialog
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.referral_after import ASKED
from lnctp_tui.services.case.referrals import Opened
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from lnctp_tui.screens.case.referral_acts import ReferralActs

ANSWERED: Final = "answered"

Values = dict[str, Any]


def outcome(acts: ReferralActs, view: Opened) -> None:
    """Only where it may go from where it stands."""
    words = acts.screen.frame.words
    after = [status for status in states.MOVES if status != "sent" and states.may(view.referral, status)]
    rows = [(status, words.code("referral_status", status)) for status in after]
    if states.status_of(view.referral) in ASKED:
        rows.append((ANSWERED, _("Si llegó, y si le sirvió")))
    _ask(acts, _("¿Qué pasó?"), rows, lambda status: _became(acts, view, status), _("Todavía no se sabe"))


def _ask(
    acts: ReferralActs,
    title: str,
    rows: Iterable[tuple[str, str]],
    then: Callable[[str], object],
    stay: str = "",
) -> None:
    """One question; Esc and `stay` write nothing."""
    lines = [Line((Cell(text),), key) for key, text in rows]
    dialog = PickDialog(title, lines, purpose="referral.outcome", stay=stay)

    def chosen(key: str | None) -> None:
        if key is not None:
            then(key)

    acts.screen.app.push_screen(dialog, chosen)


def _became(acts: ReferralActs, view: Opened, status: str) -> None:
    if status == ANSWERED:
        _arrived(
            acts, lambda values: acts.do(deed("referral_answered", acts.referral_id, values), _("Anotado."))
        )
    elif status == "completed":
        _arrived(acts, lambda values: _write(acts, view, status, values))
    elif status == "refused":
        catalog = acts.screen.shell.workspace.protocol.catalogs["refusal_reason"]
        rows = [(row.code, pick(row.label)) for row in catalog.rows]
        _ask(
            acts,
            _("Motivo del rechazo"),
            rows,
            lambda why: _write(acts, view, status, {"refusal_reason": why}),
            _("Todavía no se sabe"),
        )
    else:
        _write(acts, view, status, {})


def _arrived(acts: ReferralActs, then: Callable[[Values], object]) -> None:
    rows = [(NOTHING, _("No se sabe todavía")), ("yes", _("Sí, llegó")), ("no", _("No llegó"))]

    def said(answer: str) -> None:
        if answer == "yes":
            _helped(acts, lambda values: then({"arrived": "yes", **values}))
        else:
            then({} if answer == NOTHING else {"arrived": answer})

    _ask(acts, _("¿Llegó la persona?"), rows, said)


def _helped(acts: ReferralActs, then: Callable[[Values], object]) -> None:
    rows = [
        (NOTHING, _("No se le ha preguntado")), ("yes", _("La persona dice que sí")),
        ("no", _("La persona dice que no")),
    ]  # fmt: skip
    _ask(
        acts, _("Pregúnteselo a la persona: «¿Le sirvió?»"), rows,
        lambda answer: then({} if answer == NOTHING else {"need_met": answer}),
    )  # fmt: skip


def _write(acts: ReferralActs, view: Opened, status: str, values: Values) -> None:
    erase = referral_words.erase(view)
    then = (lambda: _next(acts, view, status)) if status in states.VAIN else None
    acts.do(deed("referral_outcome", acts.referral_id, status, values, erase), _("Anotado."), then)


def _next(acts: ReferralActs, view: Opened, status: str) -> None:
    """The directory of the case, which knows of the refusal, over this screen."""
    screen, store = acts.screen, acts.screen.shell.workspace.store
    text = _("{provider}: {status}. Estas son las que siguen para este caso; «c» prepara otra.").format(
        provider=view.sheet.recipient, status=screen.frame.words.code("referral_status", status)
    )

    def show(document: Any) -> None:
        if not is_gone(screen) and screen.is_current:
            screen.app.notify(text, timeout=10, markup=False)
            screen.shell.go("directory", document)

    case_id = view.document["case"]["id"]
    screen.shell.in_reader(lambda: cases.document(store, case_id), show, group="next_fit")
