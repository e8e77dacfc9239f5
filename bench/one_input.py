"""The floor for what a person sees: the smallest Textual app that takes text."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class OneInput(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder="listo")


if __name__ == "__main__":
    OneInput().run()
