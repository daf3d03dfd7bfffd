"""The page that a tap on a card opens: it says where the news is, since the web cannot know who tapped. It holds nothing about anybody."""

from __future__ import annotations

from html import escape

from aiohttp import web

from bot.channels.plain import Wording
from bot.message import Say
from bot.wording import LOCALES

PATH = "/wechat/news"
PAGE = (
    '<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>{title}</title><body style="font: 1.25rem/1.7 sans-serif; margin: 2rem auto; max-width: 32rem; padding: 0 1rem">'
    "{said}</body></html>"
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def landing(chat_url: str, wording: Wording) -> web.RouteDef:
    """The page, in each language, with the way to the web chat under it."""
    text = _page(chat_url, wording)

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    return web.get(PATH, show)


def _page(chat_url: str, wording: Wording) -> str:
    said = ""
    for locale in LOCALES:
        back, link = (escape(wording(Say(key), locale)) for key in ("wechat.knock.landing", "wechat.web_chat"))
        said += f'<p>{back}</p><p><a href="{escape(chat_url)}">{link}</a></p>'
    return PAGE.format(title=escape(wording(Say("wechat.knock.title"), LOCALES[0])), said=said)
