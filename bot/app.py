"""The one file that knows everything: it wires the channels, the console and the jobs together, and serves them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

import structlog
from aiohttp import web
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot import health, notices, sealing, wording
from bot.broadcast import course, feeding, recipients, sending
from bot.broadcast.means import Means
from bot.broadcast.outgoing import AT_ONCE, Outgoing
from bot.broadcast.write import FEED
from bot.channels.preview import PREVIEWS
from bot.channels.telegram import Telegram
from bot.channels.telegram import chats as telegram_chats
from bot.channels.web.routes import web_routes
from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.channels.wechat import WeChat
from bot.channels.wechat import chats as wechat_chats
from bot.channels.wecom import WeCom
from bot.claims import daily, news, posted
from bot.console import console_app
from bot.conversation import counting, elsewhere, proving, topics
from bot.conversation.awaited import awaits_files
from bot.conversation.going_on import troubles_of
from bot.conversation.step import step
from bot.conversation.unfinished import Unfinished
from bot.documents import job as documents
from bot.documents import uploads
from bot.documents.files import Files
from bot.foundation import Clock, Foundation, depending_on, now, opened
from bot.jobs import Handler, Job, Worker, take_back
from bot.message import Incoming
from bot.reminders import rounds
from bot.reminders.plan import Plan
from bot.reminders.reach import ByChannel, Reach
from bot.reminders.rounds import Round
from bot.retention import papers, sweep
from bot.retention.keep import Keep
from bot.retention.sweep import Sweep
from bot.settings import Settings
from bot.store import Store
from bot.store.alone import alone
from bot.store.errors import DatabaseInUse
from bot.threads import news as threads_news
from bot.threads.hours import Hours
from calculator import load
from calculator.errors import CalculatorError
from calculator.policy import Policies

LARGEST_REQUEST = 21 * 1024 * 1024
LEASE_S = 6.0
"""A job under way when one of several processes dies is taken by another after so long: the member waits less than ten seconds."""

UPLOADS_AT_ONCE = 256
"""Files have a worker of their own: however many there are and however slow, no notice waits behind them. Few of these are in hand at
a time; the rest are put in order, those that somebody waits for before the others."""

ENDS = web.AppKey("ends", asyncio.Queue[int])
"""An exit status is put here for the process to end: 0 when told to, 1 when it can no longer do its work and must be started anew."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def founded(settings: Settings) -> AsyncIterator[Foundation]:
    """The same for the one process that serves a SQLite file, or one of several that serve a PostgreSQL."""
    with depending_on("DATA_DIR"):
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        with depending_on("DATABASE_URL", SQLAlchemyError, ImportError, DatabaseInUse):
            is_alone = held.enter_context(alone(settings.database_url))
        async with opened(settings) as foundation:
            await foundation.store.write(sealing.begin, now())
            await foundation.store.write(daily.begin, _plan(settings), now())
            await foundation.store.write(rounds.begin, now())
            await foundation.store.write(course.take_up, now())
            await foundation.store.write(sweep.begin, settings.time_zone, now())
            if is_alone:
                await foundation.store.write(take_back, now=now())
            yield foundation


def application(settings: Settings, foundation: Foundation, clock: Clock = now) -> web.Application:
    """Everything that is served, with the jobs and the channels running as long as it is."""
    store, files = foundation.store, foundation.files
    with depending_on("POLICY_PLACE", CalculatorError):
        policies = load(settings.policy_place)
    hours = Hours(settings.answer_days, settings.office_opens, settings.office_closes)
    counts = counting.Counts()
    topics.matcher()  # now, not while the first member who asks something waits for it
    take: Callable[..., bool] = partial(step, hours=hours, policies=policies, zone=settings.time_zone, counts=counts)
    streams = Streams()
    paid_for = troubles_of(policies)
    telegram = Telegram(settings, store, take, wording.say, clock, troubles=paid_for) if settings.telegram_token else None
    wechat = WeChat(settings, store, take, wording.say, clock) if settings.wechat_app_id else None
    channels: dict[str, notices.Channel] = {"web": WebChannel(store, streams, clock)}
    wecom = WeCom(settings, store, wording.say, clock)
    kinds: dict[str, Handler] = {**wecom.jobs, **_staff_news(store, settings, wecom.post, clock)}
    fetchers: dict[str, documents.Fetcher] = {}
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app[ENDS] = asyncio.Queue()
    app.add_routes(health.routes(store, settings.metrics_token))
    app.add_routes(web_routes(streams, store, files, take, wording.text, settings, clock))
    app.router.add_get("/", _to_chat)
    by_channel = _by_channel(settings)
    means = Means(by_channel, {name: PREVIEWS[name] for name in by_channel})
    app.add_subapp("/console", console_app(store, files, settings, clock, means))
    for platform in _chosen(telegram, wechat):
        channels[platform.name] = platform
        fetchers[platform.name] = platform.fetch
        kinds |= platform.jobs
        app.add_routes(platform.routes())
    kinds.setdefault(posted.CHANGED, _nothing)
    kinds[elsewhere.PROOF] = _proving(store, clock)
    kinds[sealing.JOB_KIND] = sealing.sealer(store, clock)
    kinds[notices.JOB_KIND] = notices.sender(channels)
    kinds[rounds.JOB_KIND] = rounds.rounds(store, _round(settings, policies), clock)
    kinds[sweep.JOB_KIND] = sweep.sweeper(_sweep(settings, store, files), clock)
    kinds[papers.ERASE] = papers.eraser(files)
    settle = documents.settle_upload(store, files, fetchers, _deliver(take, clock), clock, awaits_files)
    to_many = _to_many(Outgoing(store, _days(settings), by_channel, channels, clock))
    workers = (
        Worker(store, kinds, clock, lease_s=LEASE_S),
        Worker(store, {uploads.JOB_KIND: settle}, clock, size=UPLOADS_AT_ONCE, lease_s=LEASE_S),
        Worker(store, to_many, clock, size=AT_ONCE, lease_s=LEASE_S),
    )
    app.cleanup_ctx.append(partial(_counting, store=store, counts=counts))
    app.cleanup_ctx.append(partial(_working, workers=workers, telegram=telegram, wechat=wechat))
    app.on_shutdown.append(streams.close)
    app.on_cleanup.append(lambda _: wecom.close())
    return app


