"""`protocol check`: one test per kind of mistake, each with its exact file and line."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from counts import often
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lnctp_tui.domain.assess import law_checks
from lnctp_tui.domain.protocol import field_help
from lnctp_tui.domain.protocol import protocol_check as rules
from lnctp_tui.domain.protocol.conditions import parse
from lnctp_tui.errors import BadProtocol
from lnctp_tui.i18n.findings import FINDINGS, tell
from lnctp_tui.storage.protocol import help_files, protocol_loader, stages
from lnctp_tui.storage.protocol.folder_check import check
from lnctp_tui.storage.protocol.protocol_loader import load

STAGE = """\
version = "1"
code = "opciones"
phases = ["opciones"]
title = { es = "Opciones", en = "Options" }
prompt = { es = "¿Qué necesita?", en = "What is needed?" }
must_ask = [
    "need",
    "consented",
]
never_ask = [
    { es = "Prometer", en = "Promising" },
]

[[field]]
on = "person"
code = "need"
kind = "checklist"
catalog = "need"
label = { es = "Necesita", en = "Needs" }

[[field]]
on = "person"
code = "consented"
kind = "yesno"
when = "role in ['victim', 'group']"
required_by = "close"
label = { es = "De acuerdo", en = "Agreed" }
max_length = 3
"""
CATALOG = """\
code,es,en,valid_from,valid_to,source,mark,note
rescate,Salir,To get out,,,Prueba,D,
refugio,"Refugio,
de dos renglones",Refuge,,,Prueba,D,
vieja,Vieja,Old,2020,2024-05-31,Prueba,D,retirada
"""
HEAD = (Path(protocol_loader.__file__).parents[2] / "data/protocol/protocol.toml").read_text(encoding="utf-8")
INDICATORS = """\
code,es,en,valid_from,valid_to,source,mark,note,dimension,AL,CL,AS,CS,question_es,question_en
dst_documents,Documentos,Documents,,,OIT 2009,V2,,coercion_destination,S,S,,,¿Documentos?,Documents?
abv_irregular_status,Situación,Status,,,OIT 2009,V2,,recruitment_abuse_vulnerability,M,-,,,¿S?,S?
abv_relationship_authorities,Relación,Relation,,,OIT 2009,V2,,recruitment_abuse_vulnerability,M,M,,,¿R?,R?
avd_relationship_authorities,Relación,Relation,,,OIT 2009,V2,,abuse_vulnerability_destination,M,M,,,¿R?,R?
"""
FILES = {
    "protocol/opciones.toml": STAGE,
    "catalogs/need.csv": CATALOG,
    "protocol/protocol.toml": HEAD,
    "indicators/indicators.csv": INDICATORS,
    "catalogs/age.csv": "code,es,en,valid_from,valid_to,source,mark,note\nappears_minor,M,M,,,Prueba,D,\n",
    "catalogs/cssrs.csv": "code,es,en,valid_from,valid_to,source,mark,note,ask\n"
    "suicidal_thoughts,P,T,,,Prueba,D,,always\n"
    "method,C,H,,,Prueba,D,,answers.cssrs.suicidal_thoughts == 'yes'\n",
}
HELP = """\
version = "1"
code = "opciones"

[[field]]
on = "person"
code = "need"
why = { es = "Para ayudar", en = "To help" }
bad = { es = "¿Qué quiere?", en = "What do you want?" }
good = { es = "¿Qué necesita?", en = "What do you need?" }
source = { es = "Prueba", en = "Test" }
mark = "D"

