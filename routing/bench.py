"""``noriai bench``: static days beside other solvers, online days beside plain insertion, the time of one quote.

Every day is listed, failures too. Times are cpu seconds of one core: on a busy machine the wall says little.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from routing.bench_online import bench_online
from routing.bench_static import bench_static
from routing.instances import InstanceError
from routing.scenario import ScenarioError

_QUICK_SECONDS, _SECONDS = 6.0, 60.0
_PICTURES = Path("var") / "bench"


def main(argv: Sequence[str]) -> int:
    """Print the benchmark; return 0, or 2 when a folder holds a day that cannot be read."""
    parser = argparse.ArgumentParser(prog="noriai bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("static", "online"), help="both if left out")
    parser.add_argument(
        "--instances",
        type=Path,
        help="folder with published instances (*.txt, bks.csv) or days of the simulator (*.json)",
    )
    parser.add_argument("--quick", action="store_true", help="a few small days, about a minute")
    parser.add_argument("--seconds", type=float, help="cpu seconds for each static day")
    parser.add_argument("--pictures", type=Path, default=_PICTURES, help=f"where the SVG files go ({_PICTURES})")
    asked = parser.parse_args(argv)
    sys.stdout.write(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; seed 1\n")
    try:
        if asked.what != "online":
            seconds = asked.seconds or (_QUICK_SECONDS if asked.quick else _SECONDS)
            bench_static(asked.instances, quick=asked.quick, seconds=seconds, pictures=asked.pictures)
        if asked.what != "static":
            days = asked.instances if asked.what == "online" else None
            bench_online(days, quick=asked.quick, pictures=asked.pictures)
    except (InstanceError, ScenarioError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        return 2
    return 0
