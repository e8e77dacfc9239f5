"""The rows of the evidence's §7 that are facts of the data files, each with its article and fraction.

Rows 1–5, 15 and 17: test_domain_law. Rows 6–8: here and test_domain_assess. Rows 9, 11 and 12: test_scripts.
Row 21: test_domain_indicators and test_sources.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from domain_fixtures import ACT, LABOUR, MEANS, SEXUAL, TODAY, assess, victim

from lnctp_tui import i18n
from lnctp_tui.domain.protocol.protocol import Field, Protocol
from lnctp_tui.storage.protocol.folder_check import check
from lnctp_tui.storage.protocol.protocol_loader import load
from lnctp_tui.widgets.form import readings


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load()


@pytest.fixture(autouse=True)
def spanish() -> None:
    i18n.set_language("es")


def field(protocol: Protocol, stage: str, code: str) -> Field:
    return next(each for each in protocol.by_stage[stage].fields if each.code == code)


@pytest.mark.parametrize(
    ("yes", "level", "hours"),
    [
        (("method",), "urgent_24h", 24),
        (("wish_dead",), "priority", 72),
        (("suicidal_thoughts",), "priority", 72),
        (("plan_intent",), "emergency", 0),
    ],
)
def test_a_moderate_risk_is_seen_within_a_day_and_a_low_one_is_a_priority(
    yes: tuple[str, ...], level: str, hours: int
) -> None:
    """§7 row 6. Columbia's triage guide: every other yes needs a referral (V2); the times are D."""
    found = assess(case=[f"cssrs.{each}" for each in yes]).triage
    assert (found.level, found.target_hours) == (level, hours)


@pytest.mark.parametrize(
    ("when", "level"),
    [(None, "emergency"), ("unknown", "emergency"), ("yes", "emergency"), ("no", "urgent_24h")],
)
def test_behaviour_counts_as_high_until_its_time_is_told(
    protocol: Protocol, when: str | None, level: str
) -> None:
    """§7 row 7. Columbia's triage guide: behaviour in the past three months is high."""
    from lnctp_tui.domain.assess import assess as engine

    answers = {"cssrs.behaviour": "yes"} | ({"cssrs.behaviour_3m": when} if when else {})
    found = engine.assess({"case": {"answers": answers}}, protocol, today=TODAY)
    assert found.triage.level == level
    assert ("suicide_when" in found.alerts) is (when in (None, "unknown"))


def test_a_positive_lethality_screen_says_now_in_this_call(protocol: Protocol) -> None:
    """§7 row 8. Maryland's screen: the answer is immediate; the level may stay at the same day."""
    found = assess(victim("lap.threat_kill", relation_to_trafficker="pareja"))
    assert (found.triage.level, found.alerts) == ("urgent_24h", ("lap_now",))
    assert found.to_json()["triage"]["now"] == ["lap_now"]
    assert "ahora, en esta llamada" in readings.say(protocol, "lap_now")
    assert "ahora, en esta llamada" in str(field(protocol, "riesgo", "lap").help)
    assert assess(victim("lap.threat_kill", relation_to_trafficker="empleador")).alerts == ()


def test_the_person_need_not_report_and_the_line_may_have_to(protocol: Protocol) -> None:
    """§7 row 10. LGPSEDMTP art. 7 III; CNPP arts. 221 and 222; LGV art. 120 XX."""
    assert (
        "Usted no está obligada a denunciar; la Línea puede tener deber de avisar"
        in protocol.by_stage["opciones"].prompt.es
    )
    asked = field(protocol, "opciones", "no_report_reason")
    assert "se persigue de oficio" in str(asked.help)
    assert {"LGPSEDMTP art. 7 III", "CNPP arts. 221 y 222"} <= set(asked.source.split("; "))


@pytest.mark.parametrize(
    ("stage", "code"), [("seguridad", "consent_store"), ("canalizacion", "consent_share")]
)
def test_each_consent_says_what_it_covers_and_that_the_law_may_go_further(
    protocol: Protocol, stage: str, code: str
) -> None:
    """§7 rows 9 and 10. LFPDPPP arts. 8, 16 II and 36; LGPDPPSO arts. 15, 22 and 64 III; CNPP art. 222."""
    told = field(protocol, stage, code).help
    assert told is not None
    assert "Cubre solo" in told.es
    assert "la ley puede obligar a avisar" in told.es
    assert "Covers only" in told.en
    assert "CNPP" in field(protocol, stage, code).source


