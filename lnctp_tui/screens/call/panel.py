"""The panels of the wide screen over the form of a narrow one: elements, what clarifies, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from lnctp_tui.domain.assess.assess import Assessment
from lnctp_tui.domain.protocol.protocol import Field, Protocol, Stage
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.widgets.form.elements import ElementsPanel
from lnctp_tui.widgets.keys import KeyBar


class PanelDialog(AppDialog["str | None"]):
    """Answers the code of a question to go to, or nothing."""

    PURPOSE = "panel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,c", "dismiss(None)", N_("volver"), id="panel.close"),
        Binding("f", "owed", N_("ir a lo que falta"), id="panel.owed"),
    ]

    def __init__(
        self,
        protocol: Protocol,
        found: Assessment | None,
        person: str | None,
        debt: Sequence[tuple[Stage, Field]],
    ) -> None:
        super().__init__()
        self.protocol = protocol
        self.found = found
        self.person = person
        self.debt = debt

    def compose(self) -> ComposeResult:
        owed = " · ".join(pick(field.label).lower() for _stage, field in self.debt)
        with Vertical(classes="dialog -tall"):
            yield ElementsPanel(self.protocol)
            text = (
                _("Falta para cerrar: {fields}").format(fields=owed)
                if owed
                else _("No falta nada del mínimo")
            )
            yield Static(text, id="panel-debt", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        panel = self.query_one(ElementsPanel)
        panel.load(self.found, self.person)
        panel.focus()

    @on(ElementsPanel.Asked)
    def _asked(self, event: ElementsPanel.Asked) -> None:
        self.dismiss(event.code)

    def action_owed(self) -> None:
        if self.debt:
            self.dismiss(self.debt[0][1].code)
