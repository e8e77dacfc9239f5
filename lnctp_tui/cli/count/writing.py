"""A counted report where a person or a program wants it: the screen or a new private file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from lnctp_tui.cli import output
from lnctp_tui.cli.count.report import DRAWN, Wish
from lnctp_tui.i18n import _, spoken

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.domain.report.result import Report


def write(made: Report, protocol: Protocol, wish: Wish) -> None:
    """The report in the format asked for."""
    from lnctp_tui.reports.render import data, phrases
    from lnctp_tui.reports.words import Words
    from lnctp_tui.storage import instants

    words = Words(protocol, wish.language)
    with spoken(wish.language):
        if wish.form in DRAWN:
            drawn(made, protocol, wish)
        elif wish.form == "json":
            document = data.as_json(made, wish.definitions, words)
            document |= {"about": phrases.scope(made), "counted_at": instants.iso(instants.now())}
            content(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE), wish.out)
        elif wish.form == "csv":
            content(data.as_csv(made, wish.definitions, words).encode(), wish.out)
            output.tell(phrases.scope(made))
        else:
            text = "".join(f"{output.shown(line)}\n" for line in lines(made, words, wish))
            content(text.encode(), wish.out)


def drawn(made: Report, protocol: Protocol, wish: Wish) -> None:
    """A page or a PDF, by what the extra `report` brings. Raises Refused `typesetter_failed`."""
    from lnctp_tui.reports.render import drawn as drawing
    from lnctp_tui.reports.render import phrases

    content(
        drawing.document(made, wish.definitions, protocol, wish.language, wish.form, phrases.scope(made)),
        wish.out,
    )


def lines(made: Report, words: object, wish: Wish) -> Iterator[str]:
    """The report as text."""
    from lnctp_tui.reports.render import phrases, plain
    from lnctp_tui.reports.words import Words

    assert isinstance(words, Words)
    yield f"{_('Informe')} {period(made.start, made.end)}"
    yield phrases.scope(made)
    if not made.reports:
        yield phrases.empty(made)
    under = {note for table in made.tables for note in table.notes}
    for table, definition in zip(made.tables, wish.definitions, strict=True):
        yield ""
        yield from plain.lines(table, definition, words)
    if wish.notes:
        yield ""
        yield _("Otras notas")
        from lnctp_tui.reports import printed

        for note in printed.notes():
            if note not in under:
                yield from plain.noted(note, words)


def period(start: date, end: date) -> str:
    """Both days."""
    return _("{start} a {end}").format(start=start.isoformat(), end=end.isoformat())


def blanks(made: Report, protocol: Protocol, wish: Wish) -> None:
    """Which question would fill most blanks."""
    from lnctp_tui.reports import blanks as counting
    from lnctp_tui.reports.render import phrases
    from lnctp_tui.reports.words import Words

    words = Words(protocol, wish.language)
    blanks_found = counting.first(made)
    with spoken(wish.language):
        if wish.form == "json":
            output.as_json([blank._asdict() for blank in blanks_found])
            return
        output.say(phrases.scope(made))
        for blank in blanks_found:
            name, unit = words.of("dimension", blank.dimension), words.of("unit", blank.unit)
            output.say(
                _("{unknown} de {count} {unit} sin {name} ({tables})").format(
                    unknown=f"{blank.unknown:,}",
                    count=f"{blank.of:,}",
                    unit=unit,
                    name=name,
                    tables=", ".join(blank.tables),
                )
            )
            output.say(
                "    " + ", ".join(f"{words.of('part', part)} {count:,}" for part, count in blank.parts)
            )


def content(written: bytes, out: Path | None) -> None:
    """To the screen, or to a new file that only its owner reads. Raises as `handing_out.place`, StorageFailed."""
    import sys

    from lnctp_tui.services.case import handing_out

    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
        return
    handing_out.hand_out(handing_out.named(out), written)
    output.say(_("Escrito en {name}.").format(name=out.name))
