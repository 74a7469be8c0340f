"""What every screen says of a ride in the same words: run, pick-up, drop-off (T-06, D-30)."""

from backend import wording
from backend.domain.offers import Promise, TimetableRide
from bot.screens.parts import Look, Piece, fact


def ride_facts(look: Look, promise: Promise, ride: TimetableRide | None, pickup: str, dropoff: str) -> list[Piece]:
    """Return run (on a line), place and time of getting on, place and time of getting off."""
    when = wording.pickup_text(promise, ride, look.language)
    arrival = wording.arrival_text(promise, ride, look.language)
    run = [fact(look.say("bot-fact-run"), wording.run_text(ride, look.language))] if ride else []
    return [
        *run,
        fact(look.say("bot-fact-pickup"), look.say("bot-at-stop", stop=pickup, when=when)),
        fact(look.say("bot-fact-dropoff"), look.say("bot-by-stop", stop=dropoff, arrival=arrival)),
    ]
