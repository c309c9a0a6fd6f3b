"""Use of force by the Minneapolis police: docs/studies/minneapolis-force.md.

python3 scripts/study_minneapolis_force.py FORCE.csv.gz NEIGHBOURHOODS.csv STOPS.csv.gz
"""

from collections import Counter
from datetime import datetime

import study

BASELINE = 25
# Persons below which a neighbourhood stands in no funnel.
FEWEST = 10
# From hands to weapons; what a person met is the highest of it.
STAGES = {
    "Bodily Force": "hands",
    "Maximal Restraint Technique": "hands",
    "Chemical Irritant": "irritant",
    "Taser": "taser",
    "Police K9 Bite": "dog",
    "Gun Point Display": "gun pointed",
}
ORDER = ["hands", "irritant", "taser", "dog", "gun pointed", "other weapon"]
STOPS_FROM, STOPS_UNTIL = "2017-01-01", "2017-07-01"


def main() -> None:
    run = study.Study(__doc__, "force", "neighbourhoods", "stops")
    records = study.rows(run.files[0])
    areas = {area["neighborhood"]: area for area in study.rows(run.files[1])}
    for area in areas.values():
        for column in ("population", "white", "black", "hh_income"):
            area[column] = float(area[column])
    stops = study.rows(run.files[2])
    persons = gathered(records)
    described(run, records, persons, areas)
    over_time(run, persons)
    stages(run, persons)
    over_places(run, persons, areas, stops)
    by_stratum(run, persons, areas, stops)
    weapons(run, persons)
    run.end()


def gathered(records: list[dict]) -> list[dict]:
    """One row for each person at one moment: records have no number of an incident."""
    found: dict[tuple, dict] = {}
    for record in records:
        key = tuple(record[column] for column in ("response_datetime", "race", "sex", "age", "neighborhood"))
        stage = ORDER.index(STAGES.get(record["force_type"], "other weapon"))
        person = found.setdefault(key, {**record, "stage": stage, "records": 0})
        person["stage"], person["records"] = max(person["stage"], stage), person["records"] + 1
    for person in found.values():
        moment = datetime.fromisoformat(person["response_datetime"])
        person["month"], person["hour"] = person["response_datetime"][:7], f"{moment.hour:02}"
    return list(found.values())


def described(run: study.Study, records: list[dict], persons: list[dict], areas: dict) -> None:
    [(hour, n)] = Counter(person["hour"] for person in persons).most_common(1)
    run.facts(
        {
            "records": study.count(len(records)),
            "moments": study.count(len({record["response_datetime"] for record in records})),
            "persons at a moment (time, race, sex, age and place the same)": study.count(len(persons)),
            "persons with one record": study.count(sum(person["records"] == 1 for person in persons)),
            "most records of one person": max(person["records"] for person in persons),
            "records without injury said": study.share(
                sum(record["subject_injury"] == "" for record in records) / len(records), 0
            ),
            "persons without race": study.count(sum(person["race"] == "" for person in persons)),
            "persons in a neighbourhood that the table lacks": study.count(
                sum(person["neighborhood"] not in areas for person in persons)
            ),
            "hour with the most": f"{hour}, {study.share(n / len(persons), 0)} of all",
        }
    )
    table = []
    for year, of in study.grouped(
        [{**record, "year": record["response_datetime"][:4]} for record in records], "year"
    ).items():
        said = Counter(record["subject_injury"] for record in of)
        known = said["Yes"] + said["No"]
        [interval] = run.calc("proportion-intervals", pairs=[[said["Yes"], known]])
        row = [year, study.count(len(of)), study.share(said[""] / len(of), 0), study.share(said["Yes"] / known)]
        row += [
            study.span(interval["wilson"]),
            study.span([said["Yes"] / len(of), (said["Yes"] + said[""]) / len(of)], lambda part: study.share(part, 0)),
        ]
        table.append(row)
    columns = [
        "year",
        "records",
        "not said",
        "injured, of those said",
        "95 % interval",
        "if all not said were No, or Yes",
    ]
    run.table("Injury", columns, table)


