"""One victim as a row of the CTDC global data set. Source: Codebook v6 (2017); the columns of 2021 and of 2024.

1 is what somebody answered yes, 0 what was answered no throughout; all else is missing, never no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lnctp_tui.domain.assess import law, minority
from lnctp_tui.domain.exchange import sharing
from lnctp_tui.domain.exchange.htcds import Export, Victim
from lnctp_tui.domain.records.document import answer

VERSIONS: Final = ("v6", "2021", "2024")
MISSING: Final = "-99"
"""Of v6; the later ones leave the cell empty."""
CUT: Final = 32
"""Signs of a name in 2021."""
BANDS: Final = ((0, 8), (9, 17), (18, 20), (21, 23), (24, 26), (27, 29), (30, 38), (39, 47), (48, 200))
GENDERS: Final[Mapping[str, Mapping[str, str]]] = {
    "v6": {"Feminine": "Female", "Masculine": "Male", "Other": "Transgender/NonConforming", "": "Unknown"},
    "2021": {"Feminine": "Female", "Masculine": "Male", "Other": "Transgender/NonConforming"},
    "2024": {"Feminine": "Woman", "Masculine": "Man", "Other": "Trans/Transgender/NonConforming"},
}
OTHERS: Final = frozenset({"TransgenderFeminine", "TransgenderMasculine", "NonConforming"})
MAJORITY: Final = {"minor": "Minor", "adult": "Adult", "doubt": "Unknown"}
EXPLOITATION: Final = {
    "isForcedLabour": "Forced labour and/or services", "isSexualExploit": "Sexual exploitation",
    "isOtherExploit": "Other",
}  # fmt: skip


@dataclass(frozen=True)
class Codebook:
    """Columns of each version and what says them, as data/exchange/ctdc.toml has it."""

    columns: Mapping[str, Sequence[str]]
    flags: Mapping[str, Sequence[str]]
    joined: Mapping[str, Sequence[str]]


def read(content: Mapping[str, Any]) -> Codebook:
    """The codebook of the parsed file."""
    return Codebook(content["columns"], content["flags"], content["joined"])


def row(codebook: Codebook, version: str, export: Export, victim: Victim) -> dict[str, str]:
    """Column → cell, every column of the version in its order."""
    values = _told(version, export, victim) | _flags(codebook, victim)
    _joined(values, codebook)
    empty = MISSING if version == "v6" else ""
    return {column: _cell(column, values) or empty for column in codebook.columns[version]}


def _cell(column: str, values: Mapping[str, str]) -> str:
    if column in values:
        return values[column]
    whole = [name for name in values if len(column) == CUT and name.startswith(column)]
    return values[whole[0]] if whole else ""


def _told(version: str, export: Export, victim: Victim) -> dict[str, str]:
    person, case = victim.person, victim.document["case"]
    rows = export.standard.to["prs_Gender"]
    values = rows.get(f"gender.{person.get('gender')}") or rows.get(f"sex.{person.get('sex')}") or ("",)
    gender = "Other" if values[0] in OTHERS else values[0]
    day = law.day_of_facts(victim.document)
    majority = MAJORITY.get(minority.state(person, day), "")
    starts = [
        str(contact["started_at"])
        for contact in victim.document.get("contacts", ())
        if contact.get("started_at")
    ]
    registered = min(starts, default=str(case.get("opened_at") or ""))
    countries = {
        code
        for place in victim.places
        if place.get("role") == "destino"
        and (code := sharing.coded(export.protocol, "country", place.get("country")))
    }
    nationality = sharing.coded(export.protocol, "country", person.get("nationality"))
    return {
        "yearOfRegistration": export.local_day(registered)[:4],
        "datasource": "Hotline",
        "gender": GENDERS[version].get(gender, ""),
        "ageBroad": band(person.get("age_min"), person.get("age_max")),
        "majorityStatus": majority,
        "majorityStatusAtExploit": majority if answer(case, "situation.exploited_now") == "yes" else "",
        "citizenship": _country(version, export, nationality),
        "CountryOfExploitation": _country(version, export, countries.pop()) if len(countries) == 1 else "",
    }


def _country(version: str, export: Export, code: str) -> str:
    if code in ("", "ZZ") or version == "v6":
        return code
    return str(export.protocol.catalogs["country"].by_code[code].extra.get("alpha3") or "")


def band(youngest: object, oldest: object) -> str:
    """The band that holds the whole age; empty where two bands may."""
    ages = [age for age in (youngest, oldest) if type(age) is int]
    bands = {next(span for span in BANDS if span[0] <= age <= span[1]) for age in ages if 0 <= age <= 200}
    if len(bands) != 1 or type(youngest) is not int:
        return ""
    ((low, high),) = bands
    return f"{low}+" if high == 200 else f"{low}--{high}"


def _flags(codebook: Codebook, victim: Victim) -> dict[str, str]:
    """Columns of yes and no, and the lists made of them."""
    yes, answers = set(victim.codes), _answers(victim)
    values = {column: _flag(sources, yes, answers) for column, sources in codebook.flags.items()}
    labour, sexual = values["isForcedLabour"], values["isSexualExploit"]
    for column in values:
        if (column.startswith("typeOfLabour") and labour != "1") or (
            column.startswith("typeOfSex") and sexual != "1"
        ):
            values[column] = ""
    if "1" in (labour, sexual):
        values["isSexAndLabour"] = "1" if labour == sexual == "1" else ""
    for prefix, has in (
        ("meansOfControl", True),
        ("typeOfLabour", labour == "1"),
        ("recruiterRelation", True),
    ):
        said = [
            name.removeprefix(prefix)
            for name, flag in values.items()
            if name.startswith(prefix) and flag == "1"
        ]
        blank = "Unknown" if prefix == "recruiterRelation" else "NotSpecified"
        values[f"{prefix}{blank}"] = "1" if has and not said else ""
        joined = "RecruiterRelationship" if prefix == "recruiterRelation" else f"{prefix}Concatenated"
        values[joined] = ";".join(said) or (blank if has and prefix == "recruiterRelation" else "")
    said = [
        name.removeprefix("typeOfSex")
        for name, flag in values.items()
        if name.startswith("typeOfSex") and flag == "1"
    ]
    values["typeOfSexConcatenated"] = ";".join(name for name in said if name != "Other")
    values["typeOfExploitConcatenated"] = ";".join(
        label for column, label in EXPLOITATION.items() if values[column] == "1"
    )
    return values


def _answers(victim: Victim) -> dict[str, object]:
    return {**(victim.document["case"].get("answers") or {}), **(victim.person.get("answers") or {})}


def _flag(sources: Iterable[str], yes: set[str], answers: Mapping[str, object]) -> str:
    if not yes.isdisjoint(sources):
        return "1"
    return "0" if all(answers.get(code) == "no" for code in sources) else ""


def _joined(values: dict[str, str], codebook: Codebook) -> None:
    for column, sources in codebook.joined.items():
        flags = [values.get(source, "") for source in sources]
        values[column] = "1" if "1" in flags else "0" if all(flag == "0" for flag in flags) else ""
