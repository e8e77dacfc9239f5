"""Rules of the house that neither ruff nor import-linter can hold. See docs/architecture.md."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import grimp
import pytest
from shared import tree

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lnctp_tui"
MODULES = sorted(PACKAGE.rglob("*.py"))
DOMAIN = sorted((PACKAGE / "domain").rglob("*.py"))
WORLD = {"time", "random", "secrets", "os", "pathlib", "io", "logging", "socket", "sqlite3", "gettext"}
"""Standard modules that reach the clock, chance, files, the net or words: not for domain."""
ASKED = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "uuid.uuid1", "uuid.uuid4"}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


def imported(path: Path) -> set[str]:
    """Full names of the modules a file imports, wherever in the file."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def broken(rule: Callable[[Path], set[str]], paths: list[Path] = MODULES) -> dict[str, list[str]]:
    """What breaks a rule, by module."""
    assert len(paths) > 10
    found = {str(path.relative_to(PACKAGE)): sorted(rule(path)) for path in paths}
    return {module: wrong for module, wrong in found.items() if wrong}


@pytest.mark.parametrize("room", ["services", "screens"])
def test_no_module_imports_itself_by_way_of_others(room: str) -> None:
    graph = grimp.build_graph("lnctp_tui", exclude_type_checking_imports=False)
    modules = sorted(name for name in graph.modules if name.startswith(f"lnctp_tui.{room}."))
    assert len(modules) > 30
    circles = [
        (module, *chain)
        for module in modules
        for target in sorted(graph.find_modules_directly_imported_by(module))
        if (chain := graph.find_shortest_chain(target, module))
    ]
    assert circles == []


def test_no_folder_is_crowded() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [Path(path) for path in listed.stdout.split()]
    folders = Counter(path.parent for path in paths if path.parts[0] != "migrations")  # a line only grows
    assert len(folders) > 40
    assert {str(folder): count for folder, count in folders.items() if count > 20} == {}


def test_domain_imports_only_itself_and_pure_standard_modules() -> None:
    pure = set(sys.stdlib_module_names) - WORLD

    def foreign(path: Path) -> set[str]:
        return {
            name
            for name in imported(path)
            if not name.startswith("lnctp_tui.domain") and name.split(".")[0] not in pure
        }

    # Whether a signature is good is arithmetic: it asks nobody, and the same text gives the same answer.
    assert broken(foreign, DOMAIN) == {
        "domain/authority/documents.py": ["lnctp_tui.errors", "nacl.exceptions", "nacl.signing"]
    }


def test_domain_asks_neither_clock_nor_chance() -> None:
    def asked(path: Path) -> set[str]:
        return {ast.unparse(node) for node in nodes(path) if isinstance(node, ast.Attribute)} & ASKED

    assert broken(asked, DOMAIN) == {}


OWNED = {
    "app_bytes.py": ("textual._ansi_sequences", "textual._xterm_parser"),
    "quick_paint.py": ("textual._compositor",),
}
"""What has no public door: what a terminal's bytes mean (decision 013), and what is painted anew."""


def test_textual_is_used_through_its_public_modules() -> None:
    def private(path: Path) -> set[str]:
        found = {name for name in imported(path) if name.startswith("textual") and "._" in name}
        return {name for name in found if not name.startswith(OWNED.get(path.name, "none"))}

    assert broken(private) == {}


def test_no_value_is_written_into_markup() -> None:
    """Data with `[` in it would vanish, act or crash. Templates are constants; values go in as variables."""

    def written(path: Path) -> set[str]:
        calls = [node for node in nodes(path) if isinstance(node, ast.Call)]
        return {ast.unparse(call) for call in calls if not harmless(call)}

    assert broken(written) == {}


