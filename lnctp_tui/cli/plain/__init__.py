"""`lnctp call --plain`: the intake line by line, for a screen reader or a braille line."""
