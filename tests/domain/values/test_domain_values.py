"""What typing into a field does to its record: parsed, or kept as typed. Nothing is lost or refused."""

import pytest
from domain_fixtures import TODAY, protocol
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.protocol.protocol import Field, Label
from lnctp_tui.domain.values import lookup, values
from lnctp_tui.domain.values.identifiers import normalised

LABEL = Label("Campo", "Field")


def field(code, kind, on="person", **more):
    return Field(on, code, kind, LABEL, **more)


NAME = field("name", "text", max_length=10)
AGE = field("age", "age")
BORN = field("birth_date", "date")
NATION = field("nationality", "catalog", catalog="country")
TOWN = field("origin_municipality", "catalog", catalog="municipality")
HEADS = field("headcount", "number")
SAFE = field("situation.safe_to_talk", "yesno", on="case")
AMOUNT = field("amount", "number", on="money")
PHONE = field("value", "phone", on="identifier")
DROPPED = field("dropped", "bool", on="contact")
EVERY = (NAME, AGE, BORN, NATION, TOWN, HEADS, SAFE, AMOUNT, PHONE, DROPPED)


def parse(of, raw, **more):
    return values.parse(of, raw, protocol=protocol(), today=TODAY, **more)


@pytest.mark.parametrize(
    ("of", "raw", "patch"),
    [
        (NAME, " Ana ", {"name": "Ana"}),
        (NAME, "", {"name": None}),
        (AGE, "~17", {"age_min": 17, "age_max": 17, "age_estimated": True}),
        (AGE, "15-17", {"age_min": 15, "age_max": 17, "age_estimated": True}),
        (AGE, " ", {"age_min": None, "age_max": None, "age_estimated": None}),
        (BORN, "marzo 2008", {"birth_date": "2008-03"}),
        (NATION, "hondureña", {"nationality": "HN"}),
        (NATION, "MEXICO", {"nationality": "MX"}),
        (NATION, "United States", {"nationality": "US"}),
        (HEADS, "120", {"headcount": 120}),
        (SAFE, "sí", {"answers.situation.safe_to_talk": "yes"}),
        (SAFE, "N", {"answers.situation.safe_to_talk": "no"}),
        (SAFE, "?", {"answers.situation.safe_to_talk": "unknown"}),
        (SAFE, "No sabe.", {"answers.situation.safe_to_talk": "unknown"}),
        (SAFE, "r", {"answers.situation.safe_to_talk": "refused"}),
        (DROPPED, "s", {"dropped": True}),
        (DROPPED, "no", {"dropped": False}),
        (AMOUNT, "$1,500", {"amount": 1500, "currency": "MXN", "amount_estimated": False}),
        (AMOUNT, "como 200 dls", {"amount": 200, "currency": "USD", "amount_estimated": True}),
        (PHONE, "222 345 6789", {"value": "222 345 6789", "normalised": "+522223456789"}),
    ],
)
def test_what_can_be_read_goes_to_its_columns(of, raw, patch):
    parsed = parse(of, raw)
    assert parsed.patch == patch
    assert parsed.problem is None


@pytest.mark.parametrize(
    ("of", "raw", "problem"),
    [
        (NAME, "Ana María del Carmen", "too_long"),
        (AGE, "abc", "age_unreadable"),
        (AGE, "-3", "age_negative"),
        (AGE, "200", "age_too_high"),
        (AGE, "menor", "age_word"),
        (BORN, "31/02/2008", "date_impossible"),
        (BORN, "2030", "date_future"),
        (BORN, "1850", "date_too_old"),
        (BORN, "14/03", "date_no_year"),
        (BORN, "5 de mayo", "date_no_year"),
        (HEADS, "muchas", "number_unreadable"),
        (HEADS, "0", "number_too_small"),
        (HEADS, "2.5", "number_not_whole"),
        (SAFE, "tal vez", "not_yes_no"),
        (DROPPED, "?", "not_yes_no"),
        (AMOUNT, "mucho", "number_unreadable"),
    ],
)
def test_what_cannot_be_read_is_kept_as_typed(of, raw, problem):
    parsed = parse(of, raw)
    assert parsed.problem == problem
    assert parsed.patch.pop(f"answers.raw.{of.code}") == raw
    assert parsed.patch
    assert set(parsed.patch.values()) == {None}


def test_the_kept_text_is_shown_until_the_field_is_right():
    record = values.apply({"role": "victim"}, parse(AGE, "diecisite").patch)
    assert record["answers"] == {"raw.age": "diecisite"}
    assert values.shown(AGE, record, protocol(), "es") == "diecisite"
    record = values.apply(record, parse(AGE, "17", record=record).patch)
    assert record["answers"] == {}
    assert values.shown(AGE, record, protocol(), "es") == "17"
    assert parse(AGE, "", had_raw=True).patch["answers.raw.age"] is None


def test_too_long_says_by_how_much_and_is_never_cut():
    parsed = parse(NAME, "x" * 11)
    assert parsed.facts == {"length": 11, "max_length": 10}
    assert parsed.patch["answers.raw.name"] == "x" * 11


