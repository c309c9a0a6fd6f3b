"""Runs every study on small made-up tables of its source's shape: python3 scripts/studies_check.py PROGRAM

The sources' own tables cannot be shipped (docs/studies/README.md says why), so these are made here, the same each time.
Detroit's are in the tree: its page is held to what its script prints.
"""

import csv
import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import study
from checks import check, end

HERE = Path(__file__).resolve().parent
TREE = HERE.parent
PROGRAM = sys.argv[1]
chance = random.Random(1)
AREAS = [f"Area {n}" for n in range(12)]


def some(*of: str) -> str:
    return of[int(chance.random() * len(of))]


def happens(share: float, yes: str = "YES", no: str = "NO") -> str:
    return yes if chance.random() < share else no


def table(file: Path, rows: list[dict]) -> Path:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "wt", newline="") as written:
        to = csv.DictWriter(written, rows[0])
        to.writeheader()
        to.writerows(rows)
    return file


def square(x: float, y: float, side: float = 0.01) -> list:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def outlines(file: Path, key: str, labels: list[str]) -> Path:
    """Squares in rows of four."""
    areas = [
        {
            "properties": {key: label},
            "geometry": {"type": "Polygon", "coordinates": [square(n % 4 / 100, n // 4 / 100)]},
        }
        for n, label in enumerate(labels)
    ]
    file.write_text(json.dumps({"features": areas}))
    return file


def neighbourhoods(folder: Path) -> Path:
    def one(n: int, name: str) -> dict:
        of = {"neighborhood": name, "population": 1000 + 100 * n, "white": 0.5, "black": 0.25}
        return of | {"hh_income": 20_000 + 5_000 * n, "poverty": 0.05 + n % 5 / 100}

    return table(folder / "neighbourhoods.csv", [one(n, name) for n, name in enumerate(AREAS)])


def stops(folder: Path) -> Path:
    rows = []
    for n in range(2_400):
        problem, race = some("traffic", "suspicious"), some("Black", "White", "East African", "Unknown", "Asian", "")
        logged = race != ""
        search = happens(0.3 if race == "Black" else 0.1) if logged else ""
        moment = datetime(2017, 1, 1, 6) + timedelta(minutes=24 * n)
        row = {"date": moment.isoformat(), "problem": problem, "race": race, "person_search": search}
        rows.append(
            row | {"citation_issued": "", "precinct": str(n % 5 + 1), "neighborhood": some(*AREAS, "Elsewhere")}
        )
    return table(folder / "stops.csv.gz", rows)


def force(folder: Path) -> Path:
    rows = []
    where = [some(*AREAS) for _ in range(450)]
    for n in range(900):
        moment = datetime(2016, 1, 1, 2) + timedelta(hours=29 * (n // 2 * 2))
        row = {
            "response_datetime": moment.isoformat(),
            "problem": some("Fight", "Theft", "Disturbance"),
            "subject_injury": some("", "Yes", "No"),
        }
        row |= {
            "force_type": some("Bodily Force", "Bodily Force", "Taser", "Chemical Irritant", "Baton"),
            "race": some("Black", "White", ""),
        }
        rows.append(
            row
            | {
                "sex": "Male",
                "age": str(20 + n // 2 % 9),
                "precinct": str(n // 2 % 5 + 1),
                "neighborhood": where[n // 2],
            }
        )
    return table(folder / "force.csv.gz", rows)


def complaints(folder: Path) -> Path:
    rows = []
    for n in range(900):
        received = datetime(2015, 1, 5) + timedelta(hours=33 * n)
        finding = some("No Sustained Findings", "No Sustained Findings", "No Sustained Findings", "Sustained Finding")
        for officer in ("", f"P{1 + int(90 * chance.random() ** 2)}", f"P{1 + int(90 * chance.random() ** 2)}")[
            n % 2 : 2 + n % 2
        ]:
            row = {
                "complaint_id": f"{n}",
                "date_received": received.date().isoformat(),
                "officer": officer,
                "district": str(1 + n % 12),
            }
            row |= {
                "general_cap_classification": some("VERBAL ABUSE", "LACK OF SERVICE"),
                "investigative_findings": finding,
            }
            rows.append(row | {"complainant_race": "asian" if n % 30 == 0 else some("black", "white", "")})
    return table(folder / "complaints.csv.gz", rows)


def sentiment(folder: Path) -> Path:
    rows = []
    for month in range(26):
        start = datetime(2017 + (10 + month) // 12, (10 + month) % 12 + 1, 1)
        times = {"start_date": start.date().isoformat(), "end_date": (start + timedelta(days=27)).date().isoformat()}
        places = [("", "", "")] + [("area_1", str(d), s) for d in range(1, 13) for s in ("", f"{d}10", f"{d}20")]
        for area, district, sector in places:
            level = 50 + (int(district) if district else 6) + 4 * chance.random()
            groups = {f"t_{name}": f"{level + 6 * chance.random():.2f}" for pair in GROUPS for name in pair}
            row = {
                "area": area,
                "district": district,
                "sector": sector,
                "trust": f"{level:.2f}",
                "safety": f"{level + 3 * chance.random():.2f}",
            }
            rows.append(row | groups | times)
    return table(folder / "sentiment.csv.gz", rows)


GROUPS = [
    ("race_white", "race_african_american"),
    ("race_hispanic", "age_high"),
    ("age_low", "sex_male"),
    ("sex_female",),
]


def communities(folder: Path) -> Path:
    rows = [
        {"police_district": f"District{n:02}", "pop_total": 1000, "per_capita_income": 9_000 + 500 * n}
        for n in range(1, 13)
    ]
    return table(folder / "communities.csv", rows)


def ran(name: str, *arguments: object) -> str:
    command = [sys.executable, str(HERE / f"study_{name}.py"), *map(str, arguments), "--program", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TREE)
    check(f"{name} ends well: {done.stderr[-600:]}", done.returncode == 0)
    check(f"{name} says no figure that is none", not re.search(r"\b(None|nan|inf)\b", done.stdout))
    return done.stdout


def outlines_touch() -> None:
    # Two with a side in common, one that meets a side between its ends, one some 100 m off.
    areas = {"a": [square(0, 0)], "b": [square(0.01, 0)], "c": [square(0.0025, 0.01, 0.005)], "d": [square(0.021, 0)]}
    check(
        "outlines that touch are neighbours, others are not",
        study.neighbours(areas, list(areas)) == [[1, 2], [0], [0], []],
    )


def main() -> None:
    outlines_touch()
    detroit = [TREE / "data/detroit/calls_2019.csv.gz", TREE / "data/detroit/areas.geojson"]
    ran("detroit", *detroit, "--page", TREE / "docs/studies/detroit.md")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        districts = outlines(folder / "districts.geojson", "district", [str(n) for n in range(1, 13)])
        areas, stopped = neighbourhoods(folder), stops(folder)
        said = ran("minneapolis_stops", stopped, areas)
        check("stops are counted", "- stops: 2,400\n" in said and "| all | residents |" in said)
        said = ran("minneapolis_force", force(folder), areas, stopped)
        check("records are gathered to persons", "- records: 900\n" in said and "- moments: 450\n" in said)
        said = ran("philadelphia", complaints(folder), districts)
        check(
            "findings are those of pairs", "- complaints: 900\n" in said and "- rows without an officer: 450\n" in said
        )
        said = ran("chicago", sentiment(folder), districts, communities(folder))
        check(
            "months and sectors are told apart",
            "- of months, the city: 26\n" in said and "- districts with an outline: 12\n" in said,
        )
        # A page that says something else is found.
        page = folder / "page.md"
        page.write_text("another page\n")
        command = [sys.executable, str(HERE / "study_chicago.py"), str(folder / "sentiment.csv.gz"), str(districts)]
        command += [str(folder / "communities.csv"), "--program", PROGRAM, "--page", str(page)]
        check(
            "a page is held to what is printed",
            subprocess.run(command, capture_output=True, check=False).returncode == 1,
        )
    end()


main()
