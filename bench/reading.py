"""What it costs to read a narrative along: the first reading, and after a key in 5,000 words."""

from __future__ import annotations

import json
import random
import tracemalloc
from datetime import date
from pathlib import Path
from time import perf_counter

from bench.report import Measure, p95, within
from lnctp_tui.domain.reading.reader import Reader
from lnctp_tui.storage.protocol import lexicon, protocol_loader

WORDS, KEYS = 5_000, 200
_FILE = Path(__file__).parents[1] / "tests" / "reading" / "narratives.jsonl"


def narrative() -> str:
    """5,000 words of the annotated narratives, in an order of their own."""
    texts = [json.loads(line)["text"] for line in _FILE.read_text("utf-8").splitlines()] * 2
    random.Random(15).shuffle(texts)
    return " ".join("\n".join(texts).split(" ")[:WORDS])


def along() -> list[Measure]:
    """Milliseconds; the reader runs in a thread of its own, so that no key waits for it."""
    protocol = protocol_loader.load(None)
    tracemalloc.start()
    begin = perf_counter()
    known, _findings = lexicon.load(protocol)
    loading = perf_counter() - begin
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    reader, text = Reader(known, date(2026, 11, 30)), narrative()
    begin = perf_counter()
    reader.read(text)
    first = perf_counter() - begin
    after = [took for share in (0.02, 0.5, 0.98) for took in _keys(reader, text, int(len(text) * share))]
    limits = (
        ("lexicon", loading * 1000, "ms", 1000),
        ("lexicon in memory", held / 2**20, "MiB", 2.5),
        ("first, 5,000 words", first * 1000, "ms", 1000),
        ("after a key in 5,000 words, p95", p95(after), "ms", 10),
    )
    return [
        within(f"reading along: {name}", "a fixed limit", value, limit, unit, 1)
        for name, value, unit, limit in limits
    ]


def _keys(reader: Reader, text: str, at: int) -> list[float]:
    took = []
    for _key in range(KEYS):
        text = f"{text[:at]}a{text[at:]}"
        begin = perf_counter()
        reader.read(text)
        took.append((perf_counter() - begin) * 1000)
    return took
