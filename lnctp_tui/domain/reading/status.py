"""Whether a fact is said, denied, unsure, feared, past or only told, by the cues around it in its clause.

Source: cue classes of NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009), with Spanish cues of our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lnctp_tui.domain.reading.lexicon import Cue, Hit, Lexicon, Row, longest
from lnctp_tui.domain.reading.offers import NO, UNKNOWN, YES
from lnctp_tui.domain.reading.spelling import Word

_CUTS = frozenset(["pero", "aunque", "sino", "mientras", "porque"])
_VERBS = frozenset(
    [
        "nunca",
        "nadie",
        "ninguno",
        "ninguna",
        "tampoco",
        "ni",
        "la",
        "lo",
        "le",
        "les",
        "los",
        "las",
        "me",
        "se",
        "te",
        "ya",
        "tiene",
        "tienen",
        "esta",
        "estan",
        "es",
        "son",
        "va",
        "van",
        "vive",
        "viven",
        "vivo",
        "vivimos",
        "soy",
        "somos",
        "tengo",
        "estoy",
        "estamos",
        "duermo",
        "duermen",
        "trabajo",
        "trabaja",
        "trabajan",
        "dice",
        "dicen",
        "hay",
        "que",
        "ahora",
        "solo",
        "si",
        "ella",
        "el",
        "quiere",
        "quieren",
        "fue",
        "era",
        "pide",
        "piden",
        "sale",
        "salen",
        "usa",
        "traen",
        "trae",
        "necesita",
        "y",
        "pero",
        "luego",
    ]
)
_OF_THEM = 3
"""Words between a *no* and what somebody is: `no han ido a la fiscalía indígena` denies the visit."""
NEG_REACH = 5
"""Words between a *no* and what it denies, where the cue says nothing else."""


class Clause(NamedTuple):
    """Words from `first` to before `after` of a sentence."""

    first: int
    after: int


def clauses(text: str, terms: Sequence[Word]) -> list[Clause]:
    """The clauses of a sentence: cut at `pero`, `aunque`, `sino`, and at a comma before what begins anew."""
    cuts = [0]
    for at in range(1, len(terms)):
        between = text[terms[at - 1].end : terms[at].start]
        begins = terms[at].text in _VERBS or (terms[at].text == "no")
        short = (
            "." in between and terms[at - 1].end - terms[at - 1].start > 1
        )  # «no volvió en dic. la encerraron»
        if terms[at].text in _CUTS or ((_breaks(between)) and begins) or ":" in between or short:
            cuts.append(at)
    return [Clause(first, after) for first, after in zip(cuts, [*cuts[1:], len(terms)], strict=True)]


def _breaks(between: str) -> bool:
    return any(mark in between for mark in (",", " - ", "/", "(", "...", "¿", "¡", "—", "–"))


def clause_of(found: Sequence[Clause], place: int) -> Clause:
    """The clause that a word stands in."""
    return next((clause for clause in found if clause.first <= place < clause.after), found[-1])


class Status(NamedTuple):
    """What the cues say of a hit; `offer` False: left alone."""

    polarity: str
    offer: bool
    past: bool = False


_LEFT_ALONE = Status(YES, offer=False)


class Statement(NamedTuple):
    """A sentence with all that decides what is said in it."""

    text: str
    low: str
    terms: Sequence[Word]
    parts: Sequence[Clause]
    cues: Sequence[Hit]
    asked: int
    """The character from which it is a question."""
    gone: bool
    """Whether a time long past is named, and no `desde` before it."""
    back: bool = False
    """Whether the sentence before was of a time long past."""

    def written(self, word: Word) -> str:
        """A word with its accents, in small letters."""
        return self.text[word.start : word.end].lower()


def statement(lexicon: Lexicon, text: str, low: str, terms: Sequence[Word], year: int) -> Statement:
    """A sentence with its clauses and cues."""
    parts = clauses(low, terms)
    return Statement(
        text,
        low,
        terms,
        parts,
        list(longest(lexicon.cues, terms)),
        _asked_from(low, terms, parts),
        _gone(low, year),
    )


def _asked_from(low: str, terms: Sequence[Word], parts: Sequence[Clause]) -> int:
    """Where a question begins: at its mark, else with its last clause."""
    opened, ended = low.find("¿"), low.rstrip(" \"'»”)").endswith("?")
    if opened >= 0:
        return opened
    return terms[parts[-1].first].start if ended else len(low)


_GONE = re.compile(
    r"\bhace (?:como |unos |ya |mas de )?(?:\d{1,2}|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|"
    r"quince|veinte|muchos|varios) anos?\b(?! que\b)|"
    r"\bhace (?:como |unas |mas de )?(?:una|dos|tres|varias) decadas?\b|\bhace (?:mucho tiempo|decadas)\b"
)
_DECADE = re.compile(
    r"\b(?:en|por|de) los (?:anos )?(?:cuarentas?|cincuentas?|sesentas?|setentas?|ochentas?|noventas?|"
    r"dos ?mil|[5-9]0s?)\b|"
    r"\b(?:de joven|cuando era joven|de chamac[ao]|en mi juventud|en su juventud)\b"
)
_YEAR = re.compile(r"\b(?:en|hasta|de|del|por) ((?:19|20)\d\d)\b")


def _gone(low: str, year: int) -> bool:
    """Whether something is told of years ago."""
    if _DECADE.search(low):
        return True
    match = _GONE.search(low)
    if match and not low[: match.start()].endswith("desde "):
        return True
    named = _YEAR.search(low)
    return named is not None and int(named[1]) < year - 1 and "desde" not in low[: named.start()][-12:]


def status(statement: Statement, first: int, after: int, row: Row | None) -> Status:
    """Of what stands from the word `first` to before `after`. Cues inside it are part of it."""
    if statement.terms[first].start >= statement.asked:
        return _LEFT_ALONE
    clause = clause_of(statement.parts, first)
    answered = _answered(statement.low, statement.terms[after - 1].end) if row is not None else ""
    of_life = row is not None and row.values[0].startswith("cssrs.")
    kinds = _kinds(statement, clause, row, first, after)
    if "told" in kinds or "asked" in kinds:
        return _LEFT_ALONE
    danger = row is not None and any(value.startswith("danger.") for value in row.values)
    if danger and _conditional(statement, clause, first):
        return Status(UNKNOWN, offer=True)
    unreal = row is not None and row.values[0].startswith(_DEEDS) and _unreal(statement, first, after)
    if of_life and _FIGURE.match(statement.low, statement.terms[after - 1].end):
        return Status(UNKNOWN, offer=True)
    if unreal or kinds & {"hypo", "feared"}:
        return Status(UNKNOWN, offer=of_life or (danger and (unreal or "feared" in kinds)))
    if answered:
        return Status(_turned(answered, row), offer=True)
    if row is not None and "danger.locked_in" in row.values and _FREE.search(statement.low):
        return _LEFT_ALONE
    past = (
        "past" in kinds or (row is not None and _long_ago(statement, first, after, row))
    ) and "now" not in kinds
    if "neg" in kinds and "pseudo" not in kinds and _doubtful(statement, first, after, clause):
        return Status(UNKNOWN, offer=False)
    polarity = _polarity(kinds, row)
    if polarity == NO and row is not None and _SELDOM.match(statement.low, statement.terms[after - 1].end):
        polarity = YES
    if row is not None and row.flipped and _wondered(statement, first):
        polarity = UNKNOWN
    if (
        polarity == YES
        and row is not None
        and row.neg == "inherent"
        and _denied_whole(statement, clause, first)
    ):
        polarity = NO
    return Status(polarity, offer=polarity != "", past=past)


def _kinds(statement: Statement, clause: Clause, row: Row | None, first: int, after: int) -> set[str]:
    """The kinds of the cues that reach what stands there."""
    of_life = row is not None and row.values[0].startswith("cssrs.")
    of_them = row is not None and row.values[0].startswith("vulnerability.")
    kinds = {
        hit.meaning.kind
        for hit in statement.cues
        if isinstance(hit.meaning, Cue)
        and not (first <= hit.first and hit.after <= after)
        and not (of_life and statement.terms[hit.first].text.startswith(_INTENDS))
        and _covers(statement, hit, clause, first, after)
        and not (of_them and hit.meaning.kind == "neg" and first - hit.after > _OF_THEM)
    }
    if any(
        hit.first < first < hit.after and statement.terms[hit.first].text == "no" for hit in statement.cues
    ):
        kinds.add("neg")  # «no quiere que» within «quiere que le llamen»
    if statement.terms[first - 1 if first else 0].text == "sin" and "neg" in kinds:
        kinds.discard("unsure")  # «me parece orientado, sin ideas de muerte»
    if row is not None and _denied_behind(statement, clause, first, after):
        kinds.add("unsure" if _NOT_SEEN.match(statement.low, statement.terms[after - 1].end) else "neg")
    return kinds


def _wondered(statement: Statement, first: int) -> bool:
    """Whether the `si` of a phrase is what somebody does not know: `ignora si les pagan`."""
    return any(
        isinstance(hit.meaning, Cue) and hit.meaning.kind == "unsure" and hit.first < first < hit.after
        for hit in statement.cues
    )


_FIGURE = re.compile(r" de (?:la |pura )?(?:pena|verguenza|coraje)\b")
"""`Me quiero morir de la vergüenza` may be a manner of speaking: it is asked, and as not known."""
_SELDOM = re.compile(r" (?:mucho|tanto|seguido|siempre|diario|a diario|todos los dias|fuerte)\b")
"""`No me pegan mucho` says that they do."""
_LEADS = frozenset(("a", "las", "los", "la", "el", "de", "pues", "y", "si", "eso"))
_NO_BEHIND = re.compile(
    r" no(?:\s*(?=$|[.,;:)])|"
    r" (?:h[ae]|han|hay|hubo|habia|vio|vi|vieron|ve|veo|oyo|oi|oye|escucho|tiene|tienen|"
    r"tengo|trae|traen|traia|traian|refiere|reporta|presenta|observa|menciona|le constan?|sabe)\b|"
    r" (?:nos|me|le|les|la|lo|las|los) (?:ha|han)\b| se (?:le|les|me) (?:ven?|notan?|aprecian?|observan?)\b)|"
    r" ningun[oa]s?\b"
)
_NOT_SEEN = re.compile(
    r" no (?:(?:le |les |lo |la |me |nos )?(?:ha|he|han) (?:visto|oido|notado|dicho|contado|platicado|"
    r"comentado)|vio|vi|vieron|"
    r"oyo|oi|le constan?|sabe|se (?:le|les|me) \w+)\b"
)
"""What a witness did not see may be all the same."""
_NO_STATE_BEHIND = re.compile(r" no (?:estoy|esta|estan|estamos|fue|era|(?:me|la|lo|nos) (?:llev|traj)\w+)\b")


def _denied_behind(statement: Statement, clause: Clause, first: int, after: int) -> bool:
    """Whether what begins a clause is denied behind it: `armas no ha visto`, `golpes no`, `amarrado no estoy`."""
    before = statement.low[statement.terms[clause.first].start : statement.terms[first].start]
    if any(word not in _LEADS for word in re.split(r"[,;:(¿¡\"]", before)[-1].split()):
        return False
    state = _PARTICIPLE.search(statement.terms[after - 1].text) is not None
    behind = _NO_STATE_BEHIND if state else _NO_BEHIND
    return behind.match(statement.low, statement.terms[after - 1].end) is not None


_PARTICIPLE = re.compile(r"[ai]d[ao]s?$")


def _denied_whole(statement: Statement, clause: Clause, first: int) -> bool:
    """Whether a fact with a *no* of its own is denied: `no es que no le paguen`, `niega que no la dejen salir`."""
    return any(
        isinstance(hit.meaning, Cue)
        and hit.meaning.kind == "neg"
        and hit.after == first
        and clause.first <= hit.first
        and statement.terms[hit.after - 1].text == "que"
        for hit in statement.cues
    )


_INTENDS = ("va", "voy", "iba", "quier", "quer", "quis", "pien", "plane", "preten", "intent")
"""To want to die, and to intend it, is what is said: `va a suicidarse` is no future of something else."""
_DEEDS = ("violence.", "danger.", "act.", "indicator.dst", "modality.", "cssrs.")
_UNREAL = re.compile(r"\w+(?:[ai]rían?|(?:vend|met|d)rían?)$")


def _unreal(statement: Statement, first: int, after: int) -> bool:
    """Whether a deed is only thought of, by its mood: `si fuera su novia no la dejaría salir`."""
    return any(_UNREAL.match(statement.written(term)) for term in statement.terms[first:after])


def _long_ago(statement: Statement, first: int, after: int, row: Row) -> bool:
    """Whether a deed in a past tense stands beside a time of years ago."""
    if not (statement.gone or statement.back) or row.values[0].startswith(_LASTING):
        return False
    tense = _PAST_TENSE if statement.gone else _IMPERFECT
    begin = max(0, first - _HAD) if statement.gone and row.values[0].startswith("danger.") else first
    return any(tense.search(statement.written(term)) for term in statement.terms[begin:after])


_HAD = 2
"""Words between a verb and a danger that is a thing: `en 2008 un capataz andaba con escopeta`."""
_FREE = re.compile(
    r"\b(?:escapo|escape|escaparon|(?:logro|logre|lograron|pudo|pude) (?:escapar|salir|huir)|rescataron|"
    r"rescatad[ao]s?|liberaron|liberad[ao]s?)\b"
)
"""Who got out is locked in no more."""
_PAST_TENSE = re.compile(
    r"(?:ó|é|í|aron|ieron|jeron|aban?|ían?|ad[ao]s?|id[ao]s?|uvo|dijo|traj[oe]|hizo|puso|pudo|quiso|dio|fue|fui)$"
)
_IMPERFECT = re.compile(r"(?:aban?|ían?)$")
_LASTING = ("act.", "hooking_", "means.", "vulnerability.")
"""What stays true of a case whenever it happened."""
_ANSWER = re.compile(
    r"\s*[:=]\s*(?:-\s*)?(no se sabe|se desconoce|no sabe|n/?s\b|no\b|ningun[oa]?\b|nieg\w*|neg\w*|si\b|x\b)"
)


def _answered(low: str, end: int) -> str:
    """What a list says behind a colon: `Embarazo: no`."""
    match = _ANSWER.match(low, end)
    if match is None:
        return ""
    answer = match[1]
    if answer in ("si", "x"):
        return YES
    return UNKNOWN if answer.startswith(("no s", "se d", "ns", "n/")) else NO


def _turned(answer: str, row: Row | None) -> str:
    """The answer to a phrase that says its fact with a *no*."""
    return answer if row is None or not row.flipped or answer == UNKNOWN else NO if answer == YES else YES


def _polarity(kinds: set[str], row: Row | None) -> str:
    if row is not None and row.flipped:
        return NO
    denied = "neg" in kinds and "pseudo" not in kinds
    neg = row.neg if row else "normal"
    if "unsure" in kinds:
        return UNKNOWN
    if not denied or neg == "inherent":
        return YES
    return NO if neg == "normal" else ""


_CLITICS = frozenset(
    ("le", "la", "lo", "les", "los", "las", "me", "nos", "te", "se", "puedo", "quiero", "ya")
)
_DENIED_SAYINGS = frozenset(
    ["dice", "dijo", "dicen", "refiere", "cierto", "verdad", "reporta", "menciona", "manifiesta", "senala", "creo",
     "be", "cree", "visto", "vio", "ve", "hay", "se", "sea", "es", "afirma", "indica", "parece", "asegura"]
)  # fmt: skip
"""`no dice que la golpean` denies it, `no le creyeron que la golpean` does not."""
_LINKS = frozenset(("que", "ni", "se", "ya", "siquiera", "tampoco", "si", "y"))


def _doubtful(statement: Statement, first: int, after: int, clause: Clause) -> bool:
    """Whether a *no* stands before a verb that may be another's: `no está puedo hablar`, a chat without commas."""
    terms = statement.terms
    if terms[first].text not in _CLITICS or terms[first].text == "no":
        return False
    denying = [
        hit
        for hit in statement.cues
        if isinstance(hit.meaning, Cue)
        and hit.meaning.kind == "neg"
        and clause.first <= hit.first
        and hit.after <= first
    ]
    if not denying:
        return False
    last = denying[-1]
    between = [term.text for term in terms[last.after : first]]
    if terms[last.first].text in ("sin", "s"):
        return True
    que = next((place for place in range(last.after, first) if terms[place].text == "que"), None)
    if que is not None:
        return que > last.after and terms[que - 1].text not in _DENIED_SAYINGS
    if not between or all(word in _LINKS for word in between):
        return False
    if any(word in _CLITICS for word in between):
        return True
    return terms[last.first].text not in (
        "nadie",
        "ninguno",
        "ninguna",
        "ningun",
        "nunca",
        "jamas",
        "niega",
        "sin",
    )


