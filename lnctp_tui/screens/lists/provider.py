"""One provider: the number to call on top, what is proposed and verified by nobody apart, and who may say what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.lists import directory_words as said
from lnctp_tui.screens.lists.call_card import NO_NUMBER, UNSURE
from lnctp_tui.screens.lists.columns import Frame
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.lists.provider_acts import ProviderActs
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note

if TYPE_CHECKING:
    from lnctp_tui.domain.directory.trust import Stated
    from lnctp_tui.services.directory.directory import Detail

TOLD = ("about", "how_to_refer")


class ProviderScreen(ListScreen["Detail"]):
    """All of one provider."""

    NAME = N_("Institución")
    GROUP = "provider"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="provider.leave"),
        Binding("l", "call", N_("llamar"), id="provider.call"),
        Binding("v", "verify", N_("verificado"), id="provider.verify"),
        Binding("p", "propose", N_("proponer cambio"), id="provider.propose"),
        Binding("0", "report('no_answer')", N_("no contestó"), id="provider.no_answer"),
        Binding("9", "report('wrong_number')", N_("equivocado"), id="provider.wrong"),
        Binding("8", "full", N_("lleno"), id="provider.full"),
        Binding("c", "room", N_("lugares"), id="provider.room"),
        Binding("e", "status", N_("estado"), id="provider.status"),
        Binding("h", "hours", N_("horario"), id="provider.hours"),
        Binding("s", "private", N_("reservado"), id="provider.private"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="provider.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="provider.help"),
    ]

    def __init__(self, provider_id: str) -> None:
        super().__init__()
        self.provider_id = provider_id
        self.acts = ProviderActs(self)

    def compose(self) -> ComposeResult:
        yield Static(Content(self.heading), classes="bar", id="top")
        yield RowList(id="list")
        yield KeyBar()

    def job(self, limit: int) -> Job[Detail]:
        """What this laptop has."""
        from lnctp_tui.services.directory import directory

        store, id_ = self.shell.workspace.store, self.provider_id
        return lambda: directory.detail(store, id_)

    def draw(self) -> None:
        """The name, above what there is."""
        if self.view is not None:
            self.query_one("#top", Static).update(Content(said.named(self.view.line.name)))
        super().draw()

    def lines(self, view: Detail) -> list[Line]:
        """The number to call, the others, places, services, what was tried."""
        drawn = self.frame
        return [
            *_to_dial(view, drawn), *_channels(view, drawn), *_sites(view, drawn),
            *_services(view, drawn), *_told(view, drawn), *_checks(view, drawn),
        ]  # fmt: skip

    def open_key(self, key: str) -> None:
        """Enter verifies what stands under the cursor."""
        self.action_verify()

    def action_call(self) -> None:
        """Show the number to dial, large."""
        self.acts.call(self.provider_id)

    def action_private(self) -> None:
        """What supervision alone knows."""
        self.acts.private(self.provider_id)

    def action_verify(self) -> None:
        """Ask who answered the call."""
        if about := self.query_one(RowList).key:
            self.acts.verify(self.provider_id, about)

    def action_propose(self) -> None:
        """Ask for the number that is to stand in the place of the one under the cursor."""
        if self.view is not None:
            under = self.query_one(RowList).key
            stated = {entry.row["id"] for entry in self.view.gathered.channels.current}
            self.acts.propose(self.provider_id, under if under in stated else self._to_dial())

    def action_report(self, kind: str) -> None:
        """It did not answer, or somebody else did."""
        self.acts.report(self.provider_id, kind, self.query_one(RowList).key or self._to_dial())

    def action_status(self) -> None:
        """What became of it."""
        self.acts.status(self.provider_id)

    def action_hours(self) -> None:
        """When the place under the cursor is open, else the first one."""
        sites = [stated.row for stated, _open in self.view.sites] if self.view else []
        under = self.query_one(RowList).key
        site = next((row for row in sites if row["id"] == under), sites[0] if sites else {})
        self.acts.hours(self.provider_id, site.get("id"), str(site.get("hours") or ""))

    def action_room(self) -> None:
        """Ask how many places are free."""
        self.acts.room(self.provider_id)

    def _to_dial(self) -> str | None:
        return self.view.to_dial.row["id"] if self.view and self.view.to_dial else None

    def action_full(self) -> None:
        """There is no room."""
        self.acts.full(self.provider_id)


def _to_dial(view: Detail, drawn: Frame) -> Sequence[Line]:
    badge, look = said.fresh_badge(view.line)
    opened, _look = said.offered_badge(view.line, drawn.words.zone)
    state = Line((Cell(f"{opened} · {said.room(view.line.free)}"), Cell(badge, len(badge) + 1, look)))
    if view.to_dial is None:
        return [
            state,
            heading(_("Llamar")),
            *drawn.notes(_(NO_NUMBER)),
        ]
    row = view.to_dial.row
    lines = [
        state,
        heading(_("Llamar"), _(said.STANDING[view.to_dial.standing])),
        _stated(view.to_dial, said.channel(row, drawn.words)),
    ]
    if view.to_dial.standing != "verified":
        lines += drawn.notes(_(UNSURE))
    return lines


def _channels(view: Detail, drawn: Frame) -> Sequence[Line]:
    channels = view.gathered.channels
    others = [
        entry
        for entry in channels.current
        if view.to_dial is None or entry.row["id"] != view.to_dial.row["id"]
    ]
    lines = [_stated(entry, said.channel(entry.row, drawn.words)) for entry in others]
    lines = [heading(_("Otros medios")), *lines] if lines else []
    proposed = [_stated(entry, said.channel(entry.row, drawn.words)) for entry in channels.proposed]
    proposed += [
        _stated(entry, said.address(entry.row, drawn.words)) for entry in view.gathered.sites.proposed
    ]
    if proposed:
        lines += [heading(_("Propuesto, sin verificar: no se usa")), *proposed]
    return lines


def _sites(view: Detail, drawn: Frame) -> Sequence[Line]:
    lines = []
    for entry, opened in view.sites:
        lines.append(_stated(entry, said.address(entry.row, drawn.words)))
        lines += drawn.notes(said.open_badge(opened, drawn.words.zone)[0], "    ")
    return [heading(_("Sedes")), *lines] if lines else []


def _stated(entry: Stated, text: str) -> Line:
    standing = _(said.STANDING[entry.standing])
    look = "success" if entry.standing == "verified" else "warning"
    return Line((Cell(text, None, "strong"), Cell(standing, len(standing) + 1, look)), entry.row["id"])


def _services(view: Detail, drawn: Frame) -> Sequence[Line]:
    lines: list[Line] = []
    for service in view.gathered.services:
        lines += drawn.notes(_service(service, drawn))
    for service in view.gathered.drafts:
        lines += drawn.notes(f"{_('Propuesto, sin verificar')}: {_service(service, drawn)}")
    return [heading(_("Servicios")), *lines] if lines else []


def _service(service: Mapping[str, Any], drawn: Frame) -> str:
    words = drawn.words
    shown = (
        "modality",
        "sexes",
        "age_min",
        "age_max",
        "accepts",
        "refuses",
        "children_along",
        "languages",
        "covers",
    )
    parts = [
        f"{words.field('provider_services', name)}: {words.value('provider_services', name, service[name])}"
        for name in shown
        if service.get(name) not in (None, [], "")
    ]
    return said.without_numbers(" · ".join([words.code("service", service.get("kind")), *parts]))


def _told(view: Detail, drawn: Frame) -> Sequence[Line]:
    provider = view.gathered.provider
    lines: list[Line] = []
    for name in TOLD:
        if provider.get(name):
            lines += [
                heading(drawn.words.field("providers", name)),
                *drawn.notes(said.without_numbers(str(provider[name]))),
            ]
    return lines


def _checks(view: Detail, drawn: Frame) -> Sequence[Line]:
    newest = sorted(view.gathered.checks, key=lambda check: str(check.get("at")), reverse=True)[:10]
    lines: list[Line] = []
    for check in newest:
        kind = drawn.words.code("provider_check", check.get("kind"))
        said_by = f"{drawn.words.moment(check.get('at'), drawn.words.zone)} {kind}"
        told = said.without_numbers(" · ".join(filter(None, (check.get("told_by"), check.get("note")))))
        lines += drawn.notes(f"{said_by} {told}".rstrip())
    return [heading(_("Lo que se probó")), *(lines or [note(_("Nada todavía."))])]
