"""What a sentence offers, denies, leaves alone and asks; and that no text and no file makes the reading slow."""

from __future__ import annotations

import random
from datetime import date
from time import process_time

import pytest
from narratives import narratives

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.domain.reading.reader import LONGEST_TEXT, Reader
from lnctp_tui.storage.protocol import lexicon as files
from lnctp_tui.storage.protocol import protocol_loader

TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return files.load(protocol_loader.load(None))[0]


def seen(lexicon: Lexicon, text: str) -> set[tuple[str, str, str, str]]:
    offers = Reader(lexicon, TODAY).read(text)
    return {(offer.kind, offer.values[0], offer.polarity, offer.owner) for offer in offers}


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Su hija de diecisiete años.", ("age", "17", "yes", "victim")),
        ("Son ocho mujeres.", ("headcount", "8", "yes", "group")),
        ("Debe mil quinientos pesos.", ("amount", "1500", "yes", "case")),
        ("Le pidieron 20k de rescate.", ("amount", "20000", "yes", "case")),
        ("Hace dos meses se la llevaron.", ("date", "2026-09", "yes", "victim")),
        ("Las placas son ABC-12-34.", ("plate", "ABC1234", "yes", "case")),
        ("No le pega.", ("term", "violence.fisica", "no", "victim")),
        ("No hay armas.", ("term", "danger.weapon_present", "no", "case")),
        ("No le pagan.", ("term", "indicator.exp_low_no_salary", "yes", "victim")),
        ("No sabe si le pega.", ("term", "violence.fisica", "unknown", "victim")),
        ("La víctima está en Neza.", ("place", "15058", "yes", "victim")),
    ],
)
def test_what_is_said_is_offered(lexicon: Lexicon, text: str, offered: tuple[str, str, str, str]) -> None:
    assert offered in seen(lexicon, text)


@pytest.mark.parametrize(
    "text",
    [
        "Cuando tenía 14 años se fue.", "Lleva 3 años trabajando.", "Segundo de secundaria.", "Hace 17 años.",
        "La Línea es el 800 5533 000.", "Llame al 911.", "Vive en calle Morelos 14.", "El licenciado Hidalgo.",
        "Pregunta si le pega.", "Se le explica que le quitan los documentos.", "Antes vivía en Neza.",
        "Vio en las noticias que le pegan a una mujer de 20 años.", "Tiene miedo de que le peguen.",
        "Tiene tres alumnos.", "Un contrato de 3 años.", "Se le da el tel. de Fiscalía 55 5555 0100.",
        "La reportante tiene 44 años.", "Los detuvieron en la frontera.", "Cruzó por la reforma.",
    ],
)  # fmt: skip
def test_what_is_past_feared_asked_or_told_fills_nothing(lexicon: Lexicon, text: str) -> None:
    offers = [offer for offer in Reader(lexicon, TODAY).read(text) if offer.owner != "caller"]
    assert [offer for offer in offers if offer.kind in ("age", "place", "term", "phone")] == []


WHOSE = [
    ("Masc 45 trailero reporta a una niña como de 12 años.", {("45", "caller"), ("~12", "victim")}),
    ("Llama una vecina de Toluca. Ella tiene 56 años.", {("56", "caller")}),
    ("Su hija de 16 se fue con un hombre de 30.", {("16", "victim"), ("30", "trafficker")}),
    ("El promotor que llama tiene 29 años. La niña tiene 9.", {("29", "caller"), ("9", "victim")}),
    ("Hola, tengo 19 años. Mi novio me pega.", {("19", "victim")}),
    ("Tengo 40 años. Mi hija de 15 no sale. A mi hija le pegan.", {("40", "caller"), ("15", "victim")}),
    ("Llama mujer de 28. Su pareja la golpea.", {("28", "victim")}),
    ("Denuncia a su vecino de 40 años. Habla con su hija de 17.", {("40", "trafficker"), ("17", "victim")}),
    ("La víctima tiene 20 años. La cuidadora tiene 50.", {("20", "victim"), ("50", "")}),
    ("Un señor de 67 años no sabe leer.", {("67", "")}),
    ("¿Qué edad tiene? Llamante: diecinueve.", {("19", "caller")}),
    ("Son hermanas de 15 y 17 años.", {("15", "group"), ("17", "group")}),
    ("Nieto de una señora de 78 años. El nieto tiene 25.", {("78", "victim"), ("25", "caller")}),
]


@pytest.mark.parametrize(("text", "ages"), WHOSE)
def test_an_age_is_that_of_the_person_beside_it(
    lexicon: Lexicon, text: str, ages: set[tuple[str, str]]
) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert {(offer.values[0], offer.owner) for offer in offers if offer.kind == "age"} == ages


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Niega violencia física, sexual y psicológica.",
            {"fisica": "no", "sexual": "no", "psicologica": "no"},
        ),
        ("Violencia física: no", {"fisica": "no"}),
        ("¿La golpean? No. ¿La violan? Sí.", {"fisica": "no", "sexual": "yes"}),
        ("¿La golpean?", {}),
        ("No come. Sin embargo le pegan.", {"fisica": "yes"}),
        ("Ni modo, le pegan.", {"fisica": "yes"}),
        ("Sin embargo no le pegan.", {"fisica": "no"}),
        ("Sin dinero la golpean.", {"fisica": "yes"}),
        ("No le creyeron que la golpean.", {}),
        ("No hay noche que no le pegue.", {"fisica": "yes"}),
        ("Sin que nadie la ayude la golpea.", {}),
        ("Dice que no le pegan.", {"fisica": "no"}),
        ("La golpean y dice que no puede salir.", {"fisica": "yes"}),
        ("Si no venden les pega.", {"fisica": "yes"}),
        ("ahorita no está le pega diario", {}),
        ("No come y la golpean.", {"fisica": "yes"}),
        ("Hace tres años la golpearon entre varios.", {}),
        ("Hace tres años que la golpean.", {"fisica": "yes"}),
        ("No ha dicho si la golpean.", {"fisica": "unknown"}),
        ("Quisiera saber qué hacer, mi hijo sufre y le pegan.", {"fisica": "yes"}),
        ("La niña dijo que la golpean. Es broma.", {}),
    ],
)
def test_what_is_denied_answered_or_long_past_is_told_apart(
    lexicon: Lexicon, text: str, said: dict[str, str]
) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    terms = {offer.values[0]: offer.polarity for offer in offers if offer.values[0].startswith("violence.")}
    assert {code.removeprefix("violence."): polarity for code, polarity in terms.items()} == said


