"""Is it alive, is it ready, how is it doing: three addresses for whoever runs it."""

from __future__ import annotations

import secrets

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import SecretStr
from sqlalchemy import Connection, func, select

from bot.claims.tables import claims
from bot.jobs.tables import jobs
from bot.store import Store


def routes(store: Store, metrics_token: SecretStr | None) -> list[web.RouteDef]:
    """The three addresses; none of them tells anything about a person. How much there is to do is for the holder of the token."""

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def ready(_: web.Request) -> web.Response:
        try:
            await store.read(_look)
        except Exception:  # noqa: BLE001  # whatever it is, the database cannot be used
            return web.Response(status=503, text="database unavailable\n")
        return web.Response(text="ready\n")

    async def metrics(request: web.Request) -> web.Response:
        if metrics_token is None:
            raise web.HTTPNotFound
        if not _bears(request, metrics_token):
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
        registry = await store.report(_measure)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)]


def _bears(request: web.Request, token: SecretStr) -> bool:
    given = request.headers.get("Authorization", "").encode(errors="surrogatepass")
    return secrets.compare_digest(given, f"Bearer {token.get_secret_value()}".encode())


def _look(conn: Connection) -> None:
    conn.execute(select(1))


def _measure(conn: Connection) -> CollectorRegistry:
    registry = CollectorRegistry()
    waiting = Gauge("niangjia_jobs", "Jobs by kind and state", ["kind", "state"], registry=registry)
    for kind, state, count in conn.execute(select(jobs.c.kind, jobs.c.state, func.count()).group_by(jobs.c.kind, jobs.c.state)):
        waiting.labels(kind, state).set(count)
    by_state = Gauge("niangjia_claims", "Claims by state", ["state"], registry=registry)
    for state, count in conn.execute(select(claims.c.state, func.count()).group_by(claims.c.state)):
        by_state.labels(state).set(count)
    return registry
