"""A day as its file says it: four stops in a row, two vehicles, three who ask."""

RULES = {
    "max_wait_s": 1_800,
    "max_early_s": 1_800,
    "ride_factor": 1.5,
    "ride_plus_s": 600,
    "service_s": 30,
    "promise_width_s": 600,
}


def day_json():
    return {
        "format": "drt-scenario/1",
        "name": "four stops",
        "params": dict(RULES),
        "stops": [{"id": number, "kind": "home"} for number in range(4)],
        "travel_s": {"rows": [[300 * abs(here - there) for there in range(4)] for here in range(4)]},
        "vehicles": [vehicle_json(0), vehicle_json(1)],
        "requests": [ask_json("r0"), ask_json("r1", kind="arrive"), ask_json("r2", t=-600_000, wheelchair=1)],
    }


def vehicle_json(number, **other):
    return {"id": f"v{number}", "seats": 4, "wheelchairs": 1, "depot": 0, "start": 32_400, "end": 54_000} | other


def ask_json(label, **other):
    wish = {"t": 32_400, "kind": "depart", "time": 36_000, "o": 0, "d": 2, "pax": 2, "wheelchair": 0, "flex_s": 900}
    return {"id": label} | wish | other
