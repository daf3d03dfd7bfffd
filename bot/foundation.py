"""What stands before anything is served: the database brought up to date, the files; and what keeps a deployment from opening them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from obstore.exceptions import BaseError
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from bot import wording
from bot.conversation.tables import conversations
from bot.documents.files import Files
from bot.members import unions
from bot.members.tables import members
from bot.settings import Settings
from bot.staff.tables import staff
from bot.store import Keyring, Store
from bot.store.errors import KeyringError, Unreadable
from bot.store.migrate import migrate

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


class WrongKeys(Exception):  # noqa: N818 - said to whoever starts the bot
    """The keys at hand are not those the database was written with."""

    def __str__(self) -> str:
        return wording.text("start.wrong_keys", wording.DEFAULT_LOCALE)


def now() -> datetime:
    """The time, as everything but a test takes it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Foundation:
    """What stands before anything is served: the database brought up to date, the files."""

    store: Store
    files: Files


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Foundation]:
    """Open the store and the files of a deployment, and close them at the end. Others may have them open too."""
    with depending_on("DATA_DIR"):
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = "NIANGJIA_KEYS" if settings.niangjia_keys else "KEYS_FILE"
    with depending_on(keys, KeyringError):
        keyring = (
            Keyring.from_json(settings.niangjia_keys.get_secret_value())
            if settings.niangjia_keys
            else Keyring.from_file(settings.keys_file)
        )
    with depending_on("FILES_URL", BaseError, ValueError):
        files = Files(settings.files_url, keyring)
    with depending_on("DATABASE_URL", SQLAlchemyError, ImportError):
        migrate(settings.database_url)
        store = Store.open(settings.database_url, keyring)
    try:
        with depending_on(keys, WrongKeys):
            await store.read(_keys_fit)
        await store.write(unions.plant, wording.text("start.city_union", wording.DEFAULT_LOCALE))
        yield Foundation(store, files)
    finally:
        await store.close()


def _keys_fit(conn: Connection) -> None:
    """Open one value of each table that anybody has by now."""
    try:
        for column in (staff.c.name, conversations.c.state, members.c.name):
            conn.execute(select(column).limit(1)).first()
    except Unreadable as error:
        raise WrongKeys from error
