"""What WeChat needs remembered: per member what was shown last and whether we may write; the token, and signatures seen."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table

from bot.store.encryption import EncryptedJson, EncryptedText
from bot.store.tables import BigId, Moment, metadata

wechat_chats = Table(
    "wechat_chats",
    metadata,
    Column("chat", String(64), primary_key=True),
    Column("heard_at", Moment, nullable=True),  # what the member did last: for 48 hours from then on we may write
    Column("is_shut", Boolean, nullable=False),  # WeChat takes no more for this member until the next thing they do
    Column("gone_at", Moment, nullable=True),  # the member follows the account no more
    Column("choices", EncryptedJson("wechat_chats.choices"), nullable=True),  # of the text shown last: bot.channels.plain.Choice
    Column("answered", String(80), nullable=True),  # the push that was answered last ...
    Column("answer", EncryptedText("wechat_chats.answer"), nullable=True),  # ... and with what, in case the answer was lost
    Column("answered_at", Moment, nullable=True),  # when that push came
    Column("knocked_at", Moment, nullable=True),  # when a template message was last put on its way ...
    Column("knocked_for", BigId, nullable=True, autoincrement=False),  # ... for which notice, by its job ...
    Column("knock_id", String(40), nullable=True),  # ... what WeChat calls it ...
    Column("knock_status", String(40), nullable=True),  # ... and what WeChat says became of it
)

wechat_tokens = Table(
    "wechat_tokens",
    metadata,
    Column("app_id", String(64), primary_key=True),
    Column("token", EncryptedText("wechat_tokens.token"), nullable=True),
    Column("serial", Integer, nullable=False),  # grows with every renewal
    Column("expires_at", Moment, nullable=False),
    Column("renewed_until", Moment, nullable=False),  # somebody is renewing it; after this moment, another may
)

wechat_signatures = Table(
    "wechat_signatures",
    metadata,
    Column("signature", String(40), primary_key=True),
    Column("first_at", Moment, nullable=False, index=True),
)
