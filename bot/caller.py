"""Who is calling: the address that tries are counted by. Behind a reverse proxy that is not the one the connection comes from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import structlog
from aiohttp import web

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

FORWARDED: Final = "X-Forwarded-For"
HOUSEHOLD: Final = 64
"""Of an IPv6 address so many bits are a household's; it has all addresses that begin with them."""

log = structlog.get_logger(__name__)


def caller(request: web.Request, trusted: Networks) -> str:
    """The last address that no trusted proxy is at: of an IPv4 caller the address, of an IPv6 one the household's network.

    Each proxy puts whom it was called by at the end of X-Forwarded-For; whatever stands before that, anybody can have written.
    """
    at = _address(request.remote or "")
    hops = [hop.strip() for line in request.headers.getall(FORWARDED, []) for hop in line.split(",")]
    if at is not None and hops and not _is_trusted(at, trusted):
        _say_once(at)
    while at is not None and hops and _is_trusted(at, trusted):
        before = _address(hops.pop())
        if before is None:
            break
        at = before
    return "" if at is None else str(ip_network((at, HOUSEHOLD), strict=False)) if at.version == 6 else str(at)  # noqa: PLR2004  # IPv6


def _is_trusted(at: Address, trusted: Networks) -> bool:
    return any(at in network for network in trusted)


def _address(written: str) -> Address | None:
    """An address as proxies write it: alone, or with a port, in brackets or not."""
    host = written.partition("]")[0].removeprefix("[") if written.startswith("[") else written
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        at = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return at.ipv4_mapped or at if isinstance(at, IPv6Address) else at


@lru_cache(maxsize=16)
def _say_once(at: Address) -> None:
    """A proxy nearby that nobody has named makes everybody one caller. From afar the header is only somebody's make-believe."""
    if at.is_private:
        log.warning("proxy_not_trusted", address=str(at), setting="TRUSTED_PROXIES")
