"""Calls line by line, in a real terminal: the bytes that it gets, what the disk holds, and what a slip does."""

from __future__ import annotations

import re
from pathlib import Path

from pty_app import LNCTP, PHRASE, PtyApp
from test_whole_calls import documents

PLAIN = (*LNCTP, "call", "--plain")


class Lines(PtyApp):
    """The command as somebody hears it: what was said since the last line that was typed."""

    def __init__(self, home: Path, *command: str) -> None:
        super().__init__(*(command or PLAIN), home=home, rows=24, columns=80)
        self.heard = 0

    @property
    def new(self) -> str:
        return self.raw[self.heard :].decode("utf-8", "replace")

    def hear(self, *words: str) -> Lines:
        self.until(lambda: all(word in self.new for word in words), f"{words} in {self.new!r}")
        return self

    def line(self, text: str, *words: str) -> Lines:
        """Types a line by hand once all is quiet; waits for what is then said."""
        self.settle(0.1)
        self.heard = len(self.raw)
        self.send(text + "\r")
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
