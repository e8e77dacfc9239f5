"""What every screen of the app shares, and what it may ask of the app around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.i18n.messages import explain
from lnctp_tui.widgets.dimmed import render_dimmed

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import SyncStatus
    from lnctp_tui.services.vault.deeds import Deed
    from lnctp_tui.services.vault.vault_access import Key
    from lnctp_tui.services.vault.workspace import Workspace

Result = TypeVar("Result")
Value = TypeVar("Value")
Read = TypeVar("Read")
Place = tuple[str, str]
"""What is on the screen: (name in `screens.registry.SCREENS`, id of what it shows)."""
LISTS = Path(__file__).parents[1] / "styles" / "lists.tcss"
"""Styles of all that is opened after the phrase. Whole: a relative one would be looked for beside each subclass."""


class Shell(Protocol):
    """What a screen may ask of the app. The app implements it; screens never import the app."""

    home: Path
    idle_minutes: int
    """Minutes without a key after which the app locks."""

    @property
    def workspace(self) -> Workspace:
        """The open database; only after the phrase was accepted."""

    def open_with(self, key: Callable[[], Key], failed: Callable[[LnctpError], None]) -> None:
        """Open the database with a key that is being derived, and go to the desk."""

    def preload_rest(self) -> None:
        """Fetch in a thread what the first screen did not need."""

    def new_call(self) -> None:
        """Start a call in a mode of its own and go there."""

    def reopen_call(self, contact_id: str) -> None:
        """Go to an open call, or open an unfinished one where the counselor was."""

    def edit_case(self, case_id: str) -> None:
        """Open an existing case in the form."""

    def bring_back(self, case_id: str, contact_id: str, words: str) -> None:
        """Put words that had gone at the end of a narrative, in the form that has it, and go there."""

    def go(self, name: str, *arguments: object) -> None:
        """Go to the screen of this name in `screens.registry`; `arguments` say what it shows."""

    def show_case(self, case_id: str) -> None:
        """Open the case view on top of this screen."""

    def leave_form(self) -> None:
        """Close the form on the screen (finished, discarded or put aside) and go back to the desk."""

    def forms(self) -> list[tuple[str, str, bool]]:
        """The open forms: (mode, folio or time, on the screen now)."""

    def lock(self) -> None:
        """Hide everything and end the process that holds the key."""

    @property
    def sync_status(self) -> SyncStatus | None:
        """How synchronisation stands; None before the first look."""

    def sync_now(self) -> None:
        """Try to reach the server at once."""

    def sync_begin(self) -> None:
        """This laptop has a server since now, or its state is to be read again."""

    def tell(self, error: LnctpError) -> None:
        """Show what happened, what is saved and what to do."""

    def show_saving(self, screen: Screen[Any]) -> None:
        """Say over a screen that nothing is being saved, as long as that is so."""

    def unsaved(self) -> list[str]:
        """What the database lacks, a line for each form."""

    def practise(self, scenario: str, before: Sequence[Mapping[str, object]], *, first: bool = False) -> None:
        """Lock and end for a practice call, unless a call is open. `first`: nobody practised here before."""

    def leave_if_safe(self) -> None:
        """End, as was asked, when nothing would be lost by it any more."""

    def leave_anyway(self) -> None:
        """End, as was asked, and lose what is missing."""

    def come_back(self) -> None:
        """Go on after all with what was on the screen."""

    def in_reader(
        self,
        job: Callable[[], Result],
        done: Callable[[Result], None],
        *,
        group: str = "read",
        failed: Callable[[LnctpError], None] | None = None,
    ) -> None:
        """Run a blocking read in a thread; only the newest of a group is delivered."""


MOVES: list[BindingType] = [
    Binding("tab", "app.focus_next", N_("campo siguiente"), show=False, id="screen.next"),
    Binding("shift+tab", "app.focus_previous", N_("campo anterior"), show=False, id="screen.previous"),
    Binding("f10", "app.cover", N_("frase de cobertura"), show=False, id="screen.cover"),
    Binding(
        "ctrl+c",
        "screen.copy_text",
        N_("copiar lo marcado, dentro de la aplicación"),
        show=False,
        id="screen.copy",
    ),
]
"""Textual's own, in our words."""


