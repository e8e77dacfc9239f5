"""Constructions of Spanish that say whose a number is, or that it is none: sentences written before they were read."""

from __future__ import annotations

from datetime import date

import pytest
from narratives import own_lexicon

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.domain.reading.offers import ASK, CALLER, VICTIM, Offer
from lnctp_tui.domain.reading.reader import Reader

TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return own_lexicon()


def asked(lexicon: Lexicon, text: str, kind: str) -> list[Offer]:
    """What somebody is asked of one kind: of who calls only a number or a place is."""
    offers = Reader(lexicon, TODAY).read(text)
    return [offer for offer in offers if offer.kind == kind and (offer.owner != CALLER or kind == "phone")]


def polarities(lexicon: Lexicon, text: str, value: str) -> list[str]:
    """How a term is asked."""
    return [offer.polarity for offer in asked(lexicon, text, "term") if value in offer.values]


def values(lexicon: Lexicon, text: str, kind: str) -> set[str]:
    return {offer.values[0] for offer in asked(lexicon, text, kind)}


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("Canaliza el hospital general a Yesenia, 19, que llegó golpeada.", {"19"}),
        ("La última, de 17 o 18, le escribió auxilio en el espejo.", {"17-18"}),
        ("Edades: de 9 a 13. Las ponen a vender flores en el crucero.", {"9-13"}),
        ("Tres parecen menores, 15 o 16. Las obligan a fichar en el bar.", {"15-16"}),
        ("Ha de andar por los 15, la trae una señora pidiendo dinero.", {"~15"}),
        ("Mi hermano anda en los 30 y lo tienen encerrado en un anexo.", {"30"}),
        ("Se ve de 16 aunque ella dice que 18, trabaja en un bar y no la dejan salir.", {"16"}),
        ("Rescataron a Danna de 17 en un bar.", {"17"}),
        ("La de 15 no deja de llorar; las tienen en un departamento.", {"15"}),
        ("Son tres hermanas: 9, 12 y 15. Las traen pidiendo.", {"9", "12", "15"}),
        ("La muchacha (creo que 17) pide ayuda por la ventana.", {"~17"}),
        ("Dos de ellas no pasan de los 16. Las obligan a tomar.", {"16"}),
        ("Ella me dijo: tengo 15. Un hombre la tiene en el hotel.", {"15"}),
        ("Son Ana (13), Luz (15) y Mar (16). Las tienen en una casa.", {"13", "15", "16"}),
        ("Va para los 16 y la quieren casar con un señor.", {"~15"}),
        ("La usuaria, de 41 años, relata que su cuñado la golpea con un cable.", {"41"}),
        ("Ella tiene 27 y la obligan a tomar.", {"27"}),
        ("Ella tiene 27; el niño, de 5 años, trae tos. La obligan a salir al bar.", {"27", "5"}),
        ("Él tiene 19 y lo traen cargando bultos.", {"19"}),
        ("La chava desaparecida tiene recién cumplidos los 18.", {"18"}),
    ],
)
def test_an_age_between_commas_or_behind_a_verb_of_seeming_is_found(
    lexicon: Lexicon, text: str, ages: set[str]
) -> None:
    assert values(lexicon, text, "age") == ages


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("Hay cinco muchachas encerradas. Una, de 21, logró salir y está con su familia.", {"21"}),
        ("En el bar tienen a ocho chicas. Una de ellas, de unos diecinueve, le pidió el teléfono.", {"~19"}),
        ("Vio a dos chamacas que suben a los camiones; una le dijo que tiene 15.", {"15"}),
        ("Trabajan veinte jornaleros sin paga. Hay uno de 14 que se cortó la mano.", {"14"}),
        ("Cuatro mujeres en la casa; otra, de 19, sigue ahí y no contesta.", {"19"}),
    ],
)
def test_the_age_of_one_of_a_group_is_the_groups(lexicon: Lexicon, text: str, ages: set[str]) -> None:
    found = asked(lexicon, text, "age")
    assert {(offer.values[0], offer.owner) for offer in found} == {(age, "group") for age in ages}


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("La tiene encerrada su novio. Él tiene 33 y siempre trae escolta.", "33"),
        ("El que manda tiene 27 y le dicen el Licenciado. A mí me obliga a vender.", "27"),
        ("El dueño del bar, un tal Chuy, de 45, las obliga a fichar.", "45"),
        ("El patrón, don Fidel, 62 años, no les paga.", "62"),
        ("Las baja un muchacho de gorra, de unos 25, y las pone a pedir.", "~25"),
        ("La abuela, 66 años, los manda a pedir y les pega.", "66"),
        ("El que los cuida es un español de 40. No nos dejan salir.", "40"),
    ],
)
def test_who_does_it_is_known_by_name_and_verb_around(lexicon: Lexicon, text: str, age: str) -> None:
    found = [(offer.values[0], offer.owner) for offer in asked(lexicon, text, "age")]
    assert found == [(age, "trafficker")]


