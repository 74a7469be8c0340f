"""The accounts: who works here as what, how they sign in, since when they are named (S-05, S-08)."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from backend.app import world
from backend.db.queries import access
from backend.db.session import transaction
from backend.domain import roles
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal


def register(pages: Blueprint) -> None:
    """Add the list of accounts and the page of one."""
    pages.get("/")(accounts)
    pages.get("/accounts/<public_id>")(account)


def accounts() -> ResponseReturnValue:
    """Show all accounts, and what waits for a second person."""
    return show_list()


def account(public_id: str) -> ResponseReturnValue:
    """Show one account with its acts."""
    return show_one(public_id)


def show_list(*, refusal: Refusal | None = None, faults: dict[str, str] | None = None, link: str = "") -> str:
    """Return the list of accounts; ``link`` is a one-time link that is shown this once."""
    with transaction(world().engine) as session:
        return render_template(
            "access/accounts.html",
            accounts=access.list_accounts(session),
            waiting=access.list_acts(session, waiting=True),
            decided=access.list_acts(session, waiting=False),
            may_decide=g.staff.role in roles.AGREES_TO_ACTS,
            refusal=refusal,
            faults=faults or {},
            link=link,
        )


def show_one(
    public_id: str, *, refusal: Refusal | None = None, faults: dict[str, str] | None = None, word: str = ""
) -> str:
    """Return the page of an account; ``word`` is the asker's word, shown this once."""
    with transaction(world().engine) as session:
        found = access.list_accounts(session, public_id=public_id)
        if not found:
            raise NotFoundError("staff")
        return render_template(
            "access/account.html",
            account=found[0],
            waiting=access.list_acts(session, waiting=True, public_id=public_id),
            decided=access.list_acts(session, waiting=False, public_id=public_id),
            roles=roles.ALL,
            refusal=refusal,
            faults=faults or {},
            word=word,
        )
