"""Practice calls: the scenarios, a try on a throw-away vault, its review."""
