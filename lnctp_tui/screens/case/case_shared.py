"""What a case shares with others: values that differ, whose it is, to whom it is offered, news while it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from lnctp_tui.i18n import _
from lnctp_tui.screens.base import AppScreen, ScreenPart
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.sync.sync_words import ACTIVE, SUPERVISOR, role_of
from lnctp_tui.screens.times import clock, moment
from lnctp_tui.services.case import links, transfer
from lnctp_tui.widgets.reader import GAP, Part

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Conflict, Handed
    from lnctp_tui.services.vault.workspace import Workspace


class Around(NamedTuple):
    """What stands around a case besides its document."""

    conflicts: list[Conflict]
    names: dict[str, str]
    until: str | None = None
    """Until when it is seen, where a hand-over opened it."""


def around(workspace: Workspace, case_id: str) -> Around:
    """Reads it from this laptop."""
    from lnctp_tui.services.sync import synchronise

    names = transfer.names(workspace.store) | links.folios(workspace.store, case_id)
    until = transfer.open_until(workspace.store, case_id)
    return Around(synchronise.conflicts(workspace.store, case_id), names, until)


class SharedCase(ScreenPart):
    """What the case view owns for it. `read` is to read the case again."""

    def __init__(self, screen: AppScreen[Any], case_id: str, read: Callable[[], None]) -> None:
        super().__init__(screen)
        self.case_id = case_id
        self._read = read
        self.around = Around([], {})
        self.offered: Handed | None = None
        self._news_at = ""

    def news(self, scopes: frozenset[str]) -> None:
        """A colleague wrote in it: read it again where it stands."""
        if self.case_id in scopes:
            workspace = self.screen.shell.workspace
            self._news_at = clock(workspace.store.now().isoformat(), workspace.zone)
            self._read()

    def ask_offers(self) -> None:
        """Whether it is offered to somebody, when there is a line."""
        status, workspace = self.screen.shell.sync_status, self.screen.shell.workspace
        if status is None or status.state != ACTIVE or status.online is False:
            return
        from lnctp_tui.services.sync import synchronise

        self.screen.shell.in_reader(
            lambda: synchronise.offers(workspace),
            self._take_offers,
            group="offered",
            failed=lambda _error: None,
        )

    def _take_offers(self, offers: list[Handed]) -> None:
        own_offer = next((offer for offer in offers if offer.scope == self.case_id), None)
        if own_offer != self.offered:
            self.offered = own_offer
            self._read()

    def state(self, owner: str | None) -> list[str]:
        """Whose it is, to whom it is offered, when a colleague wrote in it."""
        phrases = []
        name = self.around.names.get(owner or "")
        if name and owner != self.screen.shell.workspace.counselor_id:
            phrases.append(_("a cargo de {name}").format(name=name))
        if self.offered is not None and self.offered.mine:
            phrases.append(
                _("se lo ofrece {name}: «o» en la sincronización").format(name=self.offered.from_name)
            )
        elif self.offered is not None:
            phrases.append(_("ofrecido a {name}, sin respuesta").format(name=self.offered.to_name))
        if self.around.until:
            at = moment(self.around.until, self.screen.shell.workspace.zone)
            phrases.append(_("abierto por un relevo hasta {at}").format(at=at))
        if self._news_at:
            phrases.append(_("una colega escribió aquí a las {at}").format(at=self._news_at))
        return phrases

    def parts(self, words: Words) -> list[Part]:
        """The values that differ, before everything else."""
        if not self.around.conflicts:
            return []
        from lnctp_tui.screens.case.conflicts import counted, summary

        title = _("{said}: «d» decide cuál queda").format(said=counted(len(self.around.conflicts)))
        return [
            Part("alert", title),
            *(Part("pair", values, label) for label, values in summary(self.around.conflicts, words)),
            GAP,
        ]

    @property
    def allowed(self) -> dict[str, bool]:
        """The keys that need something between colleagues: only what stands, and what this person may do."""
        status = self.screen.shell.sync_status
        active = status is not None and status.state == ACTIVE
        return {
            "conflicts": bool(self.around.conflicts),
            "offer": active,
            "assign": self.role == SUPERVISOR,
        }

    @property
    def role(self) -> str | None:
        """Who this person is on the Line; None on a laptop that has no server."""
        return role_of(self.screen.shell.sync_status)

    def hand(self, *, assign: bool) -> None:
        """Offer it to a colleague, or give it to one."""
        from lnctp_tui.screens.case.transfer import hand_over

        done = self._read if assign else self.ask_offers
        hand_over(self.screen, self.case_id, assign=assign, done=done)
