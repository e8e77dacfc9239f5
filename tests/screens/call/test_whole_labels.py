"""A label is never cut without standing whole somewhere on the same screen."""

from __future__ import annotations

from datetime import date

import pytest
from rich.cells import cell_len

from lnctp_tui.domain.assess import assess
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import empty
from lnctp_tui.i18n import pick
from lnctp_tui.storage.protocol.protocol_loader import load
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.elements import build
from lnctp_tui.widgets.form.question_lines import MARK, Question

TODAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load()


@pytest.mark.parametrize("width", [24, 38, 56])
def test_the_panel_says_every_element_dimension_and_question_whole(protocol: Protocol, width: int) -> None:
    answers = {f"{prefix}.{row.code}": "yes" for prefix in ("act", "means", "modality")
               for row in protocol.catalogs[prefix].rows}  # fmt: skip
    document = empty() | {"people": [{"id": "p", "role": "victim", "answers": answers}]}
    lines = build(assess.assess(document, protocol, today=TODAY), "p", protocol, width)
    text = "\n".join("".join(piece for piece, _name in line.pieces) for line in lines)
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= width
    said = " ".join(text.replace("▱", "").replace("▰", "").split())
    for prefix in ("act", "means", "modality"):
        assert pick(protocol.catalogs[prefix].rows[-1].label).split()[-1] in said


@pytest.mark.parametrize("width", [50, 76, 110])
def test_the_foot_of_a_checklist_says_its_question_whole(protocol: Protocol, width: int) -> None:
    rows = [row for catalog in (*protocol.catalogs.values(), protocol.indicators) for row in catalog.rows
            if len(pick(row.label)) < 120]  # fmt: skip
    field = next(field for _stage, field in protocol.fields)
    found = Checklist(field, "Lista", [Question(row.code, pick(row.label)) for row in rows[:400]])
    room = found.lines.foot_room(width)
    for question in found.questions:
        assert len(wrap(question.explained(""), room)) <= found.lines.foot_height(width), question.label


@pytest.mark.parametrize("width", [50, 74, 110])
def test_a_checklist_cuts_no_label(protocol: Protocol, width: int) -> None:
    field = next(field for _stage, field in protocol.fields)
    for rows in (*(each.rows for each in protocol.catalogs.values()), protocol.indicators.rows):
        asked = [Question(row.code, pick(row.label), unverified=row.unverified) for row in rows[:120]]
        found = Checklist(field, "Lista", asked)
        lines = found.lines.at(width)
        room = found.lines.cell(width) - MARK
        assert [place for line in lines for place in line.cells] == list(range(len(asked)))
        said: dict[int, list[str]] = {}
        for line in lines:
            for place, text in zip(line.of, line.texts, strict=True):
                assert cell_len(text) <= room
                said.setdefault(place, []).append(text)
        for place, question in enumerate(asked):
            whole, label = "".join(" ".join(said[place]).split()), "".join(question.label.split())
            assert whole in ((f"{label}(*)", f"{label}*") if question.unverified else (label,))
