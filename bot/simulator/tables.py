"""The platform's own tables, in a schema of their own: it stands for a system outside, so nothing of ours is shared."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "simulator"
metadata = MetaData(schema=SCHEMA)


def _moment(name: str, *, nullable: bool = False) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=nullable)


residents = Table(
    "resident",
    metadata,
    Column("id", String(33), primary_key=True),
    Column("name", Text, nullable=False),
    Column("is_blocking", Boolean, nullable=False, server_default=text("false")),
    Column("rich_menu_id", Text),
    Column("answered_quick_reply", BigInteger, nullable=False, server_default=text("0")),
    _moment("loading_until", nullable=True),
    _moment("added_at"),
)

messages = Table(
    "message",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("resident_id", ForeignKey(residents.c.id, ondelete="CASCADE"), nullable=False),
    Column("sender", String(10), nullable=False),  # resident, account
    Column("kind", String(10), nullable=False),  # act, reply, push, multicast, broadcast
    Column("request_id", Text),
    Column("body", JSONB, nullable=False),
    Column("is_quiet", Boolean, nullable=False, server_default=text("false")),
    Column("has_arrived", Boolean, nullable=False),
    Column("is_read", Boolean, nullable=False, server_default=text("false")),
    Column("is_unsent", Boolean, nullable=False, server_default=text("false")),
    _moment("sent_at"),
    _moment("shown_at"),
)
Index("ix_message_resident_id", messages.c.resident_id, messages.c.id)
Index("ix_message_sent_at", messages.c.sent_at)

contents = Table(
    "content",
    metadata,
    Column("message_id", ForeignKey(messages.c.id, ondelete="CASCADE"), primary_key=True),
    Column("content_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

webhooks = Table(
    "webhook",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("resident_id", ForeignKey(residents.c.id, ondelete="CASCADE"), nullable=False),
    Column("message_id", BigInteger),
    Column("event", JSONB, nullable=False),
    Column("reply_token", Text, unique=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _moment("happened_at"),
    _moment("reply_until", nullable=True),
    _moment("replied_at", nullable=True),
    _moment("next_attempt_at", nullable=True),  # null: delivered or given up
    _moment("delivered_at", nullable=True),
)
Index("ix_webhook_next_attempt_at", webhooks.c.next_attempt_at)

retry_keys = Table(
    "retry_key",
    metadata,
    Column("key", String(36), primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("answer", JSONB, nullable=False),
    _moment("accepted_at"),
)

rich_menus = Table(
    "rich_menu",
    metadata,
    Column("id", String(41), primary_key=True),
    Column("menu", JSONB, nullable=False),
    Column("content_type", Text),
    Column("image", LargeBinary),
    Column("is_default", Boolean, nullable=False, server_default=text("false")),
    _moment("created_at"),
)

aliases = Table(
    "rich_menu_alias",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("rich_menu_id", ForeignKey(rich_menus.c.id, ondelete="CASCADE"), nullable=False),
)

faults = Table(
    "fault",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("mode", String(20), nullable=False),
    Column("left", Integer, nullable=False),
    Column("hold_s", Integer, nullable=False),
)
