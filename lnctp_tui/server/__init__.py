"""The central server: FastAPI on PostgreSQL. Protocol: docs/synchronisation.md."""