def _covers(statement: Statement, hit: Hit, clause: Clause, first: int, after: int) -> bool:
    """Whether a cue reaches the hit. What was told or asked reaches the whole sentence behind it."""
    cue = hit.meaning
    assert isinstance(cue, Cue)
    if _accented(statement, hit, cue):
        return False
    if cue.kind == "told" and not cue.reach:
        return True
    if cue.kind == "past" and _present(statement, hit, clause):
        return False
    if (cue.kind == "unsure" and _told_to(statement, hit, first)) or _goes_there(statement, hit):
        return False
    if cue.kind == "asked":
        return hit.after <= first and not _told_anew(statement, hit.after, first)
    if not clause.first <= hit.first < clause.after:
        return False
    reach = cue.reach or (NEG_REACH if cue.kind == "neg" else 99)
    within = cue.kind == "past" and hit.first < first < hit.after  # «de niña la violó»
    before = within or (hit.after <= first and first - hit.after <= reach)
    if (
        before
        and statement.terms[hit.first].text == "si"
        and cue.kind == "hypo"
        and not _to_say(statement, hit.after)
        and _consequent(statement, hit.after, first)
    ):
        return False
    conditional = hit.first > 0 and statement.terms[hit.first - 1].text in ("si", "cuando")
    bare = statement.terms[hit.first].text in ("sin", "s") and "que" not in {
        term.text for term in statement.terms[hit.after : first]
    }
    if before and cue.kind == "neg" and _told_behind_comma(statement, hit.after, first):
        return False  # «no tenía adónde ir, cerraba por fuera»
    if before and cue.kind == "neg" and bare and statement.terms[first].text in _CLITICS:
        return False  # «sin dinero la encierran»
    if before and cue.kind == "neg" and conditional and _consequent(statement, hit.after, first):
        return False  # «si no venden les pega»
    if before and cue.kind in ("neg", "unsure", "hypo") and _begun_anew(statement, hit.after, first):
        return False
    behind = hit.first >= after and hit.first - after <= reach
    return (cue.side in ("before", "both") and before) or (cue.side in ("after", "both") and behind)