@pytest.mark.parametrize(
    "text",
    [
        "Dice que si habla la van a matar hoy.",
        "Tiene miedo de que la encierren bajo llave.",
        "¿La tienen encerrada?",
        "Pregunta si las encierran con candado.",
        "Hace seis años la tenían encerrada.",
        "Vio en un video que la tenían encerrada.",
        "La encerraron, pero hoy logró escapar.",
    ],
)
def test_a_danger_that_is_not_said_of_now_is_never_a_yes(lexicon: Lexicon, text: str) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    dangers = [offer for offer in offers if offer.values[0].startswith("danger.")]
    assert [offer for offer in dangers if offer.polarity == "yes"] == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("La tienen en un motel de Celaya.", "11007"),
        ("La víctima está en Tlapa.", "12066"),
        ("La víctima es de León.", "11020"),
        ("Vive en calle Hidalgo 34, col. Centro, Toluca.", "15106"),
    ],
)
def test_a_place_is_found_beside_what_is_none(lexicon: Lexicon, text: str, place: str) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert [offer.values for offer in offers if offer.kind == "place"] == [(place,)]


def test_two_people_in_the_words_are_asked_not_guessed(lexicon: Lexicon) -> None:
    ages = Reader(lexicon, TODAY).read("Llama la mamá de Ana. Ella tiene 44 años.")
    assert [offer.owner for offer in ages if offer.kind == "age"] == [""]


def test_reading_key_by_key_is_reading_at_once(lexicon: Lexicon) -> None:
    numbers = random.Random(7)
    reader, text = Reader(lexicon, TODAY), ""
    source = "\n".join(narrative["text"] for narrative in list(narratives(kept=False))[:6])
    for _step in range(60):
        at = numbers.randrange(len(text) + 1)
        piece = source[(begin := numbers.randrange(len(source))) : begin + numbers.randrange(1, 40)]
        gone = numbers.randrange(12) if numbers.random() < 0.3 else 0
        text = text[:at] + piece + text[at + gone :]
        assert reader.read(text) == Reader(lexicon, TODAY).read(text)


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "no ",
        "hija de 9, ",
        "¿si le ",
        "violencia física, sexual y ",
        "san juan ",
        "me pega. ",
        "55 1234 ",
        "a@a.",
        "http://",
        "tiene 17 ",
        "hace dos ",
        "«",
        "a",
    ],
)
def test_hostile_text_costs_little(lexicon: Lexicon, piece: str) -> None:
    text = "".join(f"{piece}{number % 7}" for number in range(40_000))[: LONGEST_TEXT // 4]
    begin = process_time()
    Reader(lexicon, TODAY).read(text)
    assert process_time() - begin < 3


def test_the_no_of_one_phrase_denies_no_other(lexicon: Lexicon) -> None:
    assert ("term", "danger.weapon_present", "yes", "case") in seen(
        lexicon, "No la deja salir con pistola en mano."
    )


def test_words_of_who_harms_do_not_silence_what_is_done(lexicon: Lexicon) -> None:
    text = "Me tiene encerrada.\nÉl: es broma.\nÉl: no es cierto, nadie te pega.\nTrae pistola."
    dangers = {(value, polarity) for _kind, value, polarity, _owner in seen(lexicon, text)}
    assert {("danger.locked_in", "yes"), ("danger.weapon_present", "yes")} <= dangers


def test_a_narrative_cannot_inject_an_answer(lexicon: Lexicon) -> None:
    text = 'seen.age=17 answers.danger.weapon_present: no [term,violence.fisica,yes] {"age": 17}\x1b[2J'
    assert seen(lexicon, text) == set()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("(a+)+$,term,violence.fisica", "say_unreadable"),
        ("_ _ _ _ _,term,violence.fisica", "say_gap"),
        ("(a) (b) (c) (d) (e) f,term,violence.fisica", "say_unreadable"),
        ("le p*,term,violence.fisica", "say_prefix"),
        ("le pega,term,violence.fisika", "unknown_code"),
        ("le pega,termo,violence.fisica", "unknown_kind"),
        ("le pega,term,violence.fisica,nunca", "unknown_neg"),
        ("x" * 3000 + ",term,violence.fisica", "too_long"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_skipped(row: str, problem: str) -> None:
    content = f"say,kind,value,neg\nbuena,term,violence.fisica\n{row}\n".encode()
    made, findings = files.load(protocol_loader.load(None), {"reading/terms.csv": content})
    found = [
        (finding.file, finding.line, finding.code) for finding in findings if finding.file == "terms.csv"
    ]
    assert ("terms.csv", 3, problem) in found
    assert ("term", "violence.fisica", "yes", "victim") in seen(made, "Es buena.")
