"""What the three addresses tell, and whom."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot import health
from bot.store import Store


async def asked(store: Store, path: str, bearer: str = "", *, token: str | None = "a-token") -> tuple[int, str]:  # noqa: S107  # no real one
    app = web.Application()
    app.add_routes(health.routes(store, None if token is None else SecretStr(token)))
    headers = {"Authorization": bearer} if bearer else {}
    async with TestClient(TestServer(app)) as client, client.get(path, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_prometheus_reads_the_figures_with_its_token(store: Store) -> None:
    status, body = await asked(store, "/metrics", "Bearer a-token")

    assert status == HTTPStatus.OK
    assert "niangjia_jobs" in body


@pytest.mark.parametrize("bearer", ["", "Bearer", "Bearer a-toke", "Bearer a-token1", "Basic a-token", "a-token", "Bearer é"])
async def test_nobody_else_reads_them(sqlite_store: Store, bearer: str) -> None:
    status, body = await asked(sqlite_store, "/metrics", bearer)

    assert status == HTTPStatus.UNAUTHORIZED
    assert "niangjia" not in body


async def test_without_a_token_there_are_none(sqlite_store: Store) -> None:
    assert (await asked(sqlite_store, "/metrics", "Bearer None", token=None))[0] == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_whether_it_is_well_anybody_may_know(store: Store, path: str) -> None:
    assert (await asked(store, path))[0] == HTTPStatus.OK
