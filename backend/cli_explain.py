"""The action `explain`: why something was decided, from its record, and whether it would be decided so again."""

import argparse

from backend.settings import Settings

SAYS = "say why a ride was booked, refused or moved, and decide it again from its record; exit status 1 when it differs"


def options(parser: argparse.ArgumentParser) -> None:
    """Add which decision is asked for, and in which language."""
    parser.add_argument("decision", help="the id of the record, as the page of the decision shows it")
    parser.add_argument("--language", default="ja", help="ja or en")


def explain(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the sentences of a decision and what came of deciding it again."""
    from backend import running, why_words
    from backend.db.session import make_engine, transaction
    from backend.domain.errors import NotFoundError
    from backend.services import decisions, why
    from backend.texts import text

    with running.servers(settings) as made:
        engine = make_engine(made.database_url)
        try:
            with transaction(engine) as session:
                said = why.of(session, arguments.decision)
                replayed = decisions.replay(session, arguments.decision)
        except NotFoundError as error:
            print(f"there is no {error}")
            return 1
        finally:
            engine.dispose()
    print(why_words.why_text(said, arguments.language))
    if replayed.is_forgotten:
        return 0
    print(text("why-replay-same" if replayed.is_same else "why-replay-other", arguments.language))
    if not replayed.is_same_engine:
        print(text("why-replay-engine", arguments.language, then=said.engine, now=decisions.engine()))
    return 0 if replayed.is_same else 1