class AppScreen(Screen[Result], inherit_bindings=False):
    """A screen of the app. Titles and key texts are translated when they are shown."""

    BINDINGS: ClassVar[list[BindingType]] = MOVES

    NAME = ""
    """Heading, as a Spanish msgid."""
    place: Place | None = None
    """How to come back here after a lock; None: to what is below."""

    @property
    def shell(self) -> Shell:
        """The app, as far as a screen may know it."""
        return cast("Shell", self.app)

    @property
    def heading(self) -> str:
        """The screen's name in the language in use."""
        return _(self.NAME)

    def action_go(self, name: str) -> None:
        """Go to the screen of this name."""
        self.shell.go(name)

    def on_screen_resume(self) -> None:
        """Whatever comes to the screen says that nothing is being saved."""
        self.shell.show_saving(self)

    def synced(self, status: SyncStatus) -> None:
        """The synchronisation told how it stands. Called on every screen that is open."""

    def news(self, scopes: frozenset[str]) -> None:
        """Colleagues wrote in these cases or contacts without a case. Called on every screen that is open."""


F1: list[BindingType] = [Binding("f1", "app.help", N_("para qué es"), show=False, id="dialog.help")]


class AppDialog(ModalScreen[Result], AppScreen[Result]):
    """A dialog of the app. F1 says what it is for: `PURPOSE`, a code of data/dialogs.toml."""

    BINDINGS: ClassVar[list[BindingType]] = F1
    PURPOSE = ""
    render = render_dimmed


class Given(NamedTuple, Generic[Value]):
    """What somebody typed in a dialog and gave. Its drafts wait until what it was given for stands."""

    value: Value
    drafts: tuple[str, ...] = ()

    def read_as(self, value: Read) -> Given[Read]:
        """What was typed, understood as this."""
        return Given(value, self.drafts)

    def after(self, earlier: Given[Any]) -> Given[Value]:
        """The same, given for one thing together with what was given before."""
        return Given(self.value, (*earlier.drafts, *self.drafts))


def hand_down(dialog: AppDialog[None], event: events.Key | events.Paste) -> None:
    """Leave a dialog by a key that is not its own, and let what is below have it: nothing typed is lost."""
    event.stop()
    event.prevent_default()
    dialog.dismiss(None)
    below = dialog.app.screen
    again = (
        events.Paste(event.text)
        if isinstance(event, events.Paste)
        else events.Key(event.key, event.character)
    )
    again._set_forwarded()
    (below.focused or below).post_message(again)


def write(
    screen: Screen[Any],
    job: Deed,
    then: Callable[[Any], object] | None = None,
    failed: Callable[[LnctpError], object] | None = None,
    given: Given[Any] | None = None,
) -> None:
    """Hand a deed to the writer; once it is stored `then` gets its result in the app's thread.

    A refusal is told; `failed` hears of it after that. `given`: what was typed for it, which waits until it stands.
    """
    app, shell = screen.app, cast("Shell", screen.app)

    def stored(result: Any) -> None:
        if then is not None:
            app.call_later(then, result)

    def refused(error: LnctpError) -> None:
        app.call_later(shell.tell, error)
        if failed is not None:
            app.call_later(failed, error)

    shell.workspace.hand_in(job, given.drafts if given else (), stored, refused)


class ScreenPart:
    """What a screen owns besides its widgets. What is read for it is not delivered once the screen is gone."""

    def __init__(self, screen: AppScreen[Any]) -> None:
        self.screen = screen

    @property
    def gone(self) -> bool:
        """Whether the screen is closed, or just being taken down."""
        return is_gone(self.screen)


def is_gone(widget: Widget) -> bool:
    """Whether a widget is closed, or just being taken down; Textual's own `is_mounted` never turns false again."""
    return widget._pruning or not widget.is_attached


def say(screen: Screen[Any], text: str, look: str | None = None) -> None:
    """Say what happened in the line that a screen has for it (`#said`); `look` is the line's class from now on."""
    message = screen.query_one("#said", Static)
    if look is not None:
        message.set_classes(look)
    message.update(Content(text))
    if text:  # on a small screen the line may stand below what is seen
        message.call_after_refresh(message.scroll_visible, animate=False)


def telling(
    screen: AppScreen[Any],
    message: str,
    then: Callable[[], object] = lambda: None,
    drafts: Sequence[str] = (),
    *,
    sent: bool = False,
) -> Callable[[object], None]:
    """Says what was done and lets its drafts go, also when the screen was left meanwhile; `then` while it is there.

    `sent`: it goes out to the others at once.
    """
    app, shell, whose = screen.app, screen.shell, screen

    def told(_result: object) -> None:
        if drafts:
            shell.workspace.let_go(drafts)
        app.notify(message, markup=False)
        if sent:
            shell.sync_now()
        if not is_gone(whose):
            then()

    return told


def sentence(error: LnctpError) -> str:
    """All that `explain` says, in one paragraph."""
    return str(explain(error))
