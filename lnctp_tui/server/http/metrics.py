"""Counts for Prometheus: requests, waiting laptops, changes. No device, person, case or address is a label.

With several workers the counts stand in small files that `PROMETHEUS_MULTIPROC_DIR` names, and any worker
answers for all of them.
"""

from __future__ import annotations

import os

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

SHARED = "PROMETHEUS_MULTIPROC_DIR"
MEDIA = "text/plain; version=0.0.4; charset=utf-8"

ANSWERED = Counter("lnctp_requests_total", "Requests answered.", ["route", "status"])
SECONDS = Histogram(
    "lnctp_request_seconds",
    "Seconds to answer; waiting of long polls included.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30),
)
DENIED = Counter("lnctp_denied_total", "Requests refused, by code.", ["code"])
CHANGES = Counter("lnctp_changes_total", "Changes pushed, by what became of them.", ["result"])
SYNC_WAIT = Histogram(
    "lnctp_sync_wait_seconds",
    "Seconds until a commit was on the disk, of two machines where there are two.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 20),
)
WAITING = Gauge("lnctp_waiting", "Laptops that wait for news.", multiprocess_mode="livesum")


def text() -> bytes:
    """All counts in Prometheus' text format."""
    if SHARED not in os.environ:
        return generate_latest(REGISTRY)
    gathered = CollectorRegistry()
    multiprocess.MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
    return generate_latest(gathered)
