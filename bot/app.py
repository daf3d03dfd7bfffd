"""The one file that knows everything: it opens the store, wires the channels, the console and the jobs together, and serves them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from aiohttp import web
from obstore.exceptions import BaseError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot import health, notices, sealing, wording
from bot.channels.telegram import Telegram
from bot.channels.web.routes import web_routes
from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.claims import news
from bot.console import console_app
from bot.conversation.step import step
from bot.documents import job as documents
from bot.documents import uploads
from bot.documents.files import Files
from bot.jobs import Handler, Job, Worker, take_back
from bot.message import Incoming
from bot.settings import Settings
from bot.store import Keyring, Store
from bot.store.alone import alone
from bot.store.errors import DatabaseInUse, KeyringError
from bot.store.migrate import migrate
from calculator import load
from calculator.errors import CalculatorError

LARGEST_REQUEST = 21 * 1024 * 1024
LEASE_S = 6.0
"""A job under way when one of several processes dies is taken by another after so long: the member waits less than ten seconds."""

Clock = Callable[[], datetime]


class CannotStart(Exception):  # noqa: N818 - raised to say it to whoever starts the bot
    """What has to be mended first: the setting at fault, and what is wrong with it."""

    def __init__(self, setting: str, error: Exception) -> None:
        super().__init__(f"{setting}: {(str(error).strip() or type(error).__name__).splitlines()[0]}")
        self.setting = setting


@contextmanager
def depending_on(setting: str, *errors: type[Exception]) -> Iterator[None]:
    """What goes wrong in this block is laid to a setting. Any other error is a fault of ours and keeps its traceback."""
    expected: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        yield
    except expected as error:
        raise CannotStart(setting, error) from error


def now() -> datetime:
    """The time, as everything but a test takes it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Foundation:
    """What stands before anything is served: the database brought up to date, the files."""

    store: Store
    files: Files


@asynccontextmanager
async def founded(settings: Settings) -> AsyncIterator[Foundation]:
    """Open the store and the files of a deployment, and close them at the end."""
    with depending_on("DATA_DIR"):
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with depending_on("NIANGJIA_KEYS" if settings.niangjia_keys else "KEYS_FILE", KeyringError):
        keyring = (
            Keyring.from_json(settings.niangjia_keys.get_secret_value())
            if settings.niangjia_keys
            else Keyring.from_file(settings.keys_file)
        )
    with depending_on("FILES_URL", BaseError, ValueError):
        files = Files(settings.files_url, keyring)
    with ExitStack() as held:
        with depending_on("DATABASE_URL", SQLAlchemyError, ImportError, DatabaseInUse):
            is_alone = held.enter_context(alone(settings.database_url))
            migrate(settings.database_url)
            store = Store.open(settings.database_url, keyring)
        try:
            await store.write(_begin_sealing, now())
            if is_alone:
                await store.write(take_back, now=now())
            yield Foundation(store, files)
        finally:
            await store.close()


def application(settings: Settings, foundation: Foundation, clock: Clock = now) -> web.Application:
    """Everything that is served, with the jobs and the channels running as long as it is."""
    store, files = foundation.store, foundation.files
    with depending_on("POLICY_PLACE", CalculatorError):
        policies = load(settings.policy_place)
    take: Callable[..., bool] = partial(step, policies=policies, zone=settings.time_zone)
    streams = Streams()
    telegram = Telegram(settings, store, take, wording.say, clock) if settings.telegram_token else None
    channels: dict[str, notices.Channel] = {"web": WebChannel(store, streams, clock)}
    kinds: dict[str, Handler] = {news.STAFF_NEWS: _staff_news(store, settings, clock)}
    fetchers: dict[str, documents.Fetcher] = {}
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.add_routes(health.routes(store))
    app.add_routes(web_routes(streams, store, files, take, wording.text, settings, clock))
    app.router.add_get("/", _to_chat)
    app.add_subapp("/console", console_app(store, files, settings, clock))
    if telegram is not None:
        channels[telegram.name] = telegram
        fetchers[telegram.name] = telegram.fetch
        kinds |= telegram.jobs
        app.add_routes(telegram.routes())
    kinds[sealing.JOB_KIND] = sealing.sealer(store, clock)
    kinds[notices.JOB_KIND] = notices.sender(channels)
    kinds[uploads.JOB_KIND] = documents.settle_upload(store, files, fetchers, _deliver(take, clock), clock)
    app.cleanup_ctx.append(partial(_working, worker=Worker(store, kinds, clock, lease_s=LEASE_S), telegram=telegram))
    app.on_shutdown.append(streams.close)
    return app


def _begin_sealing(conn: Connection, moment: datetime) -> None:
    if not sealing.is_queued(conn):
        sealing.queue(conn, moment.date(), moment)


async def _to_chat(_: web.Request) -> web.Response:
    raise web.HTTPFound("/chat")


def _deliver(take: Callable[..., bool], clock: Clock) -> Callable[[Connection, Incoming], object]:
    return lambda conn, incoming: take(conn, incoming, now=clock())


def _staff_news(store: Store, settings: Settings, clock: Clock) -> Handler:
    async def tell(job: Job) -> None:
        await store.write(news.tell_staff, job.payload["claim"], job.payload["again"], settings.public_url, clock())

    return tell


async def _working(_: web.Application, *, worker: Worker, telegram: Telegram | None) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(worker.run(), name="jobs")]
    if telegram is not None:
        tasks.append(asyncio.create_task(telegram.run(), name="telegram"))
    yield
    await worker.stop()
    with suppress(asyncio.CancelledError):
        await tasks[0]
    for task in tasks[1:]:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    if telegram is not None:
        await telegram.close()
