"""Honest laptops while two attackers send all they can, on a server of its own. Attacks 37 and 38."""

from __future__ import annotations

from bench import attack


def test_nobody_is_locked_out_by_two_attackers(soak: bool) -> None:
    (measured,) = attack.attacked(60 if soak else 2)
    assert measured.detail["locked out"] == 0
    attackers = measured.detail["attackers"]
    assert sum(count for told, count in attackers.items() if told.endswith(("401", "429")))
    assert not any(told.endswith("500") for told in attackers)
    if soak:
        assert measured.reached, measured
