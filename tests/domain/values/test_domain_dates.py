"""Dates, ages, numbers, amounts and phones as people say them. Sunday 15 March 2026 is today."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.values import ages, amounts, dates, numbers, phones

TODAY = date(2026, 3, 15)

DATES = """
2020 = 2020 | 2020-03 = 2020-03 | 2020-03-14 = 2020-03-14 | 14/03/2020 = 2020-03-14 | 14-3-20 = 2020-03-14
14-ene-24 = 2024-01-14 | 14-ene.-24 = 2024-01-14 | 14/Ene/2024 = 2024-01-14 | ene-24 = 2024-01
14 - 03 - 2020 = 2020-03-14 | 14/03/65 = 1965-03-14 | 14/03/26 = 2026-03-14 | 14/03/27 = 1927-03-14
14.03.2020 = 2020-03-14 | 3/12/98 = 1998-12-03 | 14 de marzo de 2020 = 2020-03-14
14 Marzo del 2020 = 2020-03-14
primero de mayo de 2019 = 2019-05-01 | marzo 2020 = 2020-03 | en marzo de 2020 = 2020-03
marzo del 20 = 2020-03
mar. 2020 = 2020-03 | 03/2020 = 2020-03 | lunes 3 de marzo de 2025 = 2025-03-03 | en el año 2019 = 2019
14 marzo = 2026-03-14 | 20 de marzo = 2025-03-20 | marzo = 2026-03 | abril = 2025-04
29 febrero = 2024-02-29
hoy = 2026-03-15 | AYER = 2026-03-14 | anoche = 2026-03-14 | antier = 2026-03-13 | anteayer = 2026-03-13
hace 3 días = 2026-03-12 | hace dias = date_unreadable | hace 3 meses = 2025-12 | hace un mes = 2026-02
hace como dos meses = 2026-01 | hace un par de meses = 2026-01 | hace 2 años = 2024 | hace un año = 2025
hace un año y medio = 2024-09 | ayer en la noche = 2026-03-14 | hace veintiún días = 2026-02-22
a couple of days ago = 2026-03-13 | esta tarde = 2026-03-15
hace medio año = 2025-09 | hace 2 semanas = 2026-03 | hace 3 semanas = 2026-02 | la semana pasada = 2026-03
el mes pasado = 2026-02 | el año pasado = 2025 | este año = 2026 | el lunes pasado = 2026-03-09
el domingo = 2026-03-08 | el pasado martes = 2026-03-10 | a principios de 2020 = 2020
a finales de marzo de 2020 = 2020-03 | a mediados del año pasado = 2025
today = 2026-03-15 | yesterday = 2026-03-14 | the day before yesterday = 2026-03-13 | 3 months ago = 2025-12
a year ago = 2025 | half a year ago = 2025-09 | 2 days ago = 2026-03-13 | last week = 2026-03
last month = 2026-02
last year = 2025 | last monday = 2026-03-09 | March 2020 = 2020-03 | March 14, 2020 = 2020-03-14
14th of March 2020 = 2020-03-14 | March 14 = 2026-03-14 | early 2020 = 2020 | in 2019 = 2019
31/02/2020 = date_impossible | 31/02 = date_impossible | 29/02/2021 = date_impossible
2020-13 = date_impossible
00/00/2020 = date_impossible | 2020-00 = date_impossible | 30 de febrero = date_impossible
16/03/2026 = date_future | abril 2026 = date_future | 2027 = date_future | 31/12/9999 = date_future
1899 = date_too_old | 14/03/1850 = date_too_old | hace 300 años = date_too_old
hace 9999 semanas = date_too_old
abc = date_unreadable | marzo 20 = date_unreadable | 1 = date_unreadable | hace rato = date_unreadable
"""


def table(text):
    pairs = [each.split("=") for line in text.strip().splitlines() for each in line.split(" | ")]
    return [(typed.strip(), meant.strip()) for typed, meant in pairs]


@pytest.mark.parametrize(("typed", "meant"), table(DATES))
def test_a_date_is_read_with_its_precision(typed, meant):
    assert str(dates.parse(typed, TODAY)) == meant


@pytest.mark.parametrize("typed", ["14/03", "14-3", "5 de mayo", "mayo", "March 14", "a finales de mayo"])
def test_a_birth_without_a_year_is_no_date(typed):
    assert isinstance(dates.parse(typed, TODAY), dates.PartialDate)
    assert dates.parse(typed, TODAY, birth=True) == "date_no_year"
    assert dates.parse(typed, TODAY, written=True) == "date_no_year"


@pytest.mark.parametrize("typed", ["ayer", "hace 3 meses", "el lunes", "el año pasado", "este mes", "hoy"])
def test_what_was_written_another_day_does_not_count_from_today(typed):
    assert isinstance(dates.parse(typed, TODAY), dates.PartialDate)
    assert dates.parse(typed, TODAY, written=True) == "date_relative"


@given(st.integers(0, 99), st.integers(1950, 2150))
def test_two_digits_are_the_last_such_year(two, latest):
    year = dates.full_year(f"{two:02d}", latest)
    assert latest - 100 < year <= latest
    assert year % 100 == two


@given(st.text(max_size=80) | st.text(st.sampled_from("0123456789 -/.demarzohacey"), max_size=30))
def test_any_text_is_a_past_date_or_a_problem(text):
    found = dates.parse(text, TODAY)
    if isinstance(found, str):
        assert found in ("date_unreadable", "date_impossible", "date_future", "date_too_old")
    else:
        assert found.first() <= TODAY
        assert dates.stored(str(found)) == found
        assert dates.parse(str(found), TODAY) == found


@given(st.dates(date(1900, 1, 1), TODAY))
def test_a_day_is_read_in_every_writing(day):
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        assert str(dates.parse(day.strftime(form), TODAY)) == day.isoformat()


def test_a_partial_date_knows_its_days():
    assert (dates.PartialDate(2020, 2).first(), dates.PartialDate(2020, 2).last()) == (
        date(2020, 2, 1),
        date(2020, 2, 29),
    )
    assert dates.PartialDate(2020).last() == date(2020, 12, 31)
    assert dates.stored("0026-03-14") is dates.stored("9999") is None
    assert dates.PartialDate(9999, 12).last() == date(9999, 12, 31)
    assert dates.stored("2020-02-30") is None


AGES = """
17 = 17 | ~17 = ~17 | ~ 17 = ~17 | 15-17 = 15-17 | 15 a 17 = 15-17 | 15 – 17 = 15-17 | entre 15 y 17 = 15-17
15 o 16 = 15-16 | 17-15 = 15-17 | como 17 = ~17 | unos 17 años = ~17 | 17 aprox. = ~17 | 17? = ~17
casi 18 = ~17
17 años = 17 | tiene 17 = 17 | 17 years old = 17 | about 17 = ~17 | between 15 and 17 = 15-17 | 17.5 = 17
17 meses = 1 | 8 meses = 0 | 3 semanas = 0 | 11 months = 0 | menor de 12 = 0-11 | mayor de 18 = 18+
18+ = 18+
0 = 0 | 120 = 120
abc = age_unreadable | - = age_unreadable | 1,2,3 = age_unreadable | -3 = age_negative | 200 = age_too_high
121 = age_too_high | 1000 = age_too_high | menor = age_word | niña = age_word | adulta = age_word
adult = age_word
diecisiete = 17 | dieciséis años = 16 | treinta y cinco = 35 | thirty-five = 35 | seventeen = 17
unos veinte = ~20 | quince a diecisiete = 15-17 | fifteen to seventeen = 15-17 | veintitantos = 20-29
30 y tantos = 30-39 | 20s = 20-29 | ocho meses = 0 | recién nacida = 0 | un año y medio = 1
2 años y 3 meses = 2 | niña de 8 años = 8 | bebé de 6 meses = 0 | va a cumplir 18 = ~17
recién cumplió 18 = 18 | 18 cumplidos = 18 | 60 o más = 60+ | +60 = 60+ | mujer de 30 = 30
adulto mayor = age_word | tercera edad = age_word | no se sabe = age_unreadable | 14/03 = age_unreadable
"""


@pytest.mark.parametrize(("typed", "meant"), table(AGES))
def test_an_age_is_read(typed, meant):
    assert str(ages.parse(typed)) == meant


def test_only_a_bare_number_is_no_estimate():
    said = {
        typed: ages.parse(typed).estimated for typed in ("17", "17 años", "~17", "15-17", "casi 18", "18+")
    }
    assert said == {"17": False, "17 años": False, "~17": True, "15-17": True, "casi 18": True, "18+": True}


@given(st.integers(0, 120), st.integers(0, 120), st.booleans())
def test_what_is_shown_of_an_age_reads_back(one, other, estimated):
    youngest, oldest = sorted((one, other))
    age = ages.Age(youngest, oldest, estimated or youngest != oldest)
    assert ages.parse(str(age)) == age


@given(st.text(max_size=80))
def test_any_text_is_an_age_or_a_problem(text):
    age = ages.parse(text)
    assert isinstance(age, ages.Age) or age.startswith("age_")


NUMBERS = """
12 = 12 | 1,500 = 1500 | 1 500.50 = 1500.5 | 1.500 = 1500 | 1.500,50 = 1500.5 | 1,500,000 = 1500000
1,5 = 1.5
2.5 = 2.5 | 100 mil = 100000 | mil = 1000 | dos mil = 2000 | 2 millones = 2000000 | 2.5 millones = 2500000
veinticinco mil = 25000 | treinta y cinco = 35 | forty-two = 42
10k = 10000 | tres = 3 | cien mil = 100000 | -3 = number_negative | abc = number_unreadable
1,50,0 = number_unreadable | 1e5 = number_unreadable | 9999999999999 = number_too_large
"""


@pytest.mark.parametrize(("typed", "meant"), table(NUMBERS))
def test_a_number_is_read(typed, meant):
    assert str(numbers.parse(typed)) == meant


@given(st.text(max_size=40) | st.text(st.sampled_from("0123456789 ,.-'milk"), max_size=40))
def test_any_text_is_a_number_or_a_problem(text):
    found = numbers.parse(text)
    assert found.startswith("number_") if isinstance(found, str) else 0 <= found <= numbers.LARGEST


@given(st.integers(0, numbers.LARGEST))
def test_a_whole_number_reads_back_with_its_groups(number):
    assert numbers.parse(f"{number:,}") == number


@pytest.mark.parametrize(
    ("typed", "value", "currency", "estimated"),
    [
        ("1500", 1500, None, False),
        ("$1,500", 1500, None, False),
        ("$1,500 MXN", 1500, "MXN", False),
        ("$500 m.n.", 500, "MXN", False),
        ("como 100 mil pesos", 100_000, "MXN", True),
        ("2 millones de pesos", 2_000_000, "MXN", False),
        ("quinientos pesos", 500, "MXN", False),
        ("200 dls", 200, "USD", False),
        ("US$300", 300, "USD", False),
        ("1 500.50 EUR", 1500.5, "EUR", False),
        ("20 euros", 20, "EUR", False),
        ("300 dólares canadienses", 300, "CAD", False),
        ("90 mil pesos colombianos", 90_000, "COP", False),
        ("1 bitcoin", 1, "XXX", False),
        ("~500", 500, None, True),
        ("más de 800 quetzales", 800, "GTQ", True),
    ],
)
def test_an_amount_is_read_with_its_currency(typed, value, currency, estimated):
    assert amounts.parse(typed) == amounts.Amount(value, currency, estimated)


@pytest.mark.parametrize("typed", ["pesos", "mucho", "", "-5 pesos"])
def test_no_amount_is_a_problem(typed):
    assert amounts.parse(typed) in ("number_unreadable", "number_negative")


PHONES = """
+52 1 55 5533 5533 = +525555335533 | 521 55 5533 5533 = +525555335533 | 55 5533 5533 = 5555335533
044 55 5533 5533 = 5555335533 | 01 800 553 3000 = 8005533000 | 0052 55 5533 5533 = +525555335533
(222) 345-6789 = 2223456789 | +1 (888) 373-7888 = +18883737888 | 911 = 911 | 089 = 089 | *0311 = 0311
abc =
"""


@pytest.mark.parametrize(("typed", "number"), table(PHONES))
def test_a_phone_is_its_digits(typed, number):
    assert phones.phone_digits(typed) == number
    assert phones.plausible(number) == bool(number)
