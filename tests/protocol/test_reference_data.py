"""The reference catalogs: states, municipalities, countries, languages, organisations, hotlines."""

from __future__ import annotations

import csv
import pickle
import re
from collections import Counter
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from types import ModuleType

import phonenumbers
import pytest
from babel import Locale

NAMES = ("state", "municipality", "country", "language", "organisation", "hotline")
COLUMNS = ["code", "es", "en", "valid_from", "valid_to", "source", "mark", "note"]
TOOLS = Path(__file__).parents[2] / "tools"

# ISO 3166-2:MX, in INEGI's order.
STATES = re.findall(
    "[A-Z]{3}",
    "AGU BCN BCS CAM COA COL CHP CHH CMX DUR GUA GRO HID JAL MEX MIC "
    "MOR NAY NLE OAX PUE QUE ROO SLP SIN SON TAB TAM TLA VER YUC ZAC",
)

# INEGI, AGEEML of October 2025: municipalities of each state, in INEGI's order.
MUNICIPALITIES = (
    11, 7, 5, 13, 38, 10, 124, 67, 16, 39, 46, 85, 84, 125, 125, 113,
    36, 20, 51, 570, 217, 18, 11, 59, 20, 72, 17, 43, 60, 212, 106, 58,
)  # fmt: skip


@cache
def text(name: str) -> str:
    path = resources.files("lnctp_tui.data").joinpath("catalogs", f"{name}.csv")
    return path.read_bytes().decode("utf-8")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(text(name).splitlines()))


def row(name: str, code: str) -> dict[str, str]:
    return next(each for each in rows(name) if each["code"] == code)


def alias(name: str, code: str) -> list[str]:
    return row(name, code)["alias"].split(";")


@pytest.mark.parametrize("name", NAMES)
def test_the_common_columns_come_first(name: str) -> None:
    assert next(csv.reader([text(name).splitlines()[0]]))[: len(COLUMNS)] == COLUMNS