@pytest.mark.parametrize(
    "text",
    [
        "Su hija de 10 fue quien vio a la muchacha amarrada en la casa de al lado.",
        "Desea regresar con su hijo de 4 años, que cuida su mamá. La tenían encerrada en un bar.",
        "A su hermana de 20 la dejaron ir. A ella la siguen obligando a atender clientes.",
        "La señora que marca tiene 38. A su vecina la golpea el marido.",
        "Mi otra hija, de 20, trabaja en una tienda. Me la quitaron.",
        "Entró de 16 a trabajar y nunca le han pagado.",
        "Se hace pasar por un muchacho de 17 pero le vi la barba.",
        "Joven de 21 años, testigo, vio cómo subían a una niña a la fuerza.",
        "Usuaria de 38 años pregunta por su hermano, que está en un anexo y lo golpean.",
        "Mujer de 33 años, enfermera, refiere que una paciente le dijo que no la dejan salir.",
        "Soy vecina, 48 años, me asomé y vi que tienen amarrado a un niño.",
        "Reportan a dos niñas en la plaza. El señor tiene 68 años y es exmilitar. Las obligan a pedir dinero.",
    ],
)
def test_the_age_of_another_is_not_asked(lexicon: Lexicon, text: str) -> None:
    assert asked(lexicon, text, "age") == []


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("tengo 16 y no quiero regresar con mi papá porque me alquila con sus amigos", "16"),
        ("Me llamo Julio, tengo 40 años, me contrataron para la pizca y aquí estoy atrapado", "40"),
        ("Señora de 58 años. Su hijo y su nuera la tienen cuidando a los nietos, sin salir.", "58"),
        ("Fem 20a marca a escondidas, dice q la van a mover hoy a otra casa.", "20"),
        ("F/17, originaria de Chiapas, la traen trabajando en un bar sin paga.", "17"),
        ("Apenas tiene los 18 cumplidos y la pusieron a bailar en un table.", "18"),
        ("Una jovencita que dijo tener 17 pidió ayuda, dice que no la dejan ir.", "17"),
        ("escribo por mi vecina. ella esta chiquita, tiene 15. su papastro le pega", "15"),
    ],
)
def test_who_says_what_is_done_to_them_is_the_victim(lexicon: Lexicon, text: str, age: str) -> None:
    assert [(offer.values[0], offer.owner) for offer in asked(lexicon, text, "age")] == [(age, "victim")]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Le pagan 900 a la semana cuando le habían dicho 2,500.", {"900", "2500"}),
        ("Les dijeron que deben el viaje: 3,400 por los dos.", {"3400"}),
        ("Le cobran su pensión del bienestar, 6,400.", {"6400"}),
        ("La citaron en una estética y le tomaron fotos; le dieron 500.", {"500"}),
        ("La quincena es de 1,800 y le descuentan 600.", {"1800", "600"}),
        ("Cada servicio cuesta 800, a ella le dan 100.", {"800", "100"}),
        ("Su recibo de luz llegó de 900 pesos, por eso llama.", set()),
        ("El hombre pagó con un billete de 500.", set()),
        ("El camión 1520 sale a las 8.", set()),
        ("El rancho está a 1200 metros de la carretera.", set()),
        ("La carpeta es la 2500 de este año.", set()),
    ],
)
def test_a_bare_number_is_money_behind_words_of_paying(
    lexicon: Lexicon, text: str, amounts: set[str]
) -> None:
    assert values(lexicon, text, "amount") == amounts


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Nos trajeron en un camión el día 2, éramos veinte hombres.", {"2026-11-02"}),
        ("El niño faltó todo octubre a la escuela porque lo llevaron al corte.", {"2026-10"}),
        ("El 12 mandó su ubicación y desde entonces nada.", {"2026-11-12"}),
        ("La boda es el 12 de diciembre; la niña no se quiere casar.", set()),
        ("El taller será el 4 de diciembre con estudiantes.", set()),
        ("El papá de la niña está preso desde 2025.", set()),
        ("Mi abuela murió en marzo.", set()),
        ("El contrato vence en abril del próximo año.", set()),
        ("Llamó también el sábado y le atendió otra compañera.", set()),
    ],
)
def test_a_date_is_of_what_befell_somebody(lexicon: Lexicon, text: str, dates: set[str]) -> None:
    assert values(lexicon, text, "date") == dates


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Son como cinco ahí, todas extranjeras.", {"5"}),
        ("En la casa vivimos doce, todas mujeres.", {"12"}),
        ("Le dijo que ya había vendido a cinco muchachas.", {"5"}),
        ("Dos jóvenes en moto la siguen a todos lados.", set()),
        ("Tres muchachos le pegaron afuera de la escuela.", set()),
        ("Se la llevaron tres vatos en una camioneta.", set()),
        ("Es mamá de tres niños y vive con su suegra.", set()),
        ("Es maestra de 30 alumnos.", set()),
        ("El taller fue para 45 personas migrantes.", set()),
        ("Las otras dos, de 13 y 14, no fueron.", set()),
    ],
)
def test_those_are_counted_to_whom_it_happens(lexicon: Lexicon, text: str, counted: set[str]) -> None:
    assert values(lexicon, text, "headcount") == counted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Iba a irse a Mexicali con el novio, pero se arrepintió.", "place"),
        ("La canción decía algo de Durango.", "place"),
        ("La víctima no sale. Sus compañeras son de Puebla.", "place"),
        ("Quiere trabajar de mesera en un bar cuando cumpla 18.", "venue"),
        ("Yo trabajo en un restaurante y ahí escuché la plática.", "venue"),
        ("De niña la violó un tío.", "term"),
        ("A mi tía la golpeaba su esposo, por eso sé de esto.", "term"),
        ("Mi nieta vive conmigo. A mi hija le pegaba.", "term"),
        ("Le ofrecieron un puesto en Querétaro, ella no aceptó.", "place"),
        ("La invitan a un casting en Guadalajara para enero.", "place"),
        ("Hay otra sucursal en Mérida.", "place"),
        ("Su novio tiene familia en Tenancingo.", "place"),
        ("Le hablaron de la Comisión de Derechos Humanos de Jalisco.", "place"),
        ("Si fuera su novia no la dejaría salir.", "term"),
        ("Insiste en que no la dejarían salir.", "term"),
        ("Otro papá le contó que a su muchacho lo tuvieron en un rancho.", "venue"),
        ("Llama una vecina. La vecina no quiere que la contacten por teléfono.", "term"),
        ("Cuenta que el 12 11 2025 la golpearon.", "account"),
        ("Le dice Lupita que no vaya.", "alias"),
    ],
)
def test_what_is_planned_sung_past_or_of_another_is_not_asked(lexicon: Lexicon, text: str, kind: str) -> None:
    assert asked(lexicon, text, kind) == []


