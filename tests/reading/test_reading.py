"""What a sentence offers, denies, leaves alone and asks; and that no text and no file makes the reading slow."""

from __future__ import annotations

import random
import re
from datetime import date
from pathlib import Path
from time import process_time

import pytest
from narratives import narratives, own_lexicon

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.domain.reading.reader import LONGEST_TEXT, Reader
from lnctp_tui.storage.protocol import lexicon as files
from lnctp_tui.storage.protocol import protocol_loader

FILES = Path(files.__file__).parents[2] / "data" / "reading"
TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return own_lexicon()


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
        "Su folio es 20261130-44.", "Tiene dos perros encerrados.", "Vive en la calle Hidalgo.",
    ],
)  # fmt: skip
def test_what_is_past_feared_asked_or_told_fills_nothing(lexicon: Lexicon, text: str) -> None:
    offers = [offer for offer in Reader(lexicon, TODAY).read(text) if offer.owner != "caller"]
    assert [offer for offer in offers if offer.kind in ("age", "place", "term", "phone")] == []


WHOSE = [
    ("Masc 45 trailero reporta a una niña como de 12 años.", {("45", "caller"), ("~12", "victim")}),
    ("Llama una vecina de Toluca. Ella tiene 56 años.", {("56", "caller")}),
    ("Su hija de 16 se fue con un hombre de 30 que la golpea.", {("16", "victim"), ("30", "trafficker")}),
    ("El promotor que llama tiene 29 años. La niña tiene 9.", {("29", "caller"), ("9", "victim")}),
    ("Hola, tengo 19 años. Mi novio me pega.", {("19", "victim")}),
    ("Tengo 40 años. Mi hija de 15 no sale. A mi hija le pegan.", {("40", "caller"), ("15", "victim")}),
    ("Llama mujer de 28. Su pareja la golpea.", {("28", "victim")}),
    ("Denuncia a su vecino de 40 años. Habla con su hija de 17.", {("40", "trafficker"), ("17", "victim")}),
    ("La víctima tiene 20 años. La cuidadora tiene 50.", {("20", "victim")}),
    ("Un señor de 67 años no sabe leer.", {("67", "")}),
    ("¿Qué edad tiene? Llamante: diecinueve.", {("19", "caller")}),
    ("Son hermanas de 15 y 17 años.", {("15", "group"), ("17", "group")}),
    ("Nieto de una señora de 78 años. El nieto tiene 25.", {("78", "victim"), ("25", "caller")}),
    ("Mi hija tiene 14. Chatea con un tal @falso_f que dice tener 19.", {("14", "victim")}),
    ("Mi hija tiene 14. La hija tiene 21.", {("14", "victim"), ("21", "")}),
    ("soy Ana tngo 19, mi padrote me pega y tiene a mi niño de 3 años", {("19", "victim")}),
    ("Tengo 22. Mi novio me pega. Mi hermana de 9 años vive aquí.", {("22", "victim")}),
    ("La niña tiene 12. La comadre del patrón cumplió 60.", {("12", "victim")}),
    ("La niña tiene 12. La ficticiana vive en Puebla. Tiene 50 años.", {("12", "victim")}),
    ("Usuario refiere que su novia de 16 no vuelve. Usuario tiene 18.", {("16", "victim"), ("18", "caller")}),
    (
        "Habla hombre, 40 años. Su hermano menor de 17 está en un rancho, no lo dejan salir.",
        {("40", "caller"), ("17", "victim")},
    ),
    (
        "Entra llamada de hombre joven de 23 años. Su novia de 19 trabaja en un bar y no la dejan salir.",
        {("23", "caller"), ("19", "victim")},
    ),
    ("Llamada de mujer 25 años, su hermano de 12 pide limosna.", {("25", "caller"), ("12", "victim")}),
    ("Mujer 28 años, enfermera, reporta paciente de 16 con golpes.", {("28", "caller"), ("16", "victim")}),
    (
        "Pasajera del camión vio a una niña de 9 años. La pasajera tiene 44.",
        {("9", "victim"), ("44", "caller")},
    ),
]