@pytest.mark.parametrize("name", NAMES)
def test_lines_end_in_lf_and_have_every_column(name: str) -> None:
    assert "\r" not in text(name)
    assert text(name).endswith("\n")
    assert len({len(each) for each in csv.reader(text(name).splitlines())}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_codes_are_unique_and_every_row_has_labels_source_and_mark(name: str) -> None:
    codes = Counter(each["code"] for each in rows(name))
    assert [code for code, times in codes.items() if times > 1] == []
    assert [each for each in rows(name) if not (each["code"] and each["es"] and each["en"])] == []
    assert [
        each
        for each in rows(name)
        if not each["source"] or each["mark"] not in ("V", "V2", "V2-weak", "M", "D")
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_text_was_decoded_wrongly_or_left_untrimmed(name: str) -> None:
    assert re.findall(r"Ã.|Â[^a-z]|â€|\ufffd|[\x00-\x09\x0b-\x1f\x7f]|  ", text(name)) == []
    cells = [cell for each in rows(name) for cell in each.values()]
    assert [cell for cell in cells if cell != cell.strip()] == []


@pytest.mark.parametrize("name", NAMES)
def test_sources_name_no_host(name: str) -> None:
    assert re.findall(r"https?:|www\.|\.(?:com|org|io|mx)\b", text(name)) == []


@pytest.mark.parametrize("name", ["state", "municipality", "country", "language"])
def test_aliases_are_lower_case_and_not_empty(name: str) -> None:
    aliases = [each for one in rows(name) if one["alias"] for each in one["alias"].split(";")]
    assert [each for each in aliases if not each or each != each.lower()] == []


def test_the_32_states_have_their_iso_codes_and_inegi_numbers() -> None:
    assert [each["code"] for each in rows("state")] == [f"MX-{code}" for code in STATES]
    assert [each["inegi"] for each in rows("state")] == [f"{number:02}" for number in range(1, 33)]
    assert len({each["abbr"] for each in rows("state")}) == 32


def test_states_are_found_by_what_people_say() -> None:
    assert "edomex" in alias("state", "MX-MEX")
    assert {"cdmx", "df", "distrito federal"} <= set(alias("state", "MX-CMX"))


def test_each_state_has_the_number_of_municipalities_that_inegi_counts() -> None:
    counted = Counter(each["state"] for each in rows("municipality"))
    assert counted == {f"MX-{code}": number for code, number in zip(STATES, MUNICIPALITIES, strict=True)}
    assert len(rows("municipality")) == sum(MUNICIPALITIES) == 2478


def test_a_municipality_code_is_five_digits_and_starts_with_its_state() -> None:
    inegi = {each["code"]: each["inegi"] for each in rows("state")}
    assert [each for each in rows("municipality") if not re.fullmatch(r"\d{5}", each["code"])] == []
    assert [each for each in rows("municipality") if each["code"][:2] != inegi[each["state"]]] == []


def test_a_municipality_is_named_once_in_its_state() -> None:
    names = Counter((each["state"], each["es"]) for each in rows("municipality"))
    assert [name for name, times in names.items() if times > 1] == []


def test_the_sixteen_boroughs_of_the_capital_are_there() -> None:
    boroughs = [each["code"] for each in rows("municipality") if each["state"] == "MX-CMX"]
    assert boroughs == [f"09{number:03}" for number in range(2, 18)]
    assert row("municipality", "09015")["es"] == "Cuauhtémoc"


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [
        ("15058", "Nezahualcóyotl", "neza"),
        ("15033", "Ecatepec de Morelos", "ecatepec"),
        ("23005", "Benito Juárez", "cancún"),
        ("23008", "Playa del Carmen", "solidaridad"),
        ("08037", "Juárez", "ciudad juárez"),
        ("25001", "Ahome", "los mochis"),
        ("29025", "San Pablo del Monte", "villa vicente guerrero"),
        ("26003", "Álamos", ""),
        ("12083", "Ñuu Savi", "coapinola"),
    ],
)
def test_municipalities_are_found_by_what_people_say(code: str, name: str, said: str) -> None:
    assert row("municipality", code)["es"] == name
    assert said in alias("municipality", code)


def test_countries_are_those_of_iso_3166_and_unknown() -> None:
    codes = {each["code"] for each in rows("country")}
    assert len(codes) == 250
    assert [code for code in codes if not re.fullmatch(r"[A-Z]{2}", code)] == []
    assert codes <= set(Locale("es", "MX").territories)
    alpha3 = [each["alpha3"] for each in rows("country") if each["code"] != "ZZ"]
    assert [code for code in alpha3 if not re.fullmatch(r"[A-Z]{3}", code)] == []
    assert len(set(alpha3)) == 249


def test_every_country_has_its_demonyms() -> None:
    columns = ("demonym_es_m", "demonym_es_f", "demonym_en")
    assert [each["code"] for each in rows("country") for column in columns if not each[column]] == []


# The nationalities of the Line's report of 2019-2020, and others often met.
@pytest.mark.parametrize(
    ("code", "masculine", "feminine", "english"),
    [
        ("MX", "mexicano", "mexicana", "Mexican"),
        ("HN", "hondureño", "hondureña", "Honduran"),
        ("VE", "venezolano", "venezolana", "Venezuelan"),
        ("CO", "colombiano", "colombiana", "Colombian"),
        ("EC", "ecuatoriano", "ecuatoriana", "Ecuadorian"),
        ("GT", "guatemalteco", "guatemalteca", "Guatemalan"),
        ("US", "estadounidense", "estadounidense", "American"),
        ("UY", "uruguayo", "uruguaya", "Uruguayan"),
        ("PA", "panameño", "panameña", "Panamanian"),
        ("CU", "cubano", "cubana", "Cuban"),
        ("PH", "filipino", "filipina", "Filipino"),
        ("IN", "indio", "india", "Indian"),
        ("SV", "salvadoreño", "salvadoreña", "Salvadoran"),
        ("BR", "brasileño", "brasileña", "Brazilian"),
        ("NI", "nicaragüense", "nicaragüense", "Nicaraguan"),
        ("HT", "haitiano", "haitiana", "Haitian"),
        ("PR", "puertorriqueño", "puertorriqueña", "Puerto Rican"),
        ("GH", "ghanés", "ghanesa", "Ghanaian"),
        ("FR", "francés", "francesa", "French"),
        ("DE", "alemán", "alemana", "German"),
        ("ES", "español", "española", "Spaniard"),
        ("BE", "belga", "belga", "Belgian"),
    ],
)
def test_demonyms(code: str, masculine: str, feminine: str, english: str) -> None:
    found = row("country", code)
    assert (found["demonym_es_m"], found["demonym_es_f"], found["demonym_en"]) == (
        masculine,
        feminine,
        english,
    )


def test_the_68_groupings_are_in_11_families() -> None:
    families = Counter(each["family"] for each in rows("language") if each["family"])
    assert families == {
        "maya": 20,
        "oto_mangue": 18,
        "yuto_nahua": 11,
        "mixe_zoque": 7,
        "cochimi_yumana": 5,
        "totonaco_tepehua": 2,
        "algica": 1,
        "chontal_de_oaxaca": 1,
        "huave": 1,
        "seri": 1,
        "tarasca": 1,
    }
    assert (families.total(), len(families)) == (68, 11)


def test_language_codes_are_slugs_and_iso_codes_have_three_letters() -> None:
    assert [
        each["code"] for each in rows("language") if not re.fullmatch(r"[a-z]+(_[a-z]+)*", each["code"])
    ] == []
    without = [each["code"] for each in rows("language") if not each["iso639"]]
    assert without == ["kuahl", "other", "unknown"]
    codes = [code for each in rows("language") if each["iso639"] for code in each["iso639"].split(";")]
    assert [code for code in codes if not re.fullmatch(r"[a-z]{3}", code)] == []
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("code", "number", "one"),
    [("nahuatl", 27, "nhe"), ("zapoteco", 58, "zai"), ("mixteco", 52, "mig"), ("chinanteco", 14, "cso")],
)
def test_groupings_with_many_codes_list_them(code: str, number: int, one: str) -> None:
    codes = row("language", code)["iso639"].split(";")
    assert len(codes) == number
    assert one in codes


