#!/usr/bin/env python
"""Entry to Django's commands."""

import os
import sys

from shopfront.management import environment


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopfront.settings")
    if environment.is_of_demo(sys.argv[1] if sys.argv[1:] else ""):
        environment.prepare_demo()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
