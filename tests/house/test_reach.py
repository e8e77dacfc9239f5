"""What a kind of record touches, counted on one: by whose name it is called, and where.

Which step of the way each file is: docs/decisions/032-a-form-is-a-declaration.md.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from lnctp_tui.domain.records.kinds import HANDOVER, KINDS, Column
from lnctp_tui.server.postgres.analyst import VIEWS
from lnctp_tui.widgets import declared

ROOT = Path(__file__).parents[2]
KIND = {
    "lnctp_tui/domain/records/kinds.py", "lnctp_tui/models/case.py", "lnctp_tui/i18n/of_records.py",
    "migrations/client/0009_handovers.py", "migrations/server/0010_handovers.py",
}  # fmt: skip
"""Its declaration, its table, its words, a migration a line."""
FORM = {"lnctp_tui/screens/case/handovers.py", "lnctp_tui/screens/registry.py"}
"""Its list and its form, and their names."""
COMMAND = {"lnctp_tui/cli/__init__.py"}
"""`lnctp handover` is of a shift, which is another kind: only the word is the same."""


def test_a_typed_kind_with_a_list_and_a_form_stands_in_these_files() -> None:
    names = {HANDOVER.table, HANDOVER.singular, *(column.name for column in HANDOVER.columns)} - {
        column.name for kind in KINDS if kind is not HANDOVER for column in kind.columns
    }
    pattern = re.compile(rf"(?<![a-z_])({'|'.join(sorted(names))})(?![a-z_])", re.IGNORECASE)
    listed = subprocess.run(
        ["git", "ls-files", "lnctp_tui/*.py", "migrations/*.py"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    ).stdout.split()  # fmt: skip
    mention = {path for path in listed if pattern.search((ROOT / path).read_text(encoding="utf-8"))}
    assert mention == KIND | FORM | COMMAND
    assert len(KIND) <= 5
    assert len(FORM) <= 3


def test_every_column_that_a_field_of_the_protocol_may_fill_has_a_field_in_a_form() -> None:
    def fills(column: Column) -> bool:
        return not (column.hidden or column.type in ("list", "object"))

    for kind in KINDS:
        names = [column.name for column in kind.columns if fills(column)]
        made = declared.fields(kind, *names) if set(names) <= set(declared.COLUMNS) else ()
        assert [field.code for field in made] == (names if made else []), kind.table
        assert made or kind.scope == "everybody", kind.table


def test_an_analyst_is_shown_printed_numbers_and_no_table_of_records() -> None:
    assert list(VIEWS) == ["published"]
    assert not any(
        re.search(rf"\b(data\.|{kind.table}\b)", shown) for shown in VIEWS.values() for kind in KINDS
    )