def over_time(run: study.Study, persons: list[dict]) -> None:
    months = study.grouped(persons, "month")
    labels, n = list(months), [len(of) for of in months.values()]
    days = [
        (
            datetime(int(label[:4]) + int(label[5:]) // 12, int(label[5:]) % 12 + 1, 1)
            - datetime(int(label[:4]), int(label[5:]), 1)
        ).days
        for label in labels
    ]
    rate = run.calc("u-chart", num=n, den=days, baseline=BASELINE)
    armed = [sum(person["stage"] > 0 for person in of) for of in months.values()]
    beyond = run.calc("p-chart", num=armed, den=n, baseline=BASELINE)
    table = []
    for name, chart, show in (("persons a day", rate, study.decimals(2)), ("share beyond hands", beyond, study.share)):
        table.append(
            [
                name,
                len(labels),
                show(chart["center"]),
                f"{chart['sigma_z_laney']:.2f}",
                study.at(chart, labels, "one_beyond_limits"),
                study.at(chart, labels, "beyond_laney"),
                study.runs(chart),
            ]
        )
    columns = [
        "value",
        "months",
        "centre",
        "spread beside chance",
        "beyond plain limits",
        "beyond Laney's",
        "other rules (points)",
    ]
    run.table(f"By month, limits of the first {BASELINE}", columns, table)


def stages(run: study.Study, persons: list[dict]) -> None:
    """The highest stage by precinct; what is too small to show is left out, with what would give it away."""
    precincts = [precinct for precinct in study.grouped(persons, "precinct") if precinct not in ("", "0")]
    counted = Counter((person["precinct"], person["stage"]) for person in persons)
    grid = [[counted[precinct, stage] for stage in range(len(ORDER))] for precinct in precincts]
    hidden = run.calc("suppress", table=grid)
    out = {tuple(cell) for cell in hidden["primary"] + (hidden["secondary"] or [])}
    # Nothing protects the small ones: their columns are not shown at all.
    columns = [
        place
        for place in range(len(ORDER))
        if hidden["secondary"] is not None or all(counted[precinct, place] >= 5 for precinct in precincts)
    ]
    table = []
    for row, precinct in enumerate(precincts):
        cells = [
            "left out" if (row, place) in out and hidden["secondary"] is not None else study.count(grid[row][place])
            for place in columns
        ]
        table.append([precinct, study.count(sum(grid[row])), *cells])
    table.append(
        ["all", study.count(sum(map(sum, grid))), *(study.count(sum(row[place] for row in grid)) for place in columns)]
    )
    run.table("Persons by the highest stage of force", ["precinct", "n", *(ORDER[place] for place in columns)], table)
    secondary = hidden["secondary_count"]
    run.facts(
        {
            "cells under 5": len(hidden["primary"]),
            "others left out so that these cannot be worked out": "impossible" if secondary is None else secondary,
        }
    )


def over_places(run: study.Study, persons: list[dict], areas: dict, stops: list[dict]) -> None:
    """Where is force, beside residents and beside stops?"""
    labels = list(areas)
    strata = [third(areas, label) for label in labels]
    same = [person for person in persons if STOPS_FROM <= person["response_datetime"] < STOPS_UNTIL]
    everybody, then = (Counter(person["neighborhood"] for person in of) for of in (persons, same))
    made = Counter(stop["neighborhood"] for stop in stops)
    people = [areas[label]["population"] for label in labels]
    cases = [
        ("2016 to 2018", everybody, "residents", people),
        ("first half of 2017", then, "residents", people),
        ("first half of 2017", then, "stops", [made[label] for label in labels]),
    ]
    table = []
    for period, counted, name, need in cases:
        given = [counted[label] for label in labels]
        found = run.calc("shares", attention=given, need=need, stratum=strata)
        gini = f"{found['gini']:.2f} ({study.span(found['gini95'], study.decimals(2))})"
        ratio = [study.decimals(2)(found["strata"][of]["ratio"]) for of in ("lowest", "middle", "highest")]
        table.append([period, name, study.count(sum(given)), gini, study.share(found["hoover"], 0), *ratio])
    columns = [
        "period",
        "beside",
        "persons",
        "Gini (95 % interval)",
        "would have to move",
        "lowest third of income",
        "middle",
        "highest",
    ]
    run.table(f"Persons forced, {len(labels)} neighbourhoods: share over share", columns, table)
    given = [everybody[label] for label in labels]
    each = [n / of for n, of in zip(given, people)]
    found = run.calc("concentration", h=each, rank_by=[areas[label]["hh_income"] for label in labels], w=people)
    [(most, n)] = everybody.most_common(1)
    run.facts(
        {
            "concentration over income": study.figure(
                found["concentration_index"], found["concentration_index95"], study.decimals(2)
            ),
            "neighbourhood with the most": most,
            "its part of the persons": study.share(n / len(persons), 0),
            "its part of the residents": study.share(areas[most]["population"] / sum(people), 0),
        }
    )
    to_stops(run, then, made)


def to_stops(run: study.Study, then: Counter, made: Counter) -> None:
    """Force to 1,000 stops: an encounter is mostly no stop, but nothing else is known of encounters."""
    stopped = [label for label in made if made[label]]
    whole = sum(then[label] for label in stopped) / sum(made.values())
    funnel = run.calc(
        "funnel-ratio-sqrt",
        obs=[then[label] for label in stopped],
        exp=[
            made[label] * sum(then[label] for label in stopped) / sum(made[label] for label in stopped)
            for label in stopped
        ],
    )
    pooled = run.calc("eb-gamma", num=[then[label] for label in stopped], den=[made[label] / 1000 for label in stopped])
    apart = sum(
        low is not None and (low > pooled["prior_mean"] or high < pooled["prior_mean"])
        for low, high in zip(pooled["lo95"], pooled["up95"])
    )
    run.facts(
        {
            "persons forced to 1,000 stops, first half of 2017": f"{1000 * whole:.0f}",
            "variance between neighbourhoods beside chance": study.beside_chance(funnel),
            "neighbourhoods beyond 99.8 %, spread allowed for": study.at(funnel, stopped, "beyond_998"),
            "neighbourhoods beyond 95 % only": study.times(funnel, "beyond_95"),
            "to 1,000 stops as counted": study.between(pooled["raw"], study.decimals(0)),
            "to 1,000 stops, pooled": study.between(pooled["mean"], study.decimals(0)),
            "neighbourhoods whose pooled interval leaves out the mean": f"{apart} of {len(stopped)}",
        }
    )


def third(areas: dict, label: str) -> str:
    order = sorted(areas, key=lambda of: areas[of]["hh_income"])
    return ("lowest", "middle", "highest")[3 * order.index(label) // len(order)]


def by_stratum(run: study.Study, persons: list[dict], areas: dict, stops: list[dict]) -> None:
    inside = [person for person in persons if person["neighborhood"] in areas]
    people = {of: sum(area["population"] * area[of] for area in areas.values()) for of in ("black", "white")}
    black, white, unknown = (sum(person["race"] == race for person in inside) for race in ("Black", "White", ""))
    then = [person for person in persons if STOPS_FROM <= person["response_datetime"] < STOPS_UNTIL]
    b, w, u = (sum(person["race"] == race for person in then) for race in ("Black", "White", ""))
    s, t = (
        sum(stop["race"] in ("Black", "East African") for stop in stops),
        sum(stop["race"] == "White" for stop in stops),
    )
    table = []
    for name, (one, first, other, second, out) in {
        "residents, 2016 to 2018": (black, people["black"], white, people["white"], unknown),
        "stops, first half of 2017": (b, s, w, t, u),
    }.items():
        found = run.calc(
            "rate-ratio",
            rows=[[one, first, other, second], [one, first, other + out, second], [one + out, first, other, second]],
        )
        bounds = f"{found[1]['ratio']:.2f} to {found[2]['ratio']:.2f}"
        interval = study.span(found[0]["conditional_exact95"], study.decimals(2))
        table.append(
            [name, study.count(one), study.count(other), study.count(out), f"{found[0]['ratio']:.2f}", interval, bounds]
        )
    columns = ["beside", "Black", "white", "not said", "ratio", "95 % interval", "if all not said were white, or Black"]
    run.table("Persons forced, Black beside white", columns, table)


def weapons(run: study.Study, persons: list[dict]) -> None:
    """Of those forced, with whom did it go beyond hands?"""
    places = {label: of for label, of in study.grouped(persons, "neighborhood").items() if label and len(of) >= FEWEST}
    armed = [sum(person["stage"] > 0 for person in of) for of in places.values()]
    funnel = run.calc("funnel-proportion", num=armed, den=[len(of) for of in places.values()])
    run.facts(
        {
            f"neighbourhoods with {FEWEST} persons or more": len(places),
            "share beyond hands": study.share(funnel["target"]),
            "variance between neighbourhoods beside chance": study.beside_chance(funnel),
            "neighbourhoods beyond 99.8 %, spread allowed for": study.at(funnel, list(places), "beyond_998"),
            "neighbourhoods beyond 95 % only": study.times(funnel, "beyond_95"),
        }
    )
    given = {"neighborhood": "neighbourhoods", "month": "months", "hour": "hours", "problem": "kinds of call"}
    y = [int(person["stage"] > 0) for person in persons]
    table = []
    for used in (["neighborhood"], list(given)):
        columns = {key: [person[key] for person in persons] for key in used}
        found = run.calc("variance-components-logistic", y=y, **columns)
        shown = [study.share(found["vpc_latent"][key]) if key in used else "not in it" for key in given]
        table.append([study.count(len(y)), *shown, study.share(found["residual_share"])])
    caption = "Share of the variance of going beyond hands (latent scale)"
    run.table(caption, ["n", *given.values(), "what is left"], table)
    groups = {race or "not said": of for race, of in study.grouped(persons, "race").items()}
    pairs = [[sum(person["stage"] > 0 for person in of), len(of)] for of in groups.values()]
    intervals = run.calc("proportion-intervals", pairs=pairs)
    rows = sorted(zip(groups, pairs, intervals), key=lambda of: -of[1][1])
    run.table(
        "Beyond hands, of persons forced",
        ["race", "n", "share", "95 % interval"],
        [[race, study.count(n), study.share(x / n), study.span(interval["wilson"])] for race, (x, n), interval in rows],
    )


if __name__ == "__main__":
    main()
