"""`python -m bot`: serve; `demo`: with a made-up union; `unions FILE`, `members FILE`: read the lists; `doctor`: what is wrong.

`rehearse BEFORE AFTER`: what new rules would do to the claims there are.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from bot import demo, doctor, logs, rehearsing, wording
from bot.app import ENDS, application, founded
from bot.foundation import CannotStart, Foundation, depending_on, now, opened
from bot.importing import bring_in
from bot.members.importing import IMPORTS
from bot.settings import Settings
from bot.staff import links
from calculator.errors import CalculatorError

OPEN_FILES = 65_536
"""As many as are wanted; files and connections count alike."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line. Returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["rehearse"]:
        return rehearse(words[1:])
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("serve", "demo", "doctor", *IMPORTS), default="serve")
    parser.add_argument("file", nargs="?", type=Path, help="a CSV file, for unions and members")
    parser.add_argument("--json", action="store_true", help="for doctor: JSON")
    parser.add_argument("--language", choices=wording.LOCALES, default=wording.DEFAULT_LOCALE, help="for doctor: the report's language")
    options = parser.parse_args(words)
    command: str = options.command
    if (command in IMPORTS) != (options.file is not None):
        parser.error(f"{command} FILE" if command in IMPORTS else f"{command} takes no file")
    try:
        settings = Settings()
    except ValidationError as error:
        if command == "doctor":
            return _report([doctor.wrong("settings", "refused", problem=each) for each in _problems(error)], None, options)
        print("\n".join(_problems(error)), file=sys.stderr)  # noqa: T201
        return 2
    if command == "doctor":
        logs.set_up("error")
        return _report(asyncio.run(doctor.examine(settings, os.environ)), settings, options)
    if command == "demo":
        settings = demo.settings(settings)
    logs.set_up(settings.log_level)
    raise_open_files()
    try:
        if command in IMPORTS:
            return asyncio.run(bring_in_alongside(settings, command, options.file))
        return asyncio.run(serve(settings, with_demo=command == "demo"))
    except CannotStart as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


def raise_open_files() -> None:
    """Let this process have as many files and connections open as the system allows: a thousand, the usual, are taken up by a crowd."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def rehearse(words: list[str]) -> int:
    """Rehearse new rules on the claims in the database, whether or not the bot is being served meanwhile. Returns the exit status."""
    options = rehearsing.read_arguments(words)
    logs.set_up("error")
    try:
        return asyncio.run(rehearse_alongside(Settings(), options))
    except (CannotStart, CalculatorError, ValidationError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


async def rehearse_alongside(settings: Settings, options: argparse.Namespace) -> int:
    """Rehearse on what the store holds."""
    async with opened(settings) as foundation:
        return await rehearsing.rehearse_claims(foundation.store, options)


def _report(findings: list[doctor.Finding], settings: Settings | None, options: argparse.Namespace) -> int:
    if options.json:
        print(doctor.as_json(findings, settings, options.language))  # noqa: T201
    else:
        print("\n".join(doctor.as_lines(findings, settings, options.language)))  # noqa: T201
    return doctor.exit_status(findings)


def _problems(error: ValidationError) -> Iterator[str]:
    """One line for each setting that cannot be used, without those that only follow from it."""
    for problem in error.errors(include_input=False, include_url=False):
        if problem["type"] != "default_factory_not_called":
            yield ": ".join([*(str(part).upper() for part in problem["loc"]), problem["msg"]])


async def bring_in_alongside(settings: Settings, what: str, path: Path) -> int:
    """Import a file, whether or not the bot is being served meanwhile."""
    async with opened(settings) as foundation:
        return await bring_in(foundation.store, what, path, now())


async def serve(settings: Settings, *, with_demo: bool = False) -> int:
    """Serve until SIGTERM or SIGINT, or until a task that everything depends on has failed. Returns the exit status."""
    async with founded(settings) as foundation:
        accounts = await demo.fill_if_empty(foundation.store, foundation.files, now()) if with_demo else ()
        app = application(settings, foundation)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        try:
            with depending_on("PORT"):
                await web.TCPSite(runner, settings.host, settings.port).start()
            await _announce(settings, foundation, accounts)
            return await _until_told(app[ENDS])
        finally:
            await runner.cleanup()


async def _announce(settings: Settings, foundation: Foundation, accounts: tuple[demo.Account, ...]) -> None:
    token = await foundation.store.write(links.first_link, now=now())
    lines = [
        wording.text("start.chat", wording.DEFAULT_LOCALE, {"url": f"{settings.public_url}/chat"}),
        wording.text("start.console", wording.DEFAULT_LOCALE, {"url": f"{settings.public_url}/console"}),
    ]
    if token:
        lines.append(wording.text("start.first_link", wording.DEFAULT_LOCALE, {"url": f"{settings.public_url}/console/start/{token}"}))
    lines += [
        wording.text("start.demo_account", wording.DEFAULT_LOCALE, {"login": a.login, "password": a.password, "role": a.role})
        for a in accounts
    ]
    print("\n".join(lines), flush=True)  # noqa: T201


async def _until_told(ends: asyncio.Queue[int]) -> int:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ends.put_nowait, 0)
    return await ends.get()


if __name__ == "__main__":
    sys.exit(main())
