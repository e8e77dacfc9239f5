"""Words that look like a fact and are none, and where they are one. Source: docs/reading.md, "Figures"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from narratives import own_lexicon, shown

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.domain.reading.offers import NO, UNKNOWN, YES, Offer
from lnctp_tui.domain.reading.reader import Reader

FILE = Path(__file__).with_name("traps.jsonl")
"""450 fictional snippets of three authors who were blind to the rules; of 75 only the figures were looked at."""
TODAY = date(2026, 11, 30)
LEARNED = 100
"""Of each author's: learned from. Of the others every second one was."""
HELD = {True: (47, 31), False: (171, 166)}
"""Of those that nothing was learned from, and of the others: traps sprung and facts missed, of which there may be no
more."""


class Counts(NamedTuple):
    """Of some snippets."""

    traps: int
    sprung: int
    facts: int
    missed: int


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return own_lexicon()


def snippets(*, kept: bool) -> Iterator[dict[str, Any]]:
    for line in FILE.read_text("utf-8").splitlines():
        snippet = json.loads(line)
        number = int(snippet["id"][1:])
        if (number > LEARNED and number % 2 == 0) == kept:
            yield snippet


def asked(lexicon: Lexicon, text: str) -> list[Offer]:
    """What somebody is shown."""
    return [offer for offer in Reader(lexicon, TODAY).read(text) if shown(offer)]


def says(offers: list[Offer], text: str, mark: list[str]) -> list[Offer]:
    """Those of this kind and value on these words."""
    kind, value, words = mark[:3]
    start = text.index(words)
    return [
        offer
        for offer in offers
        if offer.start < start + len(words)
        and start < offer.end
        and kind in (offer.kind, "denied")
        and (value in offer.values or value.lstrip("~") == offer.values[0].lstrip("~"))
    ]


def counted(lexicon: Lexicon, *, kept: bool) -> Counts:
    traps = sprung = facts = missed = 0
    for snippet in snippets(kept=kept):
        text = snippet["text"]
        offers = asked(lexicon, text)
        traps += len(snippet["never"])
        facts += len(snippet["right"])
        sprung += sum(
            any(offer.polarity != NO for offer in says(offers, text, mark)) for mark in snippet["never"]
        )
        missed += sum(not says(offers, text, mark) for mark in snippet["right"])
    return Counts(traps, sprung, facts, missed)


@pytest.mark.parametrize("kept", HELD)
def test_no_more_traps_spring_than_before_and_no_fewer_facts_are_found(lexicon: Lexicon, kept: bool) -> None:
    counts = counted(lexicon, kept=kept)
    figures = (counts.sprung, counts.missed)
    assert counts.traps > 100
    assert figures[0] <= HELD[kept][0]
    assert figures[1] <= HELD[kept][1]


DANGERS = FILE.with_name("dangers.jsonl")
"""350 fictional snippets of two more such authors; of the second one's only the figures were looked at."""
FOUND = {"d": (166, 219), "e": (107, 170)}
"""Author: facts that are found at least, of so many."""


@pytest.mark.parametrize("author", FOUND)
def test_no_fewer_dangers_are_found_than_before(lexicon: Lexicon, author: str) -> None:
    found = facts = 0
    for snippet in map(json.loads, DANGERS.read_text("utf-8").splitlines()):
        if snippet["id"].startswith(author):
            codes = {code for offer in asked(lexicon, snippet["text"]) for code in offer.values}
            found += sum(code in codes for code, _words in snippet["right"])
            facts += len(snippet["right"])
    assert facts == FOUND[author][1]
    assert found >= FOUND[author][0]


