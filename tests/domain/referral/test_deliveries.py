"""What left is written once, by who sent it, and nobody takes it back."""

from __future__ import annotations

from typing import Any

import pytest

from lnctp_tui.domain.records import bound, writing

VALUES = {
    "case_id": "caso", "referral_id": "canalizacion", "at": "2026-11-29T10:00:00.000000Z", "by_id": "ana",
    "format": "voice", "to_whom": "Casa Ceiba", "data": ["need"], "sha256": "0" * 64,
}  # fmt: skip
ROW, PATCH = bound.made("referral_deliveries", VALUES)


def allowed(patch: dict[str, Any], row: str = ROW, actor: str = "ana") -> bool:
    change = {"table": "referral_deliveries", "row": row, "device": "laptop", "actor": actor, "patch": patch}
    return writing.allowed(change, "supervisor", (actor,))


def test_who_sent_writes_it() -> None:
    assert allowed(PATCH)
    assert not allowed(PATCH, actor="luis"), "in somebody else's name"


@pytest.mark.parametrize(
    "patch",
    [{"data": []}, {"data": ["need", "name"]}, {"case_id": "otro"}, {"erased_at": "2026-11-29T11:00:00.000000Z"},
     {"nuevo": 1}, PATCH | {"erased_at": "2026-11-29T11:00:00.000000Z"}, PATCH | {"case_id": "otro"},
     PATCH | {"sha256": "1" * 64}],
)  # fmt: skip
def test_nobody_changes_moves_or_erases_it(patch: dict[str, Any]) -> None:
    assert not allowed(patch)