def _to_say(statement: Statement, place: int) -> bool:
    """Whether what an `si` is about is only said: `si digo que me vendieron`."""
    verb = statement.terms[place].text
    behind = statement.terms[place + 1].text if place + 1 < len(statement.terms) else ""
    return behind == "que" and verb in ("digo", "dice", "decimos", "dicen", "dijera", "dijo")


def _told_behind_comma(statement: Statement, begin: int, first: int) -> bool:
    """Whether a deed in a past tense begins behind a comma: a clause of its own."""
    if (
        first <= begin
        or statement.low[statement.terms[first - 1].end : statement.terms[first].start].strip() != ","
    ):
        return False
    word = statement.terms[first]
    return re.search(r"(?:aban?|ían?|ó|aron|ieron)$", statement.written(word)) is not None


def _told_to(statement: Statement, hit: Hit, first: int) -> bool:
    """Whether what *they say* is said to whom it is done, and no rumour: `nos dicen que es sin pago`."""
    if not statement.terms[hit.first].text.startswith("dice"):
        return False
    before = statement.terms[hit.first - 1].text if hit.first else ""
    return before in ("nos", "me", "le", "les") or statement.terms[first].text in (
        "me",
        "nos",
        "debo",
        "debemos",
    )


_INFINITIVE = re.compile(r"\w+[aei]r(?:se|la|lo|las|los|le|les|me|nos|te|selos?|selas?)?$")


