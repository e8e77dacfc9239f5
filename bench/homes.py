"""Vaults with many cases, filled through the import path once and kept in bench/out for the next run."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

from bench.make_cases import cases
from bench.report import OUT
from tests.pty_app import PHRASE, lnctp

ROOT = Path(__file__).parent.parent
MADE_BY = (
    "bench/make_cases.py",
    "lnctp_tui/models/*.py",
    "lnctp_tui/storage/*.py",
    "migrations/client/**/*.py",
)
"""A vault filled by other code than this is not the one that is measured."""


def phrase_file() -> Path:
    OUT.mkdir(exist_ok=True)
    path = OUT / "phrase"
    path.touch(mode=0o600)
    path.write_text(PHRASE, encoding="utf-8")
    return path


def empty(name: str) -> Path:
    """A vault with nothing in it, made anew."""
    home = OUT / name
    shutil.rmtree(home, ignore_errors=True)
    lnctp(home, phrase_file(), "init", "--name", "Consejera de Prueba")
    return home


def filled(count: int) -> Path:
    """A vault with `count` cases. Takes minutes the first time."""
    name = f"home-{count}-{_fingerprint()}"
    home = OUT / name
    if not (home / "filled").exists():
        for old in OUT.glob(f"home-{count}-*"):
            shutil.rmtree(old)
        empty(name)
        lnctp(home, phrase_file(), "case", "import", str(case_file(count)), deadline=3600)
        (home / "filled").touch()
    return home


def case_file(count: int) -> Path:
    """`count` synthetic case documents as JSON Lines."""
    OUT.mkdir(exist_ok=True)
    path = OUT / f"cases-{count}.jsonl"
    if not path.exists() or path.stat().st_mtime < (ROOT / MADE_BY[0]).stat().st_mtime:
        print(f"making {count:,} cases …", file=sys.stderr)
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in cases(count))
    return path


def _fingerprint() -> str:
    files = sorted(path for pattern in MADE_BY for path in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
