"""Count local names that say nothing of what they hold: python tools/count_local_names.py [FOLDER …].

A local name is a parameter or a name bound in a function or a comprehension, counted once for each scope that binds it.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SAYING_NOTHING = frozenset(
    {
        "each", "found", "said", "told", "kept", "one", "other", "others", "another", "asked", "given", "taken",
        "thing", "things", "it", "them", "mine", "theirs", "this", "that", "these", "those", "said_", "here", "there",
        "then", "known", "seen", "held", "got", "made", "left", "shown", "done", "tried", "wanted", "stuff",
    }
)  # fmt: skip
SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def bound(scope: ast.AST) -> set[str]:
    """Names that a function or comprehension binds itself, not those of scopes within."""
    names: set[str] = set()
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        args = scope.args
        everything = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        names |= {arg.arg for arg in everything if arg}
    pending = list(ast.iter_child_nodes(scope))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        if isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        if not isinstance(node, (*SCOPES, ast.ClassDef)):
            pending.extend(ast.iter_child_nodes(node))
    return names - {"self", "cls", "_"}


def names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, SCOPES):
            yield from bound(node)


def main(folders: list[str]) -> None:
    for folder in folders:
        counted = Counter(name for path in Path(folder).rglob("*.py") for name in names(path))
        empty = Counter({name: count for name, count in counted.items() if name in SAYING_NOTHING})
        share = 100 * empty.total() / max(counted.total(), 1)
        worst = ", ".join(f"{name} {count}" for name, count in empty.most_common(12))
        print(
            f"{folder}: {empty.total()} of {counted.total()} local names say nothing ({share:.1f} %): {worst}"
        )


if __name__ == "__main__":
    main(sys.argv[1:] or ["lnctp_tui"])