def _goes_there(statement: Statement, hit: Hit) -> bool:
    """Whether *va a* is said of a place and tells no future: `va a la escuela en Texcoco`."""
    spoken = [term.text for term in statement.terms[hit.first : hit.after]]
    if (
        len(spoken) != 2
        or spoken[0] not in ("va", "van", "iban")
        or spoken[1] != "a"
        or hit.after >= len(statement.terms)
    ):
        return False
    return _INFINITIVE.match(statement.terms[hit.after].text) is None


def _present(statement: Statement, hit: Hit, clause: Clause) -> bool:
    """Whether an accent that was left out would make a past of `trabajo en una casa`."""
    word = statement.terms[hit.first]
    before = statement.terms[hit.first - 1].text if hit.first else ""
    alone = hit.first == clause.first or before in ("yo", "y", "ahorita", "ahora", "que")
    return alone and statement.written(word) == "trabajo"


_STATES = frozenset(
    [
        "mi",
        "su",
        "la",
        "el",
        "una",
        "un",
        "ella",
        "tiene",
        "tengo",
        "esta",
        "vive",
        "dice",
        "yo",
        "hay",
        "es",
        "refiere",
    ]
)


_PAIR = 2
_REPLIES = frozenset(("dijo", "contesto", "respondio", "explico", "dice", "contesta", "responde"))


