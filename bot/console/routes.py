"""Every page of the console and every thing that can be done there, with who may. Nothing is reachable that does not stand here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from aiohttp import web

from bot.console.views import (
    account,
    broadcast,
    broadcasts,
    claim,
    decisions,
    flows,
    overview,
    pictures,
    queue,
    records,
    sign_in,
    staff,
    start,
    static,
    threads,
    undelivered,
)
from bot.staff.roles import Permission

View = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Access(Enum):
    """Who may, where no permission is needed."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True)
class Route:
    """One method of one path. `writes` asks for the session's form token and an origin of our own."""

    name: str
    method: str
    path: str
    view: View
    permission: Permission | Access
    writes: bool = False


def _get(name: str, path: str, view: View, permission: Permission | Access) -> Route:
    return Route(name, "GET", path, view, permission)


def _post(name: str, path: str, view: View, permission: Permission | Access) -> Route:
    return Route(name, "POST", path, view, permission, writes=True)


CLAIM: Final = "/claims/{claim:[0-9]{1,18}}"
PERSON: Final = "/staff/{staff:[0-9]{1,18}}"
JOB: Final = "/undelivered/{job:[0-9]{1,18}}"
BROADCAST: Final = "/broadcasts/{broadcast:[0-9]{1,18}}"
THREAD: Final = "/threads/{thread:[0-9]{1,18}}"

ROUTES: Final[tuple[Route, ...]] = (
    _get("static", "/static/{file:[a-z.]{1,40}}", static.show, Access.ANYBODY),
    _get("sign_in", "/sign-in", sign_in.show, Access.ANYBODY),
    _post("sign_in_send", "/sign-in", sign_in.send, Access.ANYBODY),
    _post("sign_out", "/sign-out", sign_in.out, Access.SIGNED_IN),
    _post("language", "/language", account.language, Access.ANYBODY),
    _get("start_link", "/start/{token:[A-Za-z0-9_-]{20,80}}", start.follow, Access.ANYBODY),
    _get("start", "/start", start.show, Access.ANYBODY),
    _post("start_send", "/start", start.send, Access.ANYBODY),
    _get("home", "", queue.home, Access.SIGNED_IN),
    _get("queue", "/", queue.show, Permission.READ),
    _post("search", "/search", queue.search, Permission.READ),
    _get("overview", "/overview", overview.show, Permission.READ),
    _get("flows", "/flows", flows.show, Permission.READ),
    _get("claim", CLAIM, claim.show, Permission.READ),
    _post("claim_open", f"{CLAIM}/open", claim.open_field, Permission.READ),
    _get("picture", "/pictures/{upload:[A-Za-z0-9_-]{8,64}}/{number:[0-9]{1,3}}", pictures.show, Permission.READ),
    _post("take", f"{CLAIM}/take", decisions.take, Permission.REVIEW),
    _post("put_back", f"{CLAIM}/put-back", decisions.put_back, Permission.REVIEW),
    _post("approve", f"{CLAIM}/approve", decisions.approve, Permission.REVIEW),
    _post("return_claim", f"{CLAIM}/return", decisions.return_, Permission.REVIEW),
    _post("reject", f"{CLAIM}/reject", decisions.reject, Permission.REVIEW),
    _post("note", f"{CLAIM}/note", decisions.note, Permission.REVIEW),
    _post("confirm", f"{CLAIM}/confirm", decisions.confirm, Permission.CONFIRM),
    _post("reopen", f"{CLAIM}/reopen", decisions.reopen, Permission.CONFIRM),
    _post("pay", f"{CLAIM}/pay", decisions.pay, Permission.PAY),
    _post("paid", f"{CLAIM}/paid", decisions.paid, Permission.PAY),
    _post("bounced", f"{CLAIM}/bounced", decisions.bounced, Permission.PAY),
    _get("threads", "/threads", threads.show, Permission.READ),
    _get("thread", THREAD, threads.thread, Permission.READ),
    _post("thread_answer", f"{THREAD}/answer", threads.reply, Permission.REVIEW),
    _post("thread_take", f"{THREAD}/take", threads.take, Permission.REVIEW),
    _post("thread_close", f"{THREAD}/close", threads.close, Permission.REVIEW),
    _get("broadcasts", "/broadcasts", broadcasts.show, Permission.BROADCAST),
    _get("broadcast_new", "/broadcasts/new", broadcasts.new, Permission.BROADCAST),
    _post("broadcast_add", "/broadcasts/new", broadcasts.add, Permission.BROADCAST),
    _get("broadcast", BROADCAST, broadcast.show, Permission.BROADCAST),
    _get("broadcast_edit", f"{BROADCAST}/edit", broadcasts.edit, Permission.BROADCAST),
    _post("broadcast_change", f"{BROADCAST}/edit", broadcasts.change, Permission.BROADCAST),
    _post("broadcast_hand_in", f"{BROADCAST}/hand-in", broadcast.hand_in, Permission.BROADCAST),
    _post("broadcast_send_back", f"{BROADCAST}/send-back", broadcast.send_back, Permission.BROADCAST),
    _post("broadcast_approve", f"{BROADCAST}/approve", broadcast.approve, Permission.BROADCAST),
    _post("broadcast_pause", f"{BROADCAST}/pause", broadcast.pause, Permission.BROADCAST),
    _post("broadcast_resume", f"{BROADCAST}/resume", broadcast.resume, Permission.BROADCAST),
    _post("broadcast_cancel", f"{BROADCAST}/cancel", broadcast.cancel, Permission.BROADCAST),
    _get("account", "/account", account.show, Access.SIGNED_IN),
    _post("password", "/account/password", account.password, Access.SIGNED_IN),
    _post("own_number", "/account/own-number", account.own_number, Access.SIGNED_IN),
    _post("totp_begin", "/account/totp/begin", account.totp_begin, Access.SIGNED_IN),
    _post("totp_on", "/account/totp/on", account.totp_on, Access.SIGNED_IN),
    _post("totp_off", "/account/totp/off", account.totp_off, Access.SIGNED_IN),
    _post("group_code", "/account/group", account.group_code, Permission.MANAGE_STAFF),
    _post("group_forget", "/account/group/forget", account.group_forget, Permission.MANAGE_STAFF),
    _post("telegram_code", "/account/telegram", account.telegram_code, Access.SIGNED_IN),
    _post("telegram_forget", "/account/telegram/forget", account.telegram_forget, Access.SIGNED_IN),
    _get("staff", "/staff", staff.show, Permission.MANAGE_STAFF),
    _post("staff_add", "/staff", staff.add, Permission.MANAGE_STAFF),
    _post("staff_change", PERSON, staff.change, Permission.MANAGE_STAFF),
    _post("staff_own_number", f"{PERSON}/own-number", staff.own_number, Permission.MANAGE_STAFF),
    _post("staff_link", f"{PERSON}/link", staff.link, Permission.MANAGE_STAFF),
    _get("records", "/records", records.show, Permission.CHECK_RECORDS),
    _post("records_check", "/records", records.check, Permission.CHECK_RECORDS),
    _get("undelivered", "/undelivered", undelivered.show, Permission.SEE_UNDELIVERED),
    _post("undelivered_again", f"{JOB}/again", undelivered.again, Permission.SEE_UNDELIVERED),
    _post("undelivered_forget", f"{JOB}/forget", undelivered.forget, Permission.SEE_UNDELIVERED),
)
