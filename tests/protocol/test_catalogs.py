"""The protocol as it ships, and as an organisation overrides it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.columns import COLUMNS, PREFIXES, SHORTHANDS
from lnctp_tui.errors import BadProtocol
from lnctp_tui.storage.protocol.protocol_loader import load

STAGES = """contacto seguridad relato victima elementos enganche lugares indicadores riesgo dinero opciones
canalizacion plan_seguridad cierre"""


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load()


def strengths(protocol: Protocol, column: str) -> Counter[str]:
    return Counter(row.extra[column] for row in protocol.indicators.rows)


def by_dimension(protocol: Protocol, column: str, strength: str) -> list[int]:
    found = Counter(
        row.extra["dimension"] for row in protocol.indicators.rows if row.extra[column] == strength
    )
    return [found[row.code] for row in protocol.catalogs["dimension"].rows if row.code != "observational"]


def test_the_adult_labour_set_has_67_indicators_of_the_published_strengths(protocol: Protocol) -> None:
    assert strengths(protocol, "AL") == {"S": 7, "M": 53, "W": 7, "-": 13}
    assert by_dimension(protocol, "AL", "S") == [1, 1, 0, 1, 4, 0]
    assert by_dimension(protocol, "AL", "W") == [1, 0, 2, 1, 1, 2]
    per_dimension = Counter(row.extra["dimension"] for row in protocol.indicators.rows)
    assert list(per_dimension.values()) == [10, 10, 16, 9, 15, 7, 13]


def test_the_child_labour_set_has_65_indicators_and_no_weak_one(protocol: Protocol) -> None:
    assert strengths(protocol, "CL") == {"S": 15, "M": 50, "-": 2 + 13}
    assert by_dimension(protocol, "CL", "S") == [2, 4, 0, 1, 8, 0]


def test_the_sexual_sets_hold_only_what_is_confirmed(protocol: Protocol) -> None:
    known = {
        column: {
            row.code: row.extra[column]
            for row in protocol.indicators.rows
            if row.extra[column] not in ("", "-")
        }
        for column in ("AS", "CS")
    }
    assert known["AS"] == {"dst_forced_tasks_clients": "S"}
    assert known["CS"] == {"dst_forced_tasks_clients": "S", "exp_hazardous": "S"}


def test_every_indicator_has_a_question_in_both_languages(protocol: Protocol) -> None:
    for row in protocol.indicators.rows:
        assert row.extra["question_es"].startswith("¿")
        assert row.extra["question_en"].endswith("?")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("act", 8),
        ("modality", 11),
        ("aggravating", 17),
        ("report_class", 5),
        ("reporter_type", 17),
        ("channel", 6),
        ("kind", 10),
        ("hooking_means", 4),
        ("hooking_method", 11),
        ("violence", 7),
        ("no_report_reason", 12),
        ("trait", 11),
        ("trafficker_role", 10),
        ("network_level", 6),
        ("relation", 9),
        ("support_type", 17),
        ("flag", 29),
        ("instrument", 14),
        ("lap", 11),
        ("cssrs", 7),
        ("triage", 5),
        ("danger", 11),
        ("dimension", 7),
        ("phase", 15),
        ("indicator", 67 + 13),
    ],
)
def test_the_lists_are_complete(protocol: Protocol, name: str, size: int) -> None:
    assert len(protocol.catalogs[name].rows) == size


def test_the_modalities_are_the_fractions_of_article_10_in_order(protocol: Protocol) -> None:
    rows = protocol.catalogs["modality"].rows
    assert " ".join(row.extra["frac"] for row in rows) == "I II III IV V VI VII VIII IX X XI"
    assert protocol.catalogs["modality"].by_code["explotacion_laboral"].extra["articles"] == "21"


def test_what_comes_from_memory_is_marked_so(protocol: Protocol) -> None:
    """The marks of the sources: the law was read whole; what rests on one unsafe source says so."""
    assert {row.mark for row in protocol.catalogs["aggravating"].rows} == {"V"}
    means = protocol.catalogs["means"].rows
    assert [row.code for row in means if row.unverified] == []
    weak = {row.mark for row in protocol.indicators.rows if row.extra["dimension"] != "observational"}
    assert weak == {"V2-weak"}
    assert {row.code for row in means if row.extra["article"] == "13"} == {
        "engano",
        "violencia_fisica_moral",
        "abuso_poder",
        "aprovechamiento_vulnerabilidad",
        "dano_grave_o_amenaza",
        "amenaza_denuncia_migratoria_abuso_legal",
    }
    flags = {row.code for row in protocol.catalogs["flag"].rows if row.unverified}
    assert flags == {"fin_account_third_party", "fin_hotel_repeated"}


def test_every_row_has_both_labels_a_source_and_a_mark(protocol: Protocol) -> None:
    for catalog in protocol.catalogs.values():
        for row in catalog.rows:
            assert row.label.es, row
            assert row.label.en, row
            assert row.source, row
            assert row.mark in {"V", "V2", "V2-weak", "M", "D"}, row


def test_the_stages_stand_in_order_and_serve_every_phase(protocol: Protocol) -> None:
    assert " ".join(stage.code for stage in protocol.stages) == STAGES.replace("\n", " ")
    served = {phase for stage in protocol.stages for phase in stage.phases}
    assert served == set(protocol.catalogs["phase"].by_code)


def test_no_stage_asks_too_much_at_once(protocol: Protocol) -> None:
    assert max(len(stage.fields) for stage in protocol.stages) <= 25


BY_SCREEN = {
    ("case", "status"),
    ("contact", "reporter_person_id"),
    ("place", "person_id"),
    ("identifier", "person_id"),
    ("money", "person_id"),
    ("person", "age_min"),
    ("person", "age_max"),
    ("person", "age_estimated"),
}
"""Columns that a verb, a choice of person or the shorthand `age` fills."""


def test_every_column_that_a_counselor_fills_belongs_to_a_stage(protocol: Protocol) -> None:
    asked = {(field.on, field.code) for _, field in protocol.fields}
    columns = {(table, column) for table, names in COLUMNS.items() for column in names}
    assert columns - asked == BY_SCREEN
    assert all((table, code) in asked for table, codes in SHORTHANDS.items() for code in codes)


def test_every_answer_catalog_is_asked(protocol: Protocol) -> None:
    asked = {
        field.code.partition(".")[0] for _, field in protocol.fields if field.code.split(".")[0] in PREFIXES
    }
    assert asked == set(PREFIXES)
    checklists = {field.code for _, field in protocol.fields if field.kind == "checklist"}
    assert set(PREFIXES) - checklists == {"age", "capacity"}


def test_the_minimum_record_is_seven_answers(protocol: Protocol) -> None:
    minimum = [(field.on, field.code) for _, field in protocol.fields if field.required_by == "minimum"]
    assert minimum == [
        ("contact", "kind"),
        ("case", "anonymity"),
        ("contact", "state"),
        ("case", "callback_allowed"),
        ("case", "consent_store"),
        ("contact", "narrative"),
        ("person", "age.appears_minor"),
    ]


def test_consent_is_no_condition_of_anything(protocol: Protocol) -> None:
    """Palermo 3.b, art. 40: consent to exploitation never counts."""
    assert not [field for _, field in protocol.fields if field.when and "consented" in field.when.names]


def test_what_would_ask_for_a_status_is_never_proposed(protocol: Protocol) -> None:
    assert "indicator.abv_irregular_status" in protocol.never_ask_codes


NEVER_ASKED = {
    "contacto": ("nombre completo", "identificación"),
    "seguridad": ("Insistir", "texto legal", "debió haber hecho"),
    "relato": ("Interrumpir", "dos veces", "otra persona ya registró", "falso consuelo"),
    "victima": ("no se fue", "no se negó", "ilegal", "sugerir la respuesta", "mínimo", "se sospecha"),
    "elementos": ("virgen", "cuántos clientes", "por curiosidad"),
    "enganche": ("confió",),
    "indicadores": ("67 preguntas",),
    "riesgo": ("Detalles sexuales", "Fotografías"),
    "dinero": ("consiga pruebas",),
    "opciones": ("Presionar", "Prometer"),
    "canalizacion": ("sin preguntar",),
    "plan_seguridad": ("fuera del horario seguro",),
    "cierre": ("mayor angustia",),
}


@pytest.mark.parametrize(("stage", "said"), NEVER_ASKED.items())
def test_what_must_not_be_asked_or_done_stands_in_its_stage(
    protocol: Protocol, stage: str, said: tuple[str, ...]
) -> None:
    told = " · ".join(label.es for label in protocol.by_stage[stage].never_ask)
    assert [each for each in said if each not in told] == []


def test_what_the_report_does_not_say_is_not_marked_as_seen_there(protocol: Protocol) -> None:
    marks = {
        ("channel", "chat_whatsapp"): "V2",
        ("channel", "modulo_terminal"): "V2",
        ("venue", "central_autobuses"): "V2",
        ("place_role", "actual"): "D",
        ("education", "ninguna"): "D",
        ("other_crime", "extorsion"): "V2",
    }
    assert {where: protocol.catalogs[where[0]].by_code[where[1]].mark for where in marks} == marks


def test_the_scripts_are_there_in_both_languages(protocol: Protocol) -> None:
    assert set(protocol.scripts) == {"emergency", "consent", "silent", "cover", "closing"}
    for script in protocol.scripts.values():
        assert script.lines
        assert all(line.es and line.en for line in script.lines)


def test_values_cannot_be_changed(protocol: Protocol) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        protocol.stages[0].code = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        protocol.catalogs["act"] = protocol.catalogs["means"]  # type: ignore[index]


ACT = "code,es,en,valid_from,valid_to,source,mark,note\ncaptar,Captar,Recruit,,,Prueba,D,\n"


@pytest.mark.parametrize("path", ["catalogs/act.csv", "act.csv"])
def test_an_organisation_overrides_a_whole_file(tmp_path: Path, protocol: Protocol, path: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(ACT, encoding="utf-8")
    own = load(tmp_path)
    assert [row.code for row in own.catalogs["act"].rows] == ["captar"]
    assert own.catalogs["means"] == protocol.catalogs["means"]
    assert own.version.startswith(protocol.version + "+")


def test_another_content_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "act.csv").write_text(ACT, encoding="utf-8")
    first = load(tmp_path).version
    (tmp_path / "act.csv").write_text(ACT.replace("Recruit", "Attract"), encoding="utf-8")
    assert load(tmp_path).version != first


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "act.csv").write_bytes(b"\xef\xbb\xbf" + ACT.replace("\n", "\r\n").encode())
    assert load(tmp_path).catalogs["act"].rows[0].label.es == "Captar"


def test_the_empty_rows_that_a_spreadsheet_leaves_are_passed_over(tmp_path: Path) -> None:
    text = resources.files("lnctp_tui").joinpath("data/catalogs/need.csv").read_text(encoding="utf-8")
    (tmp_path / "need.csv").write_text(text + ",,,,,,,,\n\n,,,,,,,,\n", encoding="utf-8")
    assert load(tmp_path).catalogs["need"].rows == load().catalogs["need"].rows


def test_loading_refuses_a_mistake_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "act.csv").write_text(ACT + "retener,Retener\n", encoding="utf-8")
    with pytest.raises(BadProtocol) as caught:
        load(tmp_path)
    assert caught.value.facts == {
        "file": str(tmp_path / "act.csv"),
        "line": 3,
        "reason": "bad_row",
        "expected": 8,
        "found": 2,
    }


def test_a_missing_translation_does_not_stop_the_app(tmp_path: Path) -> None:
    (tmp_path / "act.csv").write_text(ACT.replace("Recruit", ""), encoding="utf-8")
    assert load(tmp_path).catalogs["act"].rows[0].label.en == "Captar"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadProtocol) as caught:
        load(tmp_path / "nada")
    assert caught.value.facts["reason"] == "missing_folder"
