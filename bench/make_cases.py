"""Synthetic cases, the same for the same seed: `python -m bench.make_cases 100 > cases.jsonl`.

People, phones and places are made up from lists; a document is about 2 KB, as a real call leaves it.
"""

import json
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from lnctp_tui.domain.records.document import SCHEMA, Document, Record
from lnctp_tui.domain.values import folio
from lnctp_tui.storage.protocol import protocol_loader

SEED = 20260101
BEGIN = datetime(2019, 1, 1, tzinfo=UTC)
NAMES = (
    "Ana Beto Citlali Delia Efraín Flor Gael Hilda Iker Julia Karla Lalo Mayra Noé Olga Paco Reina Saúl Tere"
)
SURNAMES = "Prueba Ejemplo Ficticia Muestra Inventada Ensayo Supuesta Modelo Simulada Imaginaria"
SENTENCES = (
    "La persona que llama dice que {name} salió de {town} con la promesa de un trabajo en {venue}.",
    "Al llegar le quitaron la credencial y el teléfono, y le dijeron que debía {amount} pesos del viaje.",
    "Trabaja doce horas al día sin descanso y duerme en el mismo lugar con otras {count} personas.",
    "Un hombre al que llaman el {alias} cobra cada semana y vigila la puerta de la calle.",
    "La amenazan con hacer daño a su familia de {town} si intenta irse o si habla con la policía.",
    "Pudo llamar desde el teléfono de una clienta, el número es {phone}, sólo por la mañana.",
    "Hay una muchacha que parece menor de edad, la llevan en un coche de placas {plate}.",
    "No quiere denunciar todavía; pide saber adónde puede ir con su hija sin que la encuentren.",
    "Dice que el contacto empezó por una página de internet, con el usuario {handle}.",
)
TOWNS = "San Pedro Muestra|Villa Ejemplo|Puerto Ficticio|Santa Prueba|Valle Supuesto|Monte Inventado"
VENUES = "un bar|una fonda|una casa de familia|un rancho|una maquila|una barbería|un salón de masajes"


def cases(count: int, seed: int = SEED) -> Iterator[Document]:
    """`count` case documents, oldest first."""
    protocol = protocol_loader.load()
    codes = {name: [row.code for row in found.rows] for name, found in protocol.catalogs.items()}
    codes["indicator"] = [row.code for row in protocol.indicators.rows]
    dice = random.Random(seed)
    for number in range(count):
        yield _case(dice, codes, number, BEGIN + timedelta(hours=number * 0.6))


def _case(dice: random.Random, codes: dict[str, list[str]], number: int, when: datetime) -> Document:
    people = [_victim(dice, codes) for _ in range(1 + (dice.random() < 0.2))]
    people += [_trafficker(dice, codes)] if dice.random() < 0.6 else []
    at = when.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    municipality = dice.choice(codes["municipality"])
    return {
        "schema": SCHEMA,
        "case": {
            "id": _id(dice),
            "folio": folio.make(folio.CROCKFORD[number // 9000 % 32] + "ZZZ", number % 9000),
            "opened_at": at,
            "status": dice.choice(("open", "open", "follow_up", "closed")),
            "report_class": dice.choice(codes["report_class"]),
            "triage": dice.choice(codes["triage"]),
            "summary": _sentence(dice),
            "answers": _answers(dice, codes, {"danger": 1, "situation": 1}),
        },
        "contacts": [
            {
                "id": _id(dice),
                "channel": "llamada",
                "direction": "in",
                "kind": dice.choice(("victim", "witness")),
                "started_at": at,
                "ended_at": (when + timedelta(minutes=25)).strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
                "reporter_type": dice.choice(codes["reporter_type"]),
                "narrative": "\n".join(_sentence(dice) for _ in range(dice.randint(3, 6))),
            }
        ],
        "people": people,
        "places": [
            {"id": _id(dice), "role": role, "country": "MX", "state": dice.choice(codes["state"]),
             "municipality": municipality, "locality": dice.choice(TOWNS.split("|")),
             "venue": dice.choice(codes["venue"])}
            for role in dice.sample(("captacion", "origen", "destino"), dice.randint(1, 2))
        ],
        "identifiers": [_phone(dice), _handle(dice)][: dice.randint(1, 2)],
        "money": [_money(dice, codes)] if dice.random() < 0.3 else [],
    }  # fmt: skip


def _victim(dice: random.Random, codes: dict[str, list[str]]) -> Record:
    age = dice.randint(9, 55)
    counts = {"act": 1, "means": 1, "modality": 1, "indicator": 5, "vulnerability": 2, "hooking_method": 1}
    return {
        "id": _id(dice),
        "role": "victim",
        "name": _name(dice),
        "age_min": age,
        "age_max": age,
        "age_estimated": dice.random() < 0.4,
        "sex": dice.choice(codes["sex"]),
        "nationality": "MX",
        "origin_state": dice.choice(codes["state"]),
        "answers": _answers(dice, codes, counts),
    }


def _trafficker(dice: random.Random, codes: dict[str, list[str]]) -> Record:
    answers = _answers(dice, codes, {"trait": 2})
    return {"id": _id(dice), "role": "trafficker", "name": _name(dice), "answers": answers}


def _answers(dice: random.Random, codes: dict[str, list[str]], counts: dict[str, int]) -> dict[str, Any]:
    chosen = [f"{name}.{code}" for name, most in counts.items() for code in _some(dice, codes[name], most)]
    return {code: dice.choice(("yes", "yes", "yes", "no", "unknown")) for code in chosen}


def _some(dice: random.Random, codes: Sequence[str], most: int) -> list[str]:
    return dice.sample(codes, min(most, len(codes)))


def _phone(dice: random.Random) -> Record:
    return {"id": _id(dice), "kind": "phone", "value": _number(dice)}


def _handle(dice: random.Random) -> Record:
    value = f"@prueba.{dice.randint(1, 99999)}"
    return {"id": _id(dice), "kind": "handle", "platform": "facebook", "value": value}


def _money(dice: random.Random, codes: dict[str, list[str]]) -> Record:
    return {
        "id": _id(dice),
        "flag": dice.choice(codes["flag"]),
        "instrument": dice.choice(codes["instrument"]),
        "amount": float(dice.randint(2, 90) * 100),
        "currency": "MXN",
        "way": "depósito cada semana",
    }


def _sentence(dice: random.Random) -> str:
    return dice.choice(SENTENCES).format(
        name=_name(dice),
        town=dice.choice(TOWNS.split("|")),
        venue=dice.choice(VENUES.split("|")),
        amount=dice.randint(2, 90) * 1000,
        count=dice.randint(2, 30),
        alias=dice.choice(("Primo", "Güero", "Inge", "Patrón", "Compa")) + f" {dice.randint(1, 500)}",
        phone=_number(dice),
        plate=f"ZZZ-{dice.randint(0, 999):03d}-A",
        handle=f"@prueba.{dice.randint(1, 99999)}",
    )


def _number(dice: random.Random) -> str:
    return f"{dice.choice((55, 222, 246, 664))}55{dice.randint(0, 10**6 - 1):06d}"[:10]


def _name(dice: random.Random) -> str:
    return f"{dice.choice(NAMES.split())} {dice.choice(SURNAMES.split())}"


def _id(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


if __name__ == "__main__":
    for document in cases(int(sys.argv[1])):
        print(json.dumps(document, ensure_ascii=False))