[[field]]
on = "person"
code = "consented"
why = { es = "Para acompañar", en = "To support" }
bad = { es = "¿Usted quiso?", en = "Did you want to?" }
good = { es = "¿Qué le dijeron?", en = "What were you told?" }
source = { es = "Prueba", en = "Test" }
mark = "D"
"""
OPTIONS, NEED, TOP = "protocol/opciones.toml", "catalogs/need.csv", "protocol/protocol.toml"
TAUGHT = "help/opciones.toml"
SETS, AGE, CSSRS = "indicators/indicators.csv", "catalogs/age.csv", "catalogs/cssrs.csv"


def found(folder: Path) -> list[tuple[str, int, str]]:
    """Findings with paths relative to the folder; built-in files have such a path already."""
    return [(each.file.removeprefix(f"{folder}/"), each.line, each.code) for each in check(folder)]


def write(folder: Path, path: str, text: str | bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    if path == OPTIONS and not (folder / TAUGHT).exists():
        write(folder, TAUGHT, HELP)


def test_the_built_in_protocol_has_no_finding() -> None:
    assert check() == []


@pytest.mark.parametrize("path", FILES)
def test_the_files_of_these_tests_have_no_finding(tmp_path: Path, path: str) -> None:
    write(tmp_path, path, FILES[path])
    assert found(tmp_path) == []


MISTAKES = [
    # stage files: form
    (OPTIONS, 'catalog = "need"', 'catalog = "need', 18, "bad_toml"),
    (OPTIONS, "max_length = 3\n", "max_length = [\n", 28, "bad_toml"),
    (OPTIONS, 'version = "1"\n', "\n", 1, "missing_version"),
    (OPTIONS, 'code = "opciones"', 'code = "opcion"', 2, "wrong_file_code"),
    (OPTIONS, "phases = [", "phase = [", 3, "unknown_key"),
    (OPTIONS, "max_length = 3", "maximum = 3", 28, "unknown_key"),
    (OPTIONS, 'en = "Agreed" }', 'fr = "Oui", en = "Agreed" }', 27, "unknown_key"),
    (OPTIONS, "max_length = 3", 'max_length = "3"', 28, "wrong_type"),
    (OPTIONS, 'code = "consented"', "code = false", 23, "wrong_type"),
    (OPTIONS, 'title = { es = "Opciones", en = "Options" }\n', "\n", 1, "missing_key"),
    (OPTIONS, 'label = { es = "De acuerdo", en = "Agreed" }\n', "\n", 21, "missing_key"),
    (OPTIONS, 'en = "Agreed"', 'en = " "', 27, "missing_label"),
    (OPTIONS, 'es = "Opciones", ', "", 4, "missing_label"),
    (OPTIONS, '{ es = "Prometer", en = "Promising" }', '{ es = "Prometer" }', 11, "missing_label"),
    (OPTIONS, 'kind = "yesno"', 'kind = "yes-no"', 24, "unknown_kind"),
    (OPTIONS, 'required_by = "close"', 'required_by = "save"', 26, "unknown_required_by"),
    (OPTIONS, "Necesita", b"Necesit\xe1", 19, "not_utf8"),
    (OPTIONS, "Necesita", "Neces\u200bita", 19, "bad_text"),
    (OPTIONS, 'kind = "yesno"', "kind = “yesno”", 24, "bad_toml"),
    (OPTIONS, 'kind = "yesno"', 'kind = "yesno"\nkind = "bool"', 25, "bad_toml"),
    # stage files: names
    (OPTIONS, 'phases = ["opciones"]', 'phases = ["opcion"]', 3, "bad_phase"),
    (OPTIONS, '    "consented",', '    "consent",', 8, "unknown_must_ask"),
    (
        OPTIONS,
        'code = "consented"\nkind = "yesno"',
        'code = "need"\nkind = "checklist"\ncatalog = "need"',
        23,
        "duplicate_code",
    ),
    (OPTIONS, 'on = "person"\ncode = "consented"', 'on = "people"\ncode = "consented"', 22, "unknown_table"),
    (OPTIONS, 'code = "consented"', 'code = "consent"', 23, "unknown_code"),
    (OPTIONS, 'code = "consented"', 'code = "need.cohete"', 23, "unknown_code"),
    (OPTIONS, 'code = "consented"', 'code = "consent_store"', 23, "unknown_code"),
    (OPTIONS, 'code = "consented"', 'code = "cssrs.method"', 23, "wrong_table"),
    (OPTIONS, 'code = "need"', 'code = "danger"', 16, "wrong_table"),
    (OPTIONS, 'code = "need"', 'code = "sex"', 16, "unknown_code"),
    (OPTIONS, 'catalog = "need"', 'catalog = "needs"', 18, "unknown_catalog"),
    (OPTIONS, 'catalog = "need"', 'catalog = "act"', 18, "wrong_catalog"),
    (OPTIONS, 'catalog = "need"\n', "\n", 17, "missing_key"),
    # conditions
    (OPTIONS, "role in ['victim', 'group']", "role in", 25, "bad_condition"),
    (OPTIONS, "role in ['victim', 'group']", "print('x')", 25, "bad_condition"),
    (OPTIONS, "role in ['victim', 'group']", "rol == 'victim'", 25, "dead_condition"),
    (OPTIONS, "role in ['victim', 'group']", "answers.cssrs.method == 'yes'", 25, "dead_condition"),
    (OPTIONS, "role in ['victim', 'group']", "role in []", 25, "dead_condition"),
    (OPTIONS, "role in ['victim', 'group']", "role == 'group' and role == 'victim'", 25, "dead_condition"),
    (OPTIONS, "role in ['victim', 'group']", "age_min > 18 and age_min < 12", 25, "dead_condition"),
    (OPTIONS, "role in ['victim', 'group']", "age_min == '18'", 25, "dead_condition"),
    (OPTIONS, "role in ['victim', 'group']", "1 == 1", 25, "dead_condition"),
    (OPTIONS, "role in ['victim', 'group']", "role == 'victima'", 25, "unknown_code"),
    (OPTIONS, "role in ['victim', 'group']", "answers.need.rescate == 'si'", 25, "unknown_code"),
    # catalogs
    (NEED, "rescate,Salir,To get out,,,Prueba,D,", "rescate,Salir,To get out,,,Prueba", 2, "bad_row"),
    (NEED, "code,es,en", "code,es,english", 1, "bad_columns"),
    (NEED, "mark,note", "mark,note,note", 1, "duplicate_column"),
    (NEED, CATALOG, CATALOG.replace(",", ";"), 1, "wrong_separator"),
    (NEED, CATALOG, CATALOG.replace(",", "\t"), 1, "wrong_separator"),
    (
        NEED,
        CATALOG,
        b"\xef\xbb\xbf" + CATALOG.replace(",", ";").replace("\n", "\r\n").encode(),
        1,
        "wrong_separator",
    ),
    (NEED, CATALOG, CATALOG.encode("utf-16"), 1, "not_utf8"),
    (NEED, "Vieja", "Vie\0ja", 5, "bad_text"),
    (NEED, "Vieja", "Vie\u202eja", 5, "bad_text"),
    (NEED, "Salir", "x" * 200_000, 2, "bad_csv"),
    (NEED, CATALOG, "", 1, "bad_columns"),
    (NEED, "vieja,Vieja", 'vieja,"Vieja', 5, "bad_csv"),
    (NEED, "Vieja", b"Viej\xe1", 5, "not_utf8"),
    (NEED, "vieja,Vieja", "rescate,Vieja", 5, "duplicate_code"),
    (NEED, "vieja,Vieja", "más vieja,Vieja", 5, "bad_code"),
    (NEED, "vieja,Vieja,Old", "vieja,Vieja,", 5, "missing_label"),
    (NEED, "vieja,Vieja", "vieja,", 5, "missing_label"),
    (NEED, "2024-05-31", "31/05/2024", 5, "bad_date"),
    (NEED, "To get out,,,Prueba,D", "To get out,,,Prueba,X", 2, "bad_mark"),
    (NEED, "To get out,,,Prueba", "To get out,,,", 2, "missing_source"),
    (AGE, "appears_minor", "parece_menor", 1, "missing_code"),
    (AGE, "M,M,,,", "M,M,,2020,", 1, "missing_code"),
    (CSSRS, "suicidal_thoughts == 'yes'", "suicidal == 'yes'", 3, "dead_condition"),
    (CSSRS, "suicidal_thoughts == 'yes'", "suicidal_thoughts =", 3, "bad_condition"),
    (CSSRS, "suicidal_thoughts == 'yes'", "suicidal_thoughts == 'si'", 3, "unknown_code"),
    # indicators
    (SETS, "coercion_destination,S", "coercion,S", 2, "unknown_code"),
    (SETS, "coercion_destination,S", "coercion_destination,X", 2, "bad_strength"),
    (SETS, "¿Documentos?", "", 2, "missing_question"),
    (SETS, "dimension,", "dim,", 1, "bad_columns"),
]


@pytest.mark.parametrize(("path", "old", "new", "line", "code"), MISTAKES)
def test_a_mistake_is_found_at_its_line(
    tmp_path: Path, path: str, old: str, new: str | bytes, line: int, code: str
) -> None:
    text = FILES[path].encode()
    assert text.count(old.encode()) >= 1
    write(tmp_path, path, text.replace(old.encode(), new.encode() if isinstance(new, str) else new, 1))
    follows = {"unknown_must_ask"} - {code}
    here = [each for each in found(tmp_path) if each[0] == path and each[2] not in follows]
    assert here == [(path, line, code)]
    for each in check(tmp_path):
        sentence = tell(each.code, **each.facts)
        assert "…" not in sentence.replace('"…"', "")
        assert not set(sentence.lower().split()) & {
            "expected",
            "invalid",
            "unexpected",
            "syntax",
            "not_allowed",
        }


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('version = "2026.2"', "", "missing_version"),
        ('"contacto", ', '"contacto", "contacto", ', "duplicate_code"),
        ('"contacto", ', '"../contacto", ', "bad_code"),
        ('"act", ', '"act", "act", ', "duplicate_code"),
        ('"act", ', "", "unknown_catalog"),
        ('"indicator.abv_irregular_status"', '"indicator.abv_nada"', "unknown_code"),
        ("never_ask_codes", "never_ask", "unknown_key"),
    ],
)
def test_a_mistake_in_protocol_toml_is_found_there(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = HEAD.replace(old, new, 1)
    assert text != HEAD
    write(tmp_path, TOP, text)
    named = new or ("catalogs = [" if "act" in old else "")
    line = text[: text.index(named)].count("\n") + 1
    assert (TOP, line, code) in found(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('code = "consented"', 'code = "need.vieja"', 23),
        ("role in ['victim', 'group']", "answers.need.vieja == 'yes'", None),
    ],
)
def test_a_retired_code_must_not_be_used(tmp_path: Path, old: str, new: str, line: int | None) -> None:
    """A field of a retired code is a mistake; a condition may still read the answers given before."""
    write(tmp_path, NEED, CATALOG)
    write(tmp_path, OPTIONS, STAGE.replace(old, new, 1))
    assert ((OPTIONS, line, "retired_code") in found(tmp_path)) is (line is not None)


def test_a_condition_on_a_retired_choice_is_found(tmp_path: Path) -> None:
    write(
        tmp_path,
        "catalogs/sex.csv",
        "code,es,en,valid_from,valid_to,source,mark,note\n"
        "mujer,Mujer,Woman,,,Prueba,D,\nhombre,Hombre,Man,,2024,Prueba,D,\n",
    )
    write(tmp_path, OPTIONS, STAGE.replace("role in ['victim', 'group']", "sex == 'hombre'"))
    assert found(tmp_path) == [(OPTIONS, 25, "retired_code")]


def test_a_stage_or_catalog_without_file_is_found(tmp_path: Path) -> None:
    write(
        tmp_path,
        TOP,
        HEAD.replace('"contacto", ', '"contacto", "otra", ').replace('"act", ', '"act", "nada", '),
    )
    assert {(each.file, each.line, each.code) for each in check(tmp_path)} == {
        ("protocol/otra.toml", 1, "missing_file"),
        ("catalogs/nada.csv", 1, "missing_file"),
    }


def test_a_file_that_nothing_uses_is_found(tmp_path: Path) -> None:
    write(tmp_path, "protocol/victimas.toml", STAGE)
    write(tmp_path, "notas.txt", "no es del protocolo")
    assert found(tmp_path) == [("protocol/victimas.toml", 1, "unused_file")]


def test_an_override_that_breaks_a_built_in_file_is_found_in_that_file(tmp_path: Path) -> None:
    rows = "code,es,en,valid_from,valid_to,source,mark,note\ntrafficker,T,T,,,Prueba,D,\n"
    write(tmp_path, "catalogs/person_role.csv", rows)
    files = {(each.file, each.code) for each in check(tmp_path)}
    assert ("protocol/victima.toml", "unknown_code") in files
    assert ("protocol/enganche.toml", "unknown_code") in files


def test_several_mistakes_are_all_listed_in_order(tmp_path: Path) -> None:
    text = STAGE.replace('kind = "yesno"', 'kind = "sino"').replace('en = "Options"', 'en = ""')
    write(tmp_path, OPTIONS, text)
    write(tmp_path, NEED, CATALOG.replace("vieja,", "rescate,"))
    assert found(tmp_path) == [
        (NEED, 5, "duplicate_code"),
        (OPTIONS, 4, "missing_label"),
        (OPTIONS, 24, "unknown_kind"),
    ]


def test_headers_inside_long_strings_do_not_shift_lines(tmp_path: Path) -> None:
    text = STAGE.replace('es = "¿Qué necesita?"', 'es = """\n[[field]]\n"""').replace('"yesno"', '"sino"')
    write(tmp_path, OPTIONS, text)
    assert found(tmp_path) == [(OPTIONS, 26, "unknown_kind")]


@pytest.mark.parametrize(
    ("text", "alive"),
    [
        ("sex == 'mujer'", True),
        ("not sex == 'mujer'", True),
        ("age_min < 18 or age_min > 17", True),
        ("age_min == 17.5", True),
        ("name == 'x' and name != 'x'", False),
        ("a == 'x' and b == 'y' and c != 'z'", True),
        ("a == b", True),
        ("consented and consented == 'no'", False),
        ("age_min", False),
        ("2 < 1", False),
    ],
)
def test_a_condition_can_hold_or_not(text: str, alive: bool) -> None:
    domains = {"sex": ("mujer", "hombre"), "consented": rules.ANSWERS}
    assert rules.can_hold(parse(text), domains) is alive


def test_a_danger_of_no_triage_level_is_found(tmp_path: Path) -> None:
    built_in = (Path(protocol_loader.__file__).parents[2] / "data/catalogs/danger.csv").read_text(
        encoding="utf-8"
    )
    write(tmp_path, "catalogs/danger.csv", built_in.replace(",emergency", ",ahora", 1))
    assert found(tmp_path) == [("catalogs/danger.csv", 2, "unknown_code")]


@pytest.mark.parametrize("path", [OPTIONS, NEED, TOP, SETS])
@settings(
    max_examples=often(8, 3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_bytes_are_read_or_refused(tmp_path: Path, path: str, data: st.DataObject) -> None:
    """A damaged file is a list of findings and a BadProtocol, never another error."""
    good = FILES[path].encode()
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 20)))
    write(tmp_path, path, good[:start] + data.draw(st.binary(max_size=20)) + good[end:])
    hard = [each for each in check(tmp_path) if each.code not in rules.SOFT]
    if hard:
        with pytest.raises(BadProtocol):
            load(tmp_path)
    else:
        assert load(tmp_path).stages


def test_a_folder_that_is_not_there_is_no_good_protocol(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name in ("nowhere", "file"):
        assert check(tmp_path / name) == [rules.Finding(str(tmp_path / name), 1, "missing_folder")]


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    assert check(tmp_path) == []
    assert load(tmp_path) == load()


def codes_of(module: object) -> set[str]:
    """String literals of a module that look like a finding's code and stand where one is made."""
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.split("_")[0]
        in {"bad", "missing", "unknown", "wrong", "dead", "duplicate", "retired", "unused", "not"}
        and " " not in node.value
        and "_" in node.value
    }