def test_a_venue_within_a_phrase_is_found(lexicon: Lexicon) -> None:
    assert values(lexicon, "A la muchacha la tienen en un hotel.", "venue") == {"hotel"}


def test_a_past_behind_an_si_without_its_accent_affirms(lexicon: Lexicon) -> None:
    found = asked(lexicon, "No es que me pegue pero si me enseñó la pistola.", "term")
    assert {offer.polarity for offer in found if "danger.weapon_present" in offer.values} == {"yes"}


def test_who_goes_somewhere_plans_nothing(lexicon: Lexicon) -> None:
    assert values(lexicon, "La niña va a la escuela en Texcoco.", "place") == {"15099"}
    assert values(lexicon, "La niña va a viajar a Texcoco.", "place") == set()


@pytest.mark.parametrize(
    "text",
    [
        "Personal de un DIF solicita capacitación sobre trata para 25 trabajadoras. El tema es la niña vendida.",
        "Abogada de una ONG pide el directorio de refugios en Chiapas. No reporta ningún caso.",
        "Número equivocado: buscaba una pizzería en León. Se disculpa.",
        "Alumno de 17 años pregunta para su tarea cuántas niñas rescatan en Tijuana.",
    ],
)
def test_a_call_that_asks_or_teaches_tells_of_nobody(lexicon: Lexicon, text: str) -> None:
    kinds = ("age", "place", "headcount", "amount", "venue")
    assert [offer for kind in kinds for offer in asked(lexicon, text, kind)] == []


