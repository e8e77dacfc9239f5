"""Synchronisation: what waits and since when, what the server did not take and why, and what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.i18n.of_records import table
from lnctp_tui.screens.base import AppScreen
from lnctp_tui.screens.sync import sync_words as words
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import cases
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import Part, Reader
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.case.cases import CaseLine
    from lnctp_tui.services.sync.synchronise import SyncStatus, Waiting

MOST = 200
CONFLICTS, OFFERS, FOLIO, LOOSE = "conflicts:", "offers:", "folio:", "loose:"
BAR = 20
"""Cells of the first download's bar."""


class _View(NamedTuple):
    status: SyncStatus
    waiting: list[Waiting]
    fingerprint: tuple[str, ...]
    authority: str
    """Six words of the organisation whose officers are believed here."""


class SyncScreen(AppScreen[None]):
    """A mode of its own: a call can interrupt it like everything else."""

    NAME = N_("Sincronización")
    CSS_PATH = "../../styles/lists.tcss"
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "retry", N_("intentar ahora"), key_display="r", id="sync.retry"),
        Binding("i", "enroll", N_("inscribir este equipo"), id="sync.enroll"),
        Binding("d", "conflicts", N_("decidir"), tooltip=N_("Datos con dos valores"), id="sync.conflicts"),
        Binding(
            "o", "offers", N_("ofrecidos"), tooltip=N_("Casos ofrecidos, de y a colegas"), id="sync.offers"
        ),
        Binding(
            "f", "orders", N_("órdenes"), tooltip=N_("Órdenes que firman los responsables"), id="sync.orders"
        ),
        Binding(
            "a",
            "authority",
            N_("confirmar autoridad"),
            tooltip=N_("Con su coordinación al teléfono"),
            id="sync.authority",
        ),
        Binding("u", "queue", N_("supervisión"), tooltip=N_("Por decidir, y en cuarentena"), id="sync.queue"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="sync.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="sync.help"),
        Binding("escape,q,s", "leave", N_("escritorio"), key_display="Esc", id="sync.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.view: _View | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar(id="top")
        yield (state := Reader(id="sync-state"))
        state.can_focus = False
        yield RowList(id="list")
        yield KeyBar()

    def on_mount(self) -> None:
        self._read()

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile."""
        if self.is_mounted:
            self._read()

    def synced(self, status: SyncStatus) -> None:
        """Show it at once when somebody looks."""
        if self.is_current:
            self._read()

    def _read(self) -> None:
        from lnctp_tui.services.sync import orders, synchronise

        workspace, told = self.shell.workspace, self.shell.sync_status

        def read() -> _View:
            status = replace(synchronise.status(workspace), online=told.online if told else None)
            pending = status.state == words.PENDING
            return _View(
                status,
                synchronise.waiting(workspace.store, MOST) if status.enrolled else [],
                synchronise.fingerprint(workspace) if pending else (),
                orders.words(status.authority) if status.authority else "",
            )

        self.shell.in_reader(read, self._show, group="sync")

    def _show(self, view: _View) -> None:
        if not self.is_mounted:
            return
        self.view = view
        workspace = self.shell.workspace
        now = workspace.store.now()
        said = words.mark(view.status, workspace.zone, now)
        top = self.query_one(TitleBar)
        top.show(self.heading)
        top.mark(said.long or _("sin servidor"), alert=said.alert)
        self._state(view)
        lines = [*self._to_do(view.status), *self._refused(view), *self._waiting(view)]
        self.query_one(RowList).show(lines)
        self.query_one(KeyBar).refresh()
        self.refresh_bindings()

    # what is said

    def _state(self, view: _View) -> None:
        reader = self.query_one("#sync-state", Reader)
        reader.show(self._parts(view))
        reader.styles.height = reader.height_of_all + 2

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        if self.view is not None:
            self.call_after_refresh(self._state, self.view)

    def _parts(self, view: _View) -> list[Part]:
        status = view.status
        if not status.enrolled:
            alone = (
                _("Este equipo trabaja solo: todo queda en su disco y no se envía a nadie."),
                _(
                    "Para compartir casos con su equipo, pida a quien administra la dirección del servidor, "
                    "un código y el archivo de su certificado; después pulse «i»."
                ),
            )
            return [Part("text", each) for each in alone]
        zone, now = self.shell.workspace.zone, self.shell.workspace.store.now()
        named = (words.STATES.get(status.state or ""), words.ROLES.get(status.role or ""))
        state = " · ".join(_(each) for each in named if each)
        contact = words.when(status.last_contact, zone, now) or _("todavía ninguno")
        if status.online is False:
            contact += f" · {_('sin conexión; se reintenta solo')}"
        pairs = [
            (_("Servidor"), " · ".join(filter(None, (status.server, state)))),
            (_("Último contacto"), contact),
            (_("Primera descarga"), _progress(status)),
            (_("Reloj"), words.skew(status.clock_offset)),
            (_("Autoridad"), _authority(view.authority)),
            (_("Qué pasa"), words.problem(status.problem)),
            *((_("Cuidado"), words.problem(alarm)) for alarm in status.alarms),
            (_("Último guardado"), words.when(status.saved_at, zone, now)),
            (_("Volvió"), words.came_back(status, zone, now)),
            (_("Retirados"), _withdrawn(status.withdrawn)),
            (_("Sin comprobar"), _aside(status.aside)),
            (_("Falta"), _pending(view.fingerprint)),
        ]
        return [Part("pair", text, label) for label, text in pairs if text]

    @staticmethod
    def _to_do(status: SyncStatus) -> list[Line]:
        lines = []
        if status.offers:
            text = ngettext("{count} caso ofrecido a usted", "{count} casos ofrecidos a usted", status.offers)
            lines.append(Line((Cell(text.format(count=status.offers), None, "accent"),), OFFERS))
        if status.conflicts:
            text = ngettext(
                "{count} dato con dos valores: falta decidir",
                "{count} datos con dos valores: falta decidir",
                status.conflicts,
            )
            lines.append(Line((Cell(text.format(count=status.conflicts), None, "warning"),), CONFLICTS))
        return [*lines, note("")] if lines else []

    def _refused(self, view: _View) -> list[Line]:
        refused = [each for each in view.waiting if each.refused]
        if not refused:
            return []
        room = max(20, self.size.width - 6)
        lines = [
            heading(_("El servidor no aceptó"), str(view.status.refused)),
            note(_("Está guardado aquí y apartado allá; supervisión lo revisa. Lo demás sigue.")),
        ]
        for each in refused:
            lines.append(self._change(each, "error"))
            lines += [note(f"   {line}") for line in wrap(words.refusal(each.refused), room)]
        return [*lines, note("")]

    def _waiting(self, view: _View) -> list[Line]:
        status = view.status
        if not status.enrolled:
            return []
        waits = [each for each in view.waiting if not each.refused]
        if not waits:
            return [heading(_("Por enviar")), note(_("Nada. Todo lo guardado tiene acuse del servidor."))]
        zone, now = self.shell.workspace.zone, self.shell.workspace.store.now()
        since = words.when(status.waiting_since, zone, now)
        title = _("Por enviar, desde {at}").format(at=since) if since else _("Por enviar")
        lines = [heading(title, str(status.waiting)), *(self._change(each) for each in waits)]
        more = status.waiting - len(waits)
        if more > 0:
            lines.append(note(ngettext("y {count} más", "y {count} más", more).format(count=more)))
        return lines

    def _change(self, each: Waiting, look: str = "muted") -> Line:
        said = (
            _("rechazado")
            if each.refused
            else _("enviado, sin acuse todavía")
            if each.sent
            else _("en espera")
        )
        return Line(
            (
                Cell(each.folio or _("sin caso"), 13, "strong" if each.folio else "muted"),
                Cell(table(each.table), 26),
                Cell(moment(each.at, self.shell.workspace.zone), 19, "muted"),
                Cell(said, None, look),
            ),
            (FOLIO + each.folio if each.folio else LOOSE) + f"#{each.id}",
        )

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now."""
        status = self.view.status if self.view else None
        enrolled = status is not None and status.enrolled
        allowed = {
            "retry": enrolled,
            "enroll": status is not None and not enrolled,
            "conflicts": status is not None and bool(status.conflicts),
            "offers": enrolled,
            "queue": status is not None and status.role == words.SUPERVISOR,
            "orders": status is not None and bool(status.authority),
            "authority": status is not None and not status.authority and bool(status.authority_offered),
        }
        return allowed.get(action, True)

    def action_retry(self) -> None:
        """Try at once, whatever the pause."""
        self.shell.sync_now()
        self.notify(_("Se intenta ahora."), markup=False)

    def action_enroll(self) -> None:
        """Make this laptop known to a server."""
        from lnctp_tui.screens.sync.enroll import EnrollScreen

        self.app.push_screen(EnrollScreen(), lambda _done: self._read())

    def action_conflicts(self) -> None:
        """All that is to be decided, case by case."""
        from lnctp_tui.screens.case.conflicts import ConflictsScreen

        self.app.push_screen(ConflictsScreen(None))

    def action_offers(self) -> None:
        """Cases that go from hand to hand."""
        from lnctp_tui.screens.case.transfer import OffersScreen

        self.app.push_screen(OffersScreen())

    def action_orders(self) -> None:
        """What officers signed, and what waits for a signature."""
        from lnctp_tui.screens.sync.orders import OrdersScreen

        self.app.push_screen(OrdersScreen())

    def action_authority(self) -> None:
        """Learn from a person, by telephone, who the officers are."""
        from lnctp_tui.services.sync import orders

        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: orders.own_words(workspace),
            self._confirm,
            group="authority",
        )

    def _confirm(self, own: str) -> None:
        from lnctp_tui.screens.sync.authority import ConfirmScreen

        self.app.push_screen(ConfirmScreen(own), lambda _done: self._read())

    def action_queue(self) -> None:
        """What a supervisor decides."""
        from lnctp_tui.screens.lists.quarantine import QueueScreen

        self.app.push_screen(QueueScreen())

    @on(RowList.Chosen)
    def open_row(self, event: RowList.Chosen) -> None:
        """What is to do, or the case of a change."""
        event.stop()
        if event.key == OFFERS:
            self.action_offers()
        elif event.key == CONFLICTS:
            self.action_conflicts()
        elif event.key.startswith(FOLIO):
            store, folio = self.shell.workspace.store, event.key.removeprefix(FOLIO).partition("#")[0]
            self.shell.in_reader(lambda: cases.by_folio(store, folio), self._open, group="folio")
        else:
            self.notify(_("No pertenece a un caso: se envía como lo demás."), markup=False)

    def _open(self, found: list[CaseLine]) -> None:
        if found:
            self.shell.show_case(found[0].id)

    def action_leave(self) -> None:
        """Back to the desk."""
        self.app.switch_mode("desk")


def _progress(status: SyncStatus) -> str:
    if not status.wanted:
        return ""
    total = max(status.wanted_total, status.wanted)
    done = total - status.wanted
    full = BAR * done // total
    text = _("{done} de {total} casos; los más nuevos primero, y ya se puede trabajar")
    return f"{'▰' * full}{'▱' * (BAR - full)} {text.format(done=done, total=total)}"


def _aside(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "{count} cambio cuya autoría no se pudo comprobar: se conserva y no se muestra",
        "{count} cambios cuya autoría no se pudo comprobar: se conservan y no se muestran",
        count,
    )
    return text.format(count=count)


def _withdrawn(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "{count} caso que el servidor retiró de este equipo: se conserva cifrado y no se muestra",
        "{count} casos que el servidor retiró de este equipo: se conservan cifrados y no se muestran",
        count,
    )
    return text.format(count=count)


def _authority(said: str) -> str:
    return _("confirmada: {words}").format(words=said) if said else ""


def _pending(fingerprint: tuple[str, ...]) -> str:
    if not fingerprint:
        return ""
    said = _("que administración apruebe este equipo: léale por teléfono estas seis palabras:")
    return f"{said} {' '.join(fingerprint)}"
