"""Police stops in Minneapolis by neighbourhood and stratum: docs/studies/minneapolis-stops.md.

python3 scripts/study_minneapolis_stops.py STOPS.csv.gz NEIGHBOURHOODS.csv
"""

from datetime import date, datetime, timedelta
from statistics import correlation

import study

BASELINE = 25
# The hours of the file are UTC; see the page.
DAYLIGHT_FROM = datetime(2017, 3, 12, 8)
# Black and East African stand apart in the stops and together in the census.
BLACK = ("Black", "East African")
NOT_SAID = ("", "Unknown")
# Stops below which a neighbourhood stands in no funnel.
FEWEST = 20


def main() -> None:
    run = study.Study(__doc__, "stops", "neighbourhoods")
    stops = study.rows(run.files[0])
    for stop in stops:
        moment = datetime.fromisoformat(stop["date"])
        local = moment - timedelta(hours=5 if moment >= DAYLIGHT_FROM else 6)
        stop["day"], stop["hour"] = local.date().isoformat(), f"{local.hour:02}"
        stop["group"] = "Black" if stop["race"] in BLACK else "not said" if stop["race"] in NOT_SAID else stop["race"]
    areas = {area["neighborhood"]: area for area in study.rows(run.files[1])}
    for area in areas.values():
        for column in ("population", "white", "black", "poverty", "hh_income"):
            area[column] = float(area[column])
    logged = [stop for stop in stops if stop["person_search"]]
    described(run, stops, areas, logged)
    over_time(run, stops, logged)
    over_places(run, stops, areas)
    by_stratum(run, stops, areas)
    searches(run, logged)
    search_places(run, logged)
    parts(run, logged)
    run.end()


def described(run: study.Study, stops: list[dict], areas: dict, logged: list[dict]) -> None:
    mapped = sum(stop["neighborhood"] in areas for stop in stops)
    poor, income = ([area[column] for area in areas.values()] for column in ("poverty", "hh_income"))
    at_hour = {hour: len(of) for hour, of in study.grouped(stops, "hour").items()}
    fewest, most = min(at_hour, key=at_hour.get), max(at_hour, key=at_hour.get)
    run.facts(
        {
            "stops": study.count(len(stops)),
            "traffic": study.count(sum(stop["problem"] == "traffic" for stop in stops)),
            "suspicious person or vehicle": study.count(sum(stop["problem"] == "suspicious" for stop in stops)),
            "race missing": study.count(sum(stop["race"] == "" for stop in stops)),
            "race unknown to the officer": study.count(sum(stop["race"] == "Unknown" for stop in stops)),
            "search recorded (logged from the patrol car)": study.count(len(logged)),
            "citation recorded": study.count(sum(stop["citation_issued"] != "" for stop in stops)),
            "neighbourhoods with residents known": len(areas),
            "stops in a neighbourhood that the table lacks": study.count(len(stops) - mapped),
            "column poverty": study.between(poor),
            "its correlation with income": f"{correlation(poor, income):.2f}",
            "hours of Minneapolis with the fewest and the most stops": f"{fewest} and {most}",
        }
    )


def over_time(run: study.Study, stops: list[dict], logged: list[dict]) -> None:
    # The last local day is cut short.
    days = list(study.grouped(stops, "day"))[:-1]
    of, seen = study.grouped(stops, "day"), study.grouped(logged, "day")
    made = [len(of[day]) for day in days]
    searched = [sum(stop["person_search"] == "YES" for stop in seen[day]) for day in days]
    logs = [len(seen[day]) for day in days]
    # Whole weeks, from Monday.
    first = next(place for place, day in enumerate(days) if date.fromisoformat(day).weekday() == 0)
    weeks = range(first, len(days) - 6, 7)

    def week(values: list[int]) -> list[int]:
        return [sum(values[start : start + 7]) for start in weeks]

    cases = [
        ("stops a day", "u-chart", made, [1] * len(days), BASELINE, study.decimals(0)),
        ("stops a week", "u-chart", week(made), [1] * len(weeks), min(len(weeks), 20), study.decimals(0)),
        ("searched, by day", "p-chart", searched, logs, BASELINE, study.share),
        ("searched, by week", "p-chart", week(searched), week(logs), min(len(weeks), 20), study.share),
    ]
    table = []
    for name, method, num, den, baseline, show in cases:
        chart = run.calc(method, num=num, den=den, baseline=baseline)
        plain = study.times(chart, "one_beyond_limits")
        laney = study.times(chart, "beyond_laney")
        table.append([name, len(num), baseline, show(chart["center"]), f"{chart['sigma_z_laney']:.2f}", plain, laney])
    columns = ["value", "points", "baseline", "centre", "spread beside chance", "beyond plain limits", "beyond Laney's"]
    run.table("Over time", columns, table)


