"""Our own address: nobody there, somebody else there, and a callback that WeChat could not use."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.doctor.address import address, is_running
from bot.doctor.finding import Patient
from bot.doctor.wechat import wechat_callback
from bot.settings import Settings
from tests.doctor.asking import answering, ask, nonsense, refusing, settings


def served_at(url: str, folder: Path, **more: Any) -> Settings:
    return settings(folder, port=int(url.rsplit(":", 1)[1]), public_url=url, **more)


async def ours(request: web.Request) -> web.StreamResponse:
    """A server of ours, its callback included."""
    if request.path == "/wechat":
        parts = sorted(["token", request.query["timestamp"], request.query["nonce"]])
        signed = hashlib.sha1("".join(parts).encode()).hexdigest() == request.query["signature"]  # noqa: S324 - WeChat's choice
        return web.Response(text=request.query["echostr"]) if signed else web.Response(status=403)
    return web.Response(text="alive\n" if request.path == "/healthz" else "ready\n")


async def unready(request: web.Request) -> web.StreamResponse:
    """Ours, without its database."""
    return web.Response(text="alive\n") if request.path == "/healthz" else web.Response(status=503)


async def test_a_server_that_answers_at_its_public_address_is_fine(tmp_path: Path) -> None:
    async with answering(ours) as url:
        used = served_at(url, tmp_path, wechat_app_id="wx1", wechat_token="token", wechat_secret="secret")
        assert await is_running(used)
        assert await ask(address, Patient(used, is_running=True)) == [("ok", "ok")]
        assert await ask(wechat_callback, Patient(used, is_running=True)) == [("ok", "ok")]


async def test_a_server_that_rests_is_no_fault(tmp_path: Path) -> None:
    used = settings(tmp_path, wechat_app_id="wx1", wechat_token="token", wechat_secret="secret")

    assert not await is_running(used)
    assert await ask(address, Patient(used)) == [("warning", "not_running")]
    assert await ask(wechat_callback, Patient(used)) == [("warning", "not_running")]


async def test_another_program_on_our_port_is_not_taken_for_us(tmp_path: Path) -> None:
    async with answering(nonsense) as url:
        assert not await is_running(served_at(url, tmp_path))


async def test_a_server_without_its_database_is_wrong(tmp_path: Path) -> None:
    async with answering(unready) as url:
        assert await ask(address, Patient(served_at(url, tmp_path), is_running=True)) == [("wrong", "not_ready")]


async def test_a_public_address_that_leads_elsewhere_is_wrong(tmp_path: Path) -> None:
    async with answering(ours) as url, answering(nonsense) as other:
        wechat = {"wechat_app_id": "wx1", "wechat_token": "token", "wechat_secret": "secret"}
        used = settings(tmp_path, port=int(url.rsplit(":", 1)[1]), public_url=other, **wechat)
        assert await ask(address, Patient(used, is_running=True)) == [("wrong", "somebody_else")]
        assert await ask(wechat_callback, Patient(used, is_running=True)) == [("wrong", "not_ours")]


@pytest.mark.parametrize("check", [address, wechat_callback])
async def test_a_public_address_that_this_machine_cannot_reach_is_named(tmp_path: Path, check: Any) -> None:
    async with answering(ours) as url:
        wechat = {"wechat_app_id": "wx1", "wechat_token": "token", "wechat_secret": "secret"}
        used = settings(tmp_path, port=int(url.rsplit(":", 1)[1]), public_url=refusing(), **wechat)
        assert await ask(check, Patient(used, is_running=True)) == [("warning", "unreachable")]


async def test_a_callback_with_another_token_is_wrong(tmp_path: Path) -> None:
    async with answering(ours) as url:
        used = served_at(url, tmp_path, wechat_app_id="wx1", wechat_token="another", wechat_secret="secret")
        assert await ask(wechat_callback, Patient(used, is_running=True)) == [("wrong", "not_ours")]