def _told_anew(statement: Statement, begin: int, first: int) -> bool:
    """Whether a statement of its own follows what is asked: `quisiera saber qué hago, mi vecina tiene a …`."""
    if "si" in (term.text for term in statement.terms[begin : begin + 2]):
        return False  # «se le explica que si la golpean, la encierran o …»
    supposed = any(term.text == "alguien" for term in statement.terms[begin:first])
    answered = any(term.text.startswith("pregunt") for term in statement.terms[max(0, begin - _PAIR) : begin])
    for place in range(max(begin, 1), first + 1):
        between = statement.low[statement.terms[place - 1].end : statement.terms[place].start]
        begins = (":" in between and answered) or ("," in between and statement.terms[place].text in _STATES)
        if begins or statement.terms[place].text == "porque":
            return True
        if (statement.terms[place].text in _REPLIES and not supposed) or (
            statement.terms[place].text in ("su", "mi") and statement.terms[place - 1].text == "por"
        ):
            return True
    return False


def only_asked(statement: Statement, place: int) -> bool:
    """Whether a word stands in a question or in what is told in general: nobody of the case."""
    kinds = ((hit, hit.meaning.kind) for hit in statement.cues if isinstance(hit.meaning, Cue))
    return statement.terms[place].start >= statement.asked or any(
        kind == "told"
        or (kind == "asked" and hit.after <= place and not _told_anew(statement, hit.after, place))
        for hit, kind in kinds
    )


