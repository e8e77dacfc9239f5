"""Amounts of money, ages and numbers of people in running text: whether a number is one is told by its company."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lnctp_tui.domain.reading.spelling import Number, Word, number_at
from lnctp_tui.domain.values import ages as age_values

Span = tuple[int, int]

_CURRENCY = {
    "pesos": "MXN", "peso": "MXN", "mxn": "MXN", "varos": "MXN", "mn": "MXN", "baros": "MXN",
    "dolares": "USD", "dolar": "USD", "dlls": "USD", "dls": "USD", "usd": "USD", "euros": "EUR", "euro": "EUR",
    "quetzales": "GTQ", "lempiras": "HNL", "cad": "CAD", "bolivares": "VES",
}  # fmt: skip
_SIGN = re.compile(r"\b(usd|mxn|dlls|dls) $")
"""What may stand before an amount: `USD 4,500`."""
_MONEY_BEFORE = frozenset(
    [
        "deuda",
        "debe",
        "debia",
        "deben",
        "debo",
        "cobra",
        "cobran",
        "cobro",
        "cobraron",
        "cobraba",
        "paga",
        "pagan",
        "da",
        "dan",
        "daba",
        "daban",
        "apunta",
        "pension",
        "darian",
        "daria",
        "pago",
        "pagaron",
        "pagaban",
        "pagar",
        "gana",
        "ganan",
        "ganaria",
        "ganar",
        "ofrecieron",
        "ofrecio",
        "ofrecia",
        "ofrecen",
        "pidio",
        "piden",
        "pidieron",
        "prometio",
        "prometieron",
        "prometian",
        "deposito",
        "depositaron",
        "depositar",
        "deposita",
        "vendio",
        "vendieron",
        "venden",
        "entregar",
        "cuota",
        "diario",
        "diarios",
        "semana",
        "exigen",
        "exige",
        "multa",
        "multan",
        "multo",
        "rescate",
        "junta",
        "juntan",
        "juntar",
        "completan",
        "sueldo",
        "descuentan",
        "descuenta",
        "prestaron",
        "presto",
        "quita",
        "quitan",
        "recibio",
        "recibieron",
        "pagare",
        "adeudo",
        "debiendo",
    ]
)
_LINKS = frozenset(
    [
        "de",
        "a",
        "le",
        "les",
        "la",
        "lo",
        "los",
        "me",
        "por",
        "en",
        "con",
        "unos",
        "unas",
        "como",
        "casi",
        "hasta",
        "mas",
        "que",
        "son",
        "un",
        "y",
        "se",
        "al",
        "otros",
        "todavia",
        "x",
    ]
)
_MONEY_AFTER = frozenset(
    [
        "diarios",
        "diario",
        "semanales",
        "semanal",
        "mensuales",
        "mensual",
        "quincenales",
        "libres",
        "al",
        "a",
        "por",
        "la",
        "el",
        "cada",
    ]
)
_NO_MONEY = frozenset(
    [
        "anos",
        "ano",
        "anitos",
        "dias",
        "dia",
        "horas",
        "hora",
        "hrs",
        "meses",
        "mes",
        "semanas",
        "semana",
        "minutos",
        "km",
        "kilometros",
        "kilos",
        "personas",
        "mujeres",
        "hombres",
        "ninas",
        "ninos",
        "muchachas",
        "muchachos",
        "chicas",
        "chicos",
        "veces",
        "clientes",
        "cuartos",
        "calles",
        "gramos",
        "grados",
        "piezas",
        "cajas",
        "trabajadores",
        "jornaleros",
        "migrantes",
        "menores",
        "jovenes",
        "cuadras",
        "pisos",
        "familias",
        "hijos",
        "hijas",
    ]
)
_PEOPLE = frozenset(
    [
        "mujeres",
        "hombres",
        "ninas",
        "ninos",
        "muchachas",
        "muchachos",
        "chicas",
        "chicos",
        "personas",
        "trabajadores",
        "trabajadoras",
        "jornaleros",
        "jornaleras",
        "migrantes",
        "menores",
        "jovenes",
        "familias",
        "companeras",
        "companeros",
        "victimas",
        "empleadas",
        "empleados",
        "senoritas",
        "extranjeras",
        "extranjeros",
        "adolescentes",
        "paisanos",
        "paisanas",
        "bebes",
        "chamacos",
        "chamacas",
        "morras",
        "morros",
        "albaniles",
        *[
            "alumnos",
            "alumnas",
            "patojos",
            "patojas",
            "chamas",
            "chamos",
            "cipotes",
            "criaturas",
            "chiquillos",
            "senoras",
            "senores",
            "peones",
            "braceros",
        ],
        *[
            "costureras",
            "meseras",
            "bailarinas",
            "morritas",
            "internos",
            "indigenas",
            "colombianas",
            "venezolanas",
            "hondurenas",
            "cubanas",
        ],
        *[
            "guatemaltecas",
            "salvadorenas",
            "mexicanas",
            "centroamericanas",
            "haitianos",
            "hondurenos",
            "jovencitas",
            "pequenos",
            "ninitos",
            "hermanitos",
            "hermanitas",
            "vatos",
            "gentes",
            "guatemaltecos",
            "venezolanos",
            "colombianos",
            "cubanos",
            "salvadorenos",
            "nicaraguenses",
            "haitianas",
            "peruanas",
            "chinas",
            "chinos",
            "ecuatorianos",
            "ecuatorianas",
            "dominicanas",
            "chiapanecos",
            "chiapanecas",
            "oaxaquenos",
        ],
    ]
)
_AGENTS = re.compile(
    r"(?!carre|mane|prim|terc|ente|ceros|table|lette|letre|dine|sombre|potre|basure|cruce|bande|escale|"
    r"fronte|"
    r"llave|agua|compute|lavad|refriger|ventil|made|came|acera|ojera|puls|carter|libre|cuade|mecedor|"
    r"panta|alrede|"
    r"cobertor|comedor|corredor|televis|celular|litera|tijer|cader|rode|fog|trail)"
    r"\w{3,}(?:eros|eras|dores|doras|istas)$"
)
"""Nouns of who does something: `cuatro barberos`."""
_OTHERS = frozenset(("otras", "otros"))
_YEARS = frozenset(["years", "anos", "anitos", "ano", "a", "cumplidos", "cumplidas"])
_NO_AGE_AFTER = re.compile(
    r"\s*(?:asi\b|trabajando|consecutiv|seguid|complet|de (?:dar|haber|estar|no|ser|deuda|"
    r"carcel|prision|condena|casad[oa]s?|novios|relacion|"
    r"experiencia|conocer\w*|vivir|edad mental"
    r"|antiguedad|matrimonio|servicio|noviazgo)|despues|atras|antes|juntos|ahi|aqui|alla|"
    r"encerrad|sin |con (?:el|ella|ese)\b"
    r"|siendo|viviendo|explotad|en (?:eso|esto|la casa|el negocio)|que (?:no|vive|trabaja|esta))"
)
_IS_NOW = re.compile(r"\s*(?:encerrad|trabajando|viviendo|explotad)")
"""What also tells how somebody is: `una muchacha de 19 años encerrada`."""
_NO_AGE_BEFORE = re.compile(
    r"\b(?:hace|hacia|lleva|llevan|llevaba|durante|desde hace|(?<!anda )(?<!andan )(?<!andar )(?:por|en)|"
    r"dentro de|cada|"
    r"ultimos|primeros|despues de|tras|(?:contrato|credito|plan|visa|relacion|carrera|plazo|sentencia|"
    r"curso|proceso) de"
    r"|dieron|echaron|dio|estuvo|trabajo|vivio|duro|pasaron|condena de|mas de)"
    r" (?:como |ya |casi |mas de |unos |los |otros )?$"
)
_NOBODY = re.compile(
    r"\b(?:hac(?:e|ia)|hizo) pasar por (?:\w+ ){0,3}de $|"
    r"\bcomo (?:un |una )?(?:nin[oa]|bebe|chiquit[oa]|senora?|viejit[oa]|anciano|anciana) de $|"
    r"\b(?:pide|piden|solicito|solicita|solicitan|buscan?(?! a )|se buscan|contratan?|requieren?|ofrecen?)"
    r" (?:\w+ ){0,3}(?:de|entre) $"
)
"""An age that is compared with or asked for: `es como niña de 8`, `solicito señoritas de 18 a 25`."""
_PAST_AGE = re.compile(
    r"\b(?:(?:cuando|desde que|porque) (?:\w+ ){0,3}(?:tenia|tenias|cumplio|andaba en)|"
    r"(?<!llega )(?<!llegan )a los|desde los|tenia(?: como)?|(?:entr(?:o|e)|empe(?:zo|ce)|se junto|"
    r"la juntaron|la casaron)(?: como)? de"
    r"|(?:vine|vino|llegue|llego|se vino) de|entonces(?: de)?|a la edad de)(?: apenas| solo)? $"
)
_NOW_BEHIND = re.compile(r"(?: anos)? que (?:ya )?(?:tiene|tienen|tengo)\b")
_SEXED = re.compile(r"(?:^|[\s(,])(?:f|m|fem|masc)\.?[/-] ?$")
"""`F/17`."""
_TURNING = re.compile(
    r"\b(?:va a cumplir|por cumplir|va para|cumple|cumplira|casi|apenas va a cumplir) (?:los )?$"
)
_ABOUT = re.compile(
    r"\b(?:como|unos|unas|aprox\w*|alrededor de|parece(?: de)?|quiza|tal vez|ha de tener)(?: de)?\.? $"
)
_UNDER = re.compile(r"\b(?:menores de|(?:es|sea|ser|son|siendo) menor de|menos de) $")
_OF_AGE = 18
"""`menores de 18 años` is a word for children, and no age."""
_OVER = re.compile(r"\b(?:mayores de|(?:es|sea|ser|siendo) mayor de|mas de) $")
_AGED = re.compile(
    r"\b(?:edad(?:es)?(?: aprox\w*\.?)?(?: de| es| entre)?:?(?: de)?|(?:ella|el) (?:como )?de|, como de|"
    r", de (?:unos|unas|como|aprox\w*\.?)|(?:ella|el) como|"
    r"(?:tiene(?:n)?|tendra|tendran|tendrian?|ha(?:n)? de tener|han de ser de)(?: como| unos| apenas| solo| ya|"
    r" entre)?(?: de)?|"
    r"(?:va a|por|acaba de|acababa de) cumplir(?: los)?|va para los|cumple(?:n)?(?: los)?|(?:tiene|tienen|"
    r"con) sus|"
    r"(?:gemel|melliz|trilliz)[oa]s(?: de)?|"
    r"(?:se (?:ve|ven|veia|mira)|parece|parecia|aparenta|luce|les? (?:calculo|calcula|"
    r"echo|echa|pone)|se anuncia|, calcula)(?: como)?(?: tener)?"
    r"(?: de)?(?: unos| como)?|(?:anda(?:n)?|andar) (?:en|por|como en|como por|rondando) los|"
    r"(?:es|era) una? (?!casa|cuarto|grupo|familia|edificio|contrato|deuda|lugar|departamento|plazo|"
    r"beca)\w+ de(?: unos| como)?|"
    r"(?:no|apenas) (?:pasa|pasan|pasaba|llega|llegan|rebasa|rebasan) (?:(?:de|a) )?(?:los)?|"
    r"(?:chic[oa]s?|grande|menor|pequen[oa]) (?:como )?(?:de|tiene|tendra)(?: unos| como| apenas)?|"
    r"(?:cumplio|cumpli|cumplid[oa]s)(?: los)?|(?:tengo|tngo)(?: ya| solo)?|(?:tiene|tengo)(?: ya| apenas)? los|"
    r"(?:dice|dijo|refiere|refirio|asegura|aseguro|afirma|afirmo|declara|declaro|menciona|menciono|"
    r"manifiesta|manifesto) (?:tener|contar con)(?: como| unos| apenas)?"
    r"|(?<!aunque )(?:una|uno|otr[oa]|ella|menor|nin[oa]|joven|muchach[oa]|chic[oa]) (?:dice|dijo)(?: que)?"
    r"|(?:nin[oa]s?|hij[oa]s?|herman[oa]s?|prim[oa]s?|sobrin[oa]s?|niet[oa]s?|hijastr[oa]|"
    r"menor|fem|femenin[oa]|masc"
    r"|masculino|mujer|hombre|chic[oa]s?|muchach[oa]s?|joven|adolescente|morr[oa]|chav[oa]|"
    r"chamac[oa]|novia|victima"
    r"|vic|cunad[oa]|amig[oa]|vecin[oa]|alumn[oa]|bebe|senora?|otr[oa]|una|"
    r"uno|mayor|chiquit[oa]|patoj[oa]|cipot[ea]|cham[oa]|persona|"
    r"alban(?:il)?)\.?,?(?: \w+,?)?(?: como)? de?(?: unos| unas| como| aprox\w*\.?)?"
    r"|(?:fem|masc|fem\.|masc\.|femenin[oa]|masculino)\.?) $"
)
_NOT_YEARS_AFTER = re.compile(
    r"\s*(?:%|trab\b|trabajador|emplead|obrer|pesos|mil\b|dlls|dolares|usd|horas|hrs|h\b|km|kilo|mes|dias?\b|semana|veces|"
    r"personas|mujeres|hombres|ninas"
    r"|ninos|muchach|chicas|hijos|hijas|cuartos|hermanos|hermanas|clientes|[:/]\d|de (?:enero|"
    r"febrero|marzo|abril|mayo|junio"
    r"|julio|agosto|septiembre|octubre|noviembre|diciembre)|cuadras|calles|companer|"
    r"jornaler|meses|grado|am\b|pm\b)"
)


def amounts(text: str, terms: Sequence[Word]) -> Iterator[tuple[str, str, Span]]:
    """Amounts of a folded sentence: value, currency, place."""
    at, paid = 0, False
    while at < len(terms):
        number = number_at(text, terms, at)
        if number is None:
            at += 1
            continue
        found = _amount(text, terms, number) or (_more(text, terms, number) if paid else None)
        if found:
            paid = True
            yield found
        at = max(number.after, at + 1)


_A_LINE = re.compile(r"\b(?:profedet|profeco|locatel|linea|lada|tel|telefono|marque|llame)\.?(?: al?| la)? $")
_OF_MORE = re.compile(
    r" (?:pesos )?de (?:los|las) [\w ,.]{1,24}? (dolares|dlls|dls|usd|quetzales|lempiras|euros)\b"
)
"""The currency of a part: `dos mil de los cinco mil dólares`."""


def _more(text: str, terms: Sequence[Word], number: Number) -> tuple[str, str, Span] | None:
    """A round number that adds to an amount of the sentence: `depositó 1500 y luego otros 900`."""
    before = terms[number.first - 1].text if number.first else ""
    end = terms[number.after - 1].end
    if before not in _OTHERS or number.value < 100 or number.value % 50 or not _MONEY_ENDS.match(text, end):
        return None
    return str(number.value), "MXN", (terms[number.first].start, end)


def _amount(text: str, terms: Sequence[Word], number: Number) -> tuple[str, str, Span] | None:
    start, end = terms[number.first].start, terms[number.after - 1].end
    following = [term.text for term in terms[number.after : number.after + 2]]
    signed = text[max(0, start - 2) : start].rstrip().endswith("$")
    if following[:1] == ["de"]:
        following = following[1:]
    currency = _CURRENCY.get(following[0], "") if following else ""
    if not currency and (sign := _SIGN.search(text, 0, start)):
        return str(number.value), _CURRENCY[sign[1]], (sign.start(), end)
    if number.value == 1 or _BILL.search(text, 0, start) or _A_LINE.search(text, 0, start):
        return None  # «ni un peso», «PROFEDET 800 911»
    if not currency and not signed and (of_more := _OF_MORE.match(text, end)):
        currency = _CURRENCY[of_more[1]]
    if signed or currency:
        begin = text.rfind("$", 0, start) if signed else start
        named = next(
            (term for term in terms[number.after : number.after + 2] if term.text in _CURRENCY), None
        )
        return str(number.value), currency or "MXN", (begin, named.end if named else end)
    if number.value < 100 or (following and following[0] in _NO_MONEY) or _a_year(terms, number):
        return None
    if re.match(r"[-/:]\d", text[end : end + 2]) or re.search(r"\d[-/:]$", text[max(0, start - 2) : start]):
        return None
    company = _before(terms, number.first) in _MONEY_BEFORE
    scaled = number.value >= 1000 and number.value % 500 == 0
    paid = (
        bool(following)
        and following[0] in _MONEY_AFTER
        and following[0] not in ("al", "a", "por", "la", "el")
    )
    rated = bool(_RATED.match(text, end)) and number.value >= 100
    rounded = (
        scaled and terms[number.after - 1].text in ("mil", "millones") and bool(_ROUND_ENDS.match(text, end))
    )
    told = company or rated or rounded or (scaled and paid) or _money_told(text, number, start, end)
    return (str(number.value), "MXN", (start, end)) if told else None


_MONEY_TOLD = re.compile(
    r"\b(?:deb(?:e|en|ia|ian|o|emos)\b|deuda|pag(?:a|an|o|ar|aron|aba|aban)\b|cobr|pid(?:e|en|io|ieron)\b|"
    r"ofrec|promet|descuent|"
    r"descont|cuest|quit(?:a|an|o|aron)\b|deposit|pension|renta|sueldo|salario|raya\b|multa|prest|"
    r"junt(?:a|an|o|ar|amos)\b|entreg|"
    r"vend(?:e|en|io|ieron)\b|di[oe]\b|dieron|dan?\b|gan(?:a|an|o|aba|ar)\b|quincena|enganche|rescate|"
    r"camiones|cost(?:o|aba)\b|recib(?:e|en|io|ieron)\b|compr(?:o|aron)\b|dej(?:o|aron)\b|liquid|a cambio de\b|"
    r"pagare\b|retir(?:o|aron)\b)"
    r"[^.;]{0,60}$"
)
"""Words of paying and owing before a bare number."""
_MONEY_ENDS = re.compile(
    r"\s*(?:$|[.,:;)!?\n\"»”](?!\d)|(?:y|por|cada|pero|si|en efectivo|de (?:renta|deuda|multa|cuota|adelanto|"
    r"anticipo|pasaje|los|las|su|mi)|del?(?= (?:seguro|viaje|boleto|enganche)))\b)"
)


def _money_told(text: str, number: Number, start: int, end: int) -> bool:
    """Whether a bare round number behind words of paying is money: `deben el viaje: 3,400 por los dos`."""
    grouped = "," in text[start:end]
    if number.value < 100 or not (grouped or number.value % 50 == 0) or not _MONEY_ENDS.match(text, end):
        return False
    told = _MONEY_TOLD.search(text, max(0, start - 90), start)
    return told is not None and (grouped or not re.search(r"\d", told.group()))


_BILL = re.compile(r"\b(?:recibo|predial|factura|gaste|compre|billetes?)\b[^.;]{0,40}$")
"""What anybody pays."""


def _a_year(terms: Sequence[Word], number: Number) -> bool:
    """Whether figures say a year; `2 mil` says none."""
    return 1900 <= number.value <= 2100 and terms[number.after - 1].text != "mil"


_RATED = re.compile(
    r"\s*(?:a la|al|por|cada|x)? ?(?:semana|mes|dia|quincena|noche|hora|cliente|servicio|jornada|caja|"
    r"bulto|viaje|"
    r"diarios?|semanales|mensuales|quincenales)\b"
)
_ROUND_ENDS = re.compile(
    r"\s*(?:$|[.,;:)!?\n]|(?:por|y|para|mas|o|pero|si|cada|de (?:renta|deuda|multa|cuota))\b)"
)


def _before(terms: Sequence[Word], place: int) -> str:
    """The last word before a number that is more than a link."""
    for term in reversed(terms[max(0, place - 4) : place]):
        if term.text not in _LINKS:
            return term.text
    return ""


def ages(text: str, terms: Sequence[Word], ends: Sequence[int] = ()) -> Iterator[tuple[str, Span]]:
    """Ages of a folded sentence as they are stored: `17`, `~17`, `15-17`; those of earlier days are left out.

    `ends`: characters at which a word for a person ends.
    """
    at = 0
    while at < len(terms):
        number = number_at(text, terms, at)
        if number is None:
            at += 1
            continue
        yield from _age(text, terms, number, ends)
        at = max(number.after, at + 1)


def _of_person(terms: Sequence[Word], place: int, ends: Sequence[int]) -> bool:
    """Whether a number stands behind a word for a person and a `de` or `como de`."""
    begin = place
    while begin and terms[begin - 1].text in ("de", "como", "unos"):
        begin -= 1
    return begin < place and terms[begin].start - 1 in ends


_BESIDE = re.compile(
    r"(?: de(?: \w+){1,3}| \w{3,}| del? \w+ \(\w{3,}|, \w{3,})?(?:, | \()(?:de )?(?:(?:unos|aprox\w*\.?|"
    r"como) )?"
    r"| (?:(?:como|aprox\w*\.?|unos) )?(?=\d\d?\b)"
)
"""What may stand between a person and a bare number that is their age."""
_NO_AGE_UNIT = re.compile(
    r" ?(?:[-:/.,]?\d|%|\$|a\.? ?m\b|p\.? ?m\b|veces|pesos|mil\b|horas|hrs?\b|dias?\b|semanas?|mes(?:es)?\b|"
    r"(?:\w+[oae]s|de la|km|kilos?|y media)\b)"
)
"""What follows a number that counts something else."""


def ages_beside(text: str, terms: Sequence[Word], ends: Sequence[int]) -> Iterator[tuple[str, Span]]:
    """A bare number that stands for itself behind a person: `la nieta (12)`, `mujer peruana, 33, llama`."""
    for end in ends:
        link = _BESIDE.match(text, end)
        if link is None:
            continue
        at = next((place for place, term in enumerate(terms) if term.start == link.end()), None)
        number = number_at(text, terms, at) if at is not None else None
        if number is None or number.spelled or not 3 <= number.value <= 99:
            continue
        second = _second(text, terms, number)
        start, last = terms[number.first].start, terms[(second or number).after - 1].end
        ended = _STOPS.match(text, last) is not None
        before = text[max(0, start - 48) : start]
        bare = text[start - 1 : start] == " " and text[end - 1] != "s" and not _NO_AGE_UNIT.match(text, last)
        if ended or (bare and not link.group().startswith((",", " (")) and "," not in link.group()):
            yield _said(before, number, second, text[last:]), (start, last)


_STOPS = re.compile(r"(?:[,.:](?!\d)|[;)!?\n\"»”]|\s*$)")
"""Where a number that stands for itself ends."""
_APPOSED = re.compile(
    r"(?:, |: | \()(?:creo que |dice que |parece que |calculo )?(?P<of>(?:como de|de (?:unos|unas|como|"
    r"apenas|aprox\w*\.?)|de|d) )?"
    r"(?:como |unos |unas |apenas |aprox\w*\.? )?$"
)
"""What joins an age to whom it is of: `Yesenia, 19,`, `la última, de 17 o 18,`."""
_ONE = frozenset(
    (
        "ella",
        "una",
        "uno",
        "otra",
        "otro",
        "ellas",
        "ellos",
        "ultima",
        "ultimo",
        "primera",
        "primero",
        "mayor",
        "menor",
    )
)
_DOORS = frozenset(
    ["calle", "avenida", "av", "colonia", "col", "numero", "num", "lote", "manzana", "mz", "km", "ruta", "depto",
     "carretera", "linea", "unidad", "esquina", "andador", "privada", "torre", "piso", "mesa", "cuarto", "habitacion"]
)  # fmt: skip
"""What bears a number of its own."""


def ages_apposed(
    text: str, low: str, terms: Sequence[Word], ends: Sequence[int]
) -> Iterator[tuple[str, Span]]:
    """Bare numbers between commas behind a name, `una` or `la última`, and any with a `de` there; `text` as written."""
    for at, term in enumerate(terms):
        link = _APPOSED.search(low, max(0, term.start - 24), term.start) if at else None
        number = number_at(low, terms, at) if link else None
        if link is None or number is None or not 3 <= number.value <= 99:
            continue
        named = link.start() in ends or _named(text, terms, link.start())
        if not (link["of"] or (not number.spelled and named)) or (link["of"] and low[link.start()] == ":"):
            continue
        if _DOORS.isdisjoint(before.text for before in terms[max(0, at - 5) : at]):
            yield from _series(low, terms, number)


_NAME = r"[A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,15}"
_SPELLED = "diez|once|doce|trece|catorce|quince|dieci|veint|treint|cuarent|cincuent|sesent|setent|ochent"
_NAME_OF = re.compile(
    rf"(?<![.\n] )(?<=[ ]){_NAME}(?: {_NAME})?,? (?:como )?de (?:unos )?(?=\d\d?\b|{_SPELLED})"
)
_NAME_BARE = re.compile(
    rf"(?<!\ben )(?<!\bde )(?<!\bel )(?<!\bla )(?<!\ba )(?<!\bpor )(?:(?<=[ \n])|^){_NAME} {_NAME} "
    r"(?=[1-7]\d(?: (?:de|que|q|anda|dice|llama|esta|trabaja|pide|refiere)\b|[.,]? ?\n|\. |$))"
)
"""`Dunia Yamileth 24 de Choloma`; not `en Lomas Verdes 24`."""
_THE_ONE = re.compile(r"(?:^|[.,;:] |\by |\ba )(?:la|el|las|los) de (?=\d)")


def ages_of_names(text: str, low: str, terms: Sequence[Word]) -> Iterator[tuple[str, Span]]:
    """Bare numbers behind a name or an article and a `de`: `a Danna de 17 en un bar`, `la de 15 no deja de llorar`."""
    for match in (*_NAME_OF.finditer(text), *_NAME_BARE.finditer(text), *_THE_ONE.finditer(low)):
        at = next((place for place, term in enumerate(terms) if term.start == match.end()), 0)
        number = number_at(low, terms, at) if at else None
        if number is None or not 3 <= number.value <= 99:
            continue
        end = terms[number.after - 1].end
        goes_on = match.re is _NAME_OF and _COUNTS_ON.match(low, end) is None
        if _ENDS_THERE.match(low, end) or goes_on:
            yield _said(low[: match.end()], number, None, ""), (match.end(), end)
        elif _next(low, terms, number):
            yield from _series(low, terms, number)


_COUNTS_ON = re.compile(
    r"\s*(?:[-:/$%\d]|(?:y|o|a|hasta) [\w$]|de \w|(?:a|p)\.? ?m\b|mil\b|\w+(?:[oae]s|iones)\b|"
    r"(?:hrs?|km|kilo|peso|mes|dia|semana|hora|metro|cuadra|grado)\w*)"
)
"""What follows a number behind a name that counts something: `Reforma de 20 pisos`, `Lupita de 5 a 9`."""


def _named(text: str, terms: Sequence[Word], end: int) -> bool:
    """Whether a name, a pronoun or one of several stands right before a comma."""
    word = next((term for term in terms if term.start < end <= term.end + 1), None)
    if word is None:
        return False
    said = text[word.start : word.end]
    return word.text in _ONE or said == "él" or (said[0].isupper() and said.isalpha() and end - word.end < 2)


def _series(low: str, terms: Sequence[Word], number: Number) -> Iterator[tuple[str, Span]]:
    """A bare age that ends there, between two, or those of several: `de 16 y 17,`."""
    start = terms[number.first].start
    second = _second(low, terms, number)
    last = second or number
    end = terms[last.after - 1].end
    before = low[max(0, start - 48) : start]
    if _STOPS.match(low, end) and not _next(low, terms, last):
        yield _said(before, number, second, low[end:]), (start, end)
        return
    behind = _next(low, terms, number)
    if behind is not None and 3 <= behind.value <= 99:
        following = list(_series(low, terms, behind))
        if not following and low[end : terms[behind.first].start].strip() in ("y", "e"):
            following = [(str(behind.value), (terms[behind.first].start, terms[behind.after - 1].end))]
            following = [] if _NOT_YEARS_AFTER.match(low, following[0][1][1]) else following
        unit = behind.after < len(terms) and terms[behind.after].text in _YEARS - {"a"}
        if following or unit:
            yield _said(before, number, None, " y"), (start, terms[number.after - 1].end)
            yield from following


_AND = re.compile(r",? (?:y|e) (?:de |otr[oa] de )?|, (?:de )?")


def _next(low: str, terms: Sequence[Word], number: Number) -> Number | None:
    """The number that goes on a list of ages."""
    link = _AND.match(low, terms[number.after - 1].end)
    at = next(
        (place for place in range(number.after, len(terms)) if link and terms[place].start == link.end()), -1
    )
    return number_at(low, terms, at) if at > 0 else None


def answered_age(text: str, terms: Sequence[Word]) -> Iterator[tuple[str, Span]]:
    """The number that an answer to *¿qué edad?* begins with, behind who speaks: `Llamante: diecinueve`."""
    for at in range(min(4, len(terms))):
        number = number_at(text, terms, at)
        if number and (not number.spelled or number.value > 2) and 0 < number.value <= age_values.OLDEST:
            unit = number.after < len(terms) and terms[number.after].text in _YEARS
            yield str(number.value), (terms[at].start, terms[number.after - (not unit)].end)
            return


def _years(text: str, before: str, end: int, unit: Word) -> bool:
    """Whether the word behind a number that ends there says years; a lone `a` does so where an age is due."""
    if unit.text not in _YEARS or text[end : unit.start] != " ":
        return False
    due = re.search(r"\b(?:fem|masc|edad)\b", before)
    apart = before.endswith((", ", "(")) or re.search(r"[,(] ?(?:aprox\.?|como|unos|calcula|de) $", before)
    return (
        unit.text != "a"
        or bool(due)
        or (bool(apart) and text[unit.end : unit.end + 1] in (".", ",", ")", ";"))
    )


_BELOW = re.compile(r"\bno (?:pasa|pasan|pasaba|llega|llegan|rebasa|rebasan) (?:(?:de|a) )?(?:los )?$")


def turns(before: str) -> bool:
    """Whether an age is one that somebody comes to: `va a cumplir veinte`."""
    return _TURNING.search(before) is not None


def at_most(before: str) -> bool:
    """Whether a *no* tells the highest age and denies none: `no pasa de 12`."""
    return _BELOW.search(before) is not None


def _age(text: str, terms: Sequence[Word], number: Number, ends: Sequence[int]) -> Iterator[tuple[str, Span]]:
    start, end = terms[number.first].start, terms[number.after - 1].end
    before = text[max(0, start - 48) : start]
    glued = (
        text[start:end].endswith(("a", "anos")) and text[start].isdecimal() and text[start - 1 : start] != "-"
    )
    second = _second(text, terms, number)
    last = second or number
    unit = terms[last.after] if last.after < len(terms) else None
    unit_word = unit is not None and _years(text, before, terms[last.after - 1].end, unit)
    months = (
        unit is not None
        and unit.text in ("meses", "mes")
        and bool(re.search(r"\b(?:bebe|nin[oa])\b", before))
    )
    past = _PAST_AGE.search(before) and not _NOW_BEHIND.match(text, end)
    if not 0 < number.value <= age_values.OLDEST or past or _NO_AGE_BEFORE.search(before):
        return
    if number.value == _OF_AGE and (_UNDER.search(before) or _OVER.search(before)):
        return
    if _NOBODY.search(before):
        return
    beside, aged = start - 1 in ends, bool(_AGED.search(before) or _SEXED.search(before))
    span = (start, unit.end if (unit_word or months) and unit else terms[last.after - 1].end)
    if months and not second:
        yield str(number.value // 12), span
        return
    aged = aged or (_of_person(terms, number.first, ends) and bool(_ENDS_THERE.match(text, span[1])))
    if _listed(text, terms, number):
        unit_word, span = True, (start, terms[number.after - 1].end)
    if not (unit_word or glued or aged) or _goes_on_for(text, terms, number, ends, span[1], aged=aged):
        return
    if unit_word and not aged and not beside and _lasting(text, terms, number):
        return
    if not (unit_word or glued) and (
        _NOT_YEARS_AFTER.match(text, span[1]) or _counts(text, before, number, span[1])
    ):
        return
    if number.spelled and number.value == 1 and not unit_word:
        return
    yield _said(before, number, second, text[terms[number.after - 1].end :]), span


def _goes_on_for(
    text: str, terms: Sequence[Word], number: Number, ends: Sequence[int], end: int, *, aged: bool
) -> bool:
    """Whether the words behind years that end there tell how long something lasted, and of nobody how old they are."""
    lasting = _NO_AGE_AFTER.match(text, end)
    if lasting is None:
        return False
    now = _of_person(terms, number.first, ends) and _IS_NOW.match(text, end)
    return not (aged and (now or " que" in lasting.group()))


_YOUNG = 8
_BEFORE_AGE = frozenset(
    ["de", "con", "y", "o", "e", "a", "entre", "como", "unos", "unas", "casi", "apenas", "aproximadamente",
     "aprox", "ya", "solo", "nomas", "recien", "edad", "mi", "sus", "su", "es", "son", "tiene", "tienen", "tengo",
     "otro", "otra"]
)  # fmt: skip
"""Words that stand before an age; behind any other a few years are a time: `trabajó para él dos años`."""
_BEFORE_TIME = frozenset(
    ["el", "ella", "ellos", "ellas", "ahi", "alli", "alla", "aqui", "asi", "eso", "esto", "casa", "encerrada",
     "encerrado", "casada", "casado", "casados", "juntos", "trabajando", "viviendo", "tuvieron", "tuvo", "paso"]
)  # fmt: skip


def _lasting(text: str, terms: Sequence[Word], number: Number) -> bool:
    """Whether years behind a word of no person tell how long: `la tuvieron dos años`."""
    if not number.first or text[terms[number.first - 1].end : terms[number.first].start] != " ":
        return False
    before = terms[number.first - 1].text
    return before in _BEFORE_TIME or (number.value < _YOUNG and before not in _BEFORE_AGE)


_HAVING = re.compile(r"\b(?:tiene|tienen|tengo|cumplio|cumpli)(?: como| unos| apenas| solo| ya| los)? $")
_ENDS_THERE = re.compile(
    r"\s*(?:$|[.,;:)\]!?/\n]|-|(?:y|e|o|pero|aunque|ya|pues|que|dice|se|me|le|la|creo|apenas|nomas|"
    r"cumplidos|recien|es|"
    r"en|porque|vive|vivo|vengo|soy|trabajo|yo|anda|parece|casi|mi|su|no|esta|estoy|trabaja|and|but|va|"
    r"soy|con|nomas|cumple|fue|q|a|entro|llego|tiene|tengo|mide|todavia|aun|ni|si|como|"
    r"cuando|porque|porq|pq|desde|por|estudia|sigue|o sea)\b)"
)


_SPOKEN_TO = re.compile(r" (?:licenciad|lic\b|psicolog|senorit|doctor|oficial|mire|oiga|joven\b|jefa?\b)")


def _counts(text: str, before: str, number: Number, end: int) -> bool:
    """Whether a bare number after a verb of having may count things: `tiene tres alumnos`."""
    if not _HAVING.search(before) or (number.value > _YOUNG and _SPOKEN_TO.match(text, end)):
        return False
    if 3 <= number.value < 9:
        return not re.match(r"[.;!)]|\s*$", text[end : end + 2])
    return number.value < 9 or not _ENDS_THERE.match(text, end)


def _listed(text: str, terms: Sequence[Word], number: Number) -> bool:
    """Whether it is the first of the ages of several: `hermanas de 15 y 17 años`."""
    if number.after + 1 >= len(terms) or terms[number.after].text != "y" or number.value < 3:
        return False
    behind = number_at(text, terms, number.after + 1)
    if behind is None or not 3 <= behind.value < 100 or behind.after >= len(terms):
        return False
    before = terms[number.first - 1].text if number.first else ""
    return terms[behind.after].text in _YEARS - {"a"} and before != "entre"


def _second(text: str, terms: Sequence[Word], number: Number) -> Number | None:
    """The upper end of `15 o 16`, `entre 15 y 17`, `15-17`."""
    at = number.after
    if at >= len(terms):
        return None
    joint = text[terms[at - 1].end : terms[at].start]
    if joint.strip() == "-" and terms[at].text[0].isdecimal():
        following = number_at(text, terms, at)
    elif terms[at].text in ("o", "a", "y", "u", "hasta") and joint == " " and at + 1 < len(terms):
        following = number_at(text, terms, at + 1)
    else:
        return None
    entre = "entre" in text[: terms[number.first].start][-8:]
    if following is None or not number.value < following.value <= min(
        number.value + (30 if entre else 10), 120
    ):
        return None
    return following if text[terms[at - 1].end :][:3].strip() != "y" or entre else None


def _said(before: str, number: Number, second: Number | None, rest: str) -> str:
    if second:
        return f"{number.value}-{second.value}"
    if _UNDER.search(before) and not rest.startswith(" y "):  # «dos menores de 3 y 5»
        return f"0-{number.value - 1}"
    if _TURNING.search(before):
        return f"~{number.value - 1}"
    if _OVER.search(before):
        return f"{number.value}+"
    return f"~{number.value}" if _ABOUT.search(before) else str(number.value)


def headcounts(text: str, terms: Sequence[Word]) -> Iterator[tuple[str, Span]]:
    """How many people: `con otras once`, `unas 12 muchachas`, `son ocho`, `somos cinco`."""
    at = 0
    while at < len(terms):
        number = number_at(text, terms, at)
        if number is None:
            at += 1
            continue
        ended = _counted(text, terms, number) if 2 <= number.value < 2000 else 0
        if ended:
            yield str(number.value), (terms[number.first].start, terms[ended - 1].end)
        at = max(number.after, at + 1)


def _counted(text: str, terms: Sequence[Word], number: Number) -> int:
    """Where a number of people that may be meant ends; 0 when it counts something else, or those who guard and pay."""
    before = [term.text for term in terms[max(0, number.first - 2) : number.first]]
    previous = before[-1] if before else ""
    following = terms[number.after].text if number.after < len(terms) else ""
    if following == "mas" and previous in ("y", "con", "hay", "son", "ella", "otras", "otros"):
        return number.after + 1
    if _NOT_OF_CASE.search(text, 0, terms[number.first].start):
        return 0
    if following in _PEOPLE or _AGENTS.match(following):
        return _people(text, terms, number, following)
    stands_alone = _ALONE.match(text, terms[number.after - 1].end) is not None
    return number.after if _bare_count(text, number, terms, before, stands_alone=stands_alone) else 0


def _people(text: str, terms: Sequence[Word], number: Number, following: str) -> int:
    """Where a number of people by a noun ends; 0 of those who guard and pay, and of somebody's own children."""
    end = terms[number.after].end
    begin = terms[number.first].start
    own = following in _CHILDREN and _HAS.search(text, 0, begin) and not _AT_WORK.match(text, end)
    if own or _HOLDERS.match(text, end) or _doers(terms, number.first):
        return 0
    if number.value == _PAIR and following in _NO_PAIR:
        return 0
    others = number.first > 0 and terms[number.first - 1].text in _OTHERS
    if following not in _EITHER_SIDE or others:
        return number.after + 1
    before = [term.text for term in terms[max(0, number.first - 2) : number.first]]
    with_them = "con" in before and "junto" not in before
    return 0 if _GUARDS.match(text, end) or with_them else number.after + 1


