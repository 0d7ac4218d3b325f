"""Numbers of the gateway in the text format of Prometheus."""

from livestreams.media.gateway import Gateway


def write_metrics(gateway: Gateway, viewer_count: int, bytes_out: int) -> str:
    """Write the numbers that operators watch."""
    shows = list(gateway.shows.values())
    publishers = [show.publisher for show in shows if show.publisher]
    subscribers = [one for show in shows for one in show.packager.subscribers]
    received = gateway.bytes_in + sum(one.bytes_count for one in publishers)
    rate = sum(one.bytes_per_second for one in publishers)
    failing = sum(show.packager.archive.is_failing for show in shows)
    numbers = [
        ("shows", "gauge", "Shows that are open here", len(shows)),
        ("publishers", "gauge", "Encoders that send now", len(publishers)),
        ("viewers", "gauge", "Viewers over a socket", viewer_count),
        ("ingest_bytes_per_second", "gauge", "Received now", round(rate)),
        ("received_bytes_total", "counter", "Received from encoders", received),
        ("sent_bytes_total", "counter", "Sent to players", bytes_out),
        ("refused_total", "counter", "Encoders refused", gateway.refused_count),
        (
            "skipped_fragments",
            "gauge",
            "Fragments that slow viewers now connected missed",
            sum(one.skipped_count for one in subscribers),
        ),
        ("ladders", "gauge", "Shows with smaller pictures", gateway.ladders.count),
        ("failing_recordings", "gauge", "Shows whose disk fails", failing),
    ]
    lines = []
    for name, kind, text, value in numbers:
        full = f"shopfront_media_{name}"
        lines += [f"# HELP {full} {text}.", f"# TYPE {full} {kind}", f"{full} {value}"]
    return "\n".join(lines) + "\n"
