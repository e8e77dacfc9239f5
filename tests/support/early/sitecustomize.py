"""What the programs that tests start do first: a phrase derived once in this run is not derived again.

Python reads this because `pty_app.terminal_environment` names its folder. The first answer is the program's own, of
full strength; it is kept in a folder of the run, by what was asked. Without `LNCTP_TESTS_DERIVED` nothing is changed.
"""

import os
import sys

FOLDER = os.environ.get("LNCTP_TESTS_DERIVED", "")
VAULT = "lnctp_tui.storage.vault.vault"


class _Finder:
    """Lets Python find the module as always, and changes its derivation once it is there."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != VAULT:
            return None
        sys.meta_path.remove(_Finder)
        from importlib.util import find_spec

        spec = find_spec(name)
        execute = spec.loader.exec_module

        def executed(module):
            execute(module)
            module._derive = once(module._derive)

        spec.loader.exec_module = executed
        return spec


def once(derive):
    """`derive`, with its answers kept beside those of the other processes."""

    def derived(kdf, words):
        import hashlib

        asked = hashlib.sha256(repr((kdf.ops, kdf.memory, kdf.salt, words)).encode()).hexdigest()
        place = os.path.join(FOLDER, asked)
        try:
            with open(place, "rb") as file:
                return file.read()
        except OSError:
            key = derive(kdf, words)
        with open(f"{place}.{os.getpid()}", "wb") as file:
            file.write(key)
        os.replace(file.name, place)
        return key

    return derived


if FOLDER:
    sys.meta_path.insert(0, _Finder)