_PAIR = 2
_NO_PAIR = frozenset(
    ["familias", "senores", "senoras", "hombres", "ninos", "hermanitos", "hermanitas", "hijos", "hijas", "vatos"]
)  # fmt: skip
"""Two of them are more often who holds her, her children, or those for whom she works: `lava para dos familias`."""
_EITHER_SIDE = frozenset(
    ("hombres", "personas", "jovenes", "muchachos", "senores", "senoras", "vatos", "gentes")
)
_CHILDREN = frozenset(
    ("ninas", "ninos", "bebes", "criaturas", "pequenos", "chamacos", "chamacas", "chiquillos")
)
_HAS = re.compile(
    r"\b(?:sus|mis|nuestr[oa]s|(?:madre|mama|padre|papa) de|tuvo|tiene|tenia|tengo|crio|cria|"
    r"mantiene)(?: ya)? $"
)
_AT_WORK = re.compile(r"\s*(?:encerrad|trabaj|pidiendo|vendiendo|que (?:piden|venden|trabajan|no son))")
_HOLDERS = re.compile(
    r"\s*(?:en (?:moto|camioneta|una? \w+) |armad[oa]s |que |mas )?(?:(?:las?|los?|nos|le) (?:vigil|cuid|"
    r"golpe|baj|sub|oblig|"
    r"amenaz|llev(?:an|aron)|recog|sigu|peg)|(?:manejan|cobran|mandan|cuidan|vigilan|regentean|saben)\b)|"
    r"\s*armad"
)
"""Those who do it: `dos mujeres la vigilan`."""


