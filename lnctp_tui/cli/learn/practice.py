"""`lnctp practice`: a practice call on a throw-away vault, the list, the check of a scenario, the tries of before."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lnctp_tui import programs
from lnctp_tui.cli import output, session
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.i18n import N_, _, language, pick

if TYPE_CHECKING:
    from lnctp_tui.domain.practice.scenario import Scenario

LIST, CHECK, PLAY, REVIEWS, NEW = "list", "check", "play", "reviews", "new"
PREFIX = "lnctp-practice-"
"""Of the folder of a practice, among temporary ones."""
LEFT = 86_400.0
"""Seconds after which no practice goes on."""
STEP = 5.0
"""Seconds that pass from one line of `play` to the next."""


def practice(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help=N_("Qué practicar."))] = LIST,
    files: Annotated[list[Path] | None, typer.Argument(help=N_("Escenarios en archivo."))] = None,
    say: Annotated[
        Path | None,
        typer.Option("--say", metavar=N_("ARCHIVO"), help=N_("De «play»: qué se dice, por renglón.")),
    ] = None,
) -> None:
    if what == LIST:
        _list()
    elif what == CHECK:
        raise typer.Exit(_check(files or []))
    elif what == PLAY:
        _play(files or [], say)
    elif what == REVIEWS:
        _reviews(context)
    elif what == NEW:
        _new(files or [])
    else:
        before, first = _earlier()
        raise typer.Exit(_practise(what, before, first=first))


def _list() -> None:
    from lnctp_tui.services.practice import library

    for code in library.codes():
        scenario = library.load(code)
        output.say(f"{code:22}{scenario.level}  {scenario.minutes:>2.0f} min  {pick(scenario.title)}")


def _reviews(context: typer.Context) -> None:
    from lnctp_tui.screens.practice.share_words import line, title
    from lnctp_tui.services.case import transfer
    from lnctp_tui.services.practice import sharing, tries

    with session.opened(context) as workspace:
        rows, sent = tries.earlier(workspace.store), sharing.shared(workspace.store)
        names = transfer.names(workspace.store)
    if session.settings(context).json:
        told = [
            {name: value for name, value in row.items() if name not in ("heads", "extra")} for row in sent
        ]
        output.as_json({"tries": rows, "shared": told})
        return
    for row in sent:
        output.say(line(row, names))
    for row in rows:
        cut = _("cortada") if row.get("cut") else ""
        output.say(f"{row.get('on', '')}  {title(row):40}{row['points']:>3}  {cut}".rstrip())
    if not rows:
        output.tell(_("Todavía no hay prácticas en este equipo."))


def _earlier() -> tuple[list[dict[str, Any]], bool]:
    """The tries of before and whether there never was one, as the app on whose desk it was chosen said them.

    This process never has the real key; from a shell it is a first one as long as no result waits.
    """
    from lnctp_tui import launcher
    from lnctp_tui.services.practice import tries
    from lnctp_tui.services.vault import vault_access

    with suppress(ValueError, TypeError, KeyError):
        said = json.loads(os.environ[launcher.PRACTISED])
        return [*said["before"]], bool(said.get("first"))
    return [], not (vault_access.data_folder() / tries.FILE).exists()


def _new(files: list[Path]) -> None:
    """Write a scenario to begin with: a copy of the example, under another code, in a new file here."""
    from lnctp_tui.services.practice import library
    from lnctp_tui.storage import paths

    if len(files) != 1 or not library.NAMED(str(files[0])):
        raise typer.BadParameter(_("diga un código: letras minúsculas, cifras y guiones"), param_hint=NEW)
    target = Path(f"{files[0]}{library.SUFFIX}")
    try:
        paths.write_new(target, library.begun(str(files[0])).encode())
    except FileExistsError:
        raise BadInput("file_exists", name=target.name) from None
    output.say(
        _("Escrito en {name}. Cámbielo y ejecute «lnctp practice check {name}».").format(name=target.name)
    )


def _play(files: list[Path], say: Path | None) -> None:
    """What a caller answers to lines of a file or of standard input, `STEP` seconds apart. For authors."""
    from lnctp_tui.domain.practice.caller import Caller
    from lnctp_tui.services.practice import library

    for path in files[:1]:
        known = path.suffix == library.SUFFIX
        caller = Caller(library.read(path) if known else library.load(path.name), library.intents())
        heard, at = caller.begin(), 0.0
        said = say.read_text(encoding="utf-8") if say else sys.stdin.read()
        for line in ["", *said.splitlines()]:
            if line:
                output.say(f"> {line}")
                heard = caller.hear(line, at)
            for spoken in heard:
                output.say(f"{spoken.text}   ({caller.mood} {caller.trust})")
            at += STEP


def _check(files: list[Path]) -> int:
    """Check files, or all scenarios of the package; 1 when something does not fit."""
    from lnctp_tui.services.practice import library

    wrong = 0
    for path in files:
        try:
            wrong += _findings(library.read(path), path)
        except library.ScenarioFault as fault:
            wrong += 1
            line = library.line_of(path, fault.where)
            output.say(f"{path.name}:{line} {fault.where}: {_reason(fault.reason, {'name': fault.detail})}")
    wrong += sum(_findings(library.load(code), None) for code in library.codes() if not files)
    output.tell(_("Nada que corregir.") if not wrong else _("Hay que corregir: {count}.").format(count=wrong))
    return 1 if wrong else 0


def _findings(scenario: Scenario, path: Path | None) -> int:
    from lnctp_tui.domain.practice.check import check
    from lnctp_tui.services.practice import library
    from lnctp_tui.services.vault import vault_access, workspace
    from lnctp_tui.storage import instants

    protocol = workspace.load_protocol(vault_access.data_folder())
    count = 0
    for finding in check(scenario, library.intents(), protocol, today=instants.today("UTC")):
        count += 1
        name = path.name if path else f"{scenario.code}.toml"
        line = library.line_of(path, finding.where) if path else 1
        other = f"answer {finding.facts.get('other')}"
        facts = {**finding.facts, "line": library.line_of(path, other) if path else 1}
        output.say(f"{name}:{line} {finding.where}: {_reason(finding.reason, facts)}")
    return count


def _reason(code: str, facts: dict[str, object]) -> str:
    from lnctp_tui.i18n.of_practice import FINDINGS

    return _(FINDINGS.get(code, code)).format(**facts)


def _practise(code: str, before: list[dict[str, Any]], *, first: bool = False) -> int:
    from lnctp_tui import launcher
    from lnctp_tui.services.practice import library, throw_away, tries
    from lnctp_tui.services.vault import vault_access
    from lnctp_tui.storage import paths, removing

    own = Path(code).absolute() if code.endswith(library.SUFFIX) else None
    code = library.read(own).code if own else library.load(code).code
    if not (os.isatty(0) and os.isatty(1)):
        raise Refused("no_terminal")
    home = vault_access.data_folder()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    removing.after_us(folder)
    _sweep(folder)
    real = again = kept = False
    try:
        with ExitStack() as claims:
            if home.is_dir():  # a real call is open, or could be: no practice beside it
                claims.enter_context(paths.Instance(home))
            handed = throw_away.make(folder / "data", name=_("Práctica"), language=language())
            was, earlier = dict(os.environ), [row for row in before if row.get("scenario") == code][-3:]
            named = {"LNCTP_HOME": str(folder / "data"), "LNCTP_PRACTICE": code}
            named |= {
                "LNCTP_PRACTICE_EARLIER": json.dumps(earlier),
                "LNCTP_PRACTICE_FIRST": "1" if first else "",
            }
            named |= {"LNCTP_PRACTICE_FILE": str(own)} if own else {}
            exit_code = launcher.run(environment={**named, **handed})
            os.environ.clear()
            os.environ.update(was)
            result = tries.handed_back(folder)
            real, again = (folder / tries.REAL).exists(), (folder / tries.AGAIN).exists()
            kept = result is not None and home.is_dir() and tries.keep(home, result)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if result is not None and not real:
        _tell_end(result["points"], lost=home.is_dir() and not kept)
    if again and result is not None:
        return _practise(code if own is None else str(own), [*before, result])
    return _real_call(real=real) if real or launcher.PRACTISED in os.environ else exit_code


def _tell_end(points: int, *, lost: bool) -> None:
    output.tell(_("Práctica terminada: {points} puntos.").format(points=points))
    if lost:
        output.tell(
            _("El resultado no se guardó: abra «lnctp» una vez y las prácticas que sigan se guardan.")
        )


def _sweep(folder: Path) -> None:
    """Remove what a practice left whose laptop went dark: folders beside `folder`, a day older, that nobody holds."""
    from lnctp_tui.errors import LnctpError
    from lnctp_tui.storage import paths

    now = folder.stat().st_mtime
    for left in folder.parent.glob(f"{PREFIX}*"):
        with suppress(LnctpError, OSError):
            if now - left.stat().st_mtime > LEFT:
                with paths.Instance(left / "data"):
                    shutil.rmtree(left)


def _real_call(*, real: bool) -> int:
    """The launcher of the real vault, in place of this process; `real`: somebody is on the line."""
    from lnctp_tui import launcher
    from lnctp_tui.domain.practice import mark

    os.environ.pop(launcher.PRACTISED, None)
    if real:
        os.environ[mark.CALL] = "1"
    command = programs.command()
    os.execv(command[0], command)


COMMANDS = (("practice", practice, N_("Practica una llamada simulada; nada llega a los casos reales.")),)