def _begun_anew(statement: Statement, begin: int, first: int) -> bool:
    """Whether an `y` with a verb of its own stands between: `no come y la golpean`."""
    terms = statement.terms
    return any(
        terms[place].text in ("y", "e")
        and terms[place + 1].text in _VERBS
        and terms[place + 1].text not in ("que", "el")
        for place in range(begin, min(first, len(terms) - 1))
    )


def _conditional(statement: Statement, clause: Clause, first: int) -> bool:
    """Whether a danger depends on something: `si habla la van a matar`."""
    return any(
        term.text == "si" and statement.written(term) == "si" and not _AFFIRMS.match(statement.text, term.end)
        for term in statement.terms[clause.first : first]
    )


_AFFIRMS = re.compile(r" (?:me|la|lo|le|nos|las|los|les) \w+(?:ó|aron|ieron)\b", re.IGNORECASE)
"""A past behind an `si` without its accent affirms: `pero si me enseñó la pistola`."""


_FUNCTION_WORDS = frozenset(
    [
        "la",
        "lo",
        "le",
        "les",
        "los",
        "las",
        "me",
        "nos",
        "se",
        "no",
        "ella",
        "el",
        "hay",
        "es",
        "esta",
        "tiene",
        "tienen",
        "trae",
        "traen",
        "su",
        "sus",
        "un",
        "una",
        "de",
        "que",
        "alguien",
        "quien",
    ]
)


def _consequent(statement: Statement, begin: int, first: int) -> bool:
    """Whether the condition of an `si` has ended: `si no venden les pega` says that they are beaten."""
    return any(statement.terms[place].text not in _FUNCTION_WORDS for place in range(begin, first))


def _accented(statement: Statement, hit: Hit, cue: Cue) -> bool:
    """Whether a hypothetical `si` is the `sí` that affirms."""
    if cue.kind != "hypo" or hit.after != hit.first + 1 or statement.terms[hit.first].text != "si":
        return False
    word = statement.terms[hit.first]
    return statement.written(word) != "si"
