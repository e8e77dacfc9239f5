"""Commands that count and share: the report, editions, exchange, alerts."""
