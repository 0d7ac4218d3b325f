"""Recompute a giveaway's winners from its published data, standard library only.

Usage: python recompute_draw.py draw.json, with the file behind "All data (JSON)".
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path


def main(path: str) -> int:
    """Check both hashes and print the winners; 1 where a hash is wrong."""
    draw = json.loads(Path(path).read_text())
    seed, entries = draw["seed"], sorted(draw["entries"])
    if hashlib.sha256(seed.encode()).hexdigest() != draw["commitment"]:
        print("The seed is not the one that was committed to.")  # noqa: T201
        return 1
    digest = hashlib.sha256("\n".join(entries).encode()).hexdigest()
    if digest != draw["list_hash"]:
        print("The list is not the one whose hash was published.")  # noqa: T201
        return 1

    def rank(entry: str) -> str:
        message = f"{digest}:{draw['public_value']}:{entry}"
        return hmac.new(seed.encode(), message.encode(), hashlib.sha256).hexdigest()

    print("\n".join(sorted(entries, key=rank)[: draw["winners"]]))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
