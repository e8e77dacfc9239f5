"""A label is never cut without standing whole somewhere on the same screen."""

from __future__ import annotations

from datetime import date

import pytest

from lnctp_tui.domain import assess
from lnctp_tui.domain.document import empty
from lnctp_tui.domain.protocol import Protocol
from lnctp_tui.i18n import pick
from lnctp_tui.storage.catalogs import load
from lnctp_tui.widgets.checklist import Checklist, Question
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.elements import build

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
    room = found._foot_room(width)
    for question in found.questions:
        assert len(wrap(found._said(question, ""), room)) <= found._foot_height(width), question.label