def test_what_befalls_somebody_is_asked_whatever_the_call_is(lexicon: Lexicon) -> None:
    text = "Se le aclara que la línea no es de emergencias; dice que lo tienen encerrado con armas."
    said = {value for offer in asked(lexicon, text, "term") for value in offer.values}
    assert {"danger.locked_in", "danger.weapon_present"} <= said


def test_the_reason_of_a_question_is_said(lexicon: Lexicon) -> None:
    text = "La directora pide un taller porque a una alumna la tienen encerrada."
    said = {value for offer in asked(lexicon, text, "term") for value in offer.values}
    assert "danger.locked_in" in said


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        # a number in words ends where its parts no longer add up
        ("La compraron por ciento veinte mil pesos y dos vacas.", "amount", {"120000"}),
        ("Le dejó a una cien pesos de propina y la encargada se los quitó.", "amount", {"100"}),
        ("Depositó 1500 en una tienda y luego otros 900 y siguen pidiendo.", "amount", {"1500", "900"}),
        ("Depositó 1500 en una tienda y luego otros 900 y siguen pidiendo.", "headcount", set()),
        ("Deuda impuesta de USD 4,500 por el vuelo.", "amount", {"4500"}),
        ("Si no juntas 3mil dolares a la semana no sales.", "amount", {"3000"}),
        # an abbreviation ends no sentence
        ("Masc., 29 a., policía mpal. de Huixtla, Chis., llama x su cuenta.", "age", set()),
        ("Refiere q. hno. Epifanio Prueba, 22 a., salió a Guadalajara y lo tienen encerrado.", "age", {"22"}),
        # whose it is, where the second sentence says that the first was of who calls
        ("Fem., 61 a, Ecatepec. Reporta a su hijo Baltasar Prueba, 29 a, sin comunicarse.", "age", {"29"}),
        ("Usuaria 45 a., Ecatepec. Pide q. vayan por su hija, la tienen encerrada. Hija, 21.", "age", {"21"}),
        (
            "Quien llama es la hermana, Perla, de 27, y la víctima tiene 18; la obligan a fichar.",
            "age",
            {"18"},
        ),
        ("Dice que va a cumplir veinte en junio y lo tienen encerrado.", "age", {"~19"}),
        ("Usuaria busca a su hija de 20, la tienen en un bar.", "age", {"20"}),
        # another beside a victim who speaks, and somebody's children
        ("La golpea su esposo. Tienen dos niños, de ocho y de tres.", "age", set()),
        ("En esa casa tienen dos niñas, de 8 y 10 años, encerradas.", "age", {"8", "10"}),
        ("Tienen tres niños de 6, 8 y 9 años pidiendo en el crucero.", "age", {"6", "8", "9"}),
        ("La usuaria, de 29 años, obligada a fichar en un bar, teme por su hermana de 15.", "age", {"29"}),
        # nobody's place
        ("Una paciente guatemalteca de San Marcos, golpeada.", "place", set()),
        ("Somos de Colón, Honduras, y nos tienen encerrados.", "place", set()),
        ("La vio en el crucero de Xola y Tlalpan.", "place", set()),
        ("Se da vista a FGE Puebla.", "place", set()),
        ("Lada de Aguascalientes.", "place", set()),
        ("La tienen en Tapachula, en Guatemala la engancharon.", "place", {"07089"}),
        # what is taken back
        ("Le deben horas extra desde agosto; corrige, desde julio.", "date", {"2026-07"}),
        ("Se fue hace tres semanas con el novio; luego corrige y dice que casi cinco.", "date", set()),
        ("Le calcula unos trece; después dice que quizá menos, once o doce.", "age", set()),
        ("Tiene 20, no, 21 ya cumplió, y la obligan a fichar.", "age", set()),
        # and what only sounds so
        (
            "Tiene 17 y la obligan a fichar. Le digo que no cuelgue; el novio tiene 40 y le pega.",
            "age",
            {"17", "40"},
        ),
        ("Depositó 5 mil pesos. No, nunca le devolvieron los 3 mil pesos.", "amount", {"5000", "3000"}),
        ("Se fue el 3 de marzo; luego dice que la llamó en abril.", "date", {"2026-03-03", "2026-04"}),
        # a number is no town, a line no money
        ("Regresa en catorce días.", "place", set()),
        ("Se le da el dato de PROFEDET 800 911 7877.", "amount", set()),
        ("Le exigen dos mil de los cinco mil dólares.", "amount", {"2000", "5000"}),
        ("Me llama un señor de 58 años que maneja taxi. Lleva a tres muchachas a un bar.", "age", set()),
        # a birthday, and since when somebody is of age
        ("Va para los 16 en noviembre y la obligan a fichar.", "date", set()),
        ("La víctima, de 18 desde hace una semana, llora.", "date", set()),
    ],
)
def test_what_four_authors_wrote_freely_is_read_so(
    lexicon: Lexicon, text: str, kind: str, found: set[str]
) -> None:
    """Of eighty narratives that were read before anything was learned from them."""
    assert values(lexicon, text, kind) == found


