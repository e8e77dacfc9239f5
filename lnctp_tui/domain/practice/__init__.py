"""Practice: a scenario, the caller it makes, and what a counselor's try is worth. Pure."""