WITNESSES = [
    ("Mesera de un bar marca. Bajaron a un niño de 8. La mesera tiene 26.", {("8", "victim"), ("26", "caller")}),
    ("La niña tiene 12. La cocinera tiene 54 años y le contó.", {("12", "victim")}),
    ("La cocinera de enfrente le contó que tienen a una joven de 17. La cocinera tiene 54.", {("17", "victim")}),
    ("Su hija, mesera de 19 años, no vuelve.", {("19", "victim")}),
    ("La joven tiene 18. El jardinero, que tiene 40, la vio.", {("18", "victim")}),
    ("Fotógrafo de bodas, 35 años, vio a una niña de 12 años.", {("35", "caller"), ("12", "victim")}),
    ("Reporta estilista de 37 años que vio a una joven de 16.", {("37", "caller"), ("16", "victim")}),
    ("Se comunica mujer de 38 años por su sobrina de 15.", {("38", "caller"), ("15", "victim")}),
    ("Usuario de 45 años. Su hija de 13 chatea con un adulto.", {("45", "caller"), ("13", "victim")}),
    ("fem 17a rep. hermana (22a).", {("17", "victim"), ("22", "caller")}),
    ("Habla la mamá de Karla, tengo 44, mi hija tiene 15.", {("44", "caller"), ("15", "victim")}),
    ("Un hombre de 45 y una mujer de 40 las cuidan a ellas, las niñas de 9.", set()),
    ("La joven de 19 está con una anciana de 88 años.", {("19", "victim")}),
    ("La vendieron. La tienen con un señor de 55 años. La joven tiene 17.", {("17", "victim")}),
    ("La tiene hace dos años. Trabajó para él tres años.", set()),
    ("Tengo 34 y dos hijos de 3 y 5. Se llevaron a mi prima.", {("34", "caller")}),
    ("Solicitan señoritas de 18 a 25 años.", set()),
    ("Mi hermana es como niña de 8.", set()),
    ("A su esposo de 36 se lo llevaron.", {("36", "victim")}),
    ("Ficticiana, 44 años, dice que su clienta de 20 tiene miedo.", {("44", "caller")}),
    ("Encargado de un ciber, 33 años. Vio a una niña de 12.", {("33", "caller"), ("12", "victim")}),
    ("Una ficticiana la tiene encerrada. La ficticiana tiene 50 años.", {("50", "trafficker")}),
]  # fmt: skip
"""Who tells, stands by or is only compared with; and whose the age beside them is."""


@pytest.mark.parametrize(("text", "ages"), [*WHOSE, *WITNESSES])
def test_an_age_is_that_of_the_person_beside_it(
    lexicon: Lexicon, text: str, ages: set[tuple[str, str]]
) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert {(offer.values[0], offer.owner) for offer in offers if offer.kind == "age"} == ages


PLACES = [
    ("La niña tiene 8. La tienen en Celaya.", {("11007", "actual", "victim")}),
    ("Llama una vecina. Tienen encerrada a una joven. La vecina vive en Celaya.", {("11007", "", "caller")}),
    ("Pasajera del camión a Tapachula vio a dos niñas. La pasajera es enfermera, vive en Celaya.",
     {("11007", "", "caller")}),
    ("mi ex marido me amenaza. el vive en toluca yo en celaya. me obligaba con otros",
     {("15106", "actual", ""), ("11007", "actual", "victim")}),
    ("Su hija tiene 15. El padrote vive en Toluca y la lleva a Tijuana.",
     {("15106", "actual", ""), ("02004", "destino", "victim")}),
    ("La joven de 17 escapó de una casa en Ecatepec. Ahora está en Celaya.",
     {("15033", "", "victim"), ("11007", "actual", "victim")}),
    ("Me pega. Me escapé de un bar en Ecatepec.", {("15033", "", "victim")}),
    ("Soy psicóloga de un albergue en Celaya. Está con nosotros una joven.", {("11007", "", "caller")}),
    ("me pega mi padrote y tiene a mi niño en su casa en celaya", {("11007", "actual", "")}),
    ("Su hermana trabaja. Antes, en 2019, a su prima le pasó en Celaya.", set()),
    ("La joven no está. La ficticiana vive en Celaya.", set()),
    ("La sobrina tiene 14. El que la tiene vive en Celaya.", {("11007", "actual", "")}),
    ("Está en un motel de Celaya.", {("11007", "actual", "")}),
    ("La subieron a un camión a Tijuana.", {("02004", "", "victim")}),
    ("La encontraron en Concordia, Sin.", {("25004", "", "victim")}),
    ("La tienen en el centro de Veracruz.", {("30193", "actual", "victim")}),
    ("Quiere volver a El Salvador.", set()),
    ("La niña no sale. Hay otro contratista en Celaya.", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "places"), PLACES)