@pytest.mark.parametrize(
    ("text", "value", "polarity"),
    [
        ("Armas no ha visto, aunque el hombre se toca la cintura.", "danger.weapon_present", "unknown"),
        ("Golpes no.", "violence.fisica", "no"),
        ("Vea, amarrado no estoy, la tranca está abierta.", "danger.locked_in", "no"),
        ("Encerrada no puede salir ni al baño.", "danger.locked_in", "yes"),
        ("Ignora si les pagan.", "indicator.exp_low_no_salary", "unknown"),
        ("No han ido a la fiscalía indígena.", "vulnerability.indigena_afromexicana", "yes"),
        ("No tenía adónde ir, cerraba la cortina por fuera.", "danger.locked_in", "yes"),
        ("Nunca la ha amenazado con armas.", "danger.weapon_present", "no"),
        ("Una vez me trajo de regreso a puro lomo de machete.", "danger.weapon_present", "yes"),
        ("Pasaporte lo guarda la madame.", "indicator.dst_documents", "yes"),
        ("Se cierra como broma. Dijo que lo tienen amarrado.", "danger.locked_in", "yes"),
        ("ya no la pude ver. esta encerrada en el cuarto", "danger.locked_in", "yes"),
        ("Le pregunté si piensa en matarse; contestó que sí.", "cssrs.suicidal_thoughts", "unknown"),
        ("Le pregunté si hay armas en la casa y dijo que sí.", "danger.weapon_present", "unknown"),
        ("Un arma le vendieron al novio.", "danger.weapon_present", "yes"),
        ("Traen a la niña amarrada a la espalda de la silla.", "danger.locked_in", "yes"),
        ("Me apuntó y me dijo que me callara.", "danger.weapon_present", "yes"),
        ("Jamás la ha llevado con un doctor.", "danger.illness_untreated", "yes"),
        ("no tiene doc. la encerraron", "danger.locked_in", "yes"),
        ("no regresó en dic. la encerraron", "danger.locked_in", "yes"),
        ("Llama la hermana, dice que a ella también la golpean.", "violence.fisica", "yes"),
        ("Mis compañeros ríen; no la cierro como broma. No le pagan.", "indicator.exp_low_no_salary", "yes"),
    ],
)
def test_what_they_denied_or_did_not_know_is_asked_so(
    lexicon: Lexicon, text: str, value: str, polarity: str
) -> None:
    assert polarities(lexicon, text, value) == [polarity]


