"""The Django project. Its Celery app is made with it, so that `shared_task` always rings the configured bell."""

from migrator.celery import app as celery_app

__all__ = ["celery_app"]
