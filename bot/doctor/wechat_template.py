"""WeChat's template for news: whether the account has it, and its fields are the ones that are set. Nobody is sent anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product
from typing import Any, Final

from bot.channels.wechat.channel import template_of
from bot.channels.wechat.template import News, Template, placeholders, unfit
from bot.channels.wechat.tidings import KINDS
from bot.doctor.finding import Finding, NotThereError, Patient, fine, warning, wrong
from bot.doctor.web import NoAnswerError, call, now
from bot.doctor.wechat import token
from bot.settings import Settings
from bot.wording import LOCALES, say

CHECK = "wechat_template"
LIST = "/cgi-bin/template/get_all_private_template"
NOT_ALLOWED: Final = 48001


async def wechat_template(patient: Patient) -> list[Finding]:
    """Compares the setting with the templates the account has chosen. Whether WeChat gives a token is another check's."""
    settings = patient.settings
    template = template_of(settings)
    if settings.wechat_app_id is None or template is None:
        return [fine(CHECK, "off")]
    try:
        found = await _listed(settings)
    except NoAnswerError as error:
        return [wrong(CHECK, "unreachable", error=error.reason)]
    if (code := found.get("errcode", 0)) or not isinstance(found.get("template_list"), list):
        return [wrong(CHECK, "not_allowed" if code == NOT_ALLOWED else "refused", code=code)]
    for one in found["template_list"]:
        if one.get("template_id") == template.id:
            named = str(one.get("title", ""))
            return list(_compared(template, str(one.get("content", "")), now())) or [fine(CHECK, title=named)]
    return [wrong(CHECK, "missing", count=len(found["template_list"]))]


async def _listed(settings: Settings) -> Mapping[str, Any]:
    """The account's templates. Raises NoAnswerError, NotThereError."""
    given = await token(settings)
    if isinstance(given, Finding):
        raise NotThereError
    return (await call("GET", settings.wechat_api_url + LIST, {"access_token": given})).json()


def _compared(template: Template, content: str, at: datetime) -> Iterator[Finding]:
    wanted = placeholders(content)
    if empty := [name for name in wanted if name not in template.fields]:
        yield wrong(CHECK, "unfilled", names=", ".join(empty))
    if surplus := [name for name in template.fields if name not in wanted]:
        yield warning(CHECK, "surplus", names=", ".join(surplus))
    if names := list(unfit(template, _samples(at), say)):
        yield wrong(CHECK, "unfit", names=", ".join(names))


def _samples(at: datetime) -> list[News]:
    """One of every kind, in every language, with a number and without."""
    kinds = sorted(set(KINDS.values()))
    return [News(0, kind, number, at, locale) for kind, number, locale in product(kinds, ("C-2611-0042", ""), LOCALES)]