def test_every_finding_has_a_sentence_and_every_sentence_a_finding() -> None:
    made = (
        codes_of(protocol_loader)
        | codes_of(stages)
        | codes_of(rules)
        | codes_of(law_checks)
        | codes_of(field_help)
        | codes_of(help_files)
        | {"unreadable_file"}
    )
    assert made - {"unknown_name"} == set(FINDINGS)


HELP_MISTAKES = [
    ('code = "consented"', 'code = "consent"', TAUGHT, 15, "unknown_help"),
    ('code = "consented"', 'code = "need"', TAUGHT, 15, "duplicate_code"),
    ('why = { es = "Para acompañar", en = "To support" }\n', "\n", TAUGHT, 13, "missing_key"),
    ('en = "To support"', 'en = ""', TAUGHT, 16, "missing_label"),
    ('good = { es = "¿Qué le', 'better = { es = "¿Qué le', TAUGHT, 18, "unknown_key"),
    ('mark = "D"\n', "\n", TAUGHT, 4, "missing_mark"),
    ('mark = "D"\n', 'mark = "seguro"\n', TAUGHT, 11, "bad_mark"),
    ('code = "opciones"', 'code = "otra"', TAUGHT, 2, "wrong_file_code"),
    ('why = { es = "Para ayudar"', "why = { es = Para ayudar", TAUGHT, 7, "bad_toml"),
    (HELP[HELP.rindex("[[field]]") :], "", OPTIONS, 23, "missing_help"),
    (
        'mark = "D"\n',
        'mark = "D"\n[field.rows]\ncohete = { es = "C", en = "C" }\n',
        TAUGHT,
        13,
        "unknown_help",
    ),
]


