"""What a message may hold, seen before objects are made of it: ratio, elements, depth. Attack 38."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
import zstandard
from counts import often

from lnctp_tui.sync import bounds, wire

CAP = wire.BODY_CAP


def nested(depth: int, core: Any = 1) -> Any:
    for _ in range(depth):
        core = [core]
    return core


def depth_of(value: Any) -> int:
    found, level = 0, [value]
    while level:
        containers = [each for each in level if isinstance(each, (list, dict))]
        found += bool(containers)
        level = [one for each in containers for one in (each.values() if isinstance(each, dict) else each)]
    return found


def test_a_few_bytes_do_not_become_millions_of_lists() -> None:
    packed = zstandard.compress(b"[" + b"[]," * 1_390_000 + b"[]]")
    assert len(packed) < 1000
    with pytest.raises(wire.TooLarge):
        wire.unpack(packed, CAP)


@pytest.mark.parametrize("piece", [b"[],", b"{},", b'"",', b"0,", b'{"a":1},', b'[["["]],', b'"\\"",'])
def test_a_long_message_of_many_small_things_is_refused_unread(piece: bytes) -> None:
    content = b"[" + piece * ((CAP - 10) // len(piece)) + b"0]"
    with pytest.raises(wire.TooLarge):
        wire.message_of(content, CAP)
    with pytest.raises(wire.TooLarge):
        wire.unpack(zstandard.compress(content), CAP)


def test_texts_may_hold_what_looks_like_structure() -> None:
    said = {"text": '[{,]}"\\' * 50_000, "other": "\\", "more": ['"', '\\"', "[" * 100_000]}
    assert wire.unpack(wire.pack(said), CAP) == said


def test_what_packs_too_well_goes_plain_and_arrives() -> None:
    said = {"narrative": "a" * 1_000_000}
    packed = wire.pack(said)
    assert not packed.startswith(wire.ZSTD)
    assert wire.unpack(packed, CAP) == said
    with pytest.raises(wire.TooLarge):
        wire.unpack(packed, 1000)
    with pytest.raises(wire.TooLarge):
        wire.unpack(zstandard.compress(orjson.dumps(said)), CAP)


@pytest.mark.parametrize("depth", [1, 31, 63, 64, 65, 260, 1000, 5000, 19_000])
def test_only_what_is_too_deep_is_cut(depth: int) -> None:
    content = b'{"good":["a",{"b":[1,2]}],"deep":' + b"[" * depth + b"1" + b"]" * depth + b',"after":"]["}'
    said = wire.message_of(content, CAP)
    assert said["good"] == ["a", {"b": [1, 2]}]
    assert said["after"] == "]["
    assert depth_of(said) == min(max(depth + 1, 4), bounds.DEEPEST)
    if depth < bounds.DEEPEST:
        assert said == orjson.loads(content)


def test_a_long_message_with_something_deep_comes_again_in_halves() -> None:
    with pytest.raises(wire.TooLarge):
        wire.message_of(b"[" * 50_000 + b"]" * 50_000, CAP)


def test_brackets_in_texts_do_not_hide_depth() -> None:
    depth = 500
    content = b'["]",' * depth + b"1" + b',"["]' * depth
    assert orjson.loads(content)[1][1][1][0] == "]"
    assert depth_of(wire.message_of(content, CAP)) == bounds.DEEPEST


@pytest.mark.parametrize("content", [b"[" * 10_000, b"]" * 100, b'["' + b"[" * 100, b"\\" * 500 + b"[" * 300])
def test_what_is_no_json_is_malformed_and_not_deep(content: bytes) -> None:
    with pytest.raises(wire.Malformed):
        wire.message_of(content, CAP)


def test_whatever_json_says_is_read_as_it_stands() -> None:
    dice = random.Random(7)
    texts = ['"', "\\", "[", "]", "{", "}", ",", "\\\\", '\\"', "ñ", "\n", "", '",', "[]"]

    def made(depth: int) -> Any:
        kind = dice.random()
        if depth > 5 or kind < 0.4:
            return "".join(dice.choices(texts, k=dice.randint(0, 6)))
        if kind < 0.7:
            return [made(depth + 1) for _ in range(dice.randint(0, 6))]
        return {made(9): made(depth + 1) for _ in range(dice.randint(0, 6))}

    for _ in range(often(300, 60)):
        said = [made(0) for _ in range(40)]
        content = orjson.dumps(said)
        bare = bounds._bare(content)
        assert bounds.within(content, CAP) == content
        assert len(bare) == sum(1 for each in _structure(content))


def _structure(content: bytes) -> list[int]:
    """The structural bytes, found one by one."""
    found, inside, at = [], False, 0
    while at < len(content):
        byte = content[at]
        if inside and byte == 0x5C:
            at += 1
        elif byte == 0x22:
            inside = not inside
        elif not inside and byte in b"[]{},":
            found.append(byte)
        at += 1
    return found
