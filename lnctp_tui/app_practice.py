"""The app while somebody practises: on a throw-away vault, behind walls, with PRÁCTICA on every screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from lnctp_tui.app import DEMO_KEY, REFUSED, LnctpApp, run_worker
from lnctp_tui.app_ending import QUIT
from lnctp_tui.domain.practice import mark
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.practice.bar import PracticeBar, mark_every_screen
from lnctp_tui.storage import instants, practice_walls

if TYPE_CHECKING:
    from textual.events import Key, Paste

    from lnctp_tui.app_start import Start
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.practice.trying import Trying
    from lnctp_tui.services.vault.workspace import Workspace

SCENARIO, FILE, EARLIER = "LNCTP_PRACTICE", "LNCTP_PRACTICE_FILE", "LNCTP_PRACTICE_EARLIER"
"""Name the scenario, a file of it that is not ours, and the tries of before (JSON: points, codes, times)."""
UNPAUSED = 4
"""From this level on no key stops the clock."""
FIRST = "LNCTP_PRACTICE_FIRST"
"""Whether somebody practises for the first time: the tour comes before the telephone rings."""


class Practising:
    """One practice call in an app. It ends with its review; a lock ends it too, and nothing is kept but the result."""

    def __init__(self, app: LnctpApp) -> None:
        self.app = app
        self.trying: Trying | None = None
        self.intake: Intake | None = None
        self.began = 0.0
        self.reviewed = False
        self.paused: float | None = None
        """When the cover words stopped the clock; None while it runs."""
        self.pauses = 0
        self.marks: dict[str, int] = {}
        """One's own, from 1 to 5."""
        self.sends = False
        """Whether supervision is to see the result."""
        self._enter, self._tick, self._cover = app.enter, app._tick, app.action_cover
        self._leave = app.leave_form
        deeds: dict[str, Callable[..., object]] = {
            "enter": self.enter,
            "_tick": self.tick,
            "action_cover": self.cover,
            "leave_form": self.leave,
            "action_talk": self.talk,
            "action_new_call": self.real_call,
            "action_lock": self.end,
            "lock": self.end,
            "action_quit": self.quit,
            "sync_begin": nothing,
            "sync_now": nothing,
        }
        for name, deed in deeds.items():
            setattr(app, name, deed)
        app.bind("ctrl+t", "talk", description=N_("hablar con quien llama"))

    def enter(self, start: Start) -> None:
        """Open the desk, and let the telephone ring; but never on a vault that is not one of practice."""
        if not mark.of_device(start.workspace.store.author.device):
            self.app.exit(REFUSED)
            return
        self._enter(start)
        self.app.call_after_refresh(self._tour if os.environ.get(FIRST) else self._ring, start.workspace)

    def _tour(self, workspace: Workspace) -> None:
        from lnctp_tui.screens.practice.first_tour import FirstTour

        def left(key: Key | Paste | None) -> None:
            self._ring(workspace)
            if key is not None:  # it acts in the call
                self.app.key_order.take_first(key)

        self.app.push_screen(FirstTour(), left)

    def _ring(self, workspace: Workspace) -> None:
        from lnctp_tui.services.practice import library
        from lnctp_tui.services.practice.trying import Trying

        path = os.environ.get(FILE)
        scenario = library.read(Path(path)) if path else library.load(os.environ[SCENARIO])
        self.trying = Trying(scenario, library.intents(), workspace.protocol)
        self.app.forms_open.start()
        self.intake = next(form.intake for form in self.app.forms_open.opened.values())
        self.began = monotonic()
        self.trying.begin()
        self._show_heard()

    @property
    def seconds(self) -> float:
        """Since the first word, without the pauses."""
        return (self.paused or monotonic()) - self.began

    def _so_far(self) -> list[tuple[str, str]]:
        return self.trying.so_far(self.seconds) if self.trying else []

    def tick(self) -> None:
        """A second passed."""
        self._tick()
        trying = self.trying
        if trying is None or self.reviewed or self._stands():
            return
        opened = list(self.app.forms_open.opened.values())
        self.intake = (
            opened[0].intake if opened else self.intake
        )  # what was written last counts, also once it is closed
        trying.tick(self.seconds, self.intake.document if self.intake else None)
        self._show_heard()
        if not opened:
            self._review(trying)

    def leave(self) -> None:
        """The call is over: its review comes at once, before a key reaches the desk."""
        self._leave()
        self.app.call_later(self.tick)

    def _show_heard(self) -> None:
        trying = self.trying
        if trying is None:
            return
        heard = next((text for who, text in reversed(self._so_far()) if who == "caller"), "")
        clock = f"{int(self.seconds) // 60}:{int(self.seconds) % 60:02d}"
        keys = _("Ctrl+T: hablar · Ctrl+N: llamada real")
        first = f"{_('PRÁCTICA')} · {pick(trying.scenario.title)} · {clock} · {keys}"
        for bar in self.app.screen.query(PracticeBar):
            bar.say(first, heard)

    def talk(self) -> None:
        """Open the line to speak."""
        from lnctp_tui.screens.practice.talk import TalkDialog

        if self.trying is not None and not self.reviewed and not isinstance(self.app.screen, TalkDialog):
            focus = self._focus()
            self.app.push_screen(TalkDialog(self._so_far, lambda text: self._say(text, focus)))
            self.app.call_after_refresh(self._show_heard)

    def _say(self, text: str, focus: str) -> None:
        if self.trying is not None:
            self.trying.say(text, self.seconds, focus)
            self._show_heard()

    def _focus(self) -> str:
        """`<on>.<code>` of the field the cursor is in, or was in last."""
        from lnctp_tui.screens.call.form import asker_of

        asker = asker_of(self.app.screen.focused or getattr(self.app.screen, "last_focus", None))
        return f"{asker.field.on}.{asker.field.code}" if asker is not None else ""

    def _stands(self) -> bool:
        """Whether the clock stands: on the lower levels, as long as the cover words are on the screen."""
        from lnctp_tui.screens.script import ScriptDialog

        if self.paused is not None and not any(
            isinstance(screen, ScriptDialog) for screen in self.app.screen_stack
        ):
            self.began += monotonic() - self.paused
            self.paused = None
        return self.paused is not None

    def cover(self) -> None:
        """The cover words; whoever listens at the other end hears them. Who learns may breathe: the clock stands."""
        self._cover()
        if self.trying is None or self.reviewed or self.paused is not None:
            return
        self.trying.cover(self.seconds)
        if self.trying.scenario.level < UNPAUSED:
            self.paused, self.pauses = monotonic(), self.pauses + 1

    def real_call(self) -> None:
        """A real call: practice ends at once, and the real vault asks for its phrase."""
        from lnctp_tui.services.practice import tries

        (self.app.home.parent / tries.REAL).touch()
        self.end()

    async def quit(self) -> None:
        """Practice ends, cut."""
        self.end()

    def _review(self, trying: Trying) -> None:
        import json

        from lnctp_tui.screens.practice.review import ReviewDialog, facts, spoken, words

        self.reviewed = True
        earlier = json.loads(os.environ.get(EARLIER, "[]"))
        review = trying.review(instants.today("UTC"))
        self._hand_back()
        brief, whole = words(trying, review, earlier, self.pauses), facts(trying, review)
        dialog = ReviewDialog(brief, whole, spoken(trying), self._marked, self._again, self._send)
        self.app.push_screen(dialog, lambda _answer: self.end())

    def _marked(self, marks: dict[str, int]) -> None:
        self.marks = marks
        self._hand_back()

    def _send(self) -> None:
        self.sends = True
        self._hand_back()

    def _again(self) -> None:
        from lnctp_tui.services.practice import tries

        (self.app.home.parent / tries.AGAIN).touch()

    def _hand_back(self) -> None:
        from lnctp_tui.services.practice import tries

        if self.trying is not None:
            own = ({"marks": self.marks} if self.marks else {}) | ({tries.SHARED: True} if self.sends else {})
            tries.hand_back(self.app.home.parent, self.trying.result(instants.today("UTC")) | own)

    def end(self) -> None:
        """Practice is over; nobody sits here, or it was left."""
        if not self.reviewed:
            self._hand_back()
        self.app.exit(QUIT)


def run() -> int:
    """Runs a practice worker, behind its walls; without the key of a throw-away vault it ends."""
    if DEMO_KEY not in os.environ:
        return QUIT
    practice_walls.stand()
    mark_every_screen()
    return run_worker(Practising)


def nothing() -> None:
    """What synchronisation comes to: a practice has no server."""