def test_a_place_is_the_victim_s_only_when_the_words_say_so(
    lexicon: Lexicon, text: str, places: set[tuple[str, str, str]]
) -> None:
    offers = [offer for offer in Reader(lexicon, TODAY).read(text) if offer.kind == "place"]
    roles = {
        (offer.values[0], "" if offer.owner == "caller" else offer.detail, offer.owner) for offer in offers
    }
    assert roles == places


@pytest.mark.parametrize(
    "text",
    [
        "Le prometió llevarla a Celaya.", "Amenazó con llevársela a Celaya.", "La Universidad de Celaya la becó.",
        "La camioneta traía placas de Celaya.", "Por la carretera León-Celaya.", "Viniendo de Celaya la subió.",
    ],
)  # fmt: skip
def test_a_place_that_nobody_is_in_is_none(lexicon: Lexicon, text: str) -> None:
    assert [offer.values for offer in Reader(lexicon, TODAY).read(text) if offer.kind == "place"] == []


def test_a_town_s_row_bears_the_code_of_the_town_of_its_name(lexicon: Lexicon) -> None:
    towns = protocol_loader.load(None).catalogs["municipality"].rows
    codes: dict[str, set[str]] = {}
    for town in towns:
        codes.setdefault(town.label.es.lower(), set()).add(town.code)
    named = [
        (say, code)
        for say, code in re.findall(
            r"^([^,]+),place,(\d{5})", (FILES / "places.csv").read_text("utf-8"), re.M
        )
        if say in codes
    ]
    assert named
    assert [(say, code) for say, code in named if code not in codes[say]] == []


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Nos vigilan cuatro hombres.", set()), ("Lo golpearon entre cinco hombres.", set()),
        ("Duermen veinte hombres en la obra.", {"20"}), ("Viven 14 en una casa.", {"14"}), ("Somos como 25.", {"25"}),
        ("Tengo otros dos niños.", set()), ("La banda es de ocho hombres.", set()),
        ("Se necesitan 20 personas.", set()),
    ],
)  # fmt: skip
def test_who_does_it_is_not_counted(lexicon: Lexicon, text: str, counted: set[str]) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert {offer.values[0] for offer in offers if offer.kind == "headcount"} == counted


NUMBERS = [
    ("mi ex marido me amenaza por whatsapp {}", "trafficker"),
    ("Mi hermana tiene 15. La amenaza por whatsapp {}.", ""),
    ("El tipo amenaza por whatsapp a mi hermana desde el {}.", ""),
    ("El novio le quitó su cel {}.", ""),
    ("A mi cel me escribe el {}.", ""),
    ("Una mujer de la iglesia, {}.", ""),
    ("Mi cel es {}.", "caller"),
    ("Pueden llamarme al {}.", "caller"),
    ("Llama la tía de Ana. El teléfono de la niña es {}.", "victim"),
    ("Márquenle a mi hermana al {}.", "victim"),
    ("Llama una vecina, tel {}.", "caller"),
    ("Quien llama da su número: {}.", "caller"),
    ("La víctima no contesta. Cel del novio {}.", "trafficker"),
    ("Mi hija de 14 está con el novio, su número es {}.", ""),
]


