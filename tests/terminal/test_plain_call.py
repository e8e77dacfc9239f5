"""Calls line by line, in a real terminal: the bytes that it gets, what the disk holds, and what a slip does."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from counts import SOAK
from pty_app import LNCTP, PHRASE, PtyApp
from test_whole_calls import documents

from lnctp_tui.app_lock import LOCKED, LockWatch
from lnctp_tui.cli.plain import worker
from lnctp_tui.cli.plain.terminal import LOCK, Leave, Terminal, Typed

PLAIN = (*LNCTP, "call", "--plain")


class Lines(PtyApp):
    """The command as somebody hears it: what was said since the last line that was typed."""

    def __init__(self, home: Path, *command: str) -> None:
        super().__init__(*(command or PLAIN), home=home, rows=24, columns=80)
        self.heard = 0

    @property
    def new(self) -> str:
        """In one line: a sentence goes on in the next line of the terminal."""
        return self.raw[self.heard :].decode("utf-8", "replace").replace("\r\n", " ")

    def hear(self, *words: str) -> Lines:
        self.until(lambda: all(word in self.new for word in words), f"{words} in {self.new!r}")
        return self

    def line(self, text: str, *words: str) -> Lines:
        """Types a line by hand once all is quiet; waits for what is then said."""
        self.settle(0.1)
        self.heard = len(self.raw)
        self.send(text + "\r")
        return self.hear(*words)

    def key(self, key: str, *words: str) -> Lines:
        """Presses a key that is no line; waits for what is then said."""
        self.settle(0.1)
        self.heard = len(self.raw)
        self.send(key)
        return self.hear(*words)

    def begun(self) -> Lines:
        self.hear("Frase: ")
        return self.line(PHRASE, "Llamada nueva", "relato")

    def moves_nothing(self) -> None:
        """No escape, no C1, no Backspace, no return without its line end: nothing but text in lines."""
        raw = bytes(self.raw)
        assert not re.search(rb"[\x00-\x07\x08\x0b-\x0c\x0e-\x1f\x7f]", raw)
        assert not re.search(rb"\r(?!\n)", raw)
        assert not re.search("[\x80-\x9f]", raw.decode())


def test_the_mother_from_apizaco_in_lines(home: Path, phrase_file: Path) -> None:
    with Lines(home) as app:
        app.begun()
        app.line("Mi hija de 15 se fue con el novio, está en un hotel en Puebla", "relato")
        app.line(".", "orden: ").line("1", "Víctima o alguien que conoce", "orden: ")
        app.line("f estado desde donde", "una parte del nombre: ").line("tlaxcala", "Tlaxcala", "orden: ")
        app.line("f municipio desde", "una parte del nombre: ").line("apizaco", "Apizaco", "orden: ")
        app.line("f edad", "Cuántos años").line("15", "Edad: 15", "orden: ")
        app.line("f seguridad ahora", "a: Puede hablar con seguridad ahora", "letra")
        app.line("a", "s, n, ?, r: ").line("s", "orden: ")
        app.line("f8", "LEA EN VOZ ALTA", "l anota")
        card = app.new
        app.line("", "No se anotó ningún aviso al 911")
        assert "PREGUNTE AHORA" in card.split("Llama desde")[0]
        assert "Apizaco" in card.split("Llama desde")[1]
        app.line("f ocurriendo ahora", "s, n, ?, r: ").line("s", "Ahora: EMERGENCIA", "orden: ")
        app.line("f8", "l anota").line("l", "Se avisó al 911")
        app.line("f9", "queda abierto en el escritorio", "Sin clasificar", "cierre: ")
        app.line("terminar", "La llamada terminó", "salir: ")
        app.line("salir")
        assert app.end() == 0
        app.moves_nothing()
    (found,) = documents(home, phrase_file)
    case, (contact,) = found["case"], found["contacts"]
    assert (case["status"], case["triage"], case.get("report_class")) == ("open", "emergency", None)
    assert case["answers"]["escalated.911"]
    assert (contact["state"], contact["municipality"], contact["kind"]) == ("MX-TLA", "29005", "victim")
    assert contact["narrative"] == "Mi hija de 15 se fue con el novio, está en un hotel en Puebla"
    assert contact["ended_at"]
    assert found["places"] == []
    assert [each["age_min"] for each in found["people"]] == [15]


def test_help_says_how_to_ask_and_the_line_goes_on(home: Path, phrase_file: Path) -> None:
    with Lines(home) as app:
        app.begun().settle(0.1)
        app.send("Dice que no")
        app.key("\x1bOP", "Para qué: Lo que cuenta", "Fuente: OMS 2011", "Dice que no")
        app.line(" la dejan salir", "relato").line(".", "orden: ")
        app.line("f edad", "Cuántos años").settle(0.1)
        app.send("~1")
        app.key("\x1b[11~", "Así no: «Es mayor de edad", "Edad: ~1")
        app.line("7", "Edad: ~17", "orden: ")
        app.line("f1", "Para qué: De una persona menor").line("?", "f1: para qué es", "orden: ")
        app.line("f retener", "s, n, ?, r: ").line("f1", "Quiere decir: Impedir", "s, n, ?, r: ")
        app.line("", "orden: ").line("salir", "¿Dejarla sin terminar?").line("s", "salir: ")
        app.line("salir")
        assert app.end() == 0
        app.moves_nothing()
    contact = contact_of(home, phrase_file)
    assert contact["narrative"] == "Dice que no la dejan salir"
    assert [person["age_min"] for person in contact["people"]] == [17]


def contact_of(home: Path, phrase_file: Path) -> dict[str, Any]:
    (found,) = documents(home, phrase_file)
    (contact,) = found["contacts"]
    return {**contact, "case": found["case"], "people": found["people"]}


def test_no_slip_decides_and_no_end_of_the_process_loses_a_half_line(home: Path, phrase_file: Path) -> None:
    with Lines(home) as app:
        app.begun()
        hostile = "\x1b[2J\x1b]0;título\x07 \x9b5A \u202eoculto"
        app.line("uno\rf9\rterminar\r8\r" + hostile + "\r.\rdos", "[2J")
        app.line(".", "orden: ").line("1", "Víctima")
        app.line("8\rf9\rterminar\rterminar", "ninguno se obedece").settle(0.1)
        app.line("f ocurriendo ahora", "s, n").line("s", "Ahora: ")
        for slip in ("", "k", "zz", "", "ñ"):
            app.line(slip, "orden: ")
        app.line("f9", "cierre: ")
        for slip in ("", *("abdeghjknoqruwxyz" if SOAK else ""), "t", "s", "terminar\rterminar"):
            app.line(slip, "cierre: ")
        app.key("\x03", "cierre: ").line("v", "orden: ").line("d", "no se descarta")
        app.key("\x03", "La llamada sigue").key("\x04", "orden: ").key("\x1b[A")
        app.line("f edad", "Edad: ").send("1").settle(0.1).send("\x03").hear("No se guardó", "«1»")
        app.line("f8", "l anota").key("\x03", "No se anotó")
        app.line("ahora dice que él llegó", "quedó escrito en el relato").rest(0.8)
        app.line("r", "relato: ").line("primer renglón", "relato: ")
        app.send("a medio cami").rest(1.0)
        worker = app.workers[-1]
        os.kill(worker, signal.SIGKILL)
        app.heard = len(app.raw)
        app.hear("Frase: ").line(PHRASE, "Sigue la llamada", "relato: a medio cami")
        app.send("no\r").settle(0.1)
        app.line(".", "orden: ").line("f alias").settle(0.1)
        if "letra" in app.new:
            app.line("a").settle(0.1)
        app.send("Ána\x7f\x7f\x7f\x7fAna de ").rest(0.8).heard = len(app.raw)
        app.send("\x0c").hear("Frase: ")
        assert len(app.workers) == 1
        assert "Ana" not in app.text
        app.line("equivocada", "Frase: ").line(PHRASE, "Sigue la llamada", "Ana de ")
        assert PHRASE not in app.new
        app.send("Prueba\r").hear("Ana de Prueba", "orden: ")
        app.line("r", "relato: ").send("tercero").rest(0.5)
        app.moves_nothing()
        app.close_window()
    contact = contact_of(home, phrase_file)
    lines = contact["narrative"].split("\n")
    assert lines[:4] == ["uno", "f9", "terminar", "8"]
    assert lines[5:7] == [".", "dos"]
    assert "\x1b" not in contact["narrative"]
    assert lines[7:11] == ["8", "f9", "terminar", "terminar"]
    assert lines[11:] == ["ahora dice que él llegó", "primer renglón", "a medio camino", "tercero"]
    assert contact["kind"] == "victim"
    assert (contact["case"]["status"], contact["case"].get("report_class")) == ("open", None)
    assert not contact.get("ended_at")
    assert not contact["case"]["answers"].get("escalated.911")
    assert "Ana de Prueba" in str(contact["people"])


@pytest.mark.parametrize("came", ["él la ", "él la \x7f \x0cfrase secreta\r", "\x0cfrase secreta\r"])
def test_the_lock_is_heard_in_whatever_it_comes_with(came: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    terminal = Terminal()
    monkeypatch.setattr(terminal, "_write", shown.append)
    monkeypatch.setattr(terminal, "_next", lambda *_, **__: came if LOCK in came else came + LOCK)
    assert terminal.ask("relato: ") == Typed(key="lock")
    assert terminal.rest in ("", "él la ")
    assert "secreta" not in "".join(shown)


def test_a_line_that_was_ended_is_taken_before_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(terminal, "_write", lambda _text: None)
    for characters in (b"primera\r", b"y m\x0c"):
        terminal._came.put((1.0, characters))
    assert terminal.ask("relato: ") == Typed(("primera",))
    assert terminal.ask("relato: ") == Typed(key="lock")
    assert terminal.rest == "y m"


def test_five_quiet_minutes_lock_and_a_key_puts_it_off() -> None:
    now = [0.0]
    run = worker._Run(Terminal())
    run.watch = LockWatch({"monotonic": lambda: now[0], "wall": lambda: now[0]}, idle_minutes=5)
    run.terminal.touched = run.watch.touch
    well = cast("Any", SimpleNamespace(writer=SimpleNamespace(health=SimpleNamespace(trouble=None))))
    for _second in range(29):
        now[0] += 10
        run._tick(well)
    run.terminal.touched()
    now[0] += 20
    run._tick(well)
    for _second in range(27):
        now[0] += 10
        run._tick(well)
    now[0] += 10
    with pytest.raises(Leave) as left:
        run._tick(well)
    assert left.value.code == LOCKED
