"""Backups: one sealed file of the whole database, made daily, brought back as it was but for who was erased (S-12)."""

from backend.db.sealed_chunks import ArchiveError
from backend.services.backups.archive import Checked, Summary
from backend.services.backups.folder import is_due, is_late, newest
from backend.services.backups.making import Made, Plan, make, note_erasures
from backend.services.backups.restoring import Restored, Wanted, check, ledgers, restore
from backend.services.backups.settling import Settled, settle

__all__ = [
    "ArchiveError",
    "Checked",
    "Made",
    "Plan",
    "Restored",
    "Settled",
    "Summary",
    "Wanted",
    "check",
    "is_due",
    "is_late",
    "ledgers",
    "make",
    "newest",
    "note_erasures",
    "restore",
    "settle",
]
