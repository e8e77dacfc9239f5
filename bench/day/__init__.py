"""A day of many counselors in an hour and a quarter: what grows, and what is slow by the evening."""