def harmless(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name.split(".")[-1] == "escape" and name not in ("re.escape", "html.escape"):
        return False  # it misses nested brackets
    if name.endswith("from_markup"):
        template = call.args[0]
        if not (isinstance(template, ast.Constant) or ast.unparse(template).startswith(("_(", "ngettext("))):
            return False
    marked = [word.value for word in call.keywords if word.arg == "markup"]
    return all(isinstance(value, ast.Constant) and value.value is False for value in marked)


@pytest.mark.parametrize(
    ("call", "safe"),
    [
        ("escape(value)", False),
        ("markup.escape(value)", False),
        ("re.escape(value)", True),
        ("html.escape(value)", True),
        ("Content.from_markup(value)", False),
        ("Content.from_markup(f'{value}')", False),
        ("Content.from_markup(_('[b]$name[/]'), name=value)", True),
        ("Static(value, markup=True)", False),
        ("Static(value, markup=given)", False),
        ("Static(value, markup=False)", True),
    ],
)
def test_what_would_write_into_markup_is_seen(call: str, safe: bool) -> None:
    made = ast.parse(call, mode="eval").body
    assert isinstance(made, ast.Call)
    assert harmless(made) is safe


SQL = re.compile(r"\s*(?:SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH|PRAGMA|VACUUM|BEGIN|CREATE|DROP|ALTER)\s")
RAW_SQL = {"exec_driver_sql", "text", "TextClause", "literal_column"}
"""What SQLAlchemy runs a text of SQL with."""


def sql_strings(path: Path) -> set[str]:
    """Texts of SQL in a module, and what it would run them with."""
    written = {
        node.value for node in nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    used = {node.attr for node in nodes(path) if isinstance(node, ast.Attribute)} & {"exec_driver_sql"}
    used |= {
        alias.name
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in RAW_SQL
    }
    return {text for text in written if SQL.match(text)} | used


def test_services_and_screens_hold_no_sql_strings() -> None:
    """A table's columns are storage's to know; services ask with functions, or in SQLAlchemy's language."""
    rooms = [
        path
        for room in ("services", "screens", "widgets", "domain", "reports")
        for path in (PACKAGE / room).rglob("*.py")
    ]
    assert broken(sql_strings, rooms) == {}


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ('QUERY = "SELECT id FROM cases"', True),
        ('connection.execute(f"PRAGMA busy_timeout = {wait}")', True),
        ('QUERY = """\nWITH a AS (SELECT 1) DELETE FROM cases"""', True),
        ("connection.exec_driver_sql(query)", True),
        ("from sqlalchemy import select, text", True),
        ("from sqlalchemy import select", False),
        ("from lnctp_tui.domain.values import text", False),
        ('CODE = "select"', False),
    ],
)
def test_a_string_of_sql_is_seen(code: str, seen: bool, tmp_path: Path) -> None:
    module = (
        tmp_path / f"{hash(code)}.py"
    )  # a folder's name comes back, and what stands in a file is kept by its path
    module.write_text(code, encoding="utf-8")
    assert bool(sql_strings(module)) is seen


AT_IMPORT = {"_", "ngettext", "pick", "open", "create_engine"}


