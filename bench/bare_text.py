"""The floor for the narrative: the smallest Textual app with a text of several lines."""

from textual.app import App, ComposeResult
from textual.widgets import TextArea


class BareText(App[None]):
    def compose(self) -> ComposeResult:
        yield TextArea("listo\n")


if __name__ == "__main__":
    BareText().run()
