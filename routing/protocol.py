"""A dispatcher behind a pipe: JSON lines in, one JSON line back for each, so that a neutral judge can measure it.

``init``, ``advance``, ``request``, ``choice`` and ``finish`` as the simulator asks them; anything else is
answered with an ``error`` and changes nothing.
"""

import json
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from routing.dispatcher import Dispatcher
from routing.fields import Row, ScenarioError
from routing.journal import offer_json, visits_json
from routing.lookahead import FORESIGHT, Foresight, Lookahead
from routing.scenario import TIMES_S, Ask, Scenario, read
from routing.simulate import dispatcher_for

_Answer = Mapping[str, object]


class _Session:
    """One conversation: nothing before ``init``, one day after it."""

    def __init__(self, history: Path | None, foresight: Foresight) -> None:
        self._history, self._foresight = history, foresight
        self._day: _Day | None = None

    def answer(self, line: str) -> _Answer:
        """Return the answer to one line."""
        try:
            return self._answer(Row(json.loads(line), ""))
        except ScenarioError as error:
            return {"error": str(error)}
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
            return {"error": f"not understood: {error}"}
        except (RuntimeError, AssertionError) as error:
            return {"error": f"not done: {error}"}

    def _answer(self, message: Row) -> _Answer:
        kind = message.text("type")
        if kind == "init":
            return self._begin(Path(message.text("scenario")), strict=message.truth("strict"))
        if self._day is None:
            raise ValueError("the first line must be an init")
        match kind:
            case "advance":
                return self._day.advance(message)
            case "request":
                return self._day.request(message)
            case "choice":
                return self._day.choice(message)
            case "finish":
                return self._day.finish()
        raise ValueError(f"no such message: {kind}")

    def _begin(self, path: Path, *, strict: bool) -> _Answer:
        scenario = read(path)
        dispatcher = dispatcher_for(scenario, strict=strict, history=self._history, foresight=self._foresight)
        self._day = _Day(scenario, dispatcher)
        return {}


class _Day:
    """One day: who asked last, and how many offers there are to choose from."""

    def __init__(self, scenario: Scenario, dispatcher: Dispatcher | Lookahead) -> None:
        self._scenario, self._dispatcher = scenario, dispatcher
        self._asked: str | None = None
        self._offers = 0
        self._riders: set[str] = set()

    def advance(self, message: Row) -> _Answer:
        """Set out for what is due."""
        stays = self._dispatcher.advance(message.whole("t", TIMES_S))
        return {"visits": visits_json(self._scenario, stays)}

    def request(self, message: Row) -> _Answer:
        """Tell what can be promised."""
        now_s = message.whole("t", TIMES_S)
        ask = Ask.of(message.row("request"), stops=len(self._scenario.travel.bands[0]))
        if ask.id in self._riders:
            raise ScenarioError(f"request {ask.id}: has an offer taken already")
        self._asked, self._offers = ask.id, 0
        offers = self._dispatcher.quote(now_s, ask)
        self._offers = len(offers)
        return {"offers": [offer_json(offer) for offer in offers]}

    def choice(self, message: Row) -> _Answer:
        """Keep the promise of the offer taken, or forget the offers: only those of who asked last can be chosen."""
        if "req" in message and message.text("req") != self._asked:
            raise message.refuses(f"{message.text('req')} is not who asked last")
        taken = None if message.is_null("taken") else message.index("taken", "offer", self._offers)
        self._dispatcher.confirm(taken)
        if taken is not None and self._asked is not None:
            self._riders.add(self._asked)
        self._asked, self._offers = None, 0
        return {}

    def finish(self) -> _Answer:
        """Drive the rest of the day."""
        self._asked, self._offers = None, 0
        return {"visits": visits_json(self._scenario, self._dispatcher.finish())}


def serve(stdin: TextIO, stdout: TextIO, *, history: Path | None = None, foresight: Foresight = FORESIGHT) -> None:
    """Answer every line of ``stdin`` until it ends; learn from the past days in ``history`` first."""
    if isinstance(stdin, TextIOWrapper):
        stdin.reconfigure(errors="backslashreplace")  # a line that is no text is refused, the next one read
    session = _Session(history, foresight)
    for line in stdin:
        if line.strip():
            stdout.write(json.dumps(session.answer(line)) + "\n")
            stdout.flush()