def test_a_second_number_is_not_of_whom_the_first_is(lexicon: Lexicon) -> None:
    offers = Reader(lexicon, TODAY).read("El número del padrote es 55 0000 1234, el de ella 55 0000 4321.")
    assert [offer.owner for offer in offers if offer.kind == "phone"] == ["trafficker", ""]


@pytest.mark.parametrize(("text", "owner"), NUMBERS)
def test_a_number_is_somebody_s_only_by_a_mark_of_possession(lexicon: Lexicon, text: str, owner: str) -> None:
    offers = Reader(lexicon, TODAY).read(text.format("55 0000 1234"))
    assert [offer.owner for offer in offers if offer.kind == "phone"] == [owner]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Mi hija habla con un tal @falso_ficticio que la amenaza.", ""),
        ("Por juego alguien con usuario @falso_ficticio le pide fotos a mi hija.", ""),
        ("Su hija tiene 15. Usuario de la hija: @ana_ficticia1.", "victim"),
        ("Mi usuario es @ana_ficticia1.", "caller"),
    ],
)
def test_a_user_name_is_somebody_s_only_by_a_mark_of_possession(
    lexicon: Lexicon, text: str, owner: str
) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert [offer.owner for offer in offers if offer.kind == "handle"] == [owner]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Mi hija de 15 no vuelve, hay más muchachas y le quitaron el celular.", "victim"),
        ("Hay varias muchachas y le quitaron el celular.", ""),
        ("Hay varias muchachas y les quitaron el celular.", "group"),
    ],
)
def test_what_is_done_to_one_is_not_done_to_the_group_just_named(
    lexicon: Lexicon, text: str, owner: str
) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert {offer.owner for offer in offers if offer.values[0] == "indicator.dst_isolation"} == {owner}


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("Soy psicóloga de un albergue y abogada.", set()),
        ("La guardería reporta a una traductora.", set()),
        ("La joven pide albergue.", {"need.refugio"}),
        ("La joven solicita medidas, atención médica y psicóloga.", {"need.salud", "need.salud_mental"}),
    ],
)
def test_a_need_wants_a_verb_of_needing(lexicon: Lexicon, text: str, needs: set[str]) -> None:
    values = {value for offer in Reader(lexicon, TODAY).read(text) for value in offer.values}
    assert {value for value in values if value.startswith("need.")} == needs


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
    ages = Reader(lexicon, TODAY).read("Llama la mamá de Ana. Ella tiene 44 años y la golpean.")
    assert [offer.owner for offer in ages if offer.kind == "age"] == [""]


LOOSE = [
    ("Llama la mamá de Ana. Ella tiene 44 años.", set()),
    ("Dice que no sabe. Pregunta qué hacer. Su prima, de 24, está bien.", set()),
    ("Llama una tía. Pregunta qué hacer. Su sobrina de 14 está encerrada.", {("14", "victim")}),
    ("La niña no sale. El novio, de 19, vende fruta.", set()),
    ("La niña no sale. El novio, de 19, le pega.", {("19", "trafficker")}),
    ("Llama la tía de Lupita (15 años).", {("15", "victim")}),
    ("Llama usuaria del viernes (Yoselin, 23).", {("23", "victim")}),
    ("La niña como 7 pide limosna.", {("~7", "victim")}),
    ("Fem aprox 16 llora.", {("~16", "victim")}),
    ("El niño 3 veces se salió.", set()),
    ("Se fue con visa H-2A.", set()),
    ("Hay 60 jornaleros. Una trabajadora, 19 años, no sale.", {("19", "victim")}),
    ("Consulado de Cuba turna caso. Connacional de 20 años, le pegan.", {("20", "victim")}),
    ("Llama por su esposo Genaro, de 44 años.", {("44", "victim")}),
]  # fmt: skip
"""An age that hangs loosely on somebody is offered beside a deed only: decision 058."""


@pytest.mark.parametrize(("text", "ages"), LOOSE)
def test_an_age_that_hangs_loosely_waits_for_a_deed(
    lexicon: Lexicon, text: str, ages: set[tuple[str, str]]
) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert {(offer.values[0], offer.owner) for offer in offers if offer.kind == "age"} == ages


