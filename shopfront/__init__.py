"""The site: wiring on top, shared ground below."""

from shopfront.celery import app as celery_app

__all__ = ["celery_app"]