@pytest.mark.parametrize(
    "text",
    [
        "Ya levantaron ficha en la comisión de búsqueda.",
        "La puerta de la calle la cierra el portero.",
        "(Cortada al min 14.)",
        "Para ir al baño sin permiso de nadie.",
        "Nos apuntan 280 al día en la raya.",
        "El oficial las contó.",
        "Yo vuelvo a llamar a las 7.",
        "La abuela respondió que a ella también la vendieron, a los doce.",
        "Ella no sabe que él está llamando.",
        "Se cierra como broma. Dijo que su mamá lo obliga a lavar los trastes.",
    ],
)
def test_everyday_words_and_another_s_fate_ask_nothing(lexicon: Lexicon, text: str) -> None:
    assert [offer.values for offer in asked(lexicon, text, "term")] == []


def test_what_stands_within_a_phrase_leads_back_to_its_own_words(lexicon: Lexicon) -> None:
    text = "Una señora me dijo que los agarran para pedir en los semáforos."
    (venue,) = asked(lexicon, text, "venue")
    assert text[venue.start : venue.end] == "semáforos"


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("La muchacha tiene 16 años.", ["19", "16"]),
        ("La muchacha tiene entre 16 y 17 años.", ["19", "16-17"]),
        ("La muchacha tiene 25 años.", ["19"]),
        ("La niña tiene 4 años.", ["19"]),
    ],
)
def test_an_age_that_makes_a_minor_is_asked_however_late(
    lexicon: Lexicon, text: str, ages: list[str]
) -> None:
    first = "Llama la hermana de una muchacha de 19 años. El patrón no la deja salir desde marzo. "
    assert [offer.values[0] for offer in asked(lexicon, first + text, "age")] == ages


@pytest.mark.parametrize(
    ("text", "age", "owner"),
    [
        ("Tengo una amiga de 16 que la golpean, y ella no quiere que yo diga nada.", "16", ASK),
        (
            "Llama una vecina. Reporta a una muchacha de 19 años encerrada. Luego me dice que tiene 16.",
            "16",
            ASK,
        ),
        ("El joven que se comunica dice tener diecisiete años, los cumplió en enero.", "17", ASK),
        ("Llama el señor Anastasio. Que no aparece su hija Fátima de 17 desde antier.", "17", VICTIM),
        ("Llama la mamá. No localiza a su hijo de 15 años, se lo llevaron.", "15", VICTIM),
        ("mamá de Tultitlán, su hijo Brayan Oswaldo de 19 vio un anuncio y se fue.", "19", VICTIM),
    ],
)
def test_an_age_is_not_left_out_for_a_no_nor_for_who_calls(
    lexicon: Lexicon, text: str, age: str, owner: str
) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert (age, owner) in {(offer.values[0], offer.owner) for offer in offers if offer.kind == "age"}


@pytest.mark.parametrize(
    "text",
    [
        "La joven no tiene 15 años.",
        "No es una niña de 15 años.",
        "No hay niñas de 12.",
        "Su hija no llega a la edad de 15 años.",
    ],
)
def test_an_age_that_is_denied_is_none(lexicon: Lexicon, text: str) -> None:
    assert [offer for offer in Reader(lexicon, TODAY).read(text) if offer.kind == "age"] == []


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        # the day of a call, and a day that another beside it takes back
        ("Miércoles 6 de julio, 18:05. La golpean.", "date", set()),
        ("Fecha: 19 de febrero. Usuaria de 20 años.", "date", set()),
        ("Se comunica el 30 de mayo la señora.", "date", set()),
        ("El 5 de noviembre habló con su mamá por última vez.", "date", {"2026-11-05"}),
        ("Ingresó ayer 14 de agosto por quemadura.", "date", {"2026-08-14"}),
        ("Su hijo salió el martes 8 a Guadalajara.", "date", set()),
        ("Su hijo salió el lunes 23 a Guadalajara.", "date", {"2026-11-23"}),
        ("Su hermana se fue el 9 de enero con un contratista.", "date", {"2026-01-09"}),
        ("La engancharon en feb. para la pizca.", "date", {"2026-02"}),
        ("La engancharon en mzo. para la pizca.", "date", {"2026-03"}),
        ("Lo internó hace once meses.", "date", {"2025-12"}),
        ("Le marco el miércoles.", "date", set()),
        # what is no weapon, no lock and no threat
        ("Se le encontró una pistola que resultó ser de juguete.", "term", set()),
        ("En la libreta le apuntan 7,400 pesos.", "term", set()),
        ("Sin lesiones; machete de labor.", "term", set()),
        ("NO hay candado en la puerta.", "term", set()),
        ("Le digo que yo no le cuelgo.", "term", set()),
        ("El jefe está al tanto de todo.", "term", set()),
        ("Dijo: quiero ir con mi mamá.", "term", set()),
        ("Dice que quiere reunirse con su bebé.", "term", {"cssrs.wish_dead"}),
        ("Que mande otro video o lo ve tu salón.", "term", set()),
        ("A la niña no la regresan cuando la piden.", "term", set()),
        # several are more than two
        ("Lava la ropa de dos familias.", "headcount", set()),
        ("Las edades que dieron son 20, 21 y 24.", "headcount", set()),
        ("No dejan salir a las cuatro muchachas.", "headcount", {"4"}),
        # the state beside a town is the town's
        ("La tienen en Villa Juárez, Sinaloa.", "place", {"MX-SIN"}),
        ("No aparece su hija de Oaxaca.", "place", {"MX-OAX"}),
        ("Entraron a la huerta hombres.", "place", set()),
        ("No localiza a su hija hondureña.", "nationality", {"HN"}),
        ("Están estafando gringos.", "nationality", set()),
    ],
)
def test_what_four_more_authors_wrote_freely_is_read_so(
    lexicon: Lexicon, text: str, kind: str, values: set[str]
) -> None:
    offers = Reader(lexicon, TODAY).read(text)
    assert {offer.values[0] for offer in offers if offer.kind == kind} == values


