"""Search as typed: folios also mistyped, phones in any writing, names as they sound, newest first."""

from __future__ import annotations

import pytest
from workspaces import field, settle

from lnctp_tui.services.intake import Intake
from lnctp_tui.services.search import search
from lnctp_tui.services.workspace import Workspace


@pytest.fixture
def told(workspace: Workspace) -> Intake:
    """A case with a name, a phone, a handle, a place and a narrative."""
    intake = Intake.start(workspace)
    intake.narrate("La encerraron en una bodega cerca del mercado")
    intake.set(intake.contact, {"kind": "victim"})
    intake.enter(field(workspace, "person", "name"), "Génesis Ibáñez")
    intake.set(
        intake.add("identifier", kind="phone"), {"value": "222 555 0142", "normalised": "+522225550142"}
    )
    intake.set(
        intake.add("identifier", kind="handle"),
        {"value": "@el_padrote_ficticio", "normalised": "el_padrote_ficticio"},
    )
    intake.set(intake.add("place", role="captacion"), {"state": "MX-MEX", "municipality": "15058"})
    settle(workspace)
    return intake


@pytest.mark.parametrize(
    "typed",
    [
        "genesis", "GÉNESIS ib", "jenesis ivañes", "2225550142", "+52 222 555 0142", "(222) 555-0142", "5550142",
        "@el_padrote_ficticio", "padrote fic", "bodega merc", "nezahualcoyotl", "neza", "ge",
    ],
)  # fmt: skip
def test_a_case_is_found_by_what_a_person_types(workspace: Workspace, told: Intake, typed: str) -> None:
    assert [hit.case_id for hit in search(workspace.store, typed)] == [told.document["case"]["id"]]


@pytest.mark.parametrize(
    "typed", ["", "g", "xyz", "genesis lopez", '"', "AND", "NEAR(", "*", "a_b", "-", "' OR 1=1"]
)
def test_what_matches_nothing_finds_nothing_and_breaks_nothing(
    workspace: Workspace, told: Intake, typed: str
) -> None:
    assert search(workspace.store, typed) == []


def test_a_mistyped_folio_is_found(workspace: Workspace, told: Intake) -> None:
    folio = told.folio or ""
    wrong = folio[:6] + ("1" if folio[6] != "1" else "2") + folio[7:]
    assert [(hit.folio, hit.why) for hit in search(workspace.store, wrong)] == [(folio, "exact")]
    assert search(workspace.store, folio.lower().replace("-", " "))[0].folio == folio


def test_what_was_changed_is_no_longer_found(workspace: Workspace, told: Intake) -> None:
    told.enter(field(workspace, "person", "name"), "Otra Persona")
    settle(workspace)
    assert search(workspace.store, "genesis") == []
    assert len(search(workspace.store, "otra persona")) == 1


def test_a_call_without_a_case_is_found_too_and_newest_comes_first(
    workspace: Workspace, told: Intake
) -> None:
    call = Intake.start(workspace)
    call.narrate("pregunta por la bodega")
    settle(workspace)
    hits = search(workspace.store, "bodega")
    assert [hit.contact_id for hit in hits] == [call.contact.id, None]
