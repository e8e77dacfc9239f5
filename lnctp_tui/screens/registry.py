"""Screens by name: how each is made, its key on the desk, whether it is fetched early and resumed after a lock.

The app, the preload, the resume after a lock and the desk read this; a new screen stands here and in no other list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.binding import Binding

from lnctp_tui.i18n import N_

if TYPE_CHECKING:
    from textual.screen import Screen

    from lnctp_tui.screens.base import Place, Shell

HERE = __package__
"""Modules are named below this."""


@dataclass(frozen=True)
class Entry:
    """One screen."""

    factory: str
    """`module:name` below `lnctp_tui.screens`; imported when somebody goes there."""
    mode: bool = False
    """It has a stack of its own, where a call can interrupt it; else it is pushed over what is there."""
    preload: bool = False
    """Its module is imported while the phrase is typed."""
    resume: Callable[[Shell, str], object] | None = None
    """Comes back to it after a lock, with the id of what it showed; None: the lock ends on the desk."""
    key: Binding | None = None
    """Its key on the desk."""
    case_key: Binding | None = None
    """Its key on a case, whose id it is made with."""

    @property
    def module(self) -> str:
        """Full name of its module."""
        return f"{HERE}.{self.factory.partition(':')[0]}"

    def make(self, *arguments: Any) -> Screen[Any]:
        """A new screen."""
        screen: Screen[Any] = getattr(import_module(self.module), self.factory.partition(":")[2])(*arguments)
        return screen


def _key(key: str, name: str, text: str, display: str | None = None) -> Binding:
    return Binding(key, f"go('{name}')", text, key_display=display, id=f"desk.{name}")


def _case_key(key: str, name: str, text: str, *, show: bool = True) -> Binding:
    return Binding(key, f"go_of_case('{name}')", text, show=show, id=f"case.{name}")


def _over(*names: str) -> Callable[[Shell, str], object]:
    """Comes back to the last of these screens, over the others of the case that its state begins with."""

    def resume(shell: Shell, state: str) -> None:
        for name in names[:-1]:
            shell.go(name, state.partition("/")[0])
        shell.go(names[-1], state)

    return resume


SCREENS: dict[str, Entry] = {
    "desk": Entry("lists.desk:DeskScreen", mode=True, preload=True),
    "search": Entry(
        "lists.search:SearchScreen",
        mode=True,
        preload=True,
        key=_key("slash", "search", N_("buscar"), "/"),
    ),
    "sync": Entry("sync.sync:SyncScreen", mode=True, preload=True, key=_key("s", "sync", N_("sincronizar"))),
    "directory": Entry("lists.directory:DirectoryScreen", key=_key("d", "directory", N_("directorio"))),
    "provider": Entry("lists.provider:ProviderScreen"),
    "private": Entry("lists.private:PrivateScreen"),
    "options": Entry("vault.options:OptionsScreen", key=_key("o", "options", N_("opciones"))),
    "call": Entry("call.intake:IntakeScreen", resume=lambda shell, contact: shell.reopen_call(contact)),
    "edit": Entry("call.intake:IntakeScreen", resume=lambda shell, case: shell.edit_case(case)),
    "case": Entry("case.case:CaseScreen", preload=True, resume=lambda shell, case: shell.go("case", case)),
    "note": Entry("case.case:noting", resume=lambda shell, case: shell.go("note", case)),
    "handovers": Entry(
        "case.handovers:HandoversScreen",
        resume=_over("case", "handovers"),
        case_key=_case_key("o", "handovers", N_("relevos"), show=False),
    ),
    "handover": Entry("case.handovers:HandoverScreen", resume=_over("case", "handovers", "handover")),
    "pending": Entry(
        "follow.pending:PendingScreen",
        resume=lambda shell, _state: shell.go("pending"),
        key=_key("t", "pending", N_("pendientes")),
    ),
    "shift": Entry(
        "follow.shift:ShiftScreen",
        resume=lambda shell, _state: shell.go("shift"),
        key=_key("h", "shift", N_("relevo")),
    ),
    "supervision": Entry(
        "follow.supervising:SupervisionScreen",
        resume=lambda shell, _state: shell.go("supervision"),
        key=_key("u", "supervision", N_("supervisión")),
    ),
    "shares": Entry("practice.shares:SharesScreen", resume=lambda shell, _state: shell.go("shares")),
    "report": Entry(
        "report.report:ReportScreen",
        resume=lambda shell, _state: shell.go("report"),
        key=_key("i", "report", N_("informes")),
    ),
    "training": Entry(
        "training.training:TrainingScreen",
        resume=lambda shell, _state: shell.go("training"),
        key=_key("c", "training", N_("capacitación")),
    ),
    "alerts": Entry("report.alerts:AlertsScreen", resume=lambda shell, _state: shell.go("report")),
    "case_pending": Entry(
        "follow.pending:CasePendingScreen",
        resume=_over("case", "case_pending"),
    ),
    "card": Entry("follow.card:CardScreen", resume=lambda shell, task: shell.go("card", task)),
    "files": Entry("follow.files:FilesScreen", resume=_over("case", "files")),
    "file": Entry("follow.files:FileScreen", resume=_over("case", "files", "file")),
    "supports": Entry("follow.files:SupportsScreen", resume=_over("case", "supports")),
    "support": Entry("follow.files:SupportScreen", resume=_over("case", "supports", "support")),
    "referrals": Entry(
        "case.referrals:ReferralsScreen",
        resume=_over("case", "referrals"),
        case_key=_case_key("r", "referrals", N_("canalizar")),
    ),
    "referral": Entry("case.referrals:ReferralScreen", resume=_over("case", "referrals", "referral")),
    "links": Entry("links.links:LinksScreen", resume=_over("case", "links")),
    "contact": Entry("call.contact:CallScreen"),
    "conflicts": Entry("case.conflicts:ConflictsScreen"),
    "offers": Entry("case.transfer:OffersScreen"),
    "orders": Entry("sync.orders:OrdersScreen"),
    "queue": Entry("lists.quarantine:QueueScreen"),
}


def go(app: App[Any], name: str, *arguments: Any) -> None:
    """Go to the screen of this name; `arguments` say what it shows."""
    entry = SCREENS[name]
    if entry.mode:
        app.switch_mode(name)
    else:
        app.push_screen(entry.make(*arguments))


def resume(shell: Shell, place: Place) -> None:
    """Come back to where a lock came; a place that is no longer known is left."""
    name, state = place
    entry = SCREENS.get(name)
    if entry is not None and entry.resume is not None:
        entry.resume(shell, state)


def where(stack: Sequence[Screen[Any]]) -> Place | None:
    """The place of the uppermost screen that has one."""
    places = (getattr(screen, "place", None) for screen in reversed(stack))
    return next(filter(None, places), None)


def keys() -> list[Binding]:
    """The keys on the desk, in the order of the screens."""
    return [entry.key for entry in SCREENS.values() if entry.key is not None]


def case_keys() -> list[Binding]:
    """The keys on a case, in the order of the screens."""
    return [entry.case_key for entry in SCREENS.values() if entry.case_key is not None]


def modes() -> Iterator[tuple[str, Entry]]:
    """The screens with a stack of their own, by name."""
    return ((name, entry) for name, entry in SCREENS.items() if entry.mode)


def preload() -> None:
    """Import what the first screens need; blocking."""
    for entry in SCREENS.values():
        if entry.preload:
            import_module(entry.module)
