"""How a sheet leaves: told, or as a file where the counselor says, and noted before its bytes go out.

The first line of every choice sends nothing, and who receives it is named each time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from lnctp_tui.domain.referral import states
from lnctp_tui.errors import LnctpError, Refused
from lnctp_tui.i18n import N_, _
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.screens.base import Given, sentence
from lnctp_tui.screens.case import referral_words
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.case.referral_after import LEFT, delivering
from lnctp_tui.services.case.referrals import Opened
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from pathlib import Path

    from lnctp_tui.screens.case.referral_acts import ReferralActs

NAME: Final = 200
"""Characters of who answered."""
PATH: Final = 1000
FORMS: Final = {
    "voice": N_("Se dijo de palabra: {data}"),
    "print": N_("Hoja impresa, como texto en un archivo: {data}"),
    "pdf": N_("Hoja PDF en un archivo: {data}"),
    "json": N_("Documento de caso en un archivo: {data}"),
}
"""Form → what leaves, in words."""
ENDING: Final = {"print": "txt", "pdf": "pdf", "json": "json"}


def send(acts: ReferralActs, view: Opened) -> None:
    """Any form."""
    _choose(acts, view, tuple(FORMS))


def printed(acts: ReferralActs, view: Opened) -> None:
    """Text or PDF."""
    _choose(acts, view, ("print", "pdf"))


def document(acts: ReferralActs, view: Opened) -> None:
    """A case document with only what was agreed to."""
    _choose(acts, view, ("json",))


def warm(acts: ReferralActs, view: Opened) -> None:
    """The person is on the line: the words stand there, and who answered is noted."""
    if (view.provider or {}).get("accepts_warm_transfer") == "no":
        text = _("Esta institución no recibe transferencias en línea: llame o lleve la hoja.")
        acts.screen.notify(text, severity="warning", markup=False)
        return
    _choose(acts, view, ("voice",), "\n".join(referral_words.script(view)))


def script(acts: ReferralActs, view: Opened) -> None:
    """The words alone."""
    told = "\n".join(referral_words.script(view))
    dialog = PickDialog(_("Guion"), [], told, purpose="referral.script", stay=_("Volver"))
    acts.screen.app.push_screen(dialog)


def _standing(view: Opened) -> list[str]:
    """What stands against it; that it left already does not, as long as it is the same sheet."""
    again = states.status_of(view.referral) in LEFT
    return [code for code in view.blockers if not (again and code == "status")]


def _choose(acts: ReferralActs, view: Opened, forms: tuple[str, ...], told: str = "") -> None:
    screen = acts.screen
    if standing := _standing(view):
        screen.notify(str(explain_code(f"referral_{standing[0]}")), markup=False)
        return
    protocol = screen.shell.workspace.protocol
    data = ", ".join(referral_words.label(datum, protocol).lower() for datum in view.sheet.data)
    lines = [Line((Cell(_(FORMS[form]).format(data=data or _("ningún dato"))),), form) for form in forms]
    title = _("Canalizar a {provider}").format(provider=view.sheet.recipient)

    def chosen(form: str | None) -> None:
        if form:
            _to_whom(acts, view, form)

    stay = _("No enviar todavía")
    screen.app.push_screen(PickDialog(title, lines, told, purpose="referral.send", stay=stay), chosen)


def _to_whom(acts: ReferralActs, view: Opened, form: str) -> None:
    screen = acts.screen
    if form == "pdf" and not handing_out.can_typeset():
        screen.shell.tell(Refused("no_typesetter"))
        return
    title = _("¿Quién contestó?") if form == "voice" else _("¿Quién la recibe?")

    def named(to_whom: Given[str] | None) -> None:
        if to_whom and form == "voice":
            _prepare(acts, view, form, to_whom, None)
        elif to_whom:
            _where(acts, view, form, to_whom)

    hint, of = _("Nombre o cargo de quien la recibe."), f"{view.document['case']['id']}/{acts.referral_id}"
    screen.app.push_screen(LineDialog(title, hint, NAME, purpose="referral.to_whom", of=of), named)


def _where(acts: ReferralActs, view: Opened, form: str, to_whom: Given[str]) -> None:
    screen = acts.screen
    hint = _(
        "Va solo a donde usted diga, y solo usted puede leerlo. Carpeta y nombre completos, como: {example}"
    ).format(example=f"~/{view.sheet.reference}.{ENDING[form]}")

    def place(typed: Given[str] | None) -> None:
        if not typed:
            return
        try:
            path = handing_out.place(typed.value)
            _prepare(acts, view, form, to_whom, typed.read_as(path).after(to_whom))
        except LnctpError as error:
            screen.shell.tell(error)

    of = f"{view.document['case']['id']}/{acts.referral_id}"
    screen.app.push_screen(
        LineDialog(_("¿En qué archivo?"), hint, PATH, purpose="referral.file", of=of), place
    )


def _prepare(
    acts: ReferralActs, view: Opened, form: str, to_whom: Given[str], path: Given[Path] | None
) -> None:
    """Make the bytes; then note that they leave; then hand them out. What was typed for a file waits for it."""
    words, shell = acts.words_of(view), acts.screen.shell

    def note(content: bytes) -> None:
        then: Callable[[], object] | None = None if path is None else partial(_hand_out, acts, path, content)
        job = _deed(acts, view, form, to_whom.value, content)
        acts.do(job, _("Enviada y anotada."), then, None if path else to_whom)

    make = partial(referral_words.content, view, form, words, shell.workspace.protocol)
    shell.in_reader(make, note, group="sheet")


def _deed(acts: ReferralActs, view: Opened, form: str, to_whom: str, content: bytes) -> Deed:
    seen, digest = view.sheet.fingerprint, referral_words.digest(content)
    if states.status_of(view.referral) in LEFT:
        store = acts.screen.shell.workspace.store
        return delivering(store, acts.referral_id, form, to_whom, seen, digest)
    review = referral_words.review(view, acts.words_of(view))
    return deed("referral_send", acts.referral_id, form, to_whom, seen, digest, review)


def _hand_out(acts: ReferralActs, path: Given[Path], content: bytes) -> None:
    """Write the file; where that fails it is said that the delivery is noted and nothing left."""
    app, shell = acts.screen.app, acts.screen.shell

    def written(_none: object) -> None:
        shell.workspace.let_go(path.drafts)
        text = _("Está en {file}: solo usted puede leerlo. Entréguelo, y después bórrelo.")
        app.notify(text.format(file=path.value), timeout=12, markup=False)

    def failed(error: LnctpError) -> None:
        text = _(
            "La entrega quedó anotada, pero el archivo no se escribió: no salió nada. «i» lo intenta otra vez."
        )
        app.notify(f"{text} {sentence(error)}", severity="error", timeout=15, markup=False)

    shell.in_reader(
        partial(handing_out.hand_out, path.value, content), written, group="hand_out", failed=failed
    )
