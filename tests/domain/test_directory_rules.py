"""Rules of the directory: hours, freshness, who is taken, the order of fit. Source: the docstrings of each."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.directory import eligible, fit, free_text, fresh, hours, masks, reliability
from lnctp_tui.domain.directory.eligible import Offer, Place, Subject, Victim
from lnctp_tui.domain.directory.fit import Wanted
from lnctp_tui.domain.directory.hours import OpenState
from lnctp_tui.services.directory import opening

MEXICO = "America/Mexico_City"


@pytest.mark.parametrize(
    ("typed", "grammar"),
    [
        ("lun a vie 9 a 15 y 17 a 20", "Mo-Fr 09:00-15:00,17:00-20:00"),
        ("L-V 9:00-15:00", "Mo-Fr 09:00-15:00"),
        ("lunes a viernes de 9:00 a 15:00 hrs; sábados 9 a 13 horas", "Mo-Fr 09:00-15:00, Sa 09:00-13:00"),
        ("lun, mié y vie 9.30 a 14h", "Mo,We,Fr 09:30-14:00"),
        ("fines de semana 10 am a 6 p.m.", "Sa-Su 10:00-18:00"),
        ("todos los días de 8 a 20", "Mo-Su 08:00-20:00"),
        ("22 a 6", "22:00-06:00"),
        ("24 horas", "24/7"),
        ("lunes a domingo las 24 horas", "24/7"),
        ("lun a vie 24 horas", "Mo-Fr 00:00-24:00"),
        ("lun a vie 9 a 18, cerrado en días festivos", "Mo-Fr 09:00-18:00; PH off"),
        ("Mo-Fr 09:00-15:00", "Mo-Fr 09:00-15:00"),
    ],
)
def test_spanish_hours_become_the_grammar(typed: str, grammar: str) -> None:
    assert hours.read(typed).grammar == grammar
    assert opening.readable(grammar)


@pytest.mark.parametrize(
    "typed", ["", "con cita", "lunes a viernes", "25 a 30", "9 a 15 o a veces", "llame antes"]
)
def test_what_is_not_understood_is_not_guessed(typed: str) -> None:
    assert hours.read(typed) == hours.Read(None)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("9 a 3", ("09:00-15:00", "09:00-03:00")),
        ("9 a 2 y 4 a 7", ("09:00-14:00,16:00-19:00", "09:00-02:00,04:00-07:00")),
        ("8 a 8", ("08:00-20:00", "08:00-08:00")),
    ],
)
def test_what_may_mean_two_things_is_asked(typed: str, readings: tuple[str, str]) -> None:
    assert hours.read(typed) == hours.Read(None, readings)


def at(text: str, zone: str = MEXICO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def state(written: str | None, when: datetime, zone: str | None = MEXICO, *closures: str) -> OpenState:
    return hours.open_state(written, zone, closures, "MX", when, opening.evaluate)


WEEK = "Mo-Fr 09:00-15:00"


@pytest.mark.parametrize(
    ("written", "when", "zone", "found"),
    [
        (WEEK, at("2026-11-30T10:00"), MEXICO, ("open", "hours")),
        (WEEK, at("2026-11-29T10:00"), MEXICO, ("closed", "hours")),
        # 10:00 in the capital is 8:00 in Tijuana and 11:00 in Cancún.
        (WEEK, at("2026-11-30T10:00"), "America/Tijuana", ("closed", "hours")),
        (WEEK, at("2026-11-30T14:30"), "America/Cancun", ("closed", "hours")),
        (WEEK, at("2026-11-30T14:30"), "America/Ciudad_Juarez", ("open", "hours")),
        # Juárez and Tijuana still change their clocks; Mexico City does not.
        (WEEK, at("2026-06-29T15:30"), "America/Tijuana", ("open", "hours")),
        ("22:00-06:00", at("2026-11-30T02:00"), MEXICO, ("open", "hours")),
        ("Fr 22:00-06:00", at("2026-11-28T05:00"), MEXICO, ("open", "hours")),
        ("24/7", at("2026-12-25T10:00"), MEXICO, ("open", "hours")),
        (WEEK, at("2026-12-25T10:00"), MEXICO, ("unknown", "holiday")),
        (WEEK + "; PH off", at("2026-12-25T10:00"), MEXICO, ("closed", "hours")),
        (WEEK, at("2026-12-31T14:59"), MEXICO, ("open", "hours")),
        ("lo que sea", at("2026-11-30T10:00"), MEXICO, ("unknown", "unreadable")),
        (None, at("2026-11-30T10:00"), MEXICO, ("unknown", "no_hours")),
        (WEEK, at("2026-11-30T10:00"), None, ("unknown", "no_zone")),
    ],
)
def test_a_place_is_open_by_its_own_clock_and_what_is_not_known_is_not_closed(
    written: str | None, when: datetime, zone: str | None, found: tuple[str, str]
) -> None:
    told = state(written, when, zone)
    assert (told.state, told.why) == found


def test_a_closure_covers_the_places_own_days() -> None:
    closed = "2026-12-21/2027-01-06 vacaciones"
    assert state(WEEK, at("2027-01-06T10:00"), MEXICO, closed).why == "closure"
    assert state(WEEK, at("2027-01-07T10:00"), MEXICO, closed).state == "open"
    until = state(WEEK, at("2026-12-21T10:00"), MEXICO, closed).until
    assert until == at("2027-01-07T00:00")
    for broken in ("", "mañana", "2026-13-01 x", "2026-12-01/x"):
        assert state(WEEK, at("2026-11-30T10:00"), MEXICO, broken).state == "open"


NOW = at("2026-11-30T10:00")


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def checked(kind: str, days: float, by: str) -> dict[str, Any]:
    return {"kind": kind, "at": ago(days), "by_id": by}


@pytest.mark.parametrize(
    ("checks", "doubted"),
    [
        ([], False),
        ([checked("no_answer", 1, "ana")], False),
        ([checked("no_answer", 1, "ana"), checked("wrong_number", 2, "ana-2")], False),
        ([checked("no_answer", 1, "ana"), checked("wrong_number", 2, "luis")], True),
        ([checked("no_answer", 1, "ana"), checked("no_answer", 20, "luis")], False),
        ([checked("moved", 1, "ana")], True),
        ([checked("moved", 40, "ana")], False),
        ([checked("full", 1, "ana"), checked("refuses", 1, "luis")], False),
    ],
)
def test_two_people_who_reach_nobody_or_one_who_hears_it_moved_make_it_doubtful(
    checks: list[dict[str, Any]], doubted: bool
) -> None:
    def person(id_: str) -> str:
        return id_.partition("-")[0]

    assert fresh.is_doubted(checks, ago(30), person) is doubted
    assert fresh.freshness(ago(30), doubted, 90, NOW) == ("overdue" if doubted else "fresh")


def test_freshness_and_free_places_run_out() -> None:
    assert fresh.freshness(None, False, 365, NOW) == "never"
    assert fresh.freshness(ago(91), False, 90, NOW) == "overdue"
    assert fresh.free_places(2, ago(2.9), NOW) == 2
    assert fresh.free_places(0, ago(1), NOW) == 0
    assert fresh.free_places(2, ago(3.1), NOW) is fresh.free_places(None, ago(1), NOW) is None
    assert fresh.verify_days(["refugio_emergencia", "x"], {"refugio_emergencia": 90}) == 90


def test_reliability_is_drawn_to_the_kind_while_there_are_few() -> None:
    said = reliability.tally({"accepted": 2, "refused": 1, "no_answer": 1, "prepared": 9, "withdrawn": 3})
    assert (said.answered, said.n, said.shown) == (3, 4, True)
    assert not reliability.Tally(2, 2).shown
    assert reliability.tenths(reliability.Tally(), 0.5) == 5
    assert reliability.tenths(reliability.Tally(0, 40), 0.9) == 1
    assert reliability.rate_of_kind(reliability.Tally(18, 20)) == 0.9
    assert reliability.rate_of_kind(reliability.Tally(9, 10)) == 0.5


SEXES, MAN, WOMAN = ("mujer", "hombre"), 2, 1
HERE = Place("21114", "MX-PUE", "MX")


def offer(**values: Any) -> Offer:
    said: dict[str, Any] = {
        "provider_id": "p", "service_id": "s", "site_id": "x", "kind": "refugio_emergencia", "needs": 1,
        "status": "active", "authority": False, "verified_at": ago(1),
    }  # fmt: skip
    return Offer(**said | values)


@pytest.mark.parametrize(
    ("told", "subject", "reason"),
    [
        ({"status": "suspended"}, Subject(), ("not_active", "no")),
        ({"status": "closed"}, Subject(), ("not_active", "no")),
        ({}, Subject(excluded=frozenset({("p", None)})), ("not_wanted", "no")),
        ({}, Subject(excluded=frozenset({("p", "x")})), ("not_wanted", "no")),
        ({}, Subject(excluded=frozenset({("p", "y")})), None),
        ({"age_min": 18}, Subject((Victim(17, 17),)), ("age", "supervisor")),
        ({"age_max": 17}, Subject((Victim(18, None),)), ("age", "supervisor")),
        ({"age_min": 18}, Subject((Victim(15, 19),)), None),
        ({"age_min": 18}, Subject((Victim(),)), None),
        ({"age_min": 18}, Subject((Victim(20, 20), Victim(16, 16))), ("age", "supervisor")),
        ({"sexes": WOMAN}, Subject((Victim(sex=MAN),)), ("sex", "supervisor")),
        ({"sexes": WOMAN}, Subject((Victim(),)), None),
        ({"refuses": 4}, Subject((Victim(populations=6),)), ("refuses", "supervisor")),
        ({"refuses": 4}, Subject((Victim(populations=2),)), None),
        ({"children_along": "no"}, Subject((Victim(children=True),)), ("children", "supervisor")),
        ({"children_along": "no"}, Subject((Victim(),)), None),
        ({"children_along": "yes", "children_age_max": 11}, Subject((Victim(children=True, oldest_child=12),)),
         ("children_age", "supervisor")),
        ({"modality": "residencial", "municipality": "29025"},
         Subject(danger=(Place("29025"),), small=frozenset({"29025"})),
         ("town", "reason")),
        ({"modality": "residencial", "municipality": "29025"}, Subject(danger=(Place("29025"),)), None),
        ({"modality": "residencial", "municipality": "29025", "authority": True},
         Subject(danger=(Place("29025"),), small=frozenset({"29025"})), None),
        ({"modality": "residencial", "municipality": "21114", "locality": "centro"},
         Subject(danger=(Place("21114", locality="centro"),), large=frozenset({"21114"})), ("town", "reason")),
        ({"modality": "residencial", "municipality": "21114", "locality": "norte"},
         Subject(danger=(Place("21114", locality="centro"),), large=frozenset({"21114"})), None),
        ({"modality": "telefonica", "municipality": "29025"},
         Subject(danger=(Place("29025"),), small=frozenset({"29025"})),
         None),
        ({"covers": " MX-TLA "}, Subject(place=HERE), ("place", "reason")),
        ({"covers": " 29025 "}, Subject(place=HERE), ("place", "reason")),
        ({"covers": " MX-PUE "}, Subject(place=HERE), None),
        ({"covers": " MX "}, Subject(place=HERE), None),
        ({"covers": " MX-TLA "}, Subject(), None),
        ({"covers": " 29025 "}, Subject(place=Place(None, "MX-PUE", "MX")), None),
    ],
)  # fmt: skip
def test_a_service_is_excluded_by_what_is_known_alone(
    told: dict[str, Any], subject: Subject, reason: tuple[str, str] | None
) -> None:
    found = eligible.verdict(offer(**told), subject).excluded
    assert (tuple(found) if found else None) == reason


def test_the_town_of_the_trafficker_and_a_number_nobody_verified_are_told() -> None:
    subject = Subject(danger=(Place("29025"),))
    told = eligible.verdict(
        offer(modality="residencial", municipality="29025", authority=True, verified_at=None), subject
    )
    assert told.cautions == ("town", "unverified")
    assert eligible.verdict(offer(status="draft"), Subject()).cautions == ("draft",)


def maybe(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | of


AGES, MASKS = maybe(st.integers(0, 99)), maybe(st.integers(1, 7))
OFFERS = st.builds(
    offer, age_min=AGES, age_max=AGES, sexes=MASKS, refuses=MASKS, children_along=maybe(st.sampled_from(["yes", "no"])),
    children_age_max=AGES, covers=maybe(st.sampled_from([" MX ", " MX-PUE ", " 21114 ", " MX-TLA 29025 "])),
    municipality=maybe(st.sampled_from(["21114", "29025"])),
    modality=maybe(st.sampled_from(["residencial", "telefonica"])),
    languages=maybe(st.sampled_from([" nahuatl ", " spanish "])), verified_at=maybe(st.just(ago(3))),
    capacity_free=maybe(st.integers(0, 3)), capacity_at=maybe(st.just(ago(1))), locality=maybe(st.just("centro")),
)  # fmt: skip
VICTIMS = st.builds(
    Victim, AGES, AGES, st.integers(0, 7), st.integers(0, 7), maybe(st.booleans()), AGES
)  # fmt: skip
PLACES = st.builds(
    Place, maybe(st.sampled_from(["21114", "29025"])),
    maybe(st.sampled_from(["MX-PUE", "MX-TLA"])), maybe(st.just("MX")),
    maybe(st.just("centro")),
)  # fmt: skip
SUBJECTS = st.builds(
    lambda victims, place, danger, small: Subject(tuple(victims), place, tuple(danger), small=frozenset(small)),
    st.lists(VICTIMS, min_size=1, max_size=2), PLACES, st.lists(PLACES, max_size=2), st.sets(st.just("29025")),
)  # fmt: skip
UNKNOWN_OF_OFFER = (
    "age_min", "age_max", "sexes", "refuses", "children_along", "children_age_max", "covers", "municipality",
    "locality",    "languages", "capacity_free", "modality",
)  # fmt: skip
NOTHING: dict[str, Any] = {"sex": 0, "populations": 0}


@given(OFFERS, SUBJECTS, st.sampled_from(UNKNOWN_OF_OFFER))
def test_to_know_less_of_a_service_never_excludes_it(one: Offer, subject: Subject, name: str) -> None:
    if eligible.verdict(one, subject).excluded is None:
        assert eligible.verdict(one._replace(**{name: None}), subject).excluded is None


@given(OFFERS, SUBJECTS, st.sampled_from([*Victim._fields, *Place._fields]), st.integers(0, 1))
def test_to_know_less_of_a_case_never_excludes_a_service(
    one: Offer, subject: Subject, name: str, number: int
) -> None:
    if eligible.verdict(one, subject).excluded is not None:
        return
    if name in Place._fields:
        less = subject._replace(place=subject.place._replace(**{name: None}))
    else:
        victims = list(subject.victims)
        victims[number % len(victims)] = victims[number % len(victims)]._replace(**{name: NOTHING.get(name)})
        less = subject._replace(victims=tuple(victims))
    assert eligible.verdict(one, less).excluded is None


@given(st.lists(OFFERS, max_size=6), SUBJECTS)
def test_a_verdict_is_the_same_whoever_was_judged_before(offers: list[Offer], subject: Subject) -> None:
    judge = eligible.Judge(subject)
    assert [judge(one) for one in (*offers, *offers)] == [
        eligible.verdict(one, subject) for one in (*offers, *offers)
    ]


def never(_offer: Offer) -> OpenState:
    return OpenState("unknown", None, "no_hours")


def order(offers: list[Offer], wanted: Wanted) -> list[str]:
    return [entry.offer.provider_id for entry in fit.fitting(offers, wanted, never).ranked]


@given(OFFERS, SUBJECTS, st.integers(0, 15), st.integers(0, 15), st.integers(0, 15))
def test_more_needs_met_never_rank_lower(
    one: Offer, subject: Subject, needs: int, met: int, more: int
) -> None:
    wanted = Wanted(subject, NOW, needs)
    less, full = one._replace(provider_id="a", needs=met), one._replace(provider_id="b", needs=met | more)
    ranked = order([less, full], wanted)
    if ranked and (full.needs & needs) & ~less.needs:
        assert ranked == ["b", "a"]


@given(st.lists(OFFERS, max_size=5), SUBJECTS, st.randoms())
def test_the_order_in_which_they_come_makes_no_order(
    offers: list[Offer], subject: Subject, dice: Any
) -> None:
    named = [
        one._replace(provider_id=f"p{number % 3}", service_id=f"s{number}")
        for number, one in enumerate(offers)
    ]
    mixed = list(named)
    dice.shuffle(mixed)
    wanted = Wanted(subject, NOW, 1)
    first, second = fit.fitting(named, wanted, never), fit.fitting(mixed, wanted, never)
    assert [entry.terms for entry in first.ranked] == [entry.terms for entry in second.ranked]
    least = fit.fitting(named, wanted, never, None, 1)
    assert (least.ranked, least.left_out) == (first.ranked[:1], len(first.excluded))
    assert {pair[0].provider_id for pair in first.excluded} == {
        pair[0].provider_id for pair in second.excluded
    }


def test_the_terms_count_one_after_the_other() -> None:
    wanted = Wanted(Subject(place=HERE), NOW, 3, urgent=True, language="nahuatl")
    base = offer(needs=3, covers=" 21114 ", languages=" nahuatl ", capacity_free=1, capacity_at=ago(1), age_min=0,
                 sexes=3, refuses=8)  # fmt: skip
    worse = {
        "a": base, "b": base._replace(verified_at=ago(400)), "c": base._replace(languages=None),
        "d": base._replace(capacity_free=None), "e": base._replace(capacity_free=0),
        "f": base._replace(covers=" MX-PUE "),
        "g": base._replace(covers=" MX "), "h": base._replace(verified_at=None), "i": base._replace(needs=1),
    }  # fmt: skip
    offers = [one._replace(provider_id=name) for name, one in worse.items()]
    assert order(offers[::-1], wanted) == sorted(worse)
    shut = fit.fitting(offers[:1], wanted, never).ranked[0]
    assert shut.terms.not_open == 1
    assert (shut.met, shut.offers) == (3, (offers[0],))


def test_masks_say_codes_and_what_no_catalog_knows_is_not_known() -> None:
    assert masks.mask(["hombre", "mujer"], SEXES) == 3
    assert masks.mask(["~otro"], SEXES) is masks.mask([], SEXES) is masks.mask(None, SEXES) is None
    assert masks.codes(2, SEXES) == ["hombre"]


@pytest.mark.parametrize(
    "number",
    [
        "55 5000 0001", "(55)5000-0001", "55/5000/0001", "5 5 - 5 0 0 0 - 0 0 0 1", "55–5000–0001", "55_5000_0001",
        "５５５００００００１", "55\u200b5000\u200b0001", "+52 1 55 5000 0001", "55, 50, 00, 00, 01",
        "otra@ejemplo.org",
        "otra ＠ ejemplo.org", "HTTPS://ejemplo.org/x", "www.ejemplo.org",
    ],
)  # fmt: skip
def test_no_number_of_a_free_text_is_shown_and_hours_and_dates_are(number: str) -> None:
    shown = free_text.without_numbers(f"Llame al {number}. Pida a Ana.", "…")
    assert not any(sign.isdigit() for sign in shown)
    assert "ejemplo" not in shown
    assert (shown.startswith("Llame al "), shown.endswith("Pida a Ana.")) == (True, True)
    plain = "Abre 09:00-15:00, 17:00-20:00; cierra 2026-12-21/2027-01-06; recibe de 12 a 17 años; 911."
    assert free_text.without_numbers(plain, "…") == plain


@pytest.mark.parametrize("unit", ["a", "+", "1a", "@ ", "/"])
def test_a_free_text_without_end_is_read_once(unit: str) -> None:
    """Attack 133: anybody who adds a draft writes such a text, and whoever opens it waits."""
    began = time.process_time()
    free_text.without_numbers(unit * 60_000, "…")
    assert time.process_time() - began < 3
    assert free_text.without_numbers("Al 5512345678juan@x.mx o \\1 ana ＠ y.mx", "…") == "Al … o \\1 …"
