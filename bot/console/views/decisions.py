"""The decisions, each its own POST with the revision it was made on. What stands in the way is said on the claim's own page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from bot.claims import decide
from bot.claims.errors import ClaimError, IncompleteError, NoSuchClaimError, NotAllowedError, OverCapError, StaleError, WrongStateError
from bot.console.forms import text, whole_number, yuan
from bot.console.pages import redirect
from bot.console.parts import now, signed_in, store
from bot.console.views.claim import claim_page
from bot.staff.accounts import Staff
from calculator import Fen

Form = Mapping[str, Any]
Decision = Callable[[Connection, int, int, Staff, datetime], object]

NO_REVISION: Final = -1


async def take(request: web.Request) -> web.Response:
    """Begin to review."""
    return await _decided(request, "taken", lambda c, claim, revision, staff, at: decide.take(c, claim, revision, staff, now=at))


async def put_back(request: web.Request) -> web.Response:
    """Let somebody else review."""
    return await _decided(request, "put_back", lambda c, claim, revision, staff, at: decide.put_back(c, claim, revision, staff, now=at))


async def approve(request: web.Request) -> web.Response:
    """Grant an amount."""
    form = await request.post()
    amount, reason = yuan(form, "amount") or Fen(0), text(form, "reason")
    return await _decided(
        request,
        "approved",
        lambda c, claim, revision, staff, at: decide.approve(c, claim, revision, staff, amount=amount, reason=reason, now=at),
    )


async def return_(request: web.Request) -> web.Response:
    """Ask the member for what is missing."""
    form = await request.post()
    missing, reason = [str(kind) for kind in form.getall("missing", [])], text(form, "reason")
    return await _decided(
        request,
        "returned",
        lambda c, claim, revision, staff, at: decide.return_(c, claim, revision, staff, missing=missing, reason=reason, now=at),
    )


async def reject(request: web.Request) -> web.Response:
    """Refuse, with a reason."""
    reason = text(await request.post(), "reason")
    return await _decided(
        request, "rejected", lambda c, claim, revision, staff, at: decide.reject(c, claim, revision, staff, reason=reason, now=at)
    )


async def confirm(request: web.Request) -> web.Response:
    """Give the second signature."""
    return await _decided(request, "confirmed", lambda c, claim, revision, staff, at: decide.confirm(c, claim, revision, staff, now=at))


async def reopen(request: web.Request) -> web.Response:
    """Refuse the second signature."""
    reason = text(await request.post(), "reason")
    return await _decided(
        request, "reopened", lambda c, claim, revision, staff, at: decide.reopen(c, claim, revision, staff, reason=reason, now=at)
    )


async def pay(request: web.Request) -> web.Response:
    """Hand to the bank."""
    return await _decided(request, "paying", lambda c, claim, revision, staff, at: decide.pay(c, claim, revision, staff, now=at))


async def paid(request: web.Request) -> web.Response:
    """The money arrived."""
    return await _decided(request, "paid", lambda c, claim, revision, staff, at: decide.paid(c, claim, revision, staff, now=at))


async def bounced(request: web.Request) -> web.Response:
    """The bank sent it back."""
    reason = text(await request.post(), "reason")
    return await _decided(
        request, "bounced", lambda c, claim, revision, staff, at: decide.bounced(c, claim, revision, staff, reason=reason, now=at)
    )


async def note(request: web.Request) -> web.Response:
    """Write something down for the other staff; no revision, for nothing is decided."""
    words = text(await request.post(), "words")
    return await _decided(request, "noted", lambda c, claim, _, staff, at: decide.note(c, claim, staff, words=words, now=at))


async def _decided(request: web.Request, done: str, decision: Decision) -> web.Response:
    """Carry it out; then the claim's page, which says that it was done, or why not."""
    form = await request.post()
    claim_id, revision = int(request.match_info["claim"]), whole_number(form, "revision")
    try:
        await store(request).write(decision, claim_id, NO_REVISION if revision is None else revision, signed_in(request), now(request))
    except NoSuchClaimError as error:
        raise web.HTTPNotFound from error
    except ClaimError as error:
        status, key, figures = worded(error)
        return await claim_page(request, status=status, problem=key, kept={"action": done, **form}, **figures)
    return redirect(request, "claim", claim=claim_id, query={"done": done})


def worded(error: ClaimError) -> tuple[int, str, dict[str, Any]]:
    """What to say about an error: the status, the key and its figures."""
    match error:
        case StaleError():
            return 409, "console.problem.stale", {}
        case WrongStateError():
            return 409, "console.problem.wrong_state", {}
        case OverCapError():
            return 422, f"console.problem.over_cap.{error.cap}", {"left": error.left}
        case NotAllowedError():
            return 403, f"console.problem.not_allowed.{error.reason}", {}
        case IncompleteError():
            return 422, f"console.problem.incomplete.{error.what}", {}
        case _:
            raise error