def test_no_module_does_work_when_it_is_imported() -> None:
    """A sentence asked for at import would be in the language of another moment."""

    def done(path: Path) -> set[str]:
        parts = [node for node in tree(path).body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        calls = [node for part in parts for node in ast.walk(part) if isinstance(node, ast.Call)]
        return {ast.unparse(call.func) for call in calls} & AT_IMPORT

    assert broken(done) == {}


def test_docs_named_in_the_code_exist() -> None:
    named = {
        found
        for path in [*MODULES, ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        for found in re.findall(r"\bdocs/[\w./-]+\.md", path.read_text(encoding="utf-8"))
    }
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []


ROOMS = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("_")}
POINTERS = re.compile(
    rf"(?<![\w./@-])(?:lnctp_tui\.)?((?:{'|'.join(sorted(ROOMS))})(?:\.(?!py\b)[A-Za-z_]\w*)+)\b"
)
FILES = re.compile(
    rf"(?<![\w/])(?:lnctp_tui/)?((?:{'|'.join(sorted(ROOMS))})(?:/\w+)+\.py)\b"
    r"|(?<![\w])(tests/[\w/]+\.py)\b"
)
OTHERS = {
    "app.state", "server.csr", "server.ext", "server.pem", "errors.log", "app.device", "app.duty", "app.role",
    "app.team", "app.uid",
}  # fmt: skip
"""Names of others that look like ours: of Starlette's, of files, of PostgreSQL's settings."""


def prose(path: Path) -> str:
    """What a file says to whoever reads it: all of a page, the docstrings and comments of a module."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return content
    strings = (node.value for node in nodes(path) if isinstance(node, ast.Expr))
    texts = (node.value for node in strings if isinstance(node, ast.Constant))
    docstrings = [text for text in texts if isinstance(text, str)]
    return "\n".join([*docstrings, *re.findall(r"(?<!['\"])#.*", content)])


def stands(pointer: str) -> bool:
    """Whether `room.module`, and a name in it when one follows, is there."""
    at = PACKAGE
    for number, part in enumerate(parts := pointer.split(".")):
        if (at / part).is_dir():
            at /= part
            continue
        module = at / f"{part}.py"
        rest = parts[number + 1 :] if module.is_file() else parts[number:]
        file = module if module.is_file() else at / "__init__.py"
        names = re.findall(r"\w+", file.read_text(encoding="utf-8")) if file.is_file() else []
        return not rest or rest[0] in names
    return True


def test_modules_named_in_docstrings_and_docs_exist() -> None:
    files = [*MODULES, *sorted((ROOT / "docs").rglob("*.md")), *(ROOT / "migrations").rglob("*.py")]
    files += [
        ROOT / "README.md",
        ROOT / "pyproject.toml",
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "bench").rglob("*.py"),
    ]
    missing: set[tuple[str, str]] = set()
    for path in files:
        text = prose(path)
        pointers = {name for name in POINTERS.findall(text) if ".".join(name.split(".")[:2]) not in OTHERS}
        missing |= {(path.name, pointer) for pointer in pointers if not stands(pointer)}
        for own, of_tests in FILES.findall(text):
            if not ((PACKAGE / own).is_file() if own else (ROOT / of_tests).is_file()):
                missing.add((path.name, own or of_tests))
    assert sorted(missing) == []


def test_a_pointer_to_a_module_that_moved_is_seen() -> None:
    assert stands("storage.database.session.Unit")
    assert stands("domain.records.clock")
    assert not stands("storage.session")
    assert not stands("storage.database.session.refuse_unrecorded")
    assert POINTERS.findall("see storage.session, `lnctp_tui.sync.loop.Round`") == [
        "storage.session",
        "sync.loop.Round",
    ]


CALLED_BY_OTHERS = re.compile(
    r"__\w+__|(?:on|_on|action|check|watch|validate|compute|visit|key|render|get)_\w+|compose|render"
)
"""What Textual, ast and Python call by its name."""
OF_TEXTUAL = {
    "copy_to_clipboard", "save_screenshot", "deliver_screenshot", "panic", "_handle_exception", "_fatal_error",
    "_focus_sort_key", "_render_chops",
}  # fmt: skip
"""What stands in the place of a method of Textual's."""


def unused_definitions() -> set[str]:
    """Functions, methods and classes whose name is nowhere read, asked for or written, but where they stand."""
    named: set[str] = set()
    made: dict[str, str] = {}
    for path in MODULES:
        for node in nodes(path):
            if isinstance(node, ast.Name):
                named.add(node.id)
            elif isinstance(node, ast.Attribute):
                named.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 80:
                named.update(
                    re.findall(r"\w+", node.value)
                )  # a deed by its name, `module:function` of a command
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                by_decorator = any(isinstance(decorator, ast.Call) for decorator in node.decorator_list)
                # A table is reached by its declared kind; tests/domain/test_kinds.py refuses one without.
                table = isinstance(node, ast.ClassDef) and any(word.arg == "table" for word in node.keywords)
                if not by_decorator and not table and not CALLED_BY_OTHERS.fullmatch(node.name):
                    made[node.name] = f"{path.relative_to(PACKAGE)} {node.name}"
    return {where for name, where in made.items() if name not in named | OF_TEXTUAL}


def test_nothing_stands_that_nothing_calls() -> None:
    assert sorted(unused_definitions()) == []


def test_the_lock_names_no_host_and_no_folder_of_a_machine() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\s*(?:--(?:extra-)?index-url|--find-links|-i)\b.*$", lock) == []
    assert re.findall(r"https?://|file:|/\w+/\w+", lock) == []
    pinned = re.findall(r"(?m)^[a-z0-9][\w.-]*==\S+.*\\\n\s+--hash=sha256:", lock)
    assert len(pinned) == len(re.findall(r"(?m)^[a-z0-9]", lock)) > 30


def test_the_lock_has_every_requirement() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=;\[ ]", each)[0].lower().replace("_", "-") for each in wanted}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert names <= set(re.findall(r"(?m)^([a-z0-9][\w.-]*)==", lock))


def test_nothing_of_a_run_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    kinds = (".db", ".db-wal", ".pyc", ".bak", ".log", "uv.lock", "vault.json")
    assert [name for name in listed.splitlines() if name.endswith(kinds)] == []


def test_a_call_needs_nothing_of_the_network() -> None:
    """Memory and the first screen: what synchronisation needs is imported where there is a server.

    The help of a command needs no database either.
    """
    code = (
        "import sys, lnctp_tui.cli; lnctp_tui.cli.build();"
        "print([name for name in ('sqlalchemy', 'textual', 'sqlcipher3') if name in sys.modules]);"
        "import lnctp_tui.app, lnctp_tui.screens.lists.desk, lnctp_tui.screens.call.intake,"
        "lnctp_tui.screens.case.case;"
        "print([name for name in ('httpcore', 'lnctp_tui.sync.client', 'alembic') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.split() == ["[]", "[]"]


def test_every_screen_finds_its_style_sheet_also_when_it_goes_on_from_one_in_another_folder() -> None:
    """Textual looks beside the module of the class that is shown, not of the one that named the file."""
    from textual.screen import Screen

    for path in sorted((PACKAGE / "screens").rglob("*.py")):
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    shown = [each for each in all_below(Screen) if each.__module__.startswith("lnctp_tui.")]
    assert len(shown) > 20
    for each in shown:
        named = each.CSS_PATH if isinstance(each.CSS_PATH, list) else [each.CSS_PATH]
        for sheet in filter(None, named):
            assert (Path(sys.modules[each.__module__].__file__ or "").parent / sheet).is_file(), each


def all_below(of: type) -> list[type]:
    return [found for each in of.__subclasses__() for found in (each, *all_below(each))]


LONGEST = 300
"""Lines of a class with the classes of ours that it stands on."""


@cache
def classes_of(module: str) -> dict[str, tuple[str, ast.ClassDef | None]]:
    """Name of a class in a module → the module that defines it, and the class where it is this one."""
    path = ROOT / (module.replace(".", "/") + ".py")
    names: dict[str, tuple[str, ast.ClassDef | None]] = {}
    for node in ast.walk(tree(path)) if path.is_file() else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: (node.module, None) for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            names[node.name] = module, node
    return names


def stands_on(module: str, name: str) -> dict[tuple[str, str], int]:
    """A class and its bases in this package: (module, name) → lines."""
    module, node = classes_of(module).get(name, ("", None))
    if node is None:
        return stands_on(module, name) if module.startswith("lnctp_tui.") else {}
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = {(module, name): (node.end_lineno or first) - first + 1}
    for base in node.bases:
        plain = base.value if isinstance(base, ast.Subscript) else base
        if ast.unparse(plain) != name:
            lines |= stands_on(module, ast.unparse(plain))
    return lines


def test_no_class_with_its_bases_is_long() -> None:
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in MODULES]
    lines = {
        f"{module}.{name}": sum(stands_on(module, name).values())
        for module in modules
        for name, (_module, node) in classes_of(module).items()
        if node is not None
    }
    assert len(lines) > 400
    pick_list = stands_on("lnctp_tui.widgets.form.pick_list", "PickList")
    assert [name for _module, name in pick_list] == ["PickList", "Checklist", "InOrder"]
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


MIDDLE, MOST, LONGEST_FUNCTION = 6, 16, 42
"""Lines of a function: of half of them, of nine in ten, of any."""


def test_most_functions_are_short() -> None:
    made = (node for path in MODULES for node in nodes(path))
    functions = (node for node in made if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lines = sorted((node.end_lineno or node.lineno) - node.lineno + 1 for node in functions)
    assert len(lines) > 6000
    assert lines[len(lines) // 2] <= MIDDLE
    assert lines[len(lines) * 9 // 10] <= MOST
    assert lines[-1] <= LONGEST_FUNCTION


SAYING_NOTHING = 0.04
"""Share of local names that say nothing of what they hold (`each`, `found`, `said`), at most."""


def test_local_names_say_what_they_hold() -> None:
    spec = importlib.util.spec_from_file_location(
        "count_local_names", ROOT / "tools" / "count_local_names.py"
    )
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    local = [
        name
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, tool.SCOPES)
        for name in tool.bound(node)
    ]
    assert len(local) > 20_000
    assert sum(name in tool.SAYING_NOTHING for name in local) / len(local) <= SAYING_NOTHING
