"""The hybrid logical clock: microseconds since 1970 that never run backwards on one device.

Source: Kulkarni et al. 2014, "Logical Physical Clocks", with the counter folded into the microseconds.
"""

from __future__ import annotations

from typing import Final

LATEST: Final = 7_289_654_400_000_000
"""The stamp of the year 2201, up to which others' are believed: one near the largest that a database holds, once met,
would let nothing more be saved."""


def tick(last: int, now_us: int, seen: int = 0) -> int:
    """The stamp of the next change, after this device's `last` and the greatest `seen` from others."""
    return max(last + 1, now_us, seen + 1)
