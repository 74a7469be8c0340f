"""A dispatcher behind a pipe: JSON lines in, one JSON line back for each, so that a neutral judge can measure it.

``init``, ``advance``, ``request``, ``choice`` and ``finish`` as the simulator asks them; anything else is
answered with an ``error`` and changes nothing.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO, cast

from routing.dispatcher import Dispatcher
from routing.journal import offer_json, visits_json
from routing.lookahead import FORESIGHT, Foresight, Lookahead
from routing.scenario import Ask, AskJson, Scenario, ScenarioError, read
from routing.simulate import dispatcher_for


class _Session:
    """One conversation: nothing before ``init``, one dispatcher after it."""

    def __init__(self, history: Path | None, foresight: Foresight) -> None:
        self._history, self._foresight = history, foresight
        self._scenario: Scenario | None = None
        self._dispatcher: Dispatcher | Lookahead | None = None

    def answer(self, line: str) -> Mapping[str, object]:
        """Return the answer to one line."""
        try:
            message = json.loads(line)
            if message["type"] == "init":
                return self._begin(Path(message["scenario"]), strict=bool(message["strict"]))
            return self._go_on(message)
        except ScenarioError as error:
            return {"error": str(error)}
        except KeyError as error:
            return {"error": f"{error} is missing"}
        except (ValueError, TypeError, IndexError) as error:
            return {"error": f"not understood: {error}"}

    def _begin(self, path: Path, *, strict: bool) -> Mapping[str, object]:
        scenario = read(path)
        self._scenario = scenario
        self._dispatcher = dispatcher_for(scenario, strict=strict, history=self._history, foresight=self._foresight)
        return {}

    def _go_on(self, message: dict[str, object]) -> Mapping[str, object]:
        if self._dispatcher is None or self._scenario is None:
            raise ValueError("the first line must be an init")
        match message:
            case {"type": "advance", "t": int(now_s)}:
                stays = self._dispatcher.advance(now_s)
                return {"visits": visits_json(self._scenario, stays)}
            case {"type": "request", "t": int(now_s), "request": dict(raw)}:
                offers = self._dispatcher.quote(now_s, Ask.of(cast(AskJson, raw)))
                return {"offers": [offer_json(offer) for offer in offers]}
            case {"type": "choice", "taken": int() | None as taken}:
                self._dispatcher.confirm(taken)
                return {}
            case {"type": "finish"}:
                stays = self._dispatcher.finish()
                return {"visits": visits_json(self._scenario, stays)}
        raise ValueError(f"no such message: {message.get('type')}")


def serve(stdin: TextIO, stdout: TextIO, *, history: Path | None = None, foresight: Foresight = FORESIGHT) -> None:
    """Answer every line of ``stdin`` until it ends; learn from the past days in ``history`` first."""
    session = _Session(history, foresight)
    for line in stdin:
        if line.strip():
            stdout.write(json.dumps(session.answer(line)) + "\n")
            stdout.flush()
