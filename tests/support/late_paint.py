"""Screens of headless apps are painted when a test looks at them.

Textual 8.2.8 paints each change also where nobody sees it: a third of the processor time of the tests of screens.
Here what changed waits until a test reads the screen, another one takes its place, or the app ends; what cannot be
painted fails its test there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.app import App
from textual.screen import Screen


@pytest.fixture
def painting(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of painting: at once, as in a terminal."""
    monkeypatch.setattr(Screen, "_compositor_refresh", textual_s_own)


textual_s_own: Callable[[Screen[Any]], None] = Screen._compositor_refresh


def paint_when_looked_at() -> None:
    """From now on in this process."""
    screen, compositor, app = Screen, Compositor, App
    _replace(screen, "_compositor_refresh", _wait)
    _replace(screen, "_on_screen_suspend", _leave)
    _replace(compositor, "render_strips", _look)
    _replace(app, "_shutdown", _end)


def _replace(owner: Any, name: str, around: Callable[[Any], Any]) -> None:
    setattr(owner, name, around(getattr(owner, name)))


def _wait(refresh: Callable[[Any], None]) -> Callable[[Any], None]:
    def wait(self: Any) -> None:
        app = self.app
        if not app.is_headless or app.is_inline or self is not app.screen:
            return refresh(self)
        self._compositor._lnctp_screen = self
        self._dirty_widgets.clear()
        return app._update_mouse_over(self)

    return wait


def paint(screen: Any) -> None:
    """Paint what changed since the last time."""
    app = screen.app
    if screen._compositor._dirty_regions:
        below = app._background_screens if screen is app.screen else []
        screen._compositor.render_update(screen_stack=below)


def _leave(suspend: Callable[[Any], None]) -> Callable[[Any], None]:
    def leave(self: Any) -> None:
        paint(self)
        suspend(self)

    return leave


def _look(render_strips: Callable[..., Any]) -> Callable[..., Any]:
    def look(self: Any, *arguments: Any) -> Any:
        screen = getattr(self, "_lnctp_screen", None)
        if screen is not None and screen is screen.app.screen:
            paint(screen)
        return render_strips(self, *arguments)

    return look


def _end(shutdown: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    async def end(self: Any) -> None:
        try:
            if self.is_headless and self._running and self._screen_stack:
                paint(self.screen)
        except Exception as error:
            self._handle_exception(error)
        await shutdown(self)

    return end