@pytest.mark.parametrize(
    "text",
    [
        "Le gustan los deportes y va al gimnasio.",
        "Se subieron a la Bestia y llegaron bien.",
        "La sentencia salió en marzo; la ofendida pide copia.",
        "Cuidan la intimidad de las alumnas y la vejez de los abuelos.",
        "La multitud salió del estadio.",
        "Toma los apuntes de la clase y la apuntó en la lista del taller.",
        "Me apunté al curso de inglés.",
        "Le pegó el sol en la marcha y a los niños les pegó la gripa.",
        "La mordió un perro y lo pateó un caballo.",
        "Amenaza con llover.",
        "La engañó su marido con otra.",
        "La obligan a usar uniforme.",
        "Se quedó encerrada en el elevador.",
        "Se encerró en su cuarto a llorar.",
        "Puso un candado nuevo a la bici.",
        "Está aislado por covid.",
        "Tiene deudas con Coppel.",
        "Le debo una disculpa.",
        "Le descuentan el Infonavit.",
        "Comió las sobras de la fiesta.",
        "Se la llevaron a urgencias.",
        "Los captó la cámara.",
        "Le vendió su coche.",
        "La sedaron para la endoscopia.",
        "Pide informes de una beca de danza.",
        "Cocina con cuchillo sin filo y lleva su navaja suiza.",
        "Llamó armada de valor.",
        "Se escapó el perro.",
        "Me caso con mi novio en diciembre.",
        "Se toma las pastillas para la presión.",
        "El banco la amenaza por teléfono.",
        "Quiere morirse de risa.",
        "La fuerza pública desalojó el predio.",
        "Le da vergüenza llamar, la vergüenza la detiene.",
        "La quieren llevar al hospital mañana.",
        "Rescataron a un gatito.",
        "Se cortó la llamada y se corta el pelo.",
        "Sáquenme de la lista de correos.",
        "Es un experimento escolar.",
        "El mercado laboral está difícil.",
        "Es un juicio por violación al reglamento.",
        "Le quité su credencial a mi marido y no lo dejé salir.",
    ],
)
def test_innocent_words_ask_nothing(lexicon: Lexicon, text: str) -> None:
    assert [offer for offer in asked(lexicon, text) if offer.polarity != NO and offer.kind != "date"] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Quieren deportarlos si hablan; los deportan si se quejan.", "indicator.dst_threat_denounce"),
        ("La apuntó con una pistola.", "danger.weapon_present"),
        ("La casaron a la fuerza con un señor.", "modality.matrimonio_forzoso_servil"),
        ("El encargado le pegó por llegar tarde.", "violence.fisica"),
        ("El patrón la amenaza con matarla.", "indicator.dst_threat_violence_victim"),
        ("Lo engañaron con un trabajo de mesero.", "means.engano"),
        ("La obligan a usar ropa corta y a tomar con clientes.", "means.fuerza_amenaza_coaccion"),
        ("La tienen encerrada en su cuarto con candado.", "danger.locked_in"),
        ("El patrón le descuenta la comida.", "indicator.exp_wage_manipulation"),
        ("Comen las sobras de los patrones.", "indicator.exp_bad_living"),
        ("Se la llevaron a otra ciudad.", "act.transportar"),
        ("La vendió su padrastro.", "act.entregar"),
        ("La drogaron en la fiesta.", "hooking_method.abuso_sustancias"),
        ("Trae un cuchillo y la amenaza.", "danger.weapon_present"),
        ("Se escapó anoche de la casa.", "situation.out_needs_services"),
        ("Dice que ya quiere morirse.", "cssrs.wish_dead"),
        ("Se tomó las pastillas todas de un jalón.", "cssrs.behaviour"),
        ("Sáquenme de aquí.", "need.rescate"),
        ("Le quitó su credencial y no la dejó salir.", "indicator.dst_documents"),
    ],
)
def test_the_same_words_ask_where_they_are_meant(lexicon: Lexicon, text: str, value: str) -> None:
    assert value in {code for offer in asked(lexicon, text) for code in offer.values}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Está lejos de su familia, encerrada en un rancho.", "danger.locked_in"),
        ("La golpeó y se desmayó.", "danger.injury_overdose"),
        ("Se tomó las pastillas para dormir, todas.", "cssrs.behaviour"),
        ("Estuvo a punto de suicidarse anoche.", "cssrs.suicidal_thoughts"),
        ("Por poco sueldo los tienen encerrados en la bodega.", "danger.locked_in"),
        ("Me apuntó a la cabeza con la pistola.", "danger.weapon_present"),
        ("Mi papá me casó con su compadre.", "modality.matrimonio_forzoso_servil"),
        ("Agarró un cuchillo de cocina y se encerró con ella.", "danger.weapon_present"),
        ("Mañana se la lleva su tía a la frontera.", "danger.transfer_72h"),
        ("Pide orientación sobre su hermana que está encerrada en un bar.", "danger.locked_in"),
        ("Quiere poner una denuncia por violación y amenazas.", "violence.sexual"),
        ("Hasta que puedan pagar la deuda las tienen encerradas.", "danger.locked_in"),
        ("La obligaron a fichar en muchos bares.", "means.fuerza_amenaza_coaccion"),
        ("Está encerrada en el baño, él golpea la puerta.", "danger.locked_in"),
        ("Está encerrada, los perros no la dejan salir.", "danger.locked_in"),
        ("Nos encerraron en un corral con otros migrantes.", "danger.locked_in"),
        ("Desde la violación se quiere morir de vergüenza.", "cssrs.wish_dead"),
        ("Llegó sangrando de la nariz por los golpes.", "danger.injury_overdose"),
        ("Me pegó en la cabeza.", "violence.fisica"),
        ("Le pegó el Toro.", "violence.fisica"),
        ("Golpeada, crisis nerviosa.", "violence.fisica"),
        ("Se la llevaron de la escuela.", "act.transportar"),
        ("La secuestraron, cuenta su mamá.", "hooking_method.privacion_libertad"),
        ("A la niña la vendieron caro.", "act.entregar"),
        ("El doctor la drogó y abusó de ella.", "hooking_method.abuso_sustancias"),
        ("Los engañaron con otro contrato.", "means.engano"),
        ("El cobrador la amenaza con matarla.", "violence.psicologica"),
        ("Vivía encerrada en un cuarto.", "danger.locked_in"),
        ("A los 8 días la encerraron.", "danger.locked_in"),
        ("La tienen en el bar La Perla y la obligan a fichar.", "bar"),
    ],
)
def test_no_idiom_and_no_cue_hides_what_is_meant(lexicon: Lexicon, text: str, value: str) -> None:
    """Of a reader who looked for what the idioms would hide."""
    assert value in {code for offer in asked(lexicon, text) if offer.polarity != NO for code in offer.values}