def over_places(run: study.Study, stops: list[dict], areas: dict) -> None:
    """Do stops follow what is taken for need?"""
    labels = list(areas)
    needs = {
        "residents": [areas[label]["population"] for label in labels],
        "none: each neighbourhood the same": [1.0] * len(labels),
    }
    order = sorted(labels, key=lambda label: areas[label]["hh_income"])
    third = {label: ("lowest", "middle", "highest")[3 * place // len(order)] for place, label in enumerate(order)}
    strata = [third[label] for label in labels]
    table, thirds = [], []
    for kind in ("traffic", "suspicious", "all"):
        counted = {label: 0 for label in labels}
        for stop in stops:
            if stop["neighborhood"] in counted and kind in (stop["problem"], "all"):
                counted[stop["neighborhood"]] += 1
        given = [counted[label] for label in labels]
        for name, need in needs.items():
            found = run.calc("shares", attention=given, need=need, stratum=strata)
            between = study.share(found["theil_between"] / found["theil_t"], 0)
            gini = f"{found['gini']:.2f} ({study.span(found['gini95'], study.decimals(2))})"
            table.append([kind, name, study.count(sum(given)), gini, study.share(found["hoover"], 0), between])
            if kind == "all":
                ratio = [study.decimals(2)(found["strata"][of]["ratio"]) for of in ("lowest", "middle", "highest")]
                thirds.append([name, *ratio])
    columns = ["stops", "need", "n", "Gini (95 % interval)", "would have to move", "Theil between thirds of income"]
    run.table(f"Stops beside need, {len(labels)} neighbourhoods", columns, table)
    run.table(
        "Share of stops over share of need, by income of the neighbourhood",
        ["need", "lowest third", "middle", "highest"],
        thirds,
    )
    counted = {label: sum(stop["neighborhood"] == label for stop in stops) for label in labels}
    people = needs["residents"]
    each = [counted[label] / n for label, n in zip(labels, people)]
    rank = [areas[label]["hh_income"] for label in labels]
    found = run.calc("concentration", h=each, rank_by=rank, w=people)
    two = study.decimals(2)
    top = sorted(counted.values(), reverse=True)[: len(labels) // 10]
    run.facts(
        {
            "concentration of stops over income": study.figure(
                found["concentration_index"], found["concentration_index95"], two
            ),
            f"part of the stops in the {len(top)} neighbourhoods with the most": study.share(
                sum(top) / sum(counted.values()), 0
            ),
        }
    )


def by_stratum(run: study.Study, stops: list[dict], areas: dict) -> None:
    """Stops of Black and of white people to residents, and how far the unknown could move the ratio."""
    inside = [stop for stop in stops if stop["neighborhood"] in areas]
    people = {of: sum(area["population"] * area[of] for area in areas.values()) for of in ("black", "white")}
    table = []
    for kind in ("traffic", "suspicious", "all"):
        of = [stop for stop in inside if kind in (stop["problem"], "all")]
        black, white, unknown = (sum(stop["group"] == group for stop in of) for group in ("Black", "White", "not said"))
        cases = [(black, white), (black, white + unknown), (black + unknown, white)]
        found = run.calc("rate-ratio", rows=[[b, people["black"], w, people["white"]] for b, w in cases])
        ends = [f"{ratio['ratio']:.2f}" for ratio in found]
        interval = study.span(found[0]["conditional_exact95"], study.decimals(2))
        table.append(
            [
                kind,
                study.count(black),
                study.count(white),
                study.count(unknown),
                ends[0],
                interval,
                f"{ends[1]} to {ends[2]}",
            ]
        )
    columns = [
        "stops",
        "Black",
        "white",
        "not said",
        "ratio to residents",
        "95 % interval",
        "if all not said were white, or Black",
    ]
    run.table("Stops to a Black resident beside stops to a white one", columns, table)


def searches(run: study.Study, logged: list[dict]) -> None:
    """Of those stopped, who is searched?"""
    table, differences = [], []
    for kind in ("traffic", "suspicious"):
        of = study.grouped([stop for stop in logged if stop["problem"] == kind], "group")
        pairs = {
            group: (sum(stop["person_search"] == "YES" for stop in these), len(these)) for group, these in of.items()
        }
        intervals = run.calc("proportion-intervals", pairs=list(pairs.values()))
        for (group, (x, n)), interval in sorted(zip(pairs.items(), intervals), key=lambda of: -of[0][1][1]):
            # A share of few is not shown, nor how many they were.
            shown = [study.share(x / n), study.span(interval["wilson"])] if x >= 5 else ["too few to say", ""]
            table.append([kind, group, study.count(n), *shown])
        if "Black" in pairs and "White" in pairs:
            found = run.calc("proportion-difference", rows=[[*pairs["Black"], *pairs["White"]]])[0]
            (x, n), (y, m) = pairs["Black"], pairs["White"]
            differences.append([kind, study.share(x / n - y / m), study.span(found["newcombe95"])])
    run.table(
        "Person searched, of stops with a search recorded", ["stops", "race", "n", "searched", "95 % interval"], table
    )
    run.table("Searched: Black less white", ["stops", "difference", "95 % interval"], differences)


def search_places(run: study.Study, logged: list[dict]) -> None:
    """Neighbourhoods beside one another, for the mix of traffic and suspicion and the hour of the stops there."""
    cells: dict[tuple, list[int]] = {}
    for stop in logged:
        of = cells.setdefault((stop["problem"], stop["hour"]), [0, 0])
        of[0] += stop["person_search"] == "YES"
        of[1] += 1
    places = {label: of for label, of in study.grouped(logged, "neighborhood").items() if len(of) >= FEWEST}
    seen = [sum(stop["person_search"] == "YES" for stop in of) for of in places.values()]
    expected = [
        sum(cells[stop["problem"], stop["hour"]][0] / cells[stop["problem"], stop["hour"]][1] for stop in of)
        for of in places.values()
    ]
    whole = run.calc("funnel-ratio-sqrt", obs=seen, exp=expected)
    plain = run.calc("funnel-proportion", num=seen, den=[len(of) for of in places.values()])
    table = []
    for name, found, exact in (
        ("share, unadjusted", plain, "limits_exact_binomial"),
        ("ratio, adjusted", whole, "limits_exact_poisson"),
    ):
        values = found.get("proportion") or found["ratio"]
        beyond = sum(
            not low <= value <= high for value, low, high in zip(values, found[exact]["lo998"], found[exact]["up998"])
        )
        outer = [signal for signal in found["signals"] if signal["rule"] == "beyond_998"]
        inner = len(found["signals"]) - len(outer)
        table.append([name, len(places), f"{found['phi']:.1f}", beyond, len(outer), inner])
    columns = [
        "funnel",
        "places",
        "variance beside chance",
        "beyond plain 99.8 %",
        "beyond 99.8 % with spread",
        "beyond 95 % only",
    ]
    run.table(f"Persons searched, neighbourhoods with {FEWEST} stops or more", columns, table)


def parts(run: study.Study, logged: list[dict]) -> None:
    """How much of being searched is place, day, hour?"""
    table = []
    for kind in ("traffic", "suspicious"):
        of = [stop for stop in logged if stop["problem"] == kind]
        given = {key: [stop[key] for stop in of] for key in ("neighborhood", "precinct", "day", "hour")}
        found = run.calc(
            "variance-components-logistic", y=[int(stop["person_search"] == "YES") for stop in of], **given
        )
        part = found["vpc_latent"]
        shown = [study.share(part[key]) for key in ("precinct", "neighborhood", "day", "hour")]
        table.append([kind, study.count(found["n"]), *shown, study.share(found["residual_share"])])
    columns = ["stops", "n", "precincts", "neighbourhoods", "days", "hours", "what is left"]
    run.table("Share of the variance of being searched (latent scale)", columns, table)


if __name__ == "__main__":
    main()
