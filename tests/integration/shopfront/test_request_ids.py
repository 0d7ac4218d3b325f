"""One id follows a request from the page into the jobs that it queues."""

import json

import pytest
import redis
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from shopfront.services import outbox

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.shopfront.test_request_ids"),
]


def queue_something(request: HttpRequest) -> HttpResponse:
    """Queue a job as a view's service would."""
    outbox.post("test.topic", "one")
    return HttpResponse(structlog.contextvars.get_contextvars()["request_id"])


urlpatterns = [path("queue/", queue_something)]


def test_a_job_carries_the_id_of_its_request(
    client: Client, clean_valkey: redis.Redis
) -> None:
    request_id = client.get("/queue/").content.decode()
    assert len(request_id) == 36
    queued = clean_valkey.lpop("default")
    assert isinstance(queued, bytes)
    message = json.loads(queued)
    assert message["headers"]["task"] == outbox.RELAY_TASK
    assert message["headers"]["__django_structlog__"]["request_id"] == request_id
