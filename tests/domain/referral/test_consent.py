"""Consent by datum: what was not agreed to is in no sheet, in no form of it."""

from __future__ import annotations

import itertools
import json
from copy import deepcopy
from typing import Any

import pytest
from counts import often
from hypothesis import given, settings
from hypothesis import strategies as st

from lnctp_tui.domain.records.kinds import BY_TABLE, KINDS
from lnctp_tui.domain.referral import consent, data, sheet_document
from lnctp_tui.domain.referral.consent import CAPS, WITHOUT_YES, Sheet
from lnctp_tui.domain.referral.data import EXPRESS, ORDER, SOURCES, SUMMARY

CANARY = "canario-{}"
VICTIM, TRAFFICKER, MOTHER = "0191-victima", "0191-tratante", "0191-madre"


def filled(table: str, row: str, **values: Any) -> dict[str, Any]:
    """A record in which every column of words says something that is found again."""
    record: dict[str, Any] = {"id": row}
    for column in BY_TABLE[table].columns:
        if column.type in ("text", "long", "code", "period", "folio"):
            record[column.name] = CANARY.format(f"{table}.{column.name}.{row}")
        elif column.type in ("instant", "date"):
            record[column.name] = f"2019-0{len(row) % 8 + 1}-11T11:11:11.{len(column.name):06}Z"
    return record | values


def whole_case() -> dict[str, Any]:
    """A case with something in every column of every table."""
    document: dict[str, Any] = {
        "schema": 1,
        "case": filled(
            "cases",
            "0191-caso",
            anonymity="identificado",
            consent_share="yes",
            callback_identifier_id="0191-tel",
        ),
    }
    document["case"]["answers"] = {
        "danger.in_progress": "yes",
        "danger.illness_untreated": "yes",
        "canario": CANARY.format("cases.answers"),
    }
    for kind in KINDS:
        if kind.on_case:
            document[kind.table] = [filled(kind.table, f"0191-{kind.table}")]
    answers = {
        "need.refugio": "yes",
        "need.cuidado_hijos": "yes",
        "language.nah": "yes",
        "modality.trata_sexual": "yes",
        "vulnerability.condicion_salud": "yes",
        "vulnerability.discapacidad": "yes",
        "vulnerability.embarazo": "yes",
        "violence.fisica": "yes",
    }
    document["people"] = [
        filled("people", VICTIM, role="victim", age_min=17, age_max=17, answers=answers),
        filled("people", TRAFFICKER, role="trafficker"),
        filled("people", MOTHER, role="other"),
    ]
    document["contacts"][0] |= {"reporter_person_id": VICTIM, "reporter_type": "victima_directa"}
    document["places"] = [
        filled("places", f"0191-{role}", role=role, person_id=VICTIM)
        for role in ("actual", "destino", "captacion", "origen")
    ]
    document["identifiers"] = [
        filled("identifiers", "0191-tel", kind="phone", value="5550001111", person_id=None),
        filled("identifiers", "0191-alias", kind="alias", person_id=VICTIM),
        filled("identifiers", "0191-su-tel", kind="phone", value="5550002222", person_id=TRAFFICKER),
        filled("identifiers", "0191-otro", kind="phone", value="5550003333", person_id=MOTHER),
        filled("identifiers", "0191-suelto", kind="phone", value="5550004444", person_id=None),
    ]
    document["money"][0] |= {"person_id": VICTIM, "share_consent": "yes"}
    return document


def referral(**values: Any) -> dict[str, Any]:
    return {
        "id": "0191-canalizacion", "person_id": VICTIM, "consent_by": VICTIM, "consent": "yes", "provider_id": "0191-p",
        "provider_name": "Casa Ceiba (ficticia)", "reference": "R-4Q7K2M", "reason": "otro", "status": "prepared",
        "summary_for": "Pide un lugar para hoy", "answers": {},
    } | values  # fmt: skip


def said(*data_: str, answer: str = "yes", express: bool = True) -> dict[str, str]:
    answers = {f"share.{datum}": answer for datum in data_}
    return answers | ({f"express.{datum}": "yes" for datum in data_} if express else {})


def everything(sheet: Sheet) -> str:
    return json.dumps(
        [sheet_document.document(sheet), [[fact.value for fact in entry.facts] for entry in sheet.told]],
        ensure_ascii=False,
    )


ALL = referral(answers=said(*ORDER))


def test_every_datum_has_something_here_so_that_the_tests_below_see_it() -> None:
    assert consent.sheet(whole_case(), ALL).data == list(ORDER)