def test_spanish_comes_first_and_signed_and_foreign_languages_are_there() -> None:
    codes = [each["code"] for each in rows("language")]
    assert codes[0] == "spanish"
    assert {"lsm", "yucatec_msl", "english", "haitian_creole", "garifuna", "mandarin", "tagalog"} <= set(
        codes
    )


def test_organisations_have_a_level_and_successors_exist() -> None:
    codes = {each["code"] for each in rows("organisation")}
    assert {each["level"] for each in rows("organisation")} == {"federal", "cdmx", "ngo", "international"}
    assert {each["successor"] for each in rows("organisation")} == {
        "",
        "femdo",
        "secretaria_mujeres",
        "compass_connections_nhth",
    }
    assert {"femdo", "secretaria_mujeres", "consejo_ciudadano", "oim"} <= codes


@pytest.mark.parametrize("name", NAMES)
def test_dates_are_dates_and_in_order(name: str) -> None:
    for each in rows(name):
        for column in ("valid_from", "valid_to"):
            assert re.fullmatch(r"|\d{4}(-\d{2}(-\d{2})?)?", each[column])
        assert not each["valid_to"] or each["valid_from"] <= each["valid_to"]


def test_every_hotline_has_a_number_and_a_use_and_none_counts_as_called() -> None:
    assert [each["code"] for each in rows("hotline")][:3] == ["911", "089", "079_1"]
    for each in rows("hotline"):
        assert re.fullmatch(r"[+*]?[\d ]+(;[\d ]+)*", each["number"])
        assert each["use_es"]
        assert each["use_en"]
        assert each["verified_on"] == ""


def test_long_hotline_numbers_can_be_dialled_from_mexico() -> None:
    """A number of another country is one that is dialled there (its column `country`)."""
    numbers = [
        (one, each["country"] or "MX")
        for each in rows("hotline")
        for one in each["number"].split(";")
        if len(one) > 5
    ]
    invalid = [one for one in numbers if not phonenumbers.is_valid_number(phonenumbers.parse(*one))]
    assert invalid == []
    assert len(numbers) == 11


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    monkeypatch.syspath_prepend(TOOLS)
    return import_module(request.param)


@pytest.mark.parametrize("builder", ["build_municipalities"], indirect=True)
def test_the_builder_unpickles_plain_data_only(builder: ModuleType) -> None:
    assert builder.plain(pickle.dumps(("001", "AGU"))) == ("001", "AGU")
    with pytest.raises(pickle.UnpicklingError):
        builder.plain(pickle.dumps(Path("x")))
    with pytest.raises(pickle.UnpicklingError):
        builder.plain(b"cos\nsystem\n(S'true'\ntR.")


@pytest.mark.parametrize("builder", ["build_municipalities"], indirect=True)
def test_the_builder_refuses_another_wheel(builder: ModuleType, tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"")
    with pytest.raises(SystemExit, match=r"other\.whl"):
        builder.main(wheel)


@pytest.mark.parametrize("builder", ["build_countries"], indirect=True)
@pytest.mark.parametrize(
    ("masculine", "feminine"),
    [
        ("chileno", "chilena"),
        ("danés", "danesa"),
        ("letón", "letona"),
        ("alemán", "alemana"),
        ("croata", "croata"),
    ],
)
def test_feminine_demonyms_by_rule(builder: ModuleType, masculine: str, feminine: str) -> None:
    assert builder.feminine(masculine) == feminine
