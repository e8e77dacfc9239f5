"""What keeps a case from being closed, and which stage of a file stands."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from lnctp_tui.domain.follow import closing, files
from lnctp_tui.domain.records.document import empty
from lnctp_tui.storage.protocol import protocol_loader

CARRIED = {"id": "f", "number": "CI/TLX/0001/2026"}


@pytest.mark.parametrize(
    ("member", "record", "blocker"),
    [
        ("tasks", {"kind": "callback", "status": "open"}, "tasks"), ("tasks", {"kind": "review"}, "tasks"),
        ("referrals", {"status": "sent"}, "referrals"), ("referrals", {"status": "accepted"}, "referrals"),
        ("contacts", {"direction": "out"}, "result"), ("files", CARRIED, "file"),
    ],
)  # fmt: skip
def test_each_open_point_stands(member: str, record: dict[str, Any], blocker: str) -> None:
    assert closing.may_close(empty(), "atendido") == ()
    assert blocker in closing.may_close(empty() | {member: [record]}, "atendido")


def test_what_is_urgent_is_reviewed_before_it_is_closed() -> None:
    urgent = empty() | {"case": {"triage": "urgent_24h"}}
    assert closing.may_close(urgent, "atendido") == ("review",)
    assert closing.may_close(urgent | {"tasks": [{"kind": "review", "status": "done"}]}, "atendido") == ()
    remarked = urgent | {"case": {"triage": "urgent_24h", "supervisor_remarks": "revisado"}}
    assert closing.may_close(remarked, "atendido") == ()


def test_nobody_is_unreachable_before_the_attempts_were_made() -> None:
    tried = {"direction": "out", "result": "no_contesta"}
    assert closing.may_close(empty() | {"contacts": [tried] * 4}, "sin_contacto") == ("attempts",)
    assert closing.may_close(empty() | {"contacts": [tried] * 5}, "sin_contacto") == ()
    assert closing.may_close(empty() | {"contacts": [tried]}, "atendido") == ()


def test_two_values_and_what_the_protocol_asks_stand_too() -> None:
    assert closing.may_close(empty(), "atendido", disputed=True, debt=True) == ("conflicts", "debt")


def test_a_finished_file_keeps_nothing_open() -> None:
    ended = {"file_id": "f", "stage": "sentencia", "on": "2027-01-01", "id": "a"}
    assert closing.may_close(empty() | {"files": [CARRIED], "file_stages": [ended]}, "atendido") == ()


def test_the_greatest_date_and_id_is_the_stage_whatever_came_first() -> None:
    stages = [
        {"file_id": "f", "id": id_, "on": on, "stage": stage}
        for id_, on, stage in [("1", "2026-03-03", "denuncia"), ("2", "2026-03-05", "carpeta"), ("0", None, "juicio"),
                               ("3", "2026-03-05", "judicializada")]
    ]  # fmt: skip
    others = [{"file_id": "g", "id": "9", "on": "2030", "stage": "sentencia"}]
    for order in permutations(stages):
        assert files.stage_of(CARRIED, [*order, *others]) == "judicializada"
    assert files.stage_of(CARRIED | {"stage": "carpeta"}, others) == "carpeta"


def test_a_file_counts_once_however_its_number_is_written() -> None:
    assert files.number_key("CI/tlx-0001 /2026") == files.number_key("citlx00012026") == "CITLX00012026"
    assert files.number_key(" - ") is None
    shared = [{"number": "CI/1", "entity": "MX-TLA", "id": "a"}, {"number": "ci 1", "entity": "MX-TLA", "id": "b"},
              {"number": "ci 1", "entity": "MX-PUE", "id": "c"}, {"id": "d"}, {"id": "e"}]  # fmt: skip
    assert [row["id"] for row in files.counted_once(shared)] == ["a", "c", "d", "e"]


def test_of_one_day_the_later_stage_stands_and_every_stage_has_its_place() -> None:
    of_day = [{"id": id_, "file_id": "f", "on": "2026-03-03", "stage": stage}
              for id_, stage in (("z", "denuncia"), ("a", "carpeta"), ("y", "denuncia"))]  # fmt: skip
    for order in permutations(of_day):
        assert files.stage_of({"id": "f"}, order) == "carpeta"
    assert sorted(files.IN_ORDER) == sorted(protocol_loader.load().catalogs["file_stage"].by_code)