def test_a_weapon_that_nobody_asked_about_is_not_known(lexicon: Lexicon) -> None:
    offers = Reader(lexicon, TODAY).read("arma no alcancé a preguntar")
    assert [(offer.values, offer.polarity) for offer in offers] == [(("danger.weapon_present",), "unknown")]


def test_a_place_behind_a_venue_is_the_victim_s(lexicon: Lexicon) -> None:
    offers = Reader(lexicon, TODAY).read(
        "Llama una recamarera de un hotel en Toluca. En la 204 tienen a una niña."
    )
    assert [(offer.values, offer.owner) for offer in offers if offer.kind == "place"] == [
        (("15106",), "victim")
    ]


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        # what is still to come, was filed, or befell a friend
        ("Tiene boleto. Sale el jueves desde la central.", "date", set()),
        ("Le pidió que vaya el sábado a un hotel.", "date", set()),
        ("Ya puso ficha en búsqueda de personas el viernes.", "date", set()),
        ("El DIF tiene reporte desde septiembre.", "date", set()),
        ("Salió el día 8 a vender su moto y no volvió.", "date", {"2026-11-08"}),
        ("Puso denuncia el lunes porque la violaron el domingo.", "date", {"2026-11-29"}),
        # places of another, of a feast, promised or abroad
        ("Se fue hace un mes con un muchacho de Puebla que conoció en la feria.", "place", set()),
        ("Le habían dicho que iba a Monterrey a una fábrica. Duerme en el surco.", "place", set()),
        ("La boda sería para después de Todos Santos.", "place", set()),
        ("Lo ayuda su prima, que está en Santiago de Chile.", "place", set()),
        ("Una le dijo que es de Guatemala, de Escuintla.", "place", set()),
        ("Avisó a un hijo en Orizaba.", "place", set()),
        ("La llevaron con la que llaman la Meche.", "place", set()),
        ("Le habían dicho que iba a una fábrica.", "venue", set()),
        # countries that are guessed, or of a thing
        ("Una muchacha de acento colombiano o venezolano, descalza.", "nationality", set()),
        ("Son venezolanas o colombianas, no distingue.", "nationality", set()),
        ("Llama con un chip de Guatemala.", "nationality", set()),
        ("Cosecha de arándano en Columbia Británica.", "nationality", set()),
        ("No localiza a su hija. Ahí hay dos peruanos con ella.", "nationality", set()),
        # words that are none of it
        ("La jefatura de piso avisó a trabajo social.", "term", set()),
        ("Ya puso ficha en búsqueda de personas.", "term", set()),
        ("Contacto solo entre 11 y 13h.", "term", set()),
        ("Trabajan 13h diarias.", "term", {"indicator.exp_excessive_hours"}),
        ("Le da cuarto, comida y ropa.", "term", set()),
        ("Necesita comida y ropa.", "term", {"need.alimento_ropa"}),
        ("Chat de la página, lo pego como viene.", "term", set()),
        ("Las placas no las apuntó.", "term", set()),
        ("Canalizo a Fiscalía de Migrantes.", "term", set()),
        ("Se quedan hasta la cosecha.", "venue", set()),
        ("Se los llevaron a la cosecha de chile.", "venue", {"campo_agricola"}),
        ("Pregunté por documentos, deudas y amenazas.", "term", set()),
        ("Exploro ideación, dice que no.", "term", set()),
        ("Si digo que me vendieron me dan el permiso.", "term", set()),
        ("Así se llevaron a la de mi comadre.", "term", set()),
        ("Su sueldo lo maneja ella.", "term", set()),
        # clients are no victims, and somebody's years no number of people
        ("Eran 6, 7 hombres por día.", "headcount", set()),
        ("Ya tomada le confesó que son 16.", "headcount", set()),
    ],
)
def test_what_the_next_four_authors_wrote_freely_is_read_so(
    lexicon: Lexicon, text: str, kind: str, values: set[str]
) -> None:
    assert {offer.values[0] for offer in asked(lexicon, text, kind)} == values


