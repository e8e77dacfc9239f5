"""Writes municipality.csv from the SAT catalogs inside the wheel of `satcfdi`.

    pip download --no-deps satcfdi==26.10.1 -d FOLDER
    python tools/build_municipalities.py FOLDER/satcfdi-26.10.1-py3-none-any.whl

The wheel keeps keys and values pickled. They are read here, once, by an unpickler that knows no classes;
the app reads only the CSV. Municipalities created since, names changed since and everyday names are in
build_municipalities.csv.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sqlite3
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from build_common import CATALOGS, fold, joined, read, write

WHEEL_SHA256 = "119a59502dde9e3126750417ddf412c82ae6143e8509b4b148da513d98c7d112"
SOURCE = "SAT c_Municipio (satcfdi 26.10.1)"
CHANGES = Path(__file__).with_suffix(".csv")
CAPITAL = "09"
"""Its postal codes all name one locality, Ciudad de México: no name of a borough."""


class PlainUnpickler(pickle.Unpickler):
    """Reads text, numbers, tuples and lists; refuses every class or function."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


def plain(blob: bytes) -> Any:
    """The value of one blob."""
    return PlainUnpickler(io.BytesIO(blob)).load()


def table(database: sqlite3.Connection, name: str) -> Iterator[tuple[Any, Any]]:
    """The (key, value) pairs of one table of the wheel."""
    for key, value in database.execute(f"SELECT key, value FROM {name}"):
        yield plain(key), plain(value)


def municipalities(database: sqlite3.Connection, inegi: dict[str, str]) -> dict[str, str]:
    """INEGI code → name."""
    return {inegi[state] + number: name for (number, state), name in table(database, "C756_c_Municipio")}


def localities(database: sqlite3.Connection, inegi: dict[str, str]) -> dict[str, list[str]]:
    """INEGI code → names of its towns, by which people know it (Cancún is in Benito Juárez).

    A town belongs to the municipality with most of its postal codes.
    """
    codes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for key, (state, number, town, *_) in table(database, "C756_c_CodigoPostal"):
        if state in inegi and number.strip("0") and town.strip("0") and key:
            codes[town, state][inegi[state] + number] += 1
    towns: dict[str, list[str]] = defaultdict(list)
    for key, name in table(database, "C756_c_Localidad"):
        if key in codes and "." not in name:
            towns[codes[key].most_common(1)[0][0]].extend(name.rstrip(")").split(" ("))
    return towns


def rows(
    names: dict[str, str], towns: dict[str, list[str]], states: dict[str, str]
) -> Iterator[dict[str, str]]:
    """The catalog in the order of the codes, changes applied."""
    changes = {each["code"]: each for each in read(CHANGES)}
    taken = {(code[:2], fold(each)) for code, each in names.items()}
    taken |= {(code[:2], fold(each["es"])) for code, each in changes.items() if each["es"]}
    for code in sorted(names.keys() | changes.keys()):
        change = changes.get(code, {})
        old = names.get(code, "")
        name = change.get("es") or old
        known = [] if code[:2] == CAPITAL else towns.get(code, [])
        free = [town for town in known if (code[:2], fold(town)) not in taken]
        yield {
            "code": code,
            "es": name,
            "en": name,
            "source": change.get("source") or SOURCE,
            "mark": "V2",
            "note": change.get("note", ""),
            "state": states[code[:2]],
            "alias": joined([*change.get("alias", "").split(";"), old.partition(" -")[0], *free], name),
        }


def main(wheel: Path) -> None:
    """Writes the catalog, or ends if the wheel is another one."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        sys.exit(f"{wheel.name} is not the wheel this script was written for")
    states = {row["inegi"]: row["code"] for row in read(CATALOGS / "state.csv")}
    inegi = {code.removeprefix("MX-"): number for number, code in states.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = zipfile.ZipFile(wheel).extract("satcfdi/catalogs/catalogs.db", folder)
        database = sqlite3.connect(path)
        names, towns = municipalities(database, inegi), localities(database, inegi)
        database.close()
    write("municipality", ("state", "alias"), rows(names, towns, states))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
