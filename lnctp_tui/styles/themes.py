"""The three looks. Dark is the default; contrast has only colours that reach 7:1 on black (WCAG 2.2, 1.4.6)."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#7fb4ca",
    secondary="#8a9a8b",
    accent="#e6c384",
    warning="#e6a05c",
    error="#f0787c",
    success="#98bb6c",
    foreground="#d8dde3",
    background="#14171c",
    surface="#1a1e25",
    panel="#232933",
    dark=True,
    variables={
        "block-cursor-background": "#7fb4ca",
        "block-cursor-foreground": "#101317",
        "muted": "#8f98a6",
    },
)
LIGHT = Theme(
    name="light",
    primary="#1f5f8b",
    secondary="#4d6b57",
    accent="#8a5a00",
    warning="#9a4d00",
    error="#a8201a",
    success="#2c6b2f",
    foreground="#1d2329",
    background="#f7f6f2",
    surface="#efede6",
    panel="#e3e0d6",
    dark=False,
    variables={
        "block-cursor-background": "#1f5f8b",
        "block-cursor-foreground": "#ffffff",
        "muted": "#5a6370",
    },
)
CONTRAST = Theme(
    name="contrast",
    primary="#00e5ff",
    secondary="#ffffff",
    accent="#ffe600",
    warning="#ffb300",
    error="#ff8a80",
    success="#69f0ae",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    dark=True,
    variables={
        "block-cursor-background": "#ffe600",
        "block-cursor-foreground": "#000000",
        "muted": "#e0e0e0",
    },
)
THEMES = (DARK, LIGHT, CONTRAST)
