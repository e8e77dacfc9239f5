"""What many tests ask and what cannot change meanwhile is worked out once in a process.

The real derivation of a key, the built-in protocol and what an index reads of it, the commands of the command line,
the parsed stylesheets, a statement as text, the tables of an empty database: the first answer is the program's own, and
the same question gets it again. A process that a test starts has none of this.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from sqlalchemy.util import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from lnctp_tui import cli
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.i18n import language
from lnctp_tui.storage.database import directory_catalogs, schema
from lnctp_tui.storage.database import engine as database
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.protocol import protocol_loader, stages
from lnctp_tui.storage.vault import vault

HEAD = schema.HEAD
MADE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"


def keep() -> None:
    """From now on in this process."""
    derive: Any = vault
    derive._derive = functools.cache(derive._derive)
    protocol_loader.load = _protocol(protocol_loader.load)
    protocol_loader.read_catalog = _of_program(protocol_loader.read_catalog, protocol_loader.catalog_path)
    stages.form = _of_program(stages.form, "protocol/{}.toml".format)
    stages.script = _of_program(stages.script, "scripts/{}.toml".format)
    build = functools.cache(lambda _language, build=cli.build: build())
    cli.build = lambda: build(language())
    _stylesheets()
    _statements()
    _tables()
    directory_catalogs.version = _of_protocol(directory_catalogs.version)


def _protocol(load: Callable[..., Protocol]) -> Callable[..., Protocol]:
    """The built-in protocol; a folder of an organisation is read whenever it is asked for."""
    built_in = functools.cache(lambda: load(None))
    return lambda folder=None, content=None: built_in() if folder is None else load(folder, content)


def _of_protocol(version: Callable[[Protocol], str]) -> Callable[[Protocol], str]:
    """The same object has the same version: nothing writes into a protocol."""
    versions: dict[int, tuple[Protocol, str]] = {}

    def once(protocol: Protocol) -> str:
        if id(protocol) not in versions:
            versions[id(protocol)] = protocol, version(protocol)
        return versions[id(protocol)][1]

    return once


def _of_program(read: Callable[..., Any], path_of: Callable[[str], str]) -> Callable[..., Any]:
    """What is read of the program's own files, when nothing was found wrong; an organisation's are read each time."""
    found: dict[str, Any] = {}

    def once(files: Any, name: str) -> Any:
        if files._own(path_of(name)) is not None:
            return read(files, name)
        if name in found:
            return found[name]
        before = len(files.findings)
        given = read(files, name)
        if given is not None and len(files.findings) == before:
            found[name] = given
        return given

    return once


def _stylesheets() -> None:
    """A text and its variables are parsed once: nothing writes into the rules afterwards."""
    sheet: Any = Stylesheet
    parse = sheet._parse_rules
    found: dict[Any, list[RuleSet]] = {}

    def once(self: Any, css: str, *place: Any, **how: Any) -> list[RuleSet]:
        key = (css, place, tuple(sorted(how.items())), tuple(sorted(self._variables.items())))
        if key not in found:
            found[key] = parse(self, css, *place, **how)
        return list(found[key])

    sheet._parse_rules = once
    rules: Any = RuleSet
    rules.__hash__ = object.__hash__  # Textual's own is Python that says the same


def _statements() -> None:
    """A statement is compiled once, whichever database it is asked of: SQLAlchemy keeps the text with the engine."""
    make: Any = database._engine
    first: list[Any] = []
    texts: Any = LRUCache(5000)

    def once(*place: Any, **how: Any) -> Any:
        engine = make(*place, **how)
        if not first:
            with engine.connect():
                first.append(engine.dialect)
        engine.dialect, engine._compiled_cache = first[0], texts
        return engine

    database._engine = once


def _tables() -> None:
    """Every migration runs once; the next empty database gets the tables that came of it, and the revision."""
    migrate = schema.migrate
    made: list[str] = []

    def once(engine: Any, target: str = "head") -> None:
        with engine.connect() as connection:
            empty = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
        if not empty or target != "head" or schema.HEAD != HEAD:
            return migrate(engine, target)
        if not made:
            migrate(engine)
            with engine.connect() as connection:
                made.extend(connection.exec_driver_sql(MADE).scalars())
            return None
        with engine.begin() as connection:
            recorded = connection.execution_options(**RECORDED)
            for statement in made:
                recorded.exec_driver_sql(statement)
            recorded.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))
        return None

    schema.migrate = once
