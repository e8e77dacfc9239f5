"""A town and a state that do not fit: both are kept, and whoever reads them is told."""

from __future__ import annotations

from workspaces import field

from lnctp_tui.screens.call import emergency_data
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.vault.workspace import Workspace


def test_the_card_for_911_names_no_town_in_a_state_that_has_none(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    place = intake.add("place", role="actual")
    intake.enter(field(workspace, "place", "state"), "Guerrero", place)
    parsed = intake.enter(field(workspace, "place", "municipality"), "30169", place)
    assert parsed.problem == "other_state"
    where = "\n".join(emergency_data.block(intake)[0][1])
    assert "José Azueta (Veracruz), el estado anotado es Guerrero" in where
    intake.enter(field(workspace, "place", "state"), "Veracruz", place)
    assert "José Azueta, Veracruz" in "\n".join(emergency_data.block(intake)[0][1])
