"""Measures of issue 2, each against a floor in the same run: `make bench`."""