def test_a_silent_call_is_asked_like_a_call_and_can_open_a_case(protocol: Protocol) -> None:
    """§7 row 11. It is skipped nowhere beside pranks."""
    for _stage, each in protocol.fields:
        if each.when and each.when.text and "prank" in each.when.text:
            assert each.when.holds({"kind": "silent"})
            assert not each.when.holds({"kind": "prank"})


AGGRAVATING = """relacion_familiar_sentimental I|uso_violencia II|dos_o_mas_paises III|peligro_vida IV
muerte_suicidio V|dano_grave_salud VI|victima_embarazada_discapacidad_menor VII|adulto_mayor VII
victima_indigena VIII|mas_de_una_victima IX|delincuencia_organizada X a|suministro_sustancias X b
posicion_confianza X c|autoridad_sobre_menor X d|servidor_publico X e|reincidencia X f"""


def test_the_aggravating_circumstances_are_those_of_article_42_and_43(protocol: Protocol) -> None:
    """§7 row 13. LGPSEDMTP art. 42, fractions I–X f; art. 43 apart."""
    rows = protocol.catalogs["aggravating"].rows
    expected = [tuple(each.split(" ", 1)) for each in re.split(r"[|\n]", AGGRAVATING)]
    assert [(row.code, row.extra["frac"]) for row in rows if row.extra["article"] == "42"] == expected
    assert [row.code for row in rows if row.extra["article"] == "43"] == ["direccion_financiamiento"]
    labels = {row.code: row.label.es for row in rows}
    assert "60" not in labels["adulto_mayor"]
    assert "no puede valerse" in labels["adulto_mayor"]
    assert "ostenta" not in labels["servidor_publico"]
    assert "confianza" not in labels["relacion_familiar_sentimental"]
    assert "afromexicano" in labels["victima_indigena"]
    assert "psicológica" in labels["dano_grave_salud"]
    assert "no para el art. 13" in labels["uso_violencia"]
    assert "este u otro delito" in labels["reincidencia"]
    assert {row.mark for row in rows} == {"V"}


MEANS_OF = {
    "mendicidad_dano_grave": ("24", "means"),
    "oferta_enganosa_servicios_sexuales": ("19", "means"),
    "obliga_matrimonio": ("28", "tie"),
    "cede_a_tercero": ("28", "tie"),
    "uso_vinculo_matrimonial": ("29", "tie"),
    "condiciones_peligrosas_insalubres": ("21", "practice"),
    "desproporcion_trabajo_pago": ("21", "practice"),
    "salario_inferior_legal": ("21", "practice"),
    "jornada_superior_legal": ("21", "practice"),
    "fuerza_amenaza_coaccion": ("22", "means"),
}


@pytest.mark.parametrize(("code", "row"), MEANS_OF.items())
def test_practices_are_apart_from_means_and_each_names_its_article(
    protocol: Protocol, code: str, row: tuple[str, str]
) -> None:
    """§7 row 14. LGPSEDMTP arts. 19, 21, 22, 24, 28 and 29."""
    found = protocol.catalogs["means"].by_code[code]
    assert (found.extra["article"], found.extra["kind"], found.mark) == (*row, "V")


def test_the_means_of_article_22_are_said_whole(protocol: Protocol) -> None:
    """§7 row 14. LGPSEDMTP art. 22: against another, a criminal organisation, serious, other abuse of law."""
    labels = {row.code: row.label.es for row in protocol.catalogs["means"].rows}
    assert "contra otra" in labels["fuerza_amenaza_coaccion"]
    assert "organización criminal" in labels["fuerza_amenaza_coaccion"]
    assert "Daño grave" in labels["dano_amenaza_deja_vulnerable"]
    assert "otro abuso de la ley" in labels["abuso_amenaza_situacion_migratoria"]


def test_the_form_of_fraction_vii_covers_who_cannot_understand_or_resist(protocol: Protocol) -> None:
    """§7 row 15. LGPSEDMTP arts. 10 VII and 25; the crimes of art. 2 of the law on organised crime."""
    row = protocol.catalogs["modality"].by_code["utilizacion_menores_actividades_delictivas"]
    assert "no pueden comprender o resistir" in row.label.es
    assert "art. 2" in row.note


def test_the_vulnerabilities_are_those_of_article_4_xvii(protocol: Protocol) -> None:
    """§7 row 16. LGPSEDMTP art. 4 XVII a–h; "lack of information" is not in it and is retired, not renumbered."""
    rows = protocol.catalogs["vulnerability"].by_code
    letters = {code: row.source.rpartition("XVII ")[2] for code, row in rows.items() if "XVII" in row.source}
    expected = {
        "religion": "a",
        "orientacion_sexual": "a",
        "baja_escolaridad": "b",
        "falta_oportunidades": "b",
    }
    expected |= {
        "condicion_salud": "b",
        "discriminacion_previa": "b",
        "indigena_afromexicana": "d",
        "mayor_60": "e",
    }
    assert {code: letters[code] for code in expected} == expected
    assert {rows[code].mark for code in letters} == {"V"}
    assert rows["baja_escolaridad_informacion"].valid_to


