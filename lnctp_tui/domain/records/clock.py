"""The hybrid logical clock: microseconds since 1970 that never run backwards on one device.

Source: Kulkarni et al. 2014, "Logical Physical Clocks", with the counter folded into the microseconds.
"""

from __future__ import annotations


def tick(last: int, now_us: int, seen: int = 0) -> int:
    """The stamp of the next change, after this device's `last` and the greatest `seen` from others."""
    return max(last + 1, now_us, seen + 1)