def _chosen(*platforms: Telegram | WeChat | None) -> list[Telegram | WeChat]:
    """The platforms that are set up."""
    return [platform for platform in platforms if platform is not None]


async def _to_chat(_: web.Request) -> web.Response:
    raise web.HTTPFound("/chat")


def _proving(store: Store, clock: Clock) -> Handler:
    async def prove(job: Job) -> None:
        await store.write(proving.hold, job.id, job.payload, clock())

    return prove


async def _nothing(_: Job) -> None:
    """Posts of a platform that is off stay as they are."""


def _deliver(take: Callable[..., bool], clock: Clock) -> Callable[[Connection, Incoming], object]:
    return lambda conn, incoming: take(conn, incoming, now=clock())


def _staff_news(store: Store, settings: Settings, post: news.Post, clock: Clock) -> dict[str, Handler]:
    plan = _plan(settings)

    async def tell(job: Job) -> None:
        await store.write(news.tell_staff_once, job, settings.public_url, post, clock())

    async def look(job: Job) -> None:
        told = await store.report(daily.gather, plan, clock())
        await store.write(daily.tell, job.id, told, plan, post, clock())

    async def tell_of_thread(job: Job) -> None:
        await store.write(threads_news.tell_staff_once, job, settings.public_url, post, clock())

    return {news.STAFF_NEWS: tell, threads_news.JOB_KIND: tell_of_thread, daily.JOB_KIND: look}


def _to_many(work: Outgoing) -> dict[str, Handler]:
    """Broadcasts have a worker of their own, too: few under way at once, so that every answer overtakes them."""
    return {FEED: feeding.feeder(work), recipients.MESSAGE: sending.sender(work)}


def _round(settings: Settings, policies: Policies) -> Round:
    return Round(_days(settings), Unfinished(policies, settings.time_zone), policies, _by_channel(settings))


def _days(settings: Settings) -> Plan:
    return Plan(settings.reminder_days, settings.quiet_hours, settings.time_zone, settings.draft_days)


def _by_channel(settings: Settings) -> ByChannel:
    reach: dict[str, Callable[[Connection, str, datetime], Reach]] = {"web": lambda *_: Reach.OPEN}  # read when the page is opened
    if settings.telegram_token:
        reach["telegram"] = telegram_chats.reach
    if settings.wechat_app_id:
        reach["wechat"] = wechat_chats.reach
    return reach


def _sweep(settings: Settings, store: Store, files: Files) -> Sweep:
    days = Keep(
        updates=timedelta(days=settings.keep_updates_days),
        web_chats=timedelta(days=settings.keep_web_chats_days),
        web_messages=timedelta(days=settings.keep_web_messages_days),
        uploads=timedelta(days=settings.keep_uploads_days),
        failed_jobs=timedelta(days=settings.keep_failed_jobs_days),
    )
    return Sweep(store, files, settings.data_dir / "wechat", days, settings.time_zone)


def _plan(settings: Settings) -> daily.Plan:
    return daily.Plan(settings.digest_hour, settings.time_zone, settings.claim_due_days, settings.public_url)


async def _working(
    app: web.Application, *, workers: tuple[Worker, ...], telegram: Telegram | None, wechat: WeChat | None = None
) -> AsyncIterator[None]:
    working = [asyncio.create_task(worker.run(), name="jobs") for worker in workers]
    platforms = _chosen(telegram, wechat)
    receiving = [asyncio.create_task(platform.run(), name=platform.name) for platform in platforms]
    for task in working + receiving:
        task.add_done_callback(partial(_watch, app[ENDS]))
    yield
    for worker in workers:
        await worker.stop()
    await asyncio.gather(*working, return_exceptions=True)  # what failed is in the log already, and the rest must still be closed
    for task in receiving:
        task.cancel()
    await asyncio.gather(*receiving, return_exceptions=True)
    for platform in platforms:
        await platform.close()


async def _counting(_: web.Application, *, store: Store, counts: counting.Counts) -> AsyncIterator[None]:
    writing = asyncio.create_task(counting.keep_writing(store, counts), name="counts")
    yield
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)


def _watch(ends: asyncio.Queue[int], task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("task_failed", task=task.get_name(), error=type(error).__name__)  # no message: it may hold a name
        ends.put_nowait(1)