def test_a_person_unable_to_resist_has_a_code_of_their_own(protocol: Protocol) -> None:
    """§7 row 17. LGPSEDMTP arts. 16, 18, 24, 25, 35 and 42 VII."""
    assert {"cannot_understand", "cannot_resist"} == {*protocol.catalogs["capacity"].by_code}
    assert field(protocol, "victima", "capacity.cannot_resist").kind == "yesno"


HOTLINES = {
    "linea_vida": ("800 911 2000", "V2"),
    "locatel": ("*0311;55 5658 1111", "V2"),
    "saptel": ("55 5259 8121", "V2"),
    "consejo_confianza": ("55 5533 5533", "V2"),
    "cndh": ("800 715 2000", "V2"),
    "fevimtra": ("800 00 854 00", "V2"),
    "ceav": ("800 842 8462", "M"),
    "nhth_us": ("+1 888 373 7888", "V"),
    "ciam_sre": ("+1 520 623 7874", "V2"),
    "hn_145": ("145", "V2"),
    "co_coat": ("018000 522020", "V2"),
    "gt_pdh": ("1555", "V2"),
}


@pytest.mark.parametrize(("code", "row"), HOTLINES.items())
def test_the_numbers_have_their_marks_and_nobody_dialled_them(
    protocol: Protocol, code: str, row: tuple[str, str]
) -> None:
    """§7 row 18, evidence §4."""
    found = protocol.catalogs["hotline"].by_code[code]
    assert (found.extra["number"], found.mark, found.extra["verified_on"]) == (*row, "")


def test_the_bodies_have_the_names_the_law_gives_them(protocol: Protocol) -> None:
    """§7 row 19. Law of the FGR art. 11; LOAPF, reform DOF 28-11-2024; HHS 22-09-2025."""
    rows = protocol.catalogs["organisation"].by_code
    assert rows["fevimtra"].label.es.startswith(
        "Fiscalía Especializada en Delitos de Violencia Contra las Mujeres y Trata de Personas"
    )
    assert {rows[code].mark for code in ("fevimtra", "femdo", "secretaria_mujeres")} == {"V"}
    polaris = rows["polaris_nhth"]
    assert (polaris.valid_to, polaris.extra["successor"]) == ("2025-09", "compass_connections_nhth")
    assert "compass_connections_nhth" in rows
    assert (rows["inmujeres"].valid_to, rows["secretaria_mujeres"].valid_from) == ("2024-12-31", "2025-01-01")
    assert "por verificar" not in rows["inmujeres"].note


def test_a_client_is_not_asked_to_incriminate_themself(protocol: Protocol) -> None:
    """§7 row 20. LGPSEDMTP art. 35."""
    assert "art. 35" in str(field(protocol, "contacto", "reporter_type").help)
    assert "vía anónima" in protocol.catalogs["reporter_type"].by_code["cliente_receptor"].note


def test_the_strengths_say_that_they_rest_on_one_weak_source(protocol: Protocol) -> None:
    """§7 row 21. ILO 2009, by one copy that an AI made; page not compared."""
    for name in ("indicator_set", "result", "dimension"):
        weak = [row.mark for row in protocol.catalogs[name].rows if "OIT" in row.source]
        assert set(weak) == {"V2-weak"}
    rows = [row for row in protocol.indicators.rows if not row.code.startswith("obs_sx_")]
    assert {row.mark for row in rows} == {"V2-weak"}
    assert all("sin cotejar" in row.source for row in rows)


NAMES = re.compile(r"C-SSRS|\bLAP\b|Columbia-Suicide")


def test_other_people_s_instruments_are_named_nowhere_a_person_reads(protocol: Protocol) -> None:
    """§7 row 22. © RFMH and © MNADV: our own words under our own names; the codes stay."""
    texts = [str(label) for _stage, each in protocol.fields for label in (each.label, each.help)]
    texts += [str(row) for catalog in protocol.catalogs.values() for row in catalog.rows]
    texts += [str(each.prompt) + str(each.title) for each in protocol.stages]
    texts += [str(script) for script in protocol.scripts.values()]
    root = Path(__file__).resolve().parents[2]
    texts += [path.read_text("utf-8") for path in (root / "lnctp_tui" / "data" / "help").glob("*.toml")]
    texts += [path.read_text("utf-8") for path in (*root.glob("*.md"), *(root / "docs").rglob("*.md"))]
    assert [NAMES.search(each) for each in texts if NAMES.search(each)] == []
    for name in ("cssrs", "lap"):
        assert {row.mark for row in protocol.catalogs[name].rows} == {"V2"}