def _bare_count(
    text: str, number: Number, terms: Sequence[Word], before: Sequence[str], *, stands_alone: bool
) -> bool:
    """Whether a number without a noun tells how many they are: `con otras once`, `somos cinco`, `son como ocho`."""
    previous = before[-1] if before else ""
    following = terms[number.after].text if number.after < len(terms) else ""
    others = previous in _OTHERS and not {"las", "los"} & set(before) and _PAIR < number.value < _MANY
    if (
        others or "somos" in (previous, *(before if previous == "como" else ()))
    ) and following not in _NO_MONEY:
        return True
    if number.value > 2 and previous in ("vivimos", "dormimos", "trabajamos") and stands_alone:
        return True
    if previous in _LODGED and re.match(r" en (?:una?|el|la) ", text[terms[number.after - 1].end :]):
        return True
    within = stands_alone and number.value > 3 and _WITHIN.search(text, 0, terms[number.first].start)
    are = previous == "son" or (before == ["son", previous] and previous in ("como", "unas", "unos"))
    are = are and not _OF_AGES.search(text, 0, terms[number.first].start)
    are = are and not _CORRECTED.search(text, 0, terms[number.first].start)
    return bool((are and stands_alone) or within)


_OF_AGES = re.compile(r"\bedades\b[^.;]{0,30}$")
_CORRECTED = re.compile(
    r"\banos\b[^.;]{0,60}\bque son $|"
    r"\b(?:confeso|admitio|reconocio|acepto|en realidad)(?: que)? (?:solo |apenas )?son $"
)
"""`Le confesó que son 16`: somebody's years."""
_MANY = 100
"""As many others are rather money."""
_CLITICS = frozenset(("la", "las", "lo", "los", "le", "les", "nos", "me"))


