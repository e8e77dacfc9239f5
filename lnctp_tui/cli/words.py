"""The words that Typer itself says, in the counselor's language, and the options that every command has."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from copy import copy
from io import StringIO
from typing import Annotated, Any

import typer
from typer import rich_utils
from typer.core import TyperGroup

from lnctp_tui.i18n import N_, _, language

UsageError: Any = typer.BadParameter.__mro__[1]
"""What Typer raises for arguments it does not understand; exit code 2."""

HELP = N_("Muestra esta ayuda y termina.")
COMPLETION = {
    "install_completion": N_("Instala el completado de órdenes en esta terminal."),
    "show_completion": N_("Muestra el completado de órdenes, para copiarlo."),
}
_PANELS = {
    "ARGUMENTS_PANEL_TITLE": "Argumentos",
    "OPTIONS_PANEL_TITLE": "Opciones",
    "COMMANDS_PANEL_TITLE": "Órdenes",
    "REQUIRED_LONG_STRING": "[obligatorio]",
    "DEFAULT_STRING": "[de fábrica: {}]",
}
_SAID = (
    (r"Missing argument '(.*)'\.(?: .*)?", "Falta el argumento {0}."),
    (r"Missing option '(.*)'\.(?: .*)?", "Falta la opción {0}."),
    (r"Missing parameter: (.*)", "Falta el dato {0}."),
    (r"Missing command\.", "Falta la orden."),
    (r"No such option: (.*?)[ .]*Did you mean (.*?)\?", "No existe la opción {0}. ¿Quiso decir {1}?"),
    (r"No such option: (.*?)\s*\(Possible options: (.*)\)", "No existe la opción {0}. ¿Quiso decir {1}?"),
    (r"No such option: (.*)", "No existe la opción {0}."),
    (r"No such command '(.*?)'\. Did you mean (.*)\?", "No existe la orden {0}. ¿Quiso decir {1}?"),
    (r"No such command '(.*)'\.", "No existe la orden {0}."),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", "Sobra: {0}."),
    (r"Option '(.*)' requires (?:an argument|\d+ arguments)\.", "La opción {0} necesita un valor."),
    (r"Option '(.*)' does not take a value\.", "La opción {0} no lleva valor."),
    (r"Invalid value for '?(.*?)'?: (.*)", "Valor no válido en {0}: {1}"),
    (r"Invalid value: (.*)", "Valor no válido: {0}"),
    (r"(?:File|Path|Directory|Value) '(.*)' does not exist\.", "{0} no existe."),
    (r"Value '(.*)' is not a valid (?:int|integer)\.", "«{0}» no es un número entero."),
    (r"Input should be a valid integer.*", "debe ser un número entero."),
    (r"Input should be greater than or equal to (\d+).*", "debe ser {0} o más."),
    (r"(?:Value error, )?'(.*)' is not one of (.*?)\.?", "«{0}» no es uno de: {1}."),
    (r"(.*) completion installed in (.*)", "Completado de {0} instalado en {1}."),
    (
        r"Completion will take effect once you restart the terminal",
        "Funciona en cada terminal que se abra desde ahora.",
    ),
    (r"Shell .* not supported\.", "Esta terminal no tiene completado; sí bash, zsh, fish y PowerShell."),
)
"""English of Typer and its click → Spanish."""

_TYPES = {"<bool>": None, "<str>": "<texto>", "<list[str]>": "<texto>", "<path>": "<archivo>",
          "<int range>": "<número>"}  # fmt: skip
"""What Typer calls a kind of value → how the help says it; a flag takes none."""

Keep = Callable[[typer.Context, str, Any], None]


def dress(command: Any, keep: Keep) -> None:
    """Gives a command and those below it the common options, and their help the language in use."""
    _dress(command, _common_options(keep))


def _dress(command: Any, common: list[Any]) -> None:
    command.help = _(command.help) if command.help else command.help
    command.short_help = _(command.short_help) if command.short_help else command.short_help
    if language() == "es":
        command.options_metavar = "[OPCIONES]"
    for each in command.params:
        if each.name in COMPLETION and each.callback:
            each.callback = _in_own_words(each.callback)
        text = COMPLETION.get(each.name) or getattr(each, "help", None)
        if text:
            each.help = _(text)
    help_option = command.get_help_option(typer.Context(command))
    if help_option:
        help_option.help = _(HELP)
    command.params += map(copy, common)
    for each in (*command.params, *filter(None, (help_option,))):
        each.display_type = _typed(each.display_type)
        if each.metavar:
            each.metavar = _(each.metavar)
    if isinstance(command, TyperGroup):
        if language() == "es":
            command.subcommand_metavar = "ORDEN [ARGUMENTOS]..."
        for each in command.commands.values():
            _dress(each, common)


def _typed(display: Callable[..., str | None]) -> Callable[..., str | None]:
    def typed(*arguments: Any) -> str | None:
        displayed = display(*arguments)
        return _TYPES.get(displayed, displayed) if displayed and language() == "es" else displayed

    return typed


def _in_own_words(callback: Callable[..., Any]) -> Callable[..., Any]:
    """A callback of Typer that prints, with its sentences in the language in use."""

    def spoken(*arguments: Any) -> Any:
        printed, errors = StringIO(), StringIO()
        try:
            with redirect_stdout(printed), redirect_stderr(errors):
                return callback(*arguments)
        finally:
            for text, into in ((printed, sys.stdout), (errors, sys.stderr)):
                if message := text.getvalue():
                    into.write("\n".join(map(said, message.split("\n"))))

    return spoken


def _common_options(keep: Keep) -> list[Any]:
    """`--passphrase-file` and `--json`, kept wherever they stand and handed to no command."""
    app = typer.Typer(add_completion=False)
    app.command()(_common)
    options: list[Any] = list(typer.main.get_command(app).params)
    for option in options:
        option.expose_value = False
        option.callback = lambda context, parameter, value: keep(context, parameter.name, value)
        option.help = _(option.help)
    return options


def _common(
    passphrase_file: Annotated[
        str | None,
        typer.Option(metavar=N_("ARCHIVO"), help=N_("Archivo con la frase, que solo usted pueda leer.")),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help=N_("Un documento JSON en la salida y nada más."))
    ] = False,
) -> None:
    """Carries the options that every command has."""


def speak() -> None:
    """Puts Typer's own headings in the language in use."""
    if language() != "es":
        return
    for name, text in _PANELS.items():
        setattr(rich_utils, name, text)

    context: Any = typer.Context.__mro__[1]
    plain: Any = context.formatter_class

    class Formatter(plain):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or "Uso: ")

    context.formatter_class = Formatter


def usage_error(error: Any) -> str:
    """What is wrong with the arguments, in one or two lines."""
    text = said(error.format_message())
    if not text or "\n" in text:  # a group without a command: Typer shows its help
        return text
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "lnctp"
    return f"{text}\n{_('Ayuda: {command} --help').format(command=path)}"


def said(message: str) -> str:
    """A sentence of Typer in the language in use; as it is when we do not know it."""
    if language() != "es":
        return message
    for pattern, spanish in _SAID:
        match = re.fullmatch(pattern, message.strip(), re.DOTALL)
        if match:
            return spanish.format(*(said(part) for part in match.groups()))
    return message
