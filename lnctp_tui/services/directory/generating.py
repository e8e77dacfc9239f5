"""A directory of plainly fictional providers, the same for the same count: for practice and measuring."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.services.directory import directory, writing
from lnctp_tui.services.exchange.importing.run import Progress
from lnctp_tui.storage.database.session import New, Store

SOURCE: Final = "ficticio"
FICTIONAL: Final = "(ficticio)"
BATCH: Final = 200
_WHAT: Final = (
    ("Casa", "refugio", "refugio_emergencia", "residencial"),
    ("Albergue", "albergue", "albergue_transitorio", "residencial"),
    ("Red", "osc", "representacion_legal", "presencial"),
    ("Centro", "osc", "salud_mental", "presencial"),
    ("Clínica", "salud", "salud_urgente", "presencial"),
    ("Unidad", "fiscalia_especializada", "denuncia_acompanada", "presencial"),
    ("Oficina", "comision_victimas", "representacion_legal", "presencial"),
    ("Fondo", "osc", "fondo_emergencia", "movil"),
    ("Línea", "linea_telefonica", "atencion_linea", "telefonica"),
)
_NAMES: Final = (
    "Ceiba", "Nopal", "Jacaranda", "Mezquite", "Ahuehuete", "Colibrí", "Quetzal", "Ajolote", "Maíz", "Copal", "Girasol",
    "Laurel", "Encino", "Sabino", "Tejocote", "Guamúchil", "Bugambilia", "Cempasúchil", "Zapote", "Garza",
)  # fmt: skip
_HOURS: Final = (
    "24/7",
    "Mo-Fr 09:00-15:00",
    "Mo-Fr 09:00-15:00,17:00-20:00",
    "Mo-Sa 08:00-20:00; PH off",
    None,
)


def generate(store: Store, protocol: Protocol, count: int, progress: Progress | None = None) -> int:
    """Enters `count` fictional providers, those that are not there; how many were new. Numbers are 55 0000 and on."""
    dice = random.Random(count)
    towns = protocol.catalogs["municipality"].rows
    new = 0
    for start in range(0, count, BATCH):
        with store.write() as unit:
            draft, person = writing.drafter(unit), unit.author.actor
            made: list[New] = []
            for number in range(start, min(count, start + BATCH)):
                rows = writing.made(
                    draft, person, *_provider(number, dice, towns[dice.randrange(len(towns))])
                )
                if unit.stored("providers", rows[0].row) is None:
                    made += rows
                    new += 1
            unit.create_many(made)
        if progress:
            progress(min(count, start + BATCH), count)
    directory.settle(store)
    return new


def _provider(number: int, dice: random.Random, town: Any) -> Iterator[Any]:
    word, kind, service, modality = _WHAT[number % len(_WHAT)]
    name = f"{word} {_NAMES[number // len(_WHAT) % len(_NAMES)]} {number + 1} {FICTIONAL}"
    state = town.extra["state"]
    yield {"source": SOURCE, "source_id": str(number), "name": name, "kind": kind, "about": "Institución inventada.",
           "wait_hours": dice.choice((2, 8, 48))}  # fmt: skip
    yield [{"country": "MX", "state": state, "municipality": town.code, "hours": dice.choice(_HOURS)}]
    least = dice.choice((None, 0, 12, 18))
    yield [
        {
            "kind": service, "modality": modality, "covers": [dice.choice((town.code, state, "MX"))],
            "sexes": dice.choice((None, ["mujer"], ["mujer", "hombre"])), "age_min": least,
            "age_max": 17 if least == 0 else None, "children_along": dice.choice((None, "yes", "no")),
            "languages": dice.choice((None, ["nahuatl"], ["maya"])),
        }
    ]  # fmt: skip
    yield [
        {
            "kind": "phone",
            "value": f"550{number:07}",
            "purpose": dice.choice(("publico", "canalizacion", "guardia")),
        }
    ]