def values_of(datum: str) -> set[str]:
    """What only this datum tells."""
    sheet = consent.sheet(whole_case(), ALL)
    of = {entry.datum: {str(fact.value) for fact in entry.facts} for entry in sheet.entries}
    return {
        value
        for value in of[datum]
        if len(value) > 4 and not any(value in of[name] for name in ORDER if name != datum)
    }


@settings(max_examples=often(400, 40), deadline=None)
@given(
    st.dictionaries(st.sampled_from(ORDER), st.sampled_from(("yes", "no", "unknown", "refused", "", 1))),
    st.sets(st.sampled_from(ORDER)),
)
def test_every_datum_in_a_sheet_has_its_yes_and_nothing_else_of_the_case_is_in_it(
    answers: dict[str, str], express: set[str]
) -> None:
    said_so = {f"share.{datum}": answer for datum, answer in answers.items()} | {
        f"express.{datum}": "yes" for datum in express
    }
    sheet = consent.sheet(whole_case(), referral(answers=said_so))
    assert set(sheet.data) <= {datum for datum, answer in answers.items() if answer == "yes"}
    assert not (set(sheet.data) & EXPRESS) - express
    assert set(sheet.data) | set(sheet.left_out) == set(ORDER)
    assert not set(sheet.data) & set(sheet.left_out)
    text = everything(sheet)
    for datum in sheet.left_out:
        assert not [value for value in values_of(datum) if value in text], datum


NEVER = (
    "cases.code_word", "cases.folio", "cases.summary", "cases.callback_say", "contacts.", "notes.", "tasks.",
    "files.", "supports.", "handovers.", "exclusions.", "referral_deliveries.", "referrals.",
    "people.education", "people.birth", MOTHER, "captacion", "origen", "0191-", "2019-", "5550003333",
    "5550004444", "cases.answers", "normalised",
)  # fmt: skip


def test_what_is_nobodys_to_share_leaves_with_no_yes() -> None:
    sheet = consent.sheet(whole_case(), ALL)
    document = sheet_document.document(sheet)
    text = json.dumps(document)
    # The values themselves end in the id of their record here: it is cut off.
    for row in (
        "0191-caso",
        VICTIM,
        TRAFFICKER,
        "0191-actual",
        "0191-destino",
        "0191-tel",
        "0191-alias",
        "0191-su-tel",
        "0191-money",
    ):
        text = text.replace(f".{row}", "")
    assert not [word for word in NEVER if word in text]


@pytest.mark.parametrize("anonymity", sorted(CAPS))
def test_no_yes_opens_what_the_agreed_anonymity_closes(anonymity: str) -> None:
    document = whole_case()
    document["case"]["anonymity"] = anonymity
    sheet = consent.sheet(document, ALL)
    assert not set(sheet.data) & CAPS[anonymity]
    places = sheet_document.document(sheet).get("places", [])
    if anonymity == "anonimo":
        assert all(set(place) <= {"country", "state"} for place in places)


def test_a_third_party_gives_away_only_what_is_theirs() -> None:
    sheet = consent.sheet(whole_case(), ALL | {"consent_by": MOTHER})
    text = everything(sheet)
    assert set(sheet.data) <= data.OWN_OF_THIRD
    assert "5550003333" in text
    assert MOTHER in text
    assert VICTIM not in text
    assert "5550001111" not in text


@pytest.mark.parametrize("nobody", [{"consent_by": None}, {"consent_by": "0191-nadie"}])
def test_without_who_consented_nothing_leaves(nobody: dict[str, Any]) -> None:
    assert consent.sheet(whole_case(), ALL | nobody).data == []
    assert "whose" in consent.blockers(whole_case(), ALL | nobody, "refugio")


@pytest.mark.parametrize(
    ("change", "blocker"),
    [
        ({"consent": None}, "consent"), ({"consent": "no"}, "consent"), ({"consent_by": TRAFFICKER}, "exploiter"),
        ({"provider_id": None}, "recipient"), ({"status": "sent"}, "status"), ({"basis": "deber_legal"}, "legal_duty"),
        ({"basis": "peligro_vida", "override_reason": "la van a matar hoy"}, "not_for_them"),
        ({"basis": "menor_edad", "override_reason": "tiene diecisiete años"}, "not_for_them"),
    ],
)  # fmt: skip
def test_it_is_not_sent_when(change: dict[str, Any], blocker: str) -> None:
    assert consent.blockers(whole_case(), ALL, "refugio") == []
    assert consent.blockers(whole_case(), ALL | change, "refugio") == [blocker]