def _doers(terms: Sequence[Word], place: int) -> bool:
    """Whether those who are counted do it: `nos vigilan cuatro hombres`, `lo golpearon entre cinco hombres`."""
    before = [term.text for term in terms[max(0, place - 4) : place] if term.text not in ("como", "unos")]
    if before[-1:] in (["entre"], ["por"]):
        return True
    return len(before) > 1 and before[-1].endswith("n") and before[-2] in _CLITICS


_NOT_OF_CASE = re.compile(
    r"\b(?:cuida|cuidan|cuidaba|necesitan|solicitan|buscan|requieren|banda|familia)(?: \w+){0,2} $|"
    r"\b(?:maestr[oa]|profesora?|entrenadora?) de $|\bbuscan? (?:a )?$|\bduen[oa]s son $|\bpresent(?:o|"
    r"aron) a $|"
    r"\b(?:taller|platica|curso|capacitacion|asist\w+|en el video|en la foto)\b[^.;]{0,50}$"
)
"""Who is looked for, a gang and a family are no group to whom it happens."""
_LODGED = frozenset(("viven", "duermen", "dormimos", "vivimos"))
_GUARDS = re.compile(
    r"\s*(?:armad|la |las |lo |los |al dia|diari|en la (?:puerta|entrada)|"
    r"que (?:la|las|lo|los|cuid|vigil)|"
    r"a (?:cobrar|recoger|cuidar|vigilar|llevar|golpear)|con (?:muchach|nin|chic|mujer|una|arm|pistol)|"
    r"(?:x|por) (?:el )?(?:dia|noche|semana|turno)|cuid|vigil|encapuchad|a la semana|cada|se la|se lo|me |le |les )"
)
_WITHIN = re.compile(
    r"\b(?:habra|habia|hay|quedan|eramos|estamos|estan|tienen a|tiene a)(?: adentro| ahi| dentro)?"
    r"(?: como| unos| unas| casi) $"
)
"""`quedan adentro como treinta`, `habrá unos veinte`."""
_ALONE = re.compile(
    r"\s*(?:$|[.,;)!\n]|(?:y(?! faltan?\b| quedan?\b)|en total|en (?:la|una) casa|"
    r"en (?:un|el|la) (?:mism[oa] )?(?:cuarto|pieza|"
    r"casa|bodega)|ahi)\b)"
)
