"""Trust in the Chicago police by district: docs/studies/chicago.md.

python3 scripts/study_chicago.py SENTIMENT.csv.gz DISTRICTS.geojson COMMUNITY_AREAS.csv
"""

from collections import defaultdict
from datetime import date
from statistics import correlation

import study

BASELINE = 25
# Groups beside each other, as the file names its columns: first less second.
PAIRS = {
    "white less African American": ("race_white", "race_african_american"),
    "white less Hispanic": ("race_white", "race_hispanic"),
    "oldest less youngest": ("age_high", "age_low"),
    "men less women": ("sex_male", "sex_female"),
}


def main() -> None:
    run = study.Study(__doc__, "sentiment", "districts", "communities")
    given = study.rows(run.files[0])
    monthly = [row for row in given if days(row) > 20]
    city = sorted((row for row in monthly if not row["area"]), key=lambda row: row["start_date"])
    districts = [row for row in monthly if row["district"] and not row["sector"]]
    sectors = [row for row in monthly if row["sector"]]
    described(run, given, city, districts, sectors)
    over_time(run, city, districts)
    parts(run, districts, sectors)
    on_the_map(run, districts)
    by_group(run, districts)
    by_income(run, districts)
    run.end()


def days(row: dict) -> int:
    return (date.fromisoformat(row["end_date"]) - date.fromisoformat(row["start_date"])).days


def described(
    run: study.Study, given: list[dict], city: list[dict], districts: list[dict], sectors: list[dict]
) -> None:
    trust = [float(row["trust"]) for row in districts]
    months = {row["start_date"][:7] for row in districts}
    run.facts(
        {
            "rows": study.count(len(given)),
            "of weeks": study.count(sum(days(row) < 7 for row in given)),
            "of months, the city": len(city),
            "of months, districts": f"{len(districts)}, {len({row['district'] for row in districts})} districts",
            "months": f"{len(months)}, {min(months)} to {max(months)}",
            "of months, sectors": f"{study.count(len(sectors))}, {len({row['sector'] for row in sectors})} sectors",
            "sample sizes or margins of error": "none in the file",
            "trust of a district in a month": f"{min(trust):.0f} to {max(trust):.0f}, mean {study.mean(trust):.1f}",
        }
    )


def by_district(rows: list[dict], column: str) -> dict[str, list[float]]:
    found = defaultdict(list)
    for row in sorted(rows, key=lambda row: (len(row["district"]), row["district"], row["start_date"])):
        if row[column]:
            found[row["district"]].append(float(row[column]))
    return dict(found)


def after(values: list[float]) -> float:
    """How much a month is like the one before."""
    return correlation(values[:-1], values[1:])


def over_time(run: study.Study, city: list[dict], districts: list[dict]) -> None:
    months = [row["start_date"][:7] for row in city]
    table = []
    for column in ("trust", "safety"):
        values = [float(row[column]) for row in city]
        chart = run.calc("xmr", x=values, baseline=min(BASELINE, len(values)))
        limits = f"{chart['lower']:.1f} to {chart['upper']:.1f}"
        row = [column, len(values), f"{chart['center']:.1f}", limits, f"{min(values):.1f} to {max(values):.1f}"]
        table.append([*row, study.at(chart, months, "one_beyond_limits"), study.runs(chart), f"{after(values):.2f}"])
    columns = [
        "score",
        "months",
        "mean",
        "limits",
        "found",
        "beyond limits",
        "other rules (points)",
        "month and month before",
    ]
    run.table("The city", columns, table)
    of = by_district(districts, "trust")
    charts = {label: run.calc("xmr", x=values, baseline=min(BASELINE, len(values))) for label, values in of.items()}
    long = {label: run.calc("run-chart", x=values) for label, values in of.items()}
    beyond = sum(study.times(chart, "one_beyond_limits") > 0 for chart in charts.values())
    fired = sum(bool(chart["signals"]) for chart in charts.values())
    unsteady = sum(bool(chart["signal"]) for chart in long.values())
    one, two = study.decimals(1), study.decimals(2)
    likeness = [after(values) for values in of.values()]
    like = study.median(likeness)
    sigma = [chart["sigma"] for chart in charts.values()]
    run.facts(
        {
            "districts with a month beyond the limits": f"{beyond} of {len(of)}",
            "districts with any rule fired": f"{fired} of {len(of)}",
            "districts whose run chart says not steady": f"{unsteady} of {len(of)}",
            "month and month before, over districts": f"{study.between(likeness, two)}, median {like:.2f}",
            "sigma of a district, month to month": f"{study.between(sigma, one)}, median {study.median(sigma):.1f}",
            f"months that count as independent, of {len(months)}": f"{len(months) * (1 - like) / (1 + like):.0f}",
        }
    )


