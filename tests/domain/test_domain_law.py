"""The elements of the crime. Source: Ley General (last reform DOF 14-11-2025), arts. 3 X, 10–31, 40; Palermo 3."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from domain_fixtures import ACT, LABOUR, MEANS, PRACTICE, SEXUAL, document, protocol, victim

from lnctp_tui.domain.assess import law, minority
from lnctp_tui.domain.assess.law import Elements, elements, presumed_minor

ON = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("columns", "yes", "minor"),
    [
        ({}, (), False),
        ({}, ("age.appears_minor",), True),
        ({"age_min": 17}, (), True),
        ({"age_min": 18}, (), False),
        ({"age_min": 0}, (), True),
        ({"age_min": 18, "age_max": 25}, ("age.appears_minor",), False),
        ({"age_min": 16, "age_max": 19}, (), True),
        ({"age_max": 15}, (), True),
        ({"age_max": 20}, (), False),
        ({"age_max": 20}, ("age.appears_minor",), True),
        ({"age_min": True}, (), False),
        ({"age": "~17"}, (), True),
        ({"age": 30}, (), False),
        ({"birth_date": "2008-03-01"}, (), False),
        ({"birth_date": "2008-03-02"}, (), True),
        ({"birth_date": "2008-03"}, (), True),
        ({"birth_date": "2008"}, (), True),
        ({"birth_date": "2007"}, ("age.appears_minor",), False),
        ({"age_min": 19, "birth_date": "2009-01-01"}, (), True),
        ({"age_min": 17, "birth_date": "2007-01-01"}, (), True),
        ({"birth_date": "2065-03-14"}, (), False),
        ({"birth_date": "no sabe"}, ("age.appears_minor",), True),
    ],
)
def test_who_counts_as_a_minor(columns, yes, minor):
    assert presumed_minor(victim(*yes, **columns), ON) is minor


@pytest.mark.parametrize(
    ("columns", "answers", "state"),
    [
        ({}, {}, "unasked"),
        ({}, {"age.appears_minor": "unknown"}, "doubt"),
        ({}, {"age.appears_minor": "refused"}, "doubt"),
        ({}, {"age.appears_minor": "yes"}, "minor"),
        ({}, {"age.appears_minor": "no"}, "adult"),
        ({}, {"raw.age": "no sabe"}, "doubt"),
        ({}, {"raw.age": "no sabe", "age.appears_minor": "no"}, "adult"),
        ({"age_min": 17}, {}, "minor"),
        ({"age_min": 16, "age_max": 19, "age_estimated": True}, {}, "doubt"),
        ({"age_min": 15, "age_estimated": True}, {}, "doubt"),
        ({"age_min": 18}, {"age.appears_minor": "unknown"}, "adult"),
        ({"birth_date": "2008"}, {}, "doubt"),
        ({"birth_date": "2010"}, {}, "minor"),
        ({"birth_date": "2065-03-14"}, {}, "unasked"),
        ({"age_min": 19, "birth_date": "2009-01-01"}, {}, "doubt"),
    ],
)
def test_an_age_that_cannot_be_told_or_is_doubtful_is_in_doubt_and_protected(columns, answers, state):
    """§7 row 1. LGPSEDMTP art. 3 X; LGDNNA art. 5. What nobody asked is no doubt."""
    person = {"answers": answers} | columns
    assert minority.state(person, ON) == state
    assert presumed_minor(person, ON) is (state in ("minor", "doubt"))


NAMED = {
    "esclavitud": ("I", "11", "none", ()),
    "condicion_siervo": ("II", "12", "none", ()),
    "prostitucion_ajena_explotacion_sexual": (
        "III",
        "13-20",
        "list",
        (
            *("engano", "violencia_fisica_moral", "abuso_poder", "aprovechamiento_vulnerabilidad"),
            *("dano_grave_o_amenaza", "amenaza_denuncia_migratoria_abuso_legal"),
            "oferta_enganosa_servicios_sexuales",
        ),
    ),
    "explotacion_laboral": (
        "IV",
        "21",
        "practice",
        (
            *("condiciones_peligrosas_insalubres", "desproporcion_trabajo_pago", "salario_inferior_legal"),
            *("jornada_superior_legal", "otra_practica_dignidad"),
        ),
    ),
    "trabajo_servicios_forzados": (
        "V",
        "22",
        "list",
        ("fuerza_amenaza_coaccion", "dano_amenaza_deja_vulnerable", "abuso_amenaza_situacion_migratoria"),
    ),
    "mendicidad_forzosa": (
        "VI",
        "24",
        "list",
        (
            *("mendicidad_amenaza_dano_grave", "mendicidad_dano_grave", "mendicidad_fuerza_coaccion"),
            "mendicidad_engano",
        ),
    ),
    "utilizacion_menores_actividades_delictivas": ("VII", "25", "none", ()),
    "adopcion_ilegal_menor": ("VIII", "26-27", "none", ()),
    "matrimonio_forzoso_servil": (
        "IX",
        "28-29",
        "tie",
        ("obliga_matrimonio", "cede_a_tercero", "uso_vinculo_matrimonial"),
    ),
    "trafico_organos": ("X", "30", "none", ()),
    "experimentacion_biomedica": ("XI", "31", "none", ()),
}
"""Modality → fraction of art. 10, articles, what they ask, and which rows of means meet it. Evidence §2.3."""
ALL_MEANS = law.codes(protocol(), "means")


@pytest.mark.parametrize(("modality", "row"), NAMED.items())
def test_what_each_article_asks_is_in_the_data(modality, row):
    """§7 rows 2, 3, 14 and 15. LGPSEDMTP arts. 10 (fractions I–XI) and 11–31; read whole."""
    fraction, articles, needs, named = row
    data = protocol().catalogs["modality"].by_code[modality]
    assert (data.extra["frac"], data.extra["articles"], data.extra["means"]) == (fraction, articles, needs)
    assert (data.mark, data.extra["articles_mark"]) == ("V", "V")
    rule = law.rules(protocol())[modality]
    assert (rule.articles, rule.needs, set(rule.named)) == (articles, needs, set(named))


@pytest.mark.parametrize(("modality", "means"), product(NAMED, (None, *ALL_MEANS)))
def test_only_what_the_article_names_completes_a_modality_of_an_adult(modality, means):
    """§7 rows 2 and 3. A means of another article completes nothing: it is the second reading."""
    _fraction, _articles, needs, named = NAMED[modality]
    said = [f"means.{means}"] if means else []
    found = elements(victim(ACT, f"modality.{modality}", *said, age_min=30), protocol(), on=ON)
    stands = needs == "none" or means in named
    assert found.complete is stands
    assert found.missing == (() if stands else ("means",))
    assert found.means_required is (needs != "none")
    assert found.second == ((means,) if means and means not in named else ())
    assert [each.modality for each in found.met] == ([modality] if stands else [])


def test_a_means_of_begging_never_completes_labour_exploitation():
    """§7 row 3. LGPSEDMTP arts. 21 and 24."""
    found = elements(victim(ACT, LABOUR, "means.mendicidad_engano", age_min=30), protocol(), on=ON)
    assert (found.complete, found.missing, found.second) == (False, ("means",), ("mendicidad_engano",))


@pytest.mark.parametrize("palermo", ["pagos_beneficios_tercero", "rapto", "fraude", "otra_coaccion"])
def test_a_means_of_palermo_alone_is_a_second_reading(palermo):
    """§7 row 3. Palermo art. 3(a)."""
    found = elements(victim(ACT, SEXUAL, f"means.{palermo}", age_min=30), protocol(), on=ON)
    assert (found.complete, found.second) == (False, (palermo,))


@pytest.mark.parametrize(("modality", "waived"), [(code, row[2]) for code, row in NAMED.items()])
@pytest.mark.parametrize("age", [{"age_min": 15}, {"doubt": "unknown"}])
def test_a_minor_s_case_is_never_turned_down_for_lack_of_means(modality, waived, age):
    """§7 row 4. Art. 13, last paragraph, in the statute; Palermo art. 3(c) for the rest, said as what it is."""
    person = victim(ACT, f"modality.{modality}")
    person |= {"age_min": age["age_min"]} if "age_min" in age else {}
    person["answers"] |= {"age.appears_minor": age["doubt"]} if "doubt" in age else {}
    found = elements(person, protocol(), on=ON)
    statute = modality == "prostitucion_ajena_explotacion_sexual"
    assert found.complete
    assert found.readings[0].waiver == ("" if waived == "none" else "statute" if statute else "palermo")


@pytest.mark.parametrize(("modality", "row"), NAMED.items())
@pytest.mark.parametrize("capacity", ["cannot_understand", "cannot_resist"])
def test_only_article_13_waives_the_means_for_a_person_unable_to_understand(capacity, modality, row):
    """§7 rows 4 and 17. Art. 13, last paragraph: unable to understand; unable to resist waives nothing there."""
    person = victim(ACT, f"modality.{modality}", f"capacity.{capacity}", age_min=30)
    found = elements(person, protocol(), on=ON)
    statute = capacity == "cannot_understand" and modality == "prostitucion_ajena_explotacion_sexual"
    assert found.complete is (row[2] == "none" or statute)


@pytest.mark.parametrize(
    ("yes", "base", "met"),
    [
        ((ACT,), False, ()),
        ((ACT, SEXUAL), True, ()),
        ((SEXUAL, MEANS), False, ("13-20",)),
        ((ACT, SEXUAL, MEANS), True, ("13-20",)),
        (("modality.esclavitud",), False, ("11",)),
        ((ACT, "modality.trafico_organos", LABOUR), True, ("30",)),
    ],
)
def test_article_10_and_the_article_of_the_modality_are_two_lines(yes, base, met):
    """§7 row 5. Art. 10 asks act and purpose and names no means; arts. 11–31 punish the exploitation itself."""
    found = elements(victim(*yes, age_min=30), protocol(), on=ON)
    assert (found.base, tuple(each.articles for each in found.met)) == (base, met)
    assert found.complete is bool(base and met)


def test_a_minor_needs_no_means():
    found = elements(victim(ACT, SEXUAL, age_min=17, age_max=17), protocol(), on=ON)
    assert (found.means_required, found.complete, found.missing) == (False, True, ())


def test_an_organisation_s_older_lists_without_the_new_columns_read_as_the_articles_do():
    """Lists kept from before have no `kind` and no `means`: the built-in reading stands in."""
    catalogs = dict(protocol().catalogs)
    for name, columns in (("means", ("kind",)), ("modality", ("means", "waiver"))):
        rows = tuple(
            replace(row, extra={key: value for key, value in row.extra.items() if key not in columns})
            for row in catalogs[name].rows
        )
        catalogs[name] = replace(catalogs[name], rows=rows)
    assert law.rules(replace(protocol(), catalogs=catalogs)) == law.rules(protocol())


@pytest.mark.parametrize("said", ["no", "unknown", "refused", None])
def test_only_a_yes_is_an_element(said):
    assert elements({"answers": dict.fromkeys((ACT, MEANS, LABOUR), said)}, protocol()) == Elements()


def test_each_of_the_eight_acts_and_eleven_modalities_stands_alone():
    assert len(law.codes(protocol(), "act")) == 8
    assert len(law.codes(protocol(), "modality")) == 11
    for act, modality in product(law.codes(protocol(), "act"), law.codes(protocol(), "modality")):
        found = elements(victim(f"act.{act}", f"modality.{modality}", age_min=9), protocol(), on=ON)
        assert (found.act, found.purpose, found.complete) == ((act,), (modality,), True)


def test_an_act_the_catalog_does_not_know_is_none():
    assert elements(victim("act.inventado", LABOUR, PRACTICE), protocol()).missing == ("act",)


class NeverConsented(dict):
    """A person whose consent cannot be read without failing."""

    def __getitem__(self, name):
        assert name != "consented"
        return super().__getitem__(name)

    def get(self, name, default=None):
        assert name != "consented"
        return super().get(name, default)

    def _all(self):
        raise AssertionError("the whole record was read")

    items = values = _all


@pytest.mark.parametrize("columns", [{}, {"age_min": 17}, {"birth_date": "2001"}])
def test_consent_is_never_read(columns):
    spy = NeverConsented(victim(ACT, PRACTICE, LABOUR, consented="yes", **columns))
    assert elements(spy, protocol(), on=ON).complete
    with pytest.raises(AssertionError):
        spy.get("consented")


def test_the_day_of_the_facts_is_that_of_the_first_contact():
    later, earlier = {"started_at": "2026-02-01T09:00:00Z"}, {"started_at": "2025-12-31T23:00:00Z"}
    assert law.day_of_facts(document(contacts=[later, earlier])) == date(2025, 12, 31)
    opened = {"case": {"opened_at": "2024-05-06T00:00:00Z"}, "contacts": [{"started_at": "mal"}, {}]}
    assert law.day_of_facts(opened) == date(2024, 5, 6)
    assert law.day_of_facts({}) is None
