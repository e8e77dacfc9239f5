"""Case documents that answer every printed figure of the report of 2019-2020: one consistent set, not the true one.

python tools/build_published.py OUT.jsonl   documents for `lnctp case import`

The printed text fixes sums and not who is who. Free choices, beside those that the notes of data/report/printed.toml
name: five cases of minors in criminal activities; 8 of the 15 cases of unknown origin in 2019; which victim is of
which case; 132, 41, 6 and 5 mentions of means and 86 and 53 of methods, in 184; three barber shops, one of them also
of forced labour; 16 of the 126 files' entities by rounding and five entities of one file each; no case has two files.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import cycle, islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

Record = dict[str, Any]
ZONE: Final = ZoneInfo("America/Mexico_City")
SEXUAL, LABOUR, FORCED = (
    "prostitucion_ajena_explotacion_sexual",
    "explotacion_laboral",
    "trabajo_servicios_forzados",
)
BEGGING, CRIME, ADOPTION = (
    "mendicidad_forzosa",
    "utilizacion_menores_actividades_delictivas",
    "adopcion_ilegal_menor",
)
MARRIAGE = "matrimonio_forzoso_servil"
OTHER_STATES: Final = {
    "PUE": 10, "JAL": 9, "TLA": 8, "NLE": 7, "BCN": 6, "CHP": 6, "BCS": 3, "GRO": 3, "GUA": 3, "MIC": 3, "MOR": 3,
    "QUE": 3, "ROO": 3, "SON": 3, "TAB": 3, "VER": 3, "YUC": 3, "CAM": 2, "CHH": 2, "COA": 2, "OAX": 2, "COL": 1,
    "DUR": 1, "SIN": 1, "TAM": 1,
}  # fmt: skip
VICTIMS: Final = {"MX": 173, "ZZ": 40, "HN": 5, "VE": 4, "CO": 3, "EC": 2, "GT": 2, "US": 1, "UY": 1, "PA": 1}
GROUPS: Final = {
    "MX": 56, "ZZ": 37, "VE": 8, "CO": 5, "HN": 3, "CU": 3, "GT": 1, "EC": 1, "PH": 1, "IN": 1, "SV": 1, "BR": 1,
    "NI": 1,
}  # fmt: skip
FILES: Final = {
    "CMX": 35, "MEX": 22, "JAL": 17, "PUE": 8, "QUE": 5, "TLA": 5, "BCN": 4, "SON": 4, "TAB": 4, "GUA": 3, "GRO": 3,
    "MIC": 3, "MOR": 2, "NLE": 2, "YUC": 2, "VER": 2, "CHP": 1, "OAX": 1, "SIN": 1, "COA": 1, "ROO": 1,
}  # fmt: skip
STATES: Final = tuple(
    code
    for line in (
        "AGU BCN BCS CAM COA COL CHP CHH CMX DUR GUA GRO HID JAL MEX MIC MOR NAY NLE OAX PUE QUE ROO SLP SIN SON",
        "TAB TAM TLA VER YUC ZAC",
    )
    for code in line.split()
)
ABROAD: Final = ("AE", "MT", "CA", "US", "ES", "FR", "IT", "DE")
BEFORE, LATER, NEXT = 95, 89, 17
"""Cases of 2019, of 2020, and of 2021 to May, which have the files that 126 needs."""
EARLY = 15
"""Cases of January and February 2020."""
FOREIGN = range(60, 90)
"""Cases whose victims or groups come from other countries."""
OTHER_CLASSES: Final = {
    "situacion_riesgo": 463, "otros_delitos": 495, "orientacion_juridica": 1591, "informativo": 1712,
}  # fmt: skip
OTHERS: Final = ((date(2019, 1, 1), 365, 2233), (date(2020, 1, 1), 60, 358), (date(2020, 3, 1), 306, 1670))
"""Reports of other classes: from when, over how many days, how many."""


def documents() -> Iterator[Record]:
    """All of them: 184 cases and 17 of 2021, and the reports of other classes."""
    yield from cases()
    yield from reports()


def cases() -> list[Record]:
    """The cases of trafficking."""
    days = [
        *spread(date(2019, 1, 2), 363, BEFORE), *spread(date(2020, 1, 2), 57, EARLY),
        *spread(date(2020, 3, 1), 305, LATER - EARLY), *spread(date(2021, 1, 2), 145, NEXT),
    ]  # fmt: skip
    made = [_case(number, day) for number, day in enumerate(days)]
    printed = made[: BEFORE + LATER]
    _origins(printed)
    _people(printed)
    _modalities(printed)
    _hooking(printed)
    _places(printed)
    _files(made)
    return made


def reports() -> Iterator[Record]:
    """Reports that are no cases of trafficking: those of information and of other crimes have no case."""
    classes = iter([code for code, count in OTHER_CLASSES.items() for _ in range(count)])
    number = 1000
    for start, span, count in OTHERS:
        for day in spread(start, span, count):
            number += 1
            yield _report(number, day, next(classes))


def _report(number: int, day: date, report_class: str) -> Record:
    document = _case(number, day)
    contact = document["contacts"][0]
    contact["kind"] = {"informativo": "information", "otros_delitos": "other_crime"}.get(
        report_class, "witness"
    )
    if report_class in ("informativo", "otros_delitos"):
        document["case"] = {}
    else:
        document["case"]["report_class"] = report_class
    return document


def spread(start: date, span: int, count: int) -> list[date]:
    """`count` days, evenly over `span` days."""
    return [start + timedelta(days=at * span // count) for at in range(count)]


def of(counts: dict[str, int], prefix: str = "") -> list[str]:
    """Each code as often as it counts."""
    return [prefix + code for code, count in counts.items() for _ in range(count)]


def _id(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"published {kind} {number}"))


def _at(day: date) -> str:
    moment = datetime.combine(day, time(12), ZONE).astimezone(ZoneInfo("UTC"))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _case(number: int, day: date) -> Record:
    contact = {
        "id": _id("contact", number), "channel": "llamada", "direction": "in", "kind": "victim", "started_at": _at(day),
        "reporter_type": "familiar",
    }  # fmt: skip
    case = {"id": _id("case", number), "opened_at": _at(day), "report_class": "trata"}
    return {"schema": 1, "case": case, "contacts": [contact], "people": [], "places": [], "files": []}


def _origins(made: Sequence[Record]) -> None:
    states = of(OTHER_STATES, "MX-")
    first = [*states[:43], *["MX-MEX"] * 7, *["MX-CMX"] * 35, "US", "US", *[""] * 8]
    second = [*states[43:], *["MX-MEX"] * 13, *["MX-CMX"] * 17, "US", "US", "US", "FR", *[""] * 7]
    for document, place in zip(made, first + second, strict=True):
        contact = document["contacts"][0]
        if place:
            contact |= {"country": place} if len(place) == 2 else {"country": "MX", "state": place}


def _people(made: Sequence[Record]) -> None:
    """232 victims, two in the first 48 cases; 119 groups."""
    foreign = of({code: count for code, count in VICTIMS.items() if code not in ("MX", "ZZ")})
    home = of({code: VICTIMS[code] for code in ("MX", "ZZ")})
    sexes = ["mujer"] * 187 + ["hombre"] * 43 + ["no_identificado"] * 2
    ages = [*islice(cycle(range(7, 13)), 18), *islice(cycle(range(13, 18)), 27), *islice(cycle(range(18, 32)), 22),
            *islice(cycle(range(32, 39)), 14)]  # fmt: skip
    number = 0
    for at, document in enumerate(made):
        for _ in range(2 if at < 48 else 1):
            person = {"id": _id("victim", number), "role": "victim", "sex": sexes[number], "answers": {}}
            person["nationality"] = foreign.pop() if at in FOREIGN and foreign else home.pop()
            if number < len(ages):
                person |= {"age_min": ages[number], "age_max": ages[number]}
            document["people"].append(person)
            number += 1
    foreign = of({code: count for code, count in GROUPS.items() if code not in ("MX", "ZZ")})
    home = of({code: GROUPS[code] for code in ("MX", "ZZ")})
    sexes = ["mujer"] * 90 + ["hombre"] * 15 + ["no_identificado"] * 14
    for at, document in enumerate(made[:119]):
        nationality = foreign.pop() if at in FOREIGN and foreign else home.pop()
        group = {"id": _id("group", at), "role": "group", "sex": sexes[at], "nationality": nationality}
        if nationality == "SV":  # Central American, of San Pablo del Monte
            group["headcount"] = 120
        document["people"].append(group)


def _modalities(made: Sequence[Record]) -> None:
    rest, pandemic = made[: BEFORE + EARLY], made[BEFORE + EARLY :]
    for document in (*rest[:77], *pandemic[:58]):
        _say(document, "modality", SEXUAL)
    for document, code in zip(rest[77:], [LABOUR] * 10 + [FORCED] * 8 + [BEGGING] * 4 + [ADOPTION] * 6 + [CRIME] * 3
                              + [MARRIAGE] * 2, strict=True):  # fmt: skip
        _say(document, "modality", code)
    for document, code in zip(rest, (FORCED, LABOUR, BEGGING, ADOPTION, CRIME, CRIME), strict=False):
        _say(document, "modality", code)
    labour = [*pandemic[58:], *pandemic[54:58]]
    for document in labour[:11]:
        _say(document, "modality", LABOUR)
    for document in labour[10:]:
        _say(document, "modality", FORCED)
    for document in pandemic[:7]:
        document["contacts"][0]["reporter_type"] = "cliente_receptor"


def _say(document: Record, name: str, code: str) -> None:
    document["people"][0]["answers"][f"{name}.{code}"] = "yes"


def _hooking(made: Sequence[Record]) -> None:
    means = {"persona_a_persona": 132, "redes_sociales": 41, "sitio_web": 6, "publicidad_otra_plataforma": 5}
    methods = {
        "oferta_empleo": 86, "manipulacion_sentimental": 53, "promesa_ayuda": 15, "privacion_libertad": 12,
        "abuso_sustancias": 8, "oferta_educacion": 10,
    }  # fmt: skip
    for document, mean, method in zip(made, of(means), of(methods), strict=True):
        _say(document, "hooking_means", mean)
        _say(document, "hooking_method", method)


def _places(made: Sequence[Record]) -> None:
    """25 states of origin, 9 of transit, 28 of destination, 8 countries; 15 states where foreign victims were."""
    every = [f"MX-{code}" for code in STATES]
    origins, transits = cycle(every[:25]), cycle(every[:9])
    theirs, ours = cycle(every[:15]), cycle(every[:28])
    for at, document in enumerate(made):
        _place(document, "origen", "HN" if at in FOREIGN else next(origins))
        _place(document, "destino", next(theirs) if at in FOREIGN else next(ours))
        if at % 10 == 0:
            _place(document, "transito", next(transits))
    for document, country in zip(made[100:], ABROAD, strict=False):
        _place(document, "destino", country)
    for document in made[:3]:
        document["places"][1]["venue"] = "barberia"


def _place(document: Record, role: str, where: str) -> None:
    place = {"country": where} if len(where) == 2 else {"country": "MX", "state": where}
    number = len(document["places"])
    document["places"].append({"id": _id(f"place {document['case']['id']}", number), "role": role} | place)


def _files(made: Sequence[Record]) -> None:
    """64 opened in 2019, 45 in 2020 and 17 to May 2021, each in another case."""
    entities = iter(of(FILES, "MX-"))
    chosen = [*made[:64], *made[BEFORE : BEFORE + 45], *made[BEFORE + LATER :]]
    for number, document in enumerate(chosen):
        day = document["case"]["opened_at"][:10]
        document["files"].append({
            "id": _id("file", number), "number": f"PRUEBA-{number:04}", "entity": next(entities), "opened_on": day,
            "stage": "carpeta",
        })  # fmt: skip


def main(out: str) -> None:
    """Writes the documents, one a line."""
    with open(out, "xb") as file:
        for document in documents():
            file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main(sys.argv[1])
