"""The elements of the crime. Source: Ley General (DOF 14-06-2012), arts. 10, 13, 40; Palermo art. 3."""

from datetime import date
from itertools import product

import pytest
from domain_fixtures import ACT, LABOUR, MEANS, SEXUAL, document, protocol, victim

from lnctp_tui.domain import law
from lnctp_tui.domain.law import Elements, elements, presumed_minor

ON = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("columns", "yes", "minor"),
    [
        ({}, (), False),
        ({}, ("age.appears_minor",), True),
        ({"age_min": 17}, (), True),
        ({"age_min": 18}, (), False),
        ({"age_min": 0}, (), True),
        ({"age_min": 18, "age_max": 25}, ("age.appears_minor",), False),
        ({"age_min": 16, "age_max": 19}, (), True),
        ({"age_max": 15}, (), True),
        ({"age_max": 20}, (), False),
        ({"age_max": 20}, ("age.appears_minor",), True),
        ({"age_min": True}, (), False),
        ({"age": "~17"}, (), True),
        ({"age": 30}, (), False),
        ({"birth_date": "2008-03-01"}, (), False),
        ({"birth_date": "2008-03-02"}, (), True),
        ({"birth_date": "2008-03"}, (), True),
        ({"birth_date": "2008"}, (), True),
        ({"birth_date": "2007"}, ("age.appears_minor",), False),
        ({"age_min": 19, "birth_date": "2009-01-01"}, (), True),
        ({"age_min": 17, "birth_date": "2007-01-01"}, (), True),
        ({"birth_date": "2065-03-14"}, (), False),
        ({"birth_date": "no sabe"}, ("age.appears_minor",), True),
    ],
)
def test_who_counts_as_a_minor(columns, yes, minor):
    assert presumed_minor(victim(*yes, **columns), ON) is minor


@pytest.mark.parametrize("said", ["no", "unknown", "refused"])
def test_only_a_yes_makes_an_unknown_age_a_minor(said):
    assert not presumed_minor({"answers": {"age.appears_minor": said}}, ON)


@pytest.mark.parametrize(("act", "means", "purpose", "excused"), product([True, False], repeat=4))
def test_elements_are_act_and_purpose_and_means_unless_excused(act, means, purpose, excused):
    yes = [code for code, said in ((ACT, act), (MEANS, means), (LABOUR, purpose)) if said]
    yes += ["capacity.cannot_understand"] if excused else []
    found = elements(victim(*yes, age_min=30), protocol(), on=ON)
    standing = {"act": act, "means": means or excused, "purpose": purpose}
    assert found.means_required is not excused
    assert found.missing == tuple(name for name, stands in standing.items() if not stands)
    assert found.complete is all(standing.values())


def test_a_minor_needs_no_means():
    found = elements(victim(ACT, SEXUAL, age_min=17, age_max=17), protocol(), on=ON)
    assert found == Elements(
        ("captar",),
        (),
        ("prostitucion_ajena_explotacion_sexual",),
        means_required=False,
        complete=True,
        missing=(),
    )


@pytest.mark.parametrize("said", ["no", "unknown", "refused", None])
def test_only_a_yes_is_an_element(said):
    assert elements({"answers": dict.fromkeys((ACT, MEANS, LABOUR), said)}, protocol()) == Elements()


def test_each_of_the_eight_acts_and_eleven_modalities_stands_alone():
    assert len(law.codes(protocol(), "act")) == 8
    assert len(law.codes(protocol(), "modality")) == 11
    for act, modality in product(law.codes(protocol(), "act"), law.codes(protocol(), "modality")):
        found = elements(victim(f"act.{act}", f"modality.{modality}", age_min=9), protocol(), on=ON)
        assert (found.act, found.purpose, found.complete) == ((act,), (modality,), True)


def test_an_act_the_catalog_does_not_know_is_none():
    assert elements(victim("act.inventado", LABOUR, MEANS), protocol()).missing == ("act",)


class NeverConsented(dict):
    """A person whose consent cannot be read without failing."""

    def __getitem__(self, name):
        assert name != "consented"
        return super().__getitem__(name)

    def get(self, name, default=None):
        assert name != "consented"
        return super().get(name, default)

    def _all(self):
        raise AssertionError("the whole record was read")

    items = values = _all


@pytest.mark.parametrize("columns", [{}, {"age_min": 17}, {"birth_date": "2001"}])
def test_consent_is_never_read(columns):
    spy = NeverConsented(victim(ACT, MEANS, LABOUR, consented="yes", **columns))
    assert elements(spy, protocol(), on=ON).complete
    with pytest.raises(AssertionError):
        spy.get("consented")


def test_the_day_of_the_facts_is_that_of_the_first_contact():
    later, earlier = {"started_at": "2026-02-01T09:00:00Z"}, {"started_at": "2025-12-31T23:00:00Z"}
    assert law.day_of_facts(document(contacts=[later, earlier])) == date(2025, 12, 31)
    opened = {"case": {"opened_at": "2024-05-06T00:00:00Z"}, "contacts": [{"started_at": "mal"}, {}]}
    assert law.day_of_facts(opened) == date(2024, 5, 6)
    assert law.day_of_facts({}) is None