@pytest.mark.parametrize(
    ("text", "value", "polarity"),
    [
        ("Deuda ninguna, amenazas ninguna.", "indicator.dst_debt_bondage", "no"),
        ("Golpes no le ha dicho nada.", "violence.fisica", "unknown"),
        ("Marcas de golpes no se le ven.", "violence.fisica", "unknown"),
        ("De pistolas no sabe.", "danger.weapon_present", "unknown"),
        ("El señor de la puerta, no le vio arma.", "danger.weapon_present", "unknown"),
        ("No me pegan mucho.", "violence.fisica", "yes"),
        ("No me pegan.", "violence.fisica", "no"),
        ("Cuando no llega a la meta, descargas eléctricas.", "violence.fisica", "yes"),
        ("Me quiero morir de la vergüenza.", "cssrs.wish_dead", "unknown"),
        ("Me quiero morir.", "cssrs.wish_dead", "yes"),
        ("Alguien la acusó de tener esclavizada a una joven.", "modality.esclavitud", "unknown"),
        # and what is meant stays: found by looking for what the above would hide
        ("Ayer le apuntó y le dijo que la mata.", "danger.weapon_present", "yes"),
        ("Me quiero morir de tristeza.", "cssrs.wish_dead", "yes"),
        ("La niña está sola porque la dejaron encerrada.", "danger.minor_alone", "yes"),
        ("Mi esposo salió a trabajar y me dejó amarrada.", "danger.locked_in", "yes"),
        ("Cuando no quiere la encierra en el baño.", "danger.locked_in", "yes"),
        ("Si digo que no, me pega.", "violence.fisica", "yes"),
    ],
)
def test_what_was_not_seen_or_is_a_manner_of_speaking_is_not_known(
    lexicon: Lexicon, text: str, value: str, polarity: str
) -> None:
    assert polarities(lexicon, text, value) == [polarity]


@pytest.mark.parametrize(
    "text",
    [
        "Usuaria de 34 años, la golpea su esposo. Vive con él y tres hijos. Es violencia familiar.",
        "Usuaria de 34 años, la golpea su esposo. Niega trato con otras personas. Es violencia familiar.",
        "Usuaria de 34 años, la golpea su esposo. Tiene dos niños de 8 y 3. Es violencia familiar.",
    ],
)
def test_children_and_anybody_else_make_no_group_of_one(lexicon: Lexicon, text: str) -> None:
    (seen,) = [offer for offer in asked(lexicon, text, "term") if "vulnerability" in offer.values[0]]
    assert seen.owner == VICTIM


def test_who_opens_with_an_age_and_no_verb_calls(lexicon: Lexicon) -> None:
    text = "Papá, Abundio Ficticio, 47, rancho cerca de Celaya. Hijo Iván, 18, se fue con un contratista."
    assert values(lexicon, text, "age") == {"18"}
    assert values(
        lexicon, "Hombre, 36, pescador. Reporta a una muchacha de 19 años que tienen en un bar.", "age"
    ) == {"19"}