def parts(run: study.Study, districts: list[dict], sectors: list[dict]) -> None:
    table = []
    for column in ("trust", "safety"):
        for name, rows, keys in (("districts", districts, ["district"]), ("sectors", sectors, ["district", "sector"])):
            of = [row for row in rows if row[column]]
            given = {key: [row[key] for row in of] for key in keys} | {"month": [row["start_date"][:7] for row in of]}
            found = run.calc("variance-components", y=[float(row[column]) for row in of], **given)["converged"]["vpc"]
            shown = [
                study.share(found[key]) if key in found else "not in it"
                for key in ("district", "sector", "month", "residual")
            ]
            table.append([f"{column}, rows of {name}", study.count(len(of)), *shown])
    run.table(
        "Share of the variance that lies between",
        ["score", "n", "districts", "sectors", "months", "what is left"],
        table,
    )


def on_the_map(run: study.Study, districts: list[dict]) -> None:
    """Each district with its interval, and whether neighbours are alike."""
    areas = study.outlines(run.files[1], "district")
    rows = [row for row in districts if row["district"] in areas]
    of = by_district(rows, "trust")
    labels = list(of)
    fit = run.calc(
        "variance-components",
        y=[float(row["trust"]) for row in rows],
        district=[row["district"] for row in rows],
        month=[row["start_date"][:7] for row in rows],
    )
    means = [study.mean(of[label]) for label in labels]
    found = run.calc("spatial", x=means, neighbours=study.neighbours(areas, labels))
    q, spots = found["gi_star_q_bh"], found["spot"]
    table = []
    for place, label in enumerate(labels):
        pooled, error = fit["fixed"][0] + fit["blup"]["district"][label], fit["blup_se"]["district"][label]
        interval = study.span([pooled - 1.96 * error, pooled + 1.96 * error], study.decimals(1))
        spot = spots[place] or "none"
        table.append(
            [label, len(of[label]), f"{means[place]:.1f}", f"{pooled:.1f}", interval, spot, study.probability(q[place])]
        )
    columns = ["district", "months", "mean trust", "pooled", "95 % interval", "hot or cold spot", "q"]
    run.table("Trust by district", columns, table)
    run.facts(
        {
            "districts with an outline": len(labels),
            "pairs of neighbours": sum(map(len, study.neighbours(areas, labels))) // 2,
            "Moran's I of trust": f"{found['moran_i']:.2f}, p {study.probability(found['p_randomisation_two_sided'])}",
            "mean of all": f"{fit['fixed'][0]:.1f} ({study.span(fit['fixed_ci95'][0], study.decimals(1))})",
        }
    )


def by_group(run: study.Study, districts: list[dict]) -> None:
    """How far apart groups are, with what differs between districts and months in the interval."""
    table = []
    for name, (one, other) in PAIRS.items():
        rows = [row for row in districts if row[f"t_{one}"] and row[f"t_{other}"]]
        gaps = [float(row[f"t_{one}"]) - float(row[f"t_{other}"]) for row in rows]
        fit = run.calc(
            "variance-components",
            y=gaps,
            district=[row["district"] for row in rows],
            month=[row["start_date"][:7] for row in rows],
        )
        of = by_district([row | {"gap": str(gap)} for row, gap in zip(rows, gaps)], "gap")
        wide = [study.mean(values) for values in of.values()]
        row = [
            name,
            study.count(len(gaps)),
            f"{fit['fixed'][0]:.1f}",
            study.span(fit["fixed_ci95"][0], study.decimals(1)),
        ]
        table.append(
            [
                *row,
                study.between(wide, study.decimals(1)),
                study.share(fit["converged"]["vpc"]["district"], 0),
            ]
        )
    columns = [
        "trust",
        "district months",
        "mean difference",
        "95 % interval",
        "districts' means",
        "of variance between districts",
    ]
    run.table("Groups beside one another", columns, table)


def by_income(run: study.Study, districts: list[dict]) -> None:
    """Does distrust lie with poorer districts?"""
    people, income = defaultdict(float), defaultdict(float)
    for area in study.rows(run.files[2]):
        label, n = str(int(area["police_district"].removeprefix("District"))), float(area["pop_total"])
        people[label] += n
        income[label] += n * float(area["per_capita_income"])
    of = {label: study.mean(values) for label, values in by_district(districts, "trust").items() if people[label]}
    given = {
        "h": [100 - trust for trust in of.values()],
        "rank_by": [income[label] / people[label] for label in of],
        "w": [people[label] for label in of],
    }
    found = run.calc("concentration", **given)
    index = study.figure(found["concentration_index"], found["concentration_index95"], study.decimals(3))
    run.facts(
        {
            "districts with a community area": len(of),
            "concentration of distrust (100 less trust) over income a head": index,
            "correlation of trust and income a head": f"{correlation(given['rank_by'], list(of.values())):.2f}",
        }
    )


if __name__ == "__main__":
    main()
