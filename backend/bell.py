"""The bell that wakes a worker (RQ). What has to be done stands in tables: a lost ring costs seconds, never work."""

from collections.abc import Callable

import redis
import structlog
from rq import Queue
from rq.serializers import JSONSerializer

TALK = "talk"
PLAN = "plan"
CONNECT_TIMEOUT_S = 1.0
JOB_TIMEOUT_S = 120

log = structlog.get_logger(__name__)


class Bell:
    """Rings for jobs by name, with ids only. While Redis is away nothing fails: the sweeper finds what is due."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_connect_timeout=CONNECT_TIMEOUT_S, socket_timeout=CONNECT_TIMEOUT_S
        )

    def ring(self, job: str, *ids: int | str, queue: str = TALK) -> None:
        """Wake a worker for ``job`` (the dotted name of a function in jobs) with ``ids``."""
        try:
            Queue(queue, connection=self._redis, serializer=JSONSerializer).enqueue(
                job, *ids, job_timeout=JOB_TIMEOUT_S, result_ttl=0, failure_ttl=3600
            )
        except redis.RedisError as error:
            log.warning("bell_silent", job=job, error=type(error).__name__)

    @property
    def connection(self) -> redis.Redis:
        """Return the connection for workers."""
        return self._redis

    def answers(self) -> bool:
        """Tell whether Redis is there."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False


class SilentBell(Bell):
    """A bell for tests and single actions: it calls ``heard`` and wakes nobody."""

    def __init__(self, heard: Callable[[str, tuple[int | str, ...]], None] | None = None) -> None:
        self._heard = heard

    def ring(self, job: str, *ids: int | str, queue: str = TALK) -> None:  # noqa: ARG002 -- nobody is woken
        """Tell ``heard`` about the ring."""
        if self._heard:
            self._heard(job, ids)

    def answers(self) -> bool:
        """Tell that there is nothing to ask."""
        return True
