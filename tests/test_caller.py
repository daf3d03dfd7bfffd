"""Who is calling is told by proxies that we trust, and by nobody else."""

from __future__ import annotations

from ipaddress import ip_network
from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.caller import FORWARDED, caller

NEAR = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def called(remote: str, *forwarded: str, trusted: object = NEAR) -> str:
    transport = Mock()
    transport.get_extra_info = lambda name, default=None: (remote, 1) if name == "peername" else default
    headers = [(FORWARDED, line) for line in forwarded]
    return caller(make_mocked_request("GET", "/", headers, transport=transport), trusted)  # type: ignore[arg-type]  # of networks


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["6.6.6.6", "198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.7,10.1.2.3"], "198.51.100.7"),
        ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        ("198.51.100.7", ["6.6.6.6"], "198.51.100.7"),
        ("127.0.0.1", ["198.51.100.7:50123"], "198.51.100.7"),
        ("::ffff:127.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("fd00::1", ["[2001:db8:1:2:3:4:5:6]:443"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", [], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("127.0.0.1", ["6.6.6.6, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["unknown, 10.0.0.9"], "10.0.0.9"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("", ["6.6.6.6"], ""),
    ],
)
def test_the_caller_is_the_last_hop_that_is_no_proxy_of_ours(remote: str, forwarded: list[str], found: str) -> None:
    assert called(remote, *forwarded) == found


def test_without_a_trusted_proxy_nobody_is_believed() -> None:
    assert called("127.0.0.1", "6.6.6.6", trusted=()) == "127.0.0.1"


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_whatever_a_stranger_writes_they_are_found(written: str) -> None:
    assert called("127.0.0.1", f"{written}, 198.51.100.7") == "198.51.100.7"
    assert called("198.51.100.7", written) == "198.51.100.7"


def test_a_proxy_nearby_that_nobody_has_named_is_logged_once_and_one_from_afar_never() -> None:
    with capture_logs() as logs:
        for remote in ("192.168.77.1", "192.168.77.1", "203.0.114.9"):
            called(remote, "6.6.6.6")

    assert [(line["event"], line["address"]) for line in logs] == [("proxy_not_trusted", "192.168.77.1")]