FORBIDDEN = re.compile(
    r"no es trata|sin explotaci|no exploitation|not trafficking|no trafficking", re.IGNORECASE
)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    "person",
    [
        victim(),
        victim(ACT),
        victim(LABOUR, age_min=30),
        victim(ACT, LABOUR, MEANS, age_min=30),
        victim(SEXUAL, age_min=30),
        victim(unknown=("age.appears_minor",)),
    ],
)
def test_what_is_not_positive_reads_as_what_is_missing(
    protocol: Protocol, person: dict, language: str
) -> None:
    """Evidence §1.2: a "no" of an engine never reads as "no es trata"."""
    i18n.set_language(language)
    found = assess(person).people[0]
    said = [readings.verdict(found.elements, protocol), *readings.lines(found.elements, protocol, found)]
    said.append(i18n.pick(protocol.catalogs["result"].by_code[found.findings.result].label))
    assert not FORBIDDEN.search(" · ".join(said))
    assert ("falta" in said[0].lower()) or language == "en" or found.elements.complete


def test_no_result_and_no_state_of_a_dimension_reads_as_a_no(protocol: Protocol) -> None:
    rows = [*protocol.catalogs["result"].rows, *protocol.catalogs["dimension_state"].rows]
    rows += protocol.catalogs["reading"].rows
    said = [row.label for row in rows]
    assert [each for each in said if FORBIDDEN.search(f"{each.es} {each.en}")] == []
    assert not {label.es for label in said} & {"No", "Sin explotación"}


CHECKED = [
    ("means", "21,practice", ",practice", "missing_article"),
    ("means", "21,practice", "21,costumbre", "unknown_need"),
    ("modality", "I,11,V,none", "I,,V,none", "missing_article"),
    ("modality", "I,11,V,none", "I,11,V,todo", "unknown_need"),
    ("modality", "I,11,V,none", "I,11,V,tie", "missing_means"),
    ("hotline", "800 842 8462", "pendiente", "missing_number"),
]


@pytest.mark.parametrize(("name", "old", "new", "code"), CHECKED)
def test_the_check_knows_what_a_row_of_law_must_say(
    tmp_path: Path, name: str, old: str, new: str, code: str
) -> None:
    """A means names its articles, a form what it asks, a number a number."""
    from importlib import resources

    text = resources.files("lnctp_tui").joinpath(f"data/catalogs/{name}.csv").read_text("utf-8")
    assert old in text
    (tmp_path / f"{name}.csv").write_text(text.replace(old, new, 1), "utf-8")
    assert code in [each.code for each in check(tmp_path)]
    assert load(tmp_path).version.startswith("2026.2+")


def test_the_check_asks_a_mark_and_a_source_of_each_line_that_is_read_aloud(tmp_path: Path) -> None:
    text = 'version = "1"\ncode = "cover"\ntitle = { es = "a", en = "a" }\nlines = [{ es = "b", en = "b" }]\n'
    (tmp_path / "cover.toml").write_text(text, "utf-8")
    assert {"missing_mark", "missing_source"} <= {each.code for each in check(tmp_path)}


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (victim(SEXUAL, MEANS, age_min=30), "por el art. 13;"),
        (victim(SEXUAL, "means.oferta_enganosa_servicios_sexuales", age_min=30), "por el art. 19;"),
        (victim(SEXUAL, age_min=15), "por el art. 13;"),
        (victim("modality.trabajo_servicios_forzados", age_min=15), "por el art. 22;"),
        (victim("modality.adopcion_ilegal_menor", age_min=3), "por el art. 26–27;"),
    ],
)
def test_the_verdict_names_the_article_that_stands_when_nobody_knows_of_an_act(
    protocol: Protocol, person: dict, said: str
) -> None:
    """§7 row 5. LGPSEDMTP arts. 13, 19, 22, 26 and 27."""
    assert said in readings.verdict(assess(person).people[0].elements, protocol)


def test_a_means_of_another_article_does_not_light_the_line_of_the_means(protocol: Protocol) -> None:
    """§7 row 3."""
    from lnctp_tui.widgets.form.elements import summary

    found = assess(victim(ACT, LABOUR, "means.mendicidad_engano", age_min=30))
    assert "● Acto  ○ Medio  ● Fin" in summary(found, "p1", protocol)
    assert "Segunda lectura: Engaño para que pida limosna" in " ".join(
        readings.lines(found.elements, protocol)
    )