@pytest.mark.parametrize(("old", "new", "file", "line", "code"), HELP_MISTAKES)
def test_a_mistake_in_the_help_is_found_at_its_line(
    tmp_path: Path, old: str, new: str, file: str, line: int, code: str
) -> None:
    assert old in HELP
    write(tmp_path, TAUGHT, HELP.replace(old, new, 1))
    write(tmp_path, OPTIONS, STAGE)
    assert (file, line, code) in found(tmp_path)
    load(tmp_path)  # no answer is lost by it: the app opens


def test_help_of_no_stage_is_a_file_that_nothing_uses(tmp_path: Path) -> None:
    write(tmp_path, "help/opcion.toml", HELP)
    assert found(tmp_path) == [("help/opcion.toml", 1, "unused_file")]


def test_a_stage_without_its_help_lacks_a_file(tmp_path: Path) -> None:
    write(tmp_path, TOP, HEAD.replace('"cierre",\n]', '"cierre", "ropa",\n]'))
    write(tmp_path, "protocol/ropa.toml", STAGE.replace('code = "opciones"', 'code = "ropa"'))
    assert ("help/ropa.toml", 1, "missing_file") in found(tmp_path)


def test_a_new_row_of_a_legal_element_has_to_be_explained(tmp_path: Path) -> None:
    acts = (Path(protocol_loader.__file__).parents[2] / "data/catalogs/act.csv").read_text(encoding="utf-8")
    row = acts.splitlines()[1].replace("captar,", "sonsacar,", 1)
    write(tmp_path, "catalogs/act.csv", f"{acts}{row}\n")
    assert found(tmp_path) == [("catalogs/act.csv", len(acts.splitlines()) + 1, "missing_help")]


def test_a_field_that_an_organisation_left_out_is_no_mistake_of_the_built_in_help(tmp_path: Path) -> None:
    text = (Path(protocol_loader.__file__).parents[2] / "data/protocol/cierre.toml").read_text(
        encoding="utf-8"
    )
    write(tmp_path, "protocol/cierre.toml", text[: text.rindex("[[field]]")])
    assert found(tmp_path) == []


def test_a_sentence_names_what_is_wrong() -> None:
    assert "inglés" in tell("missing_label", what="rescate", language="en")
    assert "quite uno" in tell("bad_toml", detail="repeated")
    assert "role == 'victim'" in tell("bad_condition", detail="syntax")
    assert "no se permite" in tell("bad_condition", detail="not_allowed Call")
    assert "número entero" in tell("wrong_type", what="max_length", expected="int")
    assert "«cohete»" in tell("unknown_code", what="cohete")
    assert tell("unheard_of") == "unheard_of"


def test_soft_findings_are_findings() -> None:
    assert set(FINDINGS) > rules.SOFT
