"""What the studies share: reading tables and outlines, asking `pengayom calc`, printing Markdown.

A study prints what its page in docs/studies/ holds. With `--page PAGE` it says which of its lines the page does not
have, and leaves with 1. `--program` is the program asked, `target/release/pengayom` unless given.
"""

import argparse
import csv
import gzip
import json
import math
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

METRES_OF_A_DEGREE = 111_320.0
# Nearer than this two outlines touch: gaps that digitising left, not streets or water.
TOUCHING_METRES = 20.0


class Study:
    """A run of one study: its files, the program it asks, what it has printed."""

    def __init__(self, about: str, *files: str) -> None:
        given = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
        for file in files:
            given.add_argument(file, type=Path)
        given.add_argument("--program", default="target/release/pengayom")
        given.add_argument("--page", type=Path)
        asked = given.parse_args()
        self.program, self.page = asked.program, asked.page
        self.files = [getattr(asked, file) for file in files]
        self.printed: list[str] = []

    def calc(self, method: str, **case: object) -> dict | list:
        """The figures of a method on a case."""
        done = subprocess.run(
            [self.program, "calc", method], input=json.dumps(case), stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"calc {method} ended with {done.returncode}")
        return json.loads(done.stdout)

    def say(self, *lines: str) -> None:
        for line in lines:
            print(line)
            self.printed.append(line)

    def facts(self, facts: dict[str, object]) -> None:
        """A list of facts, each with its name."""
        self.say(*(f"- {name}: {fact}" for name, fact in facts.items()), "")

    def table(self, caption: str, columns: list[str], rows: list[list]) -> None:
        line = "| " + " | ".join(columns) + " |"
        rule = "|---" + "|---:" * (len(columns) - 1) + "|"
        self.say(f"**{caption}**", "", line, rule)
        self.say(*("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows), "")

    def end(self) -> None:
        """Holds the page to what was printed."""
        if self.page:
            have = set(self.page.read_text().splitlines())
            missing = [line for line in self.printed if line and line not in have]
            for line in missing:
                print(f"not in {self.page}: {line}", file=sys.stderr)
            sys.exit(1 if missing else 0)


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a table with a header; `.gz` is unpacked."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", newline="") as unpacked:
        return list(csv.DictReader(unpacked))


def count(n: float) -> str:
    return f"{n:,.0f}"


def share(of: float, digits: int = 1) -> str:
    return f"{100 * of:.{digits}f} %"


def span(ends: list, show=share) -> str:
    return f"{show(ends[0])} to {show(ends[1])}"


def between(values: list[float], show=share) -> str:
    return span([min(values), max(values)], show)


def figure(of: float, ends: list, show=share) -> str:
    """A figure with its interval."""
    return f"{show(of)} ({span(ends, show)})"


def decimals(digits: int):
    """How a figure is shown; -0.0 is shown as 0.0."""
    return lambda of: (
        "undefined" if of is None else of if isinstance(of, str) else f"{round(of, digits) + 0.0:.{digits}f}"
    )


def probability(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def median(values: list[float]) -> float:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def grouped(rows: list[dict], key: str) -> dict[str, list[dict]]:
    """The rows by what they have in a column; short labels first, so that 2 comes before 10."""
    found = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return dict(sorted(found.items(), key=lambda of: (len(of[0]), of[0])))


def quantile(values: list[float], part: float) -> float:
    """The smallest value that at least this part of the values do not exceed."""
    return sorted(values)[max(math.ceil(part * len(values)), 1) - 1]


def median_interval(values: list[float]) -> list[float]:
    """95 % interval of a median by ranks (normal approximation of the binomial), whatever the distribution."""
    ordered, half = sorted(values), 0.98 * math.sqrt(len(values))
    low, high = math.floor(len(values) / 2 - half), math.ceil(len(values) / 2 + half)
    return [ordered[max(low - 1, 0)], ordered[min(high, len(values) - 1)]]


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def beside_chance(funnel: dict) -> str:
    """How much more units differ than chance makes them."""
    return f"{funnel['phi']:.2f} times, p {probability(funnel['chi2_p_overdispersion'])}"


def times(chart: dict, rule: str) -> int:
    """How often a rule fired on a chart or a funnel."""
    return sum(signal["rule"] == rule for signal in chart["signals"])


def at(chart: dict, labels: list[str], rule: str) -> str:
    """The labels of the points at which a rule fired on a chart or a funnel."""
    fired = [labels[signal["index"]] for signal in chart["signals"] if signal["rule"] == rule]
    return ", ".join(fired) or "none"


def runs(chart: dict) -> str:
    """The rules about several points that fired on a chart, each with the number of points it fired at."""
    single = ("one_beyond_limits", "beyond_laney")
    fired = Counter(signal["rule"] for signal in chart["signals"] if signal["rule"] not in single)
    return ", ".join(f"{rule.replace('_', ' ')} ({n})" for rule, n in sorted(fired.items())) or "none"


def outlines(file: Path, key: str, **only: str) -> dict[str, list]:
    """The rings of every area of an outline file by a property, of those whose other properties are as given."""
    found: dict[str, list] = {}
    for feature in json.loads(file.read_text())["features"]:
        if any(feature["properties"].get(name) != value for name, value in only.items()):
            continue
        parts = feature["geometry"]["coordinates"]
        if feature["geometry"]["type"] == "Polygon":
            parts = [parts]
        found.setdefault(str(feature["properties"][key]), []).extend(ring for part in parts for ring in part)
    return found


def neighbours(areas: dict[str, list], labels: list[str]) -> list[list[int]]:
    """For each label the places in `labels` of areas whose outline it touches.

    Two outlines touch where they have a vertex in common, or a vertex of one lies within `TOUCHING_METRES` of a
    side of the other: vertices of two outlines need not fall together along a common border.
    """
    middle = mean([point[1] for rings in areas.values() for ring in rings for point in ring])
    east = METRES_OF_A_DEGREE * math.cos(math.radians(middle))
    flat = [[[(x * east, y * METRES_OF_A_DEGREE) for x, y in ring] for ring in areas[label]] for label in labels]
    boxes = [box([point for ring in rings for point in ring]) for rings in flat]
    found: list[list[int]] = [[] for _ in labels]
    for one in range(len(labels)):
        for other in range(one):
            near = common(boxes[one], boxes[other])
            if near and (touches(flat[one], flat[other], near) or touches(flat[other], flat[one], near)):
                found[one].append(other)
                found[other].append(one)
    return [sorted(of) for of in found]


def box(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    return (*map(min, zip(*points)), *map(max, zip(*points)))


def common(one: tuple, other: tuple) -> tuple[float, float, float, float] | None:
    """The part two boxes have in common, if they come near each other."""
    of = (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    of = (of[0] - TOUCHING_METRES, of[1] - TOUCHING_METRES, of[2] + TOUCHING_METRES, of[3] + TOUCHING_METRES)
    return of if of[0] <= of[2] and of[1] <= of[3] else None


def touches(rings: list, others: list, near: tuple) -> bool:
    """Whether a vertex of `rings` in the box `near` lies at a side of `others`."""
    points = [(x, y) for ring in rings for x, y in ring if near[0] <= x <= near[2] and near[1] <= y <= near[3]]
    for ring in others:
        for (ax, ay), (bx, by) in pairwise(ring):
            if max(ax, bx) < near[0] or min(ax, bx) > near[2] or max(ay, by) < near[1] or min(ay, by) > near[3]:
                continue
            length = (bx - ax) ** 2 + (by - ay) ** 2
            for x, y in points:
                along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length if length else 0.0
                along = min(max(along, 0.0), 1.0)
                if math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)) <= TOUCHING_METRES:
                    return True
    return False
