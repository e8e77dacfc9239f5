"""CTDC in its three versions: only of who agreed, and a missing answer is never a no."""

from __future__ import annotations

from pathlib import Path

import pytest
from exchange_office import PARTNER, REASON, case, read

from lnctp_tui.domain.exchange import ctdc
from lnctp_tui.services.exchange.outgoing import sheets
from lnctp_tui.services.exchange.outgoing.sheets import Order
from lnctp_tui.services.vault.workspace import Workspace

SAID = {
    "role": "victim", "age_min": 17, "age_max": 17, "gender": "femenino", "nationality": "GT",
    "relation_to_trafficker": "pareja", "answers.modality.prostitucion_ajena_explotacion_sexual": "yes",
    "answers.violence.fisica": "yes", "answers.violence.sexual": "no", "answers.indicator.rec_debt_bondage": "no",
}  # fmt: skip
PLACE = {"role": "destino", "country": "MX", "venue": "hotel"}


def test_each_version_has_its_columns_and_words(workspace: Workspace, tmp_path: Path) -> None:
    case(
        workspace,
        ("people", SAID),
        ("people", {"role": "group", "headcount": 9}),
        ("places", PLACE),
        consent_share="yes",
    )
    case(workspace, ("people", SAID), consent_share="no")
    case(workspace, ("people", SAID))
    rows = {}
    for version in ctdc.VERSIONS:
        made = sheets.make_ctdc(
            workspace, Order(PARTNER, REASON, tmp_path / f"{version}.csv", version=version)
        )
        assert (made.rows, made.cases) == (1, 1)
        (rows[version],) = read(tmp_path / f"{version}.csv")
    v6, v2021, v2024 = (rows[version] for version in ctdc.VERSIONS)
    assert [len(row) for row in (v6, v2021, v2024)] == [62, 37, 27]
    wanted = {
        "yearOfRegistration": "2026", "datasource": "Hotline", "gender": "Female", "ageBroad": "9--17",
        "majorityStatus": "Minor", "citizenship": "GT", "CountryOfExploitation": "MX", "isForcedMilitary": "-99",
        "meansOfControlPhysicalAbuse": "1", "meansOfControlSexualAbuse": "0", "meansOfControlDebtBondage": "-99",
        "isSexualExploit": "1", "isForcedLabour": "-99", "typeOfLabourHospitality": "-99", "typeOfSexProstitution": "1",
        "RecruiterRelationship": "IntimatePartner", "meansOfControlConcatenated": "PhysicalAbuse",
    }  # fmt: skip
    assert {name: v6[name] for name in wanted} == wanted
    cut = ("citizenship", "meansOfControlPsychoactiveSubsta", "gender")
    assert [v2021[name] for name in cut] == ["GTM", "", "Female"]
    assert (v2024["gender"], v2024["meansAbusePsyPhySex"], v2024["meansDrugsAlcohol"]) == ("Woman", "1", "")
    assert not any("2026-" in text for text in v6.values())


BANDS = {
    (17, 17): "9--17", (18, 20): "18--20", (17, 18): "", (48, 60): "48+", (0, 8): "0--8", (None, 17): "",
    (30, None): "30--38",
}  # fmt: skip


@pytest.mark.parametrize(("ages", "band"), BANDS.items())
def test_an_age_is_in_one_band_or_in_none(ages: tuple[int | None, int | None], band: str) -> None:
    assert ctdc.band(*ages) == band
