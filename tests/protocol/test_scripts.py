"""The texts that are read to a caller: who signed them, what stands in their places, what they may not say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from lnctp_tui import i18n
from lnctp_tui.domain.protocol.protocol import Organisation, Protocol, Script
from lnctp_tui.storage.protocol.folder_check import check
from lnctp_tui.storage.protocol.protocol_loader import load
from lnctp_tui.widgets.form.wording import dialled, told


def spoken(script: Script, protocol: Protocol, alias: str = "") -> list[str]:
    return [told(line, protocol, alias=alias) for line in script.lines]


SAID = re.compile(r"«([^»]*)»")


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load()


@pytest.fixture(autouse=True)
def spanish() -> None:
    i18n.set_language("es")


def said(script: Script) -> str:
    """What is said to the caller."""
    return " ".join(text for line in script.lines for text in SAID.findall(line.es))


def whole(script: Script) -> str:
    return " ".join(line.es for line in script.lines)


def test_the_scripts_are_there(protocol: Protocol) -> None:
    assert list(protocol.scripts) == ["emergency", "consent", "silent", "cover", "closing"]


def test_every_line_has_a_mark_and_a_source_of_its_own_or_of_its_script(protocol: Protocol) -> None:
    for script in protocol.scripts.values():
        assert [line.es for line in script.lines if not (line.mark and (line.source or script.source))] == []


def test_the_consent_text_says_the_duty_to_report_the_responsible_the_notice_and_sensitive_data(
    protocol: Protocol,
) -> None:
    """§7 row 9. CNPP 222, LGV 120 XX, LGAMVLV 29, LFPDPPP 8 and 16 II, LGPDPPSO 15 and 22."""
    text = said(protocol.scripts["consent"])
    for needed in ("{responsible}", "{notice}", "Por ley podríamos tener que avisar a una autoridad"):
        assert needed in text
    for needed in (
        "peligro para la vida",
        "menor de edad",
        "se lo diré antes",
        "datos delicados",
        "puede no",
    ):
        assert needed in text
    sources = " ".join(line.source for line in protocol.scripts["consent"].lines)
    for article in (
        "CNPP art. 222",
        "LGV art. 120 XX",
        "LGAMVLV art. 29",
        "LFPDPPP art. 8",
        "LGPDPPSO art. 22",
    ):
        assert article in sources


def test_the_consent_text_promises_no_more_silence_than_the_law_allows(protocol: Protocol) -> None:
    """§7 row 9: not "only the team sees it", not "nothing is shared without your permission"."""
    text = whole(protocol.scripts["consent"]).lower()
    assert [each for each in ("solo el equipo", "sin su permiso", "nadie más", "nunca") if each in text] == []
    assert "no es el consentimiento escrito" in text


def test_without_the_organisation_s_settings_the_notice_says_what_is_missing(protocol: Protocol) -> None:
    lines = spoken(protocol.scripts["consent"], protocol)
    assert sum("FALTA" in line for line in lines) == 2


def test_with_the_organisation_s_settings_the_notice_is_whole(protocol: Protocol) -> None:
    named = replace(protocol, organisation=Organisation("Asociación Ficticia, A.C.", "la recepción"))
    lines = spoken(named.scripts["consent"], named, alias="Luz")
    assert lines[0] == "«Soy Luz de la Línea, de Asociación Ficticia, A.C.»"
    assert not [line for line in lines if "FALTA" in line or "{" in line]


def test_the_organisation_is_read_from_its_folder(tmp_path: Path) -> None:
    text = (
        'version = "1"\ncode = "organisation"\nresponsible = "Asociación Ficticia"\nnotice = "la recepción"\n'
    )
    (tmp_path / "organisation.toml").write_text(text, "utf-8")
    assert check(tmp_path) == []
    read = load(tmp_path)
    assert read.organisation == Organisation("Asociación Ficticia", "la recepción")
    assert "+" in read.version


def test_the_cover_phrase_asks_first_and_invents_nothing(protocol: Protocol) -> None:
    """§7 row 12. NNEDV, Safety Net: the survivor decides; vague, no organisation, no call-back unless asked."""
    script = protocol.scripts["cover"]
    assert "¿qué quiere que diga?" in script.lines[0].es
    assert "¿Quiere que le llamemos" in script.lines[0].es
    text = said(script).lower()
    for invented in ("encuesta", "servicio de telefonía", "otro momento", "línea nacional", "trata"):
        assert invented not in text
    assert "No ofrezca llamar otra vez" in whole(script)


def test_a_silent_call_has_a_path_of_its_own(protocol: Protocol) -> None:
    """§7 row 11. C5i Aguascalientes; NNEDV: stay, taps or keys, repeats, no blind call-back, a case."""
    script = protocol.scripts["silent"]
    text = whole(script)
    for needed in ("No cuelgue", "Un golpe", "una tecla", "llamadas anteriores", "no devuelva la llamada"):
        assert needed in text
    assert "abra un caso" in text
    asked = [line.asks for line in script.lines if line.asks]
    assert {"danger.in_progress", "situation.someone_listening", "callback_allowed"} <= {*asked}


def test_the_close_reads_the_line_s_number_from_the_catalog_and_says_that_nobody_dialled_it(
    protocol: Protocol,
) -> None:
    lines = spoken(protocol.scripts["closing"], protocol)
    assert any("800 5533 000 (por verificar)" in line for line in lines)


@pytest.mark.parametrize(
    ("mark", "day", "unsure"), [("V", "2026-03-01", False), ("V", "", True), ("M", "2026-03-01", True)]
)
def test_a_number_is_sure_when_its_source_is_and_somebody_dialled_it(
    protocol: Protocol, mark: str, day: str, unsure: bool
) -> None:
    row = protocol.catalogs["hotline"].by_code["lnctp"]
    shown = dialled(replace(row, mark=mark, extra={**row.extra, "verified_on": day}))
    assert ("por verificar" in shown) is unsure


def test_no_script_holds_a_number_that_the_catalog_does_not_give(protocol: Protocol) -> None:
    for script in protocol.scripts.values():
        for line in script.lines:
            assert re.findall(r"\d[\d ]{6,}\d", line.es + line.en) == []


SIGNED = (
    'version = "1"\ncode = "cover"\ntitle = {{ es = "a", en = "a" }}\nmark = "D"\n{head}\nlines = [{line}]\n'
)


@pytest.mark.parametrize(
    ("head", "line", "codes"),
    [
        ("", '{ es = "a", en = "a", mark = "D" }', []),
        ('reviewed_by = "LGM"\nreviewed_on = "2026-12-01"', '{ es = "a", en = "a", mark = "D" }', []),
        ('reviewed_by = "LGM"', '{ es = "a", en = "a", mark = "D" }', ["bad_review"]),
        ("", '{ es = "a", en = "a", mark = "D", reviewed_on = "2026-12-01" }', ["bad_review"]),
        ("", '{ es = "a", en = "a", mark = "D", reviewed_by = "x", reviewed_on = "ayer" }', ["bad_review"]),
        ("", '{ es = "a", en = "a", mark = "Z" }', ["bad_mark"]),
        ("", '{ es = "a", en = "a", mark = "D", sello = "x" }', ["unknown_key"]),
    ],
)
def test_a_signature_is_a_name_and_a_day(tmp_path: Path, head: str, line: str, codes: list[str]) -> None:
    (tmp_path / "cover.toml").write_text(SIGNED.format(head=head, line=line), "utf-8")
    assert [each.code for each in check(tmp_path) if each.code != "missing_source"] == codes