@pytest.mark.parametrize(
    ("text", "code", "polarity"),
    [
        ("El patrón retiene CURP.", "indicator.dst_documents", "yes"),
        ("Mi acta también la tiene ella.", "indicator.dst_documents", "yes"),
        ("No la han llevado al Seguro.", "danger.illness_untreated", "yes"),
        ("Ninguna va a la escuela.", "indicator.exp_no_education", "yes"),
        ("No la deja ir al mercado.", "indicator.dst_isolation", "yes"),
        ("Le cobra 3 mil pesos del pasaje.", "indicator.dst_debt_bondage", "yes"),
        ("Nos dicen que es sin pago.", "indicator.exp_low_no_salary", "yes"),
        ("No ha decidido si denunciar.", "need.denuncia", "unknown"),
        (
            "Pregunta qué hacer si alguien le dice que le quitaron el pasaporte.",
            "indicator.dst_documents",
            "",
        ),
        ("Un albergue de Saltillo pide material.", "need.refugio", ""),
        ("La joven está aquí. No sabe leer bien la tía.", "vulnerability.baja_escolaridad", ""),
        ("Me pega. Mi papá tiene diabetes.", "vulnerability.condicion_salud", ""),
        ("No ha visto armas.", "danger.weapon_present", ""),
    ],
)
def test_what_befalls_somebody_is_read_by_stems_and_of_whom_it_is_said(
    lexicon: Lexicon, text: str, code: str, polarity: str
) -> None:
    offers = [offer for offer in Reader(lexicon, TODAY).read(text) if offer.owner not in ("caller", "other")]
    assert [offer.polarity for offer in offers if code in offer.values] == ([polarity] if polarity else [])


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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("La joven tiene 17. La cocinera dice que está encerrada.", "danger.locked_in"),
        ("La vecina oyó que está encerrada.", "danger.locked_in"),
        ("Mi cuñado está encerrado en un rancho.", "danger.locked_in"),
        ("Está con un policía que anda armado.", "danger.weapon_present"),
        ("Llama la tía. La tía dice que ya no quiere vivir.", "cssrs.wish_dead"),
        ("No es improcedente. Está encerrada.", "danger.locked_in"),
    ],
)
def test_a_danger_is_offered_whoever_was_named_last(lexicon: Lexicon, text: str, value: str) -> None:
    offered = {(said, owner) for _kind, said, _polarity, owner in seen(lexicon, text)}
    assert {(value, "victim"), (value, "case"), (value, "")} & offered


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
        ("San Quintín,place,02007", "other_place"),
        ("tenancingo tlaxcala,place,29034", "other_place"),
        ("acá|Sonora,place,MX-SIN", "other_place"),
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


@pytest.mark.parametrize(("text", "value"), [
    ("me voy a matar", "cssrs.suicidal_thoughts"), ("me quiero matar", "cssrs.suicidal_thoughts"),
    ("si no me ayudan me mato", "cssrs.suicidal_thoughts"), ("me voy a suicidar", "cssrs.suicidal_thoughts"),
    ("tengo pastillas en la mano, me las voy a tomar", "cssrs.suicidal_thoughts"),
    ("me va a matar", "indicator.dst_threat_violence_victim"),
    ("me quiere matar", "indicator.dst_threat_violence_victim"),
    ("me van a matar, vengan", "indicator.dst_threat_violence_victim"),
    ("dice que la va a matar si se va", "indicator.dst_threat_violence_victim"),
    ("me está golpeando", "violence.fisica"),
])  # fmt: skip
def test_the_strongest_sentence_is_offered_as_what_it_says(lexicon: Lexicon, text: str, value: str) -> None:
    offered = [
        code
        for offer in Reader(lexicon, TODAY).read(text)
        if offer.polarity == "yes"
        for code in offer.values
    ]
    assert value in offered
    assert len({code.partition(".")[0] for code in offered} & {"cssrs", "indicator"}) <= 1
