"""Search as typed: folios also mistyped, phones in any writing, names as they sound, newest first."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from workspaces import field, narrate, settle

from lnctp_tui.errors import StorageFailed
from lnctp_tui.services.call import endings, matches
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case.search import search
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.database import search as index
from lnctp_tui.storage.database.engine import PAGE_SIZE


@pytest.fixture
def told(workspace: Workspace) -> Intake:
    """A case with a name, a phone, a handle, a place and a narrative."""
    intake = Intake.start(workspace)
    narrate(intake, "La encerraron en una bodega cerca del mercado")
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
    "typed",
    [
        "22 25 55 01 42", "222-5550-142", "+52 222 555", "222555", "2255 5014", "0142", "50142", "55 5014", "555.0142",
        "genesis 222 555", "044 222 555 0142", "52 1 222 555 0142",
    ],
)  # fmt: skip
def test_a_number_is_found_in_any_grouping_and_by_its_parts(
    workspace: Workspace, told: Intake, typed: str
) -> None:
    assert [hit.case_id for hit in search(workspace.store, typed)] == [told.document["case"]["id"]]


def test_a_number_told_in_words_is_found_and_matches_the_next_case(workspace: Workspace) -> None:
    first = Intake.start(workspace)
    first.set(first.contact, {"kind": "victim"})
    narrate(first, "Le marcan del 55 1234 5678 cada noche")
    settle(workspace)
    case = first.document["case"]["id"]
    assert [hit.case_id for hit in search(workspace.store, "5512345678")] == [case]
    assert [hit.case_id for hit in search(workspace.store, "3456")] == [case]
    second = Intake.start(workspace)
    second.set(second.contact, {"kind": "victim"})
    narrate(second, "El que la busca llama del (55) 1234-5678")
    settle(workspace)
    (match,) = matches.earlier(workspace.store, second.document)
    assert (match.case_id, match.why) == (case, (("phone", "+525512345678"),))


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


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("MA. GUADALUPE HDEZ. LÓPEZ", "maria guadalupe"), ("MA. GUADALUPE HDEZ. LÓPEZ", "maría hernández"),
        ("María Guadalupe", "ma guadalupe"), ("María Guadalupe", "gpe"), ("Gpe. Ejemplo", "guadalupe"),
        ("Fco. Javier", "francisco"), ("J. JESÚS", "jose jesus"), ("Yesica", "jessica"), ("Jessica", "yesica"),
        ("Maikol", "michael"), ("Michael", "maicol"), ("Brayan", "bryan"), ("Osvaldo", "oswaldo"),
        ("Christian", "cristian"), ("Deysi", "daisy"), ("Jhonatan", "yonatan"),
    ],
)  # fmt: skip
def test_a_name_is_found_in_every_spelling(workspace: Workspace, written: str, typed: str) -> None:
    intake = Intake.start(workspace)
    intake.set(intake.contact, {"kind": "victim"})
    intake.enter(field(workspace, "person", "name"), written)
    other = Intake.start(workspace)
    other.set(other.contact, {"kind": "victim"})
    other.enter(field(workspace, "person", "name"), "Rosa Ficticia")
    settle(workspace)
    assert [hit.case_id for hit in search(workspace.store, typed)] == [intake.document["case"]["id"]]


def test_what_was_changed_is_no_longer_found(workspace: Workspace, told: Intake) -> None:
    told.enter(field(workspace, "person", "name"), "Otra Persona")
    settle(workspace)
    assert search(workspace.store, "genesis") == []
    assert len(search(workspace.store, "otra persona")) == 1


def test_a_call_without_a_case_is_found_too_and_newest_comes_first(
    workspace: Workspace, told: Intake
) -> None:
    call = Intake.start(workspace)
    narrate(call, "pregunta por la bodega")
    settle(workspace)
    hits = search(workspace.store, "bodega")
    assert [hit.contact_id for hit in hits] == [call.contact.id, None]


def test_a_call_that_joins_a_case_is_listed_once(workspace: Workspace, told: Intake) -> None:
    call = Intake.start(workspace)
    narrate(call, "volvió a marcar por la ventanilla")
    settle(workspace)
    assert [hit.contact_id for hit in search(workspace.store, "ventanilla")] == [call.contact.id]
    endings.attach(call, told.document["case"]["id"], lambda _done: None)
    settle(workspace)
    case = told.document["case"]["id"]
    assert [(hit.case_id, hit.contact_id) for hit in search(workspace.store, "ventanilla")] == [(case, None)]


def test_each_letter_asks_the_connection_that_has_read_the_last_one(
    workspace: Workspace, told: Intake
) -> None:
    with workspace.store.read() as first, workspace.store.read() as second:
        both = {first.connection.dbapi_connection, second.connection.dbapi_connection}
    assert len(both) == 2
    asked: list[object] = []
    for typed in ("ge", "gen", "gene"):
        with workspace.store.read() as connection:
            asked.append(connection.connection.dbapi_connection)
            assert len(index.find(connection, typed)) == 1
    assert set(asked) == {asked[0]}


def test_a_leaf_of_the_index_fills_a_page_and_no_more(workspace: Workspace) -> None:
    seal, overhead = 80, 35  # SQLCipher's reserve; a longer record than the rest spills on a second page
    with workspace.store.write() as unit:
        rows = [{"r": at * 1_000_000, "body": f"palabra{at} {at * 7}"} for at in range(1, 3000)]
        unit.connection.execute(
            text("INSERT INTO search (rowid, names, body, sounds) VALUES (:r, '', :body, '')"), rows
        )
        unit.connection.execute(text("INSERT INTO search (search) VALUES ('optimize')"))
    with workspace.store.read() as connection:
        lengths = connection.execute(text("SELECT length(block) FROM search_data")).scalars().all()
    assert PAGE_SIZE / 2 < max(lengths) <= PAGE_SIZE - seal - overhead


def test_a_search_that_the_disk_refuses_says_so(workspace: Workspace, told: Intake) -> None:
    with workspace.store.write() as unit:
        unit.connection.execute(text("DROP TABLE search"))
    with pytest.raises(StorageFailed):
        search(workspace.store, "genesis")
