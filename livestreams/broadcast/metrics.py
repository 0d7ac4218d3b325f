"""What the room tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge("shopfront_room_sockets", "Open sockets of the live room.")
ROOMS = Gauge("shopfront_room_rooms", "Rooms open in this process.")
FLUSH = Histogram(
    "shopfront_hub_flush_seconds",
    "Time one flush took for all sockets of a room.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1),
)
DELIVERED = Counter("shopfront_hub_events", "Events flushed to rooms.", ["kind"])
SKIPPED = Counter("shopfront_hub_skipped", "Flushes that a slow socket missed.")
SLOW = Counter("shopfront_hub_slow_closed", "Sockets closed with 4408.")
HOLES = Counter("shopfront_hub_holes", "Holes in the order read from the table.")
BUS_FAULTS = Counter("shopfront_bus_faults", "Publishes that the bus refused.")