def test_what_is_in_no_catalog_stays_as_marked_text():
    parsed = parse(NATION, "Atlántida")
    assert (parsed.patch, parsed.problem) == ({"nationality": "~Atlántida"}, "not_in_catalog")
    assert values.shown(NATION, parsed.patch, protocol(), "es") == "Atlántida"
    assert parse(NATION, "~Atlántida").patch == parsed.patch


def test_a_free_text_is_never_taken_for_a_code():
    assert parse(NATION, "ZZZ").patch == {"nationality": "~ZZZ"}


def test_a_town_of_many_states_is_settled_by_the_state():
    assert parse(TOWN, "benito juarez").problem == "ambiguous"
    chosen = parse(TOWN, "benito juarez", record={"origin_state": "MX-ROO"})
    assert chosen.patch == {"origin_municipality": "23005"}


def test_a_town_already_chosen_stays_while_its_name_is_typed():
    chosen = parse(TOWN, "benito juarez", record={"origin_municipality": "23005"}, language="en")
    assert (chosen.patch, chosen.shown) == ({"origin_municipality": "23005"}, "Benito Juárez")


def test_controls_are_replaced_and_told():
    parsed = parse(NAME, "An\x1ba")
    assert parsed.patch == {"name": "An�a"}
    assert (parsed.problem, parsed.facts) == ("replaced", {"replaced": 1})


def test_a_currency_already_chosen_stays():
    record = {"currency": "USD", "amount_estimated": True}
    assert parse(AMOUNT, "300", record=record).patch == {"amount": 300}


def test_two_phones_in_one_field_are_kept_and_told():
    parsed = parse(PHONE, "55 1234 5678 / 222 345 6789")
    assert (parsed.problem, parsed.facts) == ("phone_several", {"count": 2})
    assert parsed.patch == {"value": "55 1234 5678 / 222 345 6789", "normalised": "+525512345678"}


def test_marks_of_direction_around_a_phone_are_no_part_of_it():
    parsed = parse(PHONE, "\u202a+52 55 1234 5678\u202c")
    assert (parsed.patch["value"], parsed.problem) == ("+52 55 1234 5678", None)


def test_a_phone_that_cannot_be_dialled_is_still_a_value():
    parsed = parse(PHONE, "termina en 22")
    assert (parsed.patch["value"], parsed.problem) == ("termina en 22", "phone_unreadable")


@pytest.mark.parametrize(
    ("kind", "typed", "one"),
    [
        ("phone", "+52 1 222 345 6789", "+522223456789"),
        ("phone", "(222) 345-6789", "+522223456789"),
        ("phone", "911", "911"),
        ("plate", "abc-12-34", "abc1234"),
        ("handle", "@La_Güera ", "la_guera"),
        ("url", "https://www.Ejemplo.mx/a/", "ejemplo.mx/a"),
        ("alias", "  El   Güero", "el guero"),
        ("plate", "--", None),
    ],
)
def test_identifiers_are_compared_in_one_form(kind, typed, one):
    assert normalised(kind, typed) == one


def test_the_kind_of_an_identifier_renews_its_normalised_value():
    kind = field("kind", "catalog", on="identifier", catalog="identifier_kind")
    assert parse(kind, "plate", record={"value": "abc-12"}).patch == {"kind": "plate", "normalised": "abc12"}


def test_a_checklist_row_is_one_answer():
    acts = field("act", "checklist", catalog="act")
    record = values.apply({}, values.mark(acts, "captar", "yes"))
    assert record == {"answers": {"act.captar": "yes"}}
    assert values.apply(record, values.mark(acts, "captar", None)) == {"answers": {}}


def test_apply_leaves_the_old_record_alone():
    record = {"name": "Ana", "answers": {"act.captar": "yes"}}
    changed = values.apply(record, {"name": "Eva", "answers.act.captar": None, "answers.act.alojar": "no"})
    assert changed == {"name": "Eva", "answers": {"act.alojar": "no"}}
    assert record == {"name": "Ana", "answers": {"act.captar": "yes"}}


@given(st.sampled_from(EVERY), st.text(max_size=40))
def test_any_text_in_any_field_is_a_patch_and_what_is_shown_reads_back(of, raw):
    parsed = parse(of, raw)
    record = values.apply({}, parsed.patch)
    again = parse(of, values.shown(of, record, protocol(), "es"), record=record)
    assert values.apply(record, again.patch) == record


@given(
    st.sampled_from(EVERY),
    st.sampled_from(["17", "~17", "23005", "15-17", "18+", "2020", "si", "?", "puebla", "MX", "1,5"]),
)
def test_what_is_shown_of_a_good_value_reads_back(of, raw):
    record = values.apply({}, parse(of, raw).patch)
    for language in ("es", "en"):
        again = parse(of, values.shown(of, record, protocol(), language), record=record)
        assert values.apply(record, again.patch) == record


