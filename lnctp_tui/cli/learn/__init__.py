"""Commands for those who learn and teach."""
