"""The claims. A claim's history is its audit chain, so there is no second table for it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from bot.store.encryption import EncryptedJson, EncryptedText
from bot.store.tables import BigId, Moment, metadata

claims = Table(
    "claims",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("number", String(20), nullable=False, unique=True),  # C-2611-0042
    Column("benefit", String(20), nullable=False),
    Column("union_id", BigId, nullable=False),
    Column("union_path", String(200), nullable=False),  # as at submission: who may see it
    Column("state", String(12), nullable=False),  # bot.claims.states.State
    Column("revision", Integer, nullable=False),  # one more at every change; a decision names the one it was made on
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("locale", String(8), nullable=False),
    Column("name", EncryptedText("claims.name"), nullable=False),
    Column("name_hash", String(64), nullable=False),
    Column("certno", EncryptedText("claims.certno"), nullable=False),
    Column("certno_hash", String(64), nullable=False),
    Column("on_roster", Boolean, nullable=False),  # name and certificate number agree with a member of the roster
    Column("phone", EncryptedText("claims.phone"), nullable=False),
    Column("phone_hash", String(64), nullable=False),
    Column("card", EncryptedText("claims.card"), nullable=False),
    Column("helper", EncryptedJson("claims.helper"), nullable=True),  # {"relation", "name", "phone"} of whoever files it for the member
    Column("facts", EncryptedJson("claims.facts"), nullable=False),
    Column("estimate", EncryptedJson("claims.estimate"), nullable=False),  # frozen as shown to the member, with its working
    Column("edition", String(80), nullable=False),
    Column("year", Integer, nullable=False),  # of the event: what the yearly cap counts by
    Column("estimated", BigInteger, nullable=True),  # fen; none when a person must look
    Column("approved", BigInteger, nullable=True),  # fen
    Column("second_signature", Boolean, nullable=False),  # must a second person confirm it?
    Column("missing", EncryptedJson("claims.missing"), nullable=False),  # document kinds asked for on return
    Column("reviewer_id", BigId, nullable=True),
    Column("approver_id", BigId, nullable=True),  # who approved; the second signature is somebody else's
    Column("confirmer_id", BigId, nullable=True),
    Column("submitted_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_claims_queue", "state", "submitted_at"),
    Index("ix_claims_chat", "channel", "chat"),
    Index("ix_claims_certno_hash", "certno_hash"),
    Index("ix_claims_name_hash", "name_hash"),
    Index("ix_claims_phone_hash", "phone_hash"),
    Index("ix_claims_union_path", "union_path"),
)

claim_numbers = Table(
    "claim_numbers",
    metadata,
    Column("month", String(4), nullable=False),  # "2611"
    Column("last", Integer, nullable=False),
    UniqueConstraint("month"),
)

told = Table(
    "told",
    metadata,
    Column("job", BigId, primary_key=True, autoincrement=False),  # it has told the staff, and tells them no more
    Column("at", Moment, nullable=False, index=True),
)
