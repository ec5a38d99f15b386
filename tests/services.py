"""Asks PostgreSQL and Redis whether they answer: a suite that is about them is never skipped in silence."""

from __future__ import annotations

import os
import sys

import psycopg
import redis


def silent_services(database_url: str, redis_url: str) -> list[str]:
    """A sentence for each of the two that does not answer."""
    sentences = []
    try:
        psycopg.connect(database_url, connect_timeout=5).close()
    except psycopg.Error as error:
        sentences.append(f"PostgreSQL does not answer at DATABASE_URL={database_url}: {str(error).splitlines()[0]}")
    try:
        redis.Redis.from_url(redis_url, socket_connect_timeout=3, socket_timeout=3).ping()
    except (redis.RedisError, ValueError) as error:
        sentences.append(f"Redis does not answer at REDIS_URL={redis_url}: {error}")
    return sentences


def main() -> int:
    sentences = silent_services(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    sys.stderr.writelines(f"{sentence}\n" for sentence in sentences)
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
