"""What a terminal sends, byte by byte, and the keys that it means."""

from __future__ import annotations

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish
from test_typed_ahead import intake, quiet
from textual import events
from textual.message import Message
from workspaces import Founded

from lnctp_tui import app_bytes
from lnctp_tui.app_bytes import TerminalParser

__all__ = ["furnished", "furnished_template", "spanish"]
SEQUENCES = {
    "\x1b[A": "up", "\x1bOA": "up", "\x1bOP": "f1", "\x1b[19~": "f8", "\x1b[Z": "shift+tab",
    "\x1b[5~": "pageup", "\x1b[1;5C": "ctrl+right", "\x1b[3~": "delete",
}  # fmt: skip


def read(*chunks: str, parser: TerminalParser | None = None) -> list[Message]:
    parser = parser or TerminalParser()
    found: list[Message] = []
    for chunk in chunks:
        found += [each for each in parser.feed(chunk) if isinstance(each, events.Key | events.Paste)]
    return found


def keys(found: list[Message]) -> list[tuple[str, str | None]]:
    return [(each.key, each.character) for each in found if isinstance(each, events.Key)]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1", "1"), ("8", "8"), ("b", "b"), ("f", "f"), ("z", "z"), ("R", "R"), ("O", "O"), ("ñ", "ñ"), ("á", "á"),
        ("Ñ", "Ñ"), ("?", "question_mark"), ("/", "slash"), ("\r", "enter"), ("\t", "tab"), ("\x7f", "backspace"),
        (" ", "space"), ("\x0c", "ctrl+l"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("together", [True, False])
def test_esc_and_a_key_at_once_are_esc_and_then_the_key(typed: str, key: str, together: bool) -> None:
    parser = TerminalParser()
    found = read(*(["\x1b" + typed] if together else ["\x1b", typed]), parser=parser)
    if parser._timeout_time is not None:  # `O` may begin a sequence: it waits
        parser._timeout_time = 0.0
        found += list(parser.tick())
    assert [each for each, _character in keys(found)] == ["escape", key]
    assert found[1].character in (typed, None)  # type: ignore[attr-defined]


def test_esc_and_a_word_typed_at_once_keep_every_letter() -> None:
    assert (
        "".join(str(said) for _key, said in keys(read("\x1bhola, ¿qué tal? " * 4)))
        == "\x1bhola, ¿qué tal? " * 4
    )


def test_two_escs_are_two_keys_and_an_arrow_after_one_is_an_arrow() -> None:
    assert [key for key, _said in keys(read("\x1b\x1b1"))] == ["escape", "escape", "1"]
    assert [key for key, _said in keys(read("\x1b\x1b[A"))] == ["escape", "up"]


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_the_keys_of_a_terminal_are_read_wherever_a_read_cuts_them(sequence: str) -> None:
    for cut in range(1, len(sequence)):
        assert [key for key, _said in keys(read(sequence[:cut], sequence[cut:]))] == [SEQUENCES[sequence]]
    assert [key for key, _said in keys(read(*sequence))] == [SEQUENCES[sequence]]
    assert [key for key, _said in keys(read(f"a{sequence}b"))] == ["a", SEQUENCES[sequence], "b"]


def test_a_marked_paste_stays_one_paste_wherever_a_read_cuts_it() -> None:
    text = "\x1b[200~una\r\ndos\rtres\n\x1b[201~"
    for cut in range(1, len(text)):
        found = read(text[:cut], text[cut:], "x")
        assert [each.text for each in found if isinstance(each, events.Paste)] == ["una\r\ndos\rtres\n"]
        assert keys(found) == [("x", "x")]


def test_a_line_end_between_words_of_one_burst_is_no_key_of_a_hand() -> None:
    for ends in ("\r", "\n", "\r\n"):
        text = f"una{ends}dos"
        for cut in range(len(text)):
            found = keys(read(text[:cut] or "u", text[cut:] if cut else text[1:]))
            assert found[3] == ("enter", app_bytes.LINE_END), (ends, cut)
            assert len(found) == 7


def test_enter_after_a_word_and_enter_between_slow_keys_are_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(app_bytes, "monotonic", lambda: now[0])
    parser = TerminalParser()
    found = read("ana", parser=parser)
    now[0] += 0.06
    found += read("\r", parser=parser)
    now[0] += 0.06
    found += read("eva\r", parser=parser)
    now[0] += 0.06
    found += [each for each in parser.tick() if isinstance(each, events.Key)]
    assert [said for _key, said in keys(found)] == [*"ana", "\r", *"eva", "\r"]


async def test_lines_pasted_without_marks_stay_in_the_field(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        app.post_message(events.Key("n", "n"))
        await quiet(app, pilot)
        for each in read("relato uno\rrelato dos"):
            app.post_message(each)
        await quiet(app, pilot)
        call = intake(app)
        assert call.record(call.contact)["narrative"] == "relato uno\nrelato dos"
        for each in [events.Key("f3", None), *read("palabra clave"), events.Key("enter", "\r")]:
            app.post_message(each)
        await quiet(app, pilot)
        for each in read("sandía\rroja\r\nmadura"):
            app.post_message(each)
        await quiet(app, pilot)
        await rest(pilot)
        assert intake(app).document["case"]["code_word"] == "sandía roja madura"