@pytest.mark.parametrize(
    ("catalog", "typed", "first"),
    [
        ("municipality", "neza", "15058"),
        ("municipality", "san pablo del monte", "29025"),
        ("municipality", "monte san pablo", "29025"),
        ("state", "pue", "MX-PUE"),
        ("state", "edomex", "MX-MEX"),
        ("country", "hondu", "HN"),
        ("country", "germany", "DE"),
        ("venue", "motel", "motel"),
    ],
)
def test_any_part_of_a_name_finds_it_without_accents(catalog, typed, first):
    assert values.search_catalog(protocol().catalogs[catalog], typed, "es")[0].code == first


def test_towns_of_the_chosen_state_come_first():
    towns = protocol().catalogs["municipality"]
    found = values.search_catalog(towns, "san", "es", within="MX-PUE")
    assert len(found) == 50
    assert {row.extra["state"] for row in found[:20]} == {"MX-PUE"}


def test_the_beginning_of_a_label_is_better_than_its_middle():
    towns = protocol().catalogs["municipality"]
    labels = [lookup.key(row.label.es) for row in values.search_catalog(towns, "puebla", "es")]
    assert labels[0] == "puebla"
    ranks = [0 if each == "puebla" else 1 if each.startswith("puebla") else 2 for each in labels]
    assert ranks == sorted(ranks)


def test_nothing_typed_offers_the_first_rows_and_nonsense_none():
    acts = protocol().catalogs["act"]
    assert values.search_catalog(acts, "", "es", limit=3) == acts.rows[:3]
    assert values.search_catalog(acts, "qwxyz", "es") == ()


STATE = field("origin_state", "catalog", catalog="state")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *[(each, "MX-MEX") for each in ("México", "EDO. MEX.", "Edo. de Méx.", "EdoMex", "Estado de México", "15")],
        *[(each, "MX-VER") for each in ("VER", "Ver.", "Veracruz de Ignacio de la Llave", "30", "VZ")],
        *[(each, "MX-BCS") for each in ("B.C.S.", "B. C. S.", "BCS", "Baja California Sur", "3", "03")],
        *[(each, "MX-NLE") for each in ("Nvo. León", "NVO LEON", "N.L.", "Nuevo León")],
        *[(each, "MX-CMX") for each in ("9", "09", "D.F.", "México, D.F.", "CDMX", "Cd. de México")],
        *[(each, "MX-ROO") for each in ("Q. Roo", "Q.ROO", "QROO", "Quintana Roo")],
        *[(each, "MX-SLP") for each in ("S.L.P.", "S. L. P.", "Sn. Luis Potosí")],
    ],
)  # fmt: skip
def test_a_state_is_known_by_the_names_people_write(typed, code):
    assert parse(STATE, typed).patch == {"origin_state": code}


def test_every_alias_of_a_state_is_of_one_state():
    states = protocol().catalogs["state"]
    for row in states.rows:
        for name in (*row.extra["alias"].split(";"), row.extra["abbr"], row.extra["inegi"], row.label.es):
            assert [each.code for each in lookup.exact(states, name)] == [row.code], name


def test_a_name_of_another_states_town_is_kept_as_text_and_told():
    parsed = parse(TOWN, "JOSÉ AZUETA", record={"origin_state": "MX-GRO"})
    assert parsed.patch == {"origin_municipality": "~JOSÉ AZUETA"}
    assert (parsed.problem, parsed.facts["state"], parsed.facts["own"]) == (
        "not_in_state",
        "Guerrero",
        "Veracruz",
    )
    assert parse(TOWN, "JOSÉ AZUETA").patch == {"origin_municipality": "30169"}
    assert parse(TOWN, "JOSÉ AZUETA", record={"origin_state": "MX-VER"}).problem is None
    assert parse(TOWN, "JOSÉ AZUETA", record={"origin_state": "~Petén"}).problem is None


@pytest.mark.parametrize(
    ("of", "raw", "record"),
    [
        (TOWN, "30169", {"origin_state": "MX-GRO"}),
        (STATE, "Guerrero", {"origin_municipality": "30169"}),
    ],
)
def test_a_town_that_is_taken_from_another_state_is_told_whichever_comes_first(of, raw, record):
    parsed = parse(of, raw, record=record)
    assert (parsed.problem, parsed.facts) == ("other_state", {"state": "Guerrero", "own": "Veracruz"})
    assert {**record, **parsed.patch} == {"origin_state": "MX-GRO", "origin_municipality": "30169"}


@pytest.mark.parametrize("typed", ["SE IGNORA", "no recuerda", "N/D", "S/D"])
def test_a_word_for_nothing_is_no_mistake_where_a_measure_goes(typed):
    for of in (AGE, BORN, HEADS):
        parsed = parse(of, typed)
        assert (parsed.problem, parsed.patch[f"answers.raw.{of.code}"]) == (None, typed)
    assert parse(AGE, "abc").problem == "age_unreadable"


def test_a_word_for_not_knowing_answers_a_question():
    assert parse(SAFE, "SE IGNORA").patch == {"answers.situation.safe_to_talk": "unknown"}
    assert parse(SAFE, "No contestó").patch == {"answers.situation.safe_to_talk": "refused"}
    assert parse(SAFE, "NO APLICA").problem == "not_yes_no"


def test_a_code_that_lost_its_first_zero_is_still_one():
    assert parse(TOWN, "1001").patch == {"origin_municipality": "01001"}