@pytest.mark.parametrize(
    ("text", "value", "polarity"),
    [
        ("Dice que va a suicidarse.", "cssrs.suicidal_thoughts", YES),
        ("Piensa suicidarse esta noche.", "cssrs.suicidal_thoughts", YES),
        ("Planea matarse con pastillas.", "cssrs.suicidal_thoughts", YES),
        ("Pretende quitarse la vida.", "cssrs.suicidal_thoughts", YES),
        ("Quería matarse y la detuvieron.", "cssrs.suicidal_thoughts", YES),
        ("Va a cortarse las venas.", "cssrs.method", YES),
        ("Teme que su hija se suicide.", "cssrs.suicidal_thoughts", UNKNOWN),
        ("Antes de que se suicide quieren internarla.", "cssrs.suicidal_thoughts", UNKNOWN),
        ("No piensa suicidarse.", "cssrs.suicidal_thoughts", NO),
        ("Quieren matarla.", "indicator.dst_threat_violence_victim", YES),
        ("La iban a matar anoche.", "indicator.dst_threat_violence_victim", YES),
        ("Planean llevársela el lunes.", "danger.transfer_72h", YES),
        ("El viernes la van a llevar a otra casa.", "danger.transfer_72h", YES),
        ("No puedo hablar fuerte, la patrona oye todo.", "situation.someone_listening", YES),
        ("Su padrote ya sabe que pidió ayuda.", "danger.trafficker_knows", YES),
        ("Mi niño lo tiene la patrona y no me lo quiere dar.", "danger.child_held", YES),
        ("Los niños están solos en la casa desde ayer.", "danger.minor_alone", YES),
        ("No la dejan ir al doctor y trae fiebre.", "danger.illness_untreated", YES),
        ("La quieren vender mañana.", "danger.transfer_72h", YES),
        ("La encerré porque no obedece, dice el señor.", "danger.locked_in", YES),
        ("Van a llevársela hoy en la noche.", "danger.moved_or_killed_today", YES),
        ("Temen que la maten hoy.", "danger.moved_or_killed_today", UNKNOWN),
    ],
)
def test_what_somebody_means_to_do_to_themself_or_to_her_is_asked(
    lexicon: Lexicon, text: str, value: str, polarity: str
) -> None:
    assert [offer.polarity for offer in asked(lexicon, text) if value in offer.values] == [polarity]


def test_a_fact_with_a_no_of_its_own_is_denied_by_another(lexicon: Lexicon) -> None:
    for text in ("No es que no le paguen, quiere aumento.", "Niega que no la dejen salir."):
        assert {offer.polarity for offer in asked(lexicon, text) if offer.kind == "term"} == {NO}


def test_behind_a_heading_stands_what_is_said_of_whom_it_names(lexicon: Lexicon) -> None:
    text = "Probable responsable: Fulgencio N., 51 a., estudió hasta primaria. Víctima: sin más datos."
    assert not [offer for offer in asked(lexicon, text) if offer.owner in ("victim", "group")]