def test_who_said_no_to_sharing_is_asked_again_first() -> None:
    document = whole_case()
    document["case"]["consent_share"] = "no"
    assert consent.blockers(document, ALL, "refugio") == ["share_refused"]


@pytest.mark.parametrize(("basis", "kind"), [("peligro_vida", "policia"), ("menor_edad", "procuraduria_nna")])
def test_without_a_yes_only_the_block_of_its_basis_leaves_with_a_reason(basis: str, kind: str) -> None:
    bare = referral(basis=basis, consent=None, consent_by=None)
    assert consent.blockers(whole_case(), bare, kind) == ["reason"]
    assert consent.blockers(whole_case(), bare | {"override_reason": " . - "}, kind) == ["reason"]
    assert consent.blockers(whole_case(), bare | {"override_reason": "Dice que hoy la matan"}, kind) == []
    sheet = consent.sheet(whole_case(), bare)
    assert set(sheet.data) == set(WITHOUT_YES[basis])
    text = everything(sheet)
    assert "5550001111" not in text
    assert "referrals" not in text.replace('"referrals"', "")
    adult = whole_case()
    adult["people"][0] |= {"age_min": 30, "age_max": 30}
    blocked = consent.blockers(adult, bare | {"override_reason": "Dice que hoy la matan"}, kind)
    assert blocked == (["not_a_minor"] if basis == "menor_edad" else [])


@pytest.mark.parametrize("field", ["share.name", "express.health"])
def test_a_yes_with_two_values_is_no_yes(field: str) -> None:
    datum = field.partition(".")[2]
    assert datum in consent.sheet(whole_case(), ALL).data
    assert datum not in consent.sheet(whole_case(), ALL, {f"answers.{field}"}).data
    assert not set(consent.sheet(whole_case(), ALL, {"anonymity"}).data) & CAPS["anonimo"]
    assert consent.blockers(whole_case(), ALL, "refugio", {"consent_by"}) == ["contested"]


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("pregunte por CANARIO-cases.code_word.0191-caso", "code_word"), ("su tel es (55) 5000-3333", "phone"),
        ("55 5000 4444", "phone"), (f"la mamá, canario-people.name.{MOTHER}, llamó", "name"),
        ("caso canario-cases.folio.0191-caso", "folio"),
    ],
)  # fmt: skip
def test_words_of_ones_own_do_not_carry_out_what_stays(text: str, tells: str) -> None:
    document = whole_case()
    document["identifiers"][3]["value"], document["identifiers"][4]["value"] = "5550003333", "5550004444"
    sheet = consent.sheet(document, ALL | {"summary_for": text})
    assert [entry.barred for entry in sheet.entries if entry.datum == SUMMARY] == [f"tells:{tells}"]


def test_health_is_not_told_as_danger_nor_children_as_need() -> None:
    sheet = consent.sheet(whole_case(), referral(answers=said("danger", "need")))
    assert "illness_untreated" not in everything(sheet)
    assert "cuidado_hijos" not in everything(sheet)


def test_of_two_victims_what_names_nobody_is_nobodys() -> None:
    document = whole_case()
    document["people"].append(filled("people", "0191-otra", role="victim"))
    for place, record in itertools.product(document["places"], document["money"]):
        place["person_id"] = record["person_id"] = None
    document["contacts"][0]["reporter_person_id"] = None
    sheet = consent.sheet(document, ALL)
    assert not set(sheet.data) & {
        "state",
        "municipality",
        "exploitation_place",
        "money",
        "phone",
        "safe_window",
    }


def test_what_changes_the_sheet_changes_its_fingerprint() -> None:
    prints = {
        consent.sheet(whole_case(), ALL | {"answers": said(*told)}).fingerprint
        for told in (ORDER, ORDER[:-1], ORDER[1:], ())
    }
    changed = deepcopy(whole_case())
    changed["people"][0]["name"] = "Otra"
    prints |= {
        consent.sheet(changed, ALL).fingerprint,
        consent.sheet(whole_case(), ALL | {"reference": "R-000000"}).fingerprint,
    }
    assert len(prints) == 6


def test_the_catalog_has_every_datum() -> None:
    from lnctp_tui.storage.protocol.protocol_loader import load

    rows = load().catalogs["datum"].by_code
    assert set(rows) == {*SOURCES, SUMMARY, data.HERE}
    assert {code for code, row in rows.items() if row.extra.get("express")} == EXPRESS
