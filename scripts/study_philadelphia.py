"""Complaints against the Philadelphia police by district and officer: docs/studies/philadelphia.md.

python3 scripts/study_philadelphia.py COMPLAINTS.csv.gz DISTRICTS.geojson
"""

import math
from collections import Counter
from datetime import date

import study

BASELINE = 25
SUSTAINED, NOT_SUSTAINED = "Sustained Finding", "No Sustained Findings"
# Most of what came later was not decided when the file was made.
DECIDED_UNTIL = "2018"
# Complaints below which a kind has no line, and a group is counted with the other small ones.
FEWEST = 10
FEWEST_OF_A_GROUP = 20


def main() -> None:
    run = study.Study(__doc__, "complaints", "districts")
    given = study.rows(run.files[0])
    pairs = gathered(given)
    decided = [pair for pair in pairs if pair["sustained"] is not None and pair["date_received"] < DECIDED_UNTIL]
    described(run, given, pairs, decided)
    over_time(run, given, decided)
    by_district(run, decided)
    by_officer(run, pairs, decided)
    parts(run, decided)
    by_stratum(run, given)
    run.end()


def gathered(given: list[dict]) -> list[dict]:
    """One row for each officer of each complaint: sustained if anything of it was, `None` if nothing is decided."""
    found: dict[tuple, dict] = {}
    for row in given:
        if not row["officer"]:
            continue
        pair = found.setdefault((row["complaint_id"], row["officer"]), {**row, "sustained": None})
        if row["investigative_findings"] == SUSTAINED:
            pair["sustained"] = 1
        elif row["investigative_findings"] == NOT_SUSTAINED:
            pair["sustained"] = pair["sustained"] or 0
    for pair in found.values():
        pair["month"] = pair["date_received"][:7]
    return list(found.values())


def described(run: study.Study, given: list[dict], pairs: list[dict], decided: list[dict]) -> None:
    run.facts(
        {
            "rows": study.count(len(given)),
            "complaints": study.count(len({row["complaint_id"] for row in given})),
            "rows without an officer": study.count(sum(row["officer"] == "" for row in given)),
            "pairs of an officer and a complaint": study.count(len(pairs)),
            "officers": study.count(len({pair["officer"] for pair in pairs})),
            f"pairs decided, received before {DECIDED_UNTIL}": study.count(len(decided)),
            "of these sustained": study.share(study.mean([pair["sustained"] for pair in decided])),
        }
    )
    table = []
    for year, of in study.grouped([{**pair, "year": pair["date_received"][:4]} for pair in pairs], "year").items():
        yes = sum(pair["sustained"] == 1 for pair in of)
        known = sum(pair["sustained"] is not None for pair in of)
        [interval] = run.calc("proportion-intervals", pairs=[[yes, known]])
        row = [year, study.count(len(of)), study.share(1 - known / len(of)), study.share(yes / known)]
        table.append([*row, study.span(interval["wilson"])])
    columns = ["received", "pairs", "not decided", "sustained, of those decided", "95 % interval"]
    run.table("Findings by year", columns, table)


def over_time(run: study.Study, given: list[dict], decided: list[dict]) -> None:
    first = {row["complaint_id"]: row["date_received"][:7] for row in given}
    received = Counter(first.values())
    labels = sorted(received)
    days = []
    for label in labels:
        year, month = int(label[:4]), int(label[5:])
        days.append((date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days)
    rate = run.calc("u-chart", num=[received[label] for label in labels], den=days, baseline=BASELINE)
    months = study.grouped(decided, "month")
    yes = [sum(pair["sustained"] for pair in of) for of in months.values()]
    shares = run.calc("p-chart", num=yes, den=[len(of) for of in months.values()], baseline=BASELINE)
    table = []
    cases = [
        ("complaints a day", labels, rate, study.decimals(2)),
        ("share sustained", list(months), shares, study.share),
    ]
    for name, points, chart, show in cases:
        row = [name, len(points), show(chart["center"]), f"{chart['sigma_z_laney']:.2f}"]
        row += [
            study.at(chart, points, "one_beyond_limits"),
            study.at(chart, points, "beyond_laney"),
            study.runs(chart),
        ]
        table.append(row)
    columns = ["value", "months", "centre", "spread beside chance", "beyond plain limits", "beyond Laney's"]
    run.table(f"By month, limits of the first {BASELINE}", [*columns, "other rules (points)"], table)


def by_district(run: study.Study, decided: list[dict]) -> None:
    areas = study.outlines(run.files[1], "district")
    of = {label: these for label, these in study.grouped(decided, "district").items() if label in areas}
    labels, n = list(of), [len(these) for these in of.values()]
    yes = [sum(pair["sustained"] for pair in these) for these in of.values()]
    funnel = run.calc("funnel-proportion", num=yes, den=n)
    pooled = run.calc("eb-beta", num=yes, den=n)
    beside = study.neighbours(areas, labels)
    found = run.calc("spatial", x=yes, denominator=n, neighbours=beside)
    # The same with what each district's complaints are about taken into account.
    cells: dict[str, list[int]] = {}
    for pair in decided:
        cell = cells.setdefault(pair["general_cap_classification"], [0, 0])
        cell[0], cell[1] = cell[0] + pair["sustained"], cell[1] + 1
    expected = [
        sum(
            cells[pair["general_cap_classification"]][0] / cells[pair["general_cap_classification"]][1]
            for pair in these
        )
        for these in of.values()
    ]
    adjusted = run.calc("funnel-ratio-sqrt", obs=yes, exp=expected)
    table = []
    for name, chart in (("share, unadjusted", funnel), ("ratio, for the kind of complaint", adjusted)):
        row = [
            name,
            len(labels),
            f"{chart['phi']:.2f}",
            study.probability(chart["chi2_p_overdispersion"]),
            chart["in_force"],
        ]
        table.append([*row, study.at(chart, labels, "beyond_998"), study.at(chart, labels, "beyond_95")])
    columns = ["funnel", "districts", "variance beside chance", "p", "limits", "beyond 99.8 %", "beyond 95 % only"]
    run.table("Sustained, by district of the complaint", columns, table)
    moran, p = found["moran_i_eb_rate"], found["p_randomisation_two_sided_eb_rate"]
    run.facts(
        {
            "pairs in a district": f"{min(n)} to {max(n)}",
            "share sustained as counted": study.between(pooled["raw"]),
            "share sustained, pooled": study.between(pooled["mean"]),
            "pairs of neighbours": sum(map(len, beside)) // 2,
            "Moran's I of the steadied shares": f"{moran:.3f}, p {study.probability(p)}",
            "hot or cold districts, false discoveries held to 5 %": sum(
                spot is not None for spot in found["of_rate"]["spot"]
            ),
        }
    )
    kinds = sorted(cells.items(), key=lambda of: -of[1][1])
    intervals = run.calc("proportion-intervals", pairs=[cell for _, cell in kinds])
    table = []
    for (kind, (x, m)), interval in zip(kinds, intervals):
        shown = [study.share(x / m), study.span(interval["wilson"])] if x >= 5 else ["too few to say", ""]
        if m >= FEWEST:
            table.append([kind.lower(), study.count(m), *shown])
    run.table("Sustained, by kind of complaint", ["kind", "n", "sustained", "95 % interval"], table)


def by_officer(run: study.Study, pairs: list[dict], decided: list[dict]) -> None:
    """How unlike officers are. Nobody is named, and there is no order."""
    complaints = list(Counter(pair["officer"] for pair in pairs).values())
    average = study.mean(complaints)
    # Officers without a complaint are not in the file: the mean of a Poisson law without its zeros.
    law = average
    for _ in range(200):
        law = average * (1 - math.exp(-law))
    tail = 1 - sum(math.exp(k * math.log(law) - law - math.lgamma(k + 1)) for k in range(10))
    by_chance = len(complaints) * tail / (1 - math.exp(-law))
    unequal = run.calc("inequality", x=complaints)
    complaints.sort(reverse=True)
    tenth = sum(complaints[: len(complaints) // 10]) / sum(complaints)
    run.facts(
        {
            "officers with a complaint (others are not in the file)": study.count(len(complaints)),
            "with one": study.share(complaints.count(1) / len(complaints), 0),
            "with ten or more": f"{sum(n >= 10 for n in complaints)}; {by_chance:.2f} if all had the same chance",
            "part of the tenth with the most": study.share(tenth, 0),
            "Gini among them": f"{unequal['gini']:.2f} ({study.span(unequal['gini95'], study.decimals(2))})",
        }
    )
    of = study.grouped(decided, "officer")
    yes, n = [sum(pair["sustained"] for pair in these) for these in of.values()], [len(these) for these in of.values()]
    pooled = run.calc("eb-beta", num=yes, den=n)
    # Without any spread between officers the whole outweighs everybody.
    spread = not isinstance(pooled["a"], str)
    weight = f"{pooled['a'] + pooled['b']:.1f} complaints" if spread else "no spread found"
    above = sum(low is not None and low > pooled["prior_mean"] for low in pooled["lo95"])
    below = sum(high is not None and high < pooled["prior_mean"] for high in pooled["up95"])
    several = [(raw, mean) for raw, mean, m in zip(pooled["raw"], pooled["mean"], n) if m >= 3]
    run.facts(
        {
            "officers with a decided complaint": study.count(len(n)),
            "with three or more": study.count(len(several)),
            "mean share sustained": study.share(pooled["prior_mean"]),
            "what is known of all officers counts like": weight,
            "as counted, three or more complaints": study.between([raw for raw, _ in several]),
            "pooled, three or more complaints": study.between([mean for _, mean in several]),
            "officers whose pooled interval is above the mean": above,
            "officers whose pooled interval is below the mean": below,
        }
    )


def parts(run: study.Study, decided: list[dict]) -> None:
    """How much of being sustained is officer, district, month, kind of complaint?"""
    of = study.grouped(decided, "complaint_id")
    several = [these for these in of.values() if len(these) > 1]
    alike = sum(len({pair["sustained"] for pair in these}) == 1 for these in several)
    alone = [these[0] for these in of.values() if len(these) == 1]
    run.facts(
        {
            "complaints decided": study.count(len(of)),
            "against several officers": study.count(len(several)),
            "with the same finding for all of them": f"{study.count(alike)}, {study.share(alike / len(several), 0)}",
        }
    )
    table = []
    keys = {"officer": "officers", "district": "districts", "month": "months", "general_cap_classification": "kinds"}
    for name, these, used in (
        ("all", decided, list(keys)[:3]),
        ("all", decided, list(keys)),
        ("complaints against one officer", alone, list(keys)),
    ):
        given = {key: [pair[key] for pair in these] for key in used}
        found = run.calc("variance-components-logistic", y=[pair["sustained"] for pair in these], **given)
        shown = [study.share(found["vpc_latent"][key]) if key in used else "not in it" for key in keys]
        table.append([name, study.count(found["n"]), *shown, study.share(found["residual_share"])])
    columns = ["findings", "n", *keys.values(), "what is left"]
    run.table("Share of the variance of being sustained (latent scale)", columns, table)


def by_stratum(run: study.Study, given: list[dict]) -> None:
    """Findings by race of the complainant, a complaint once; what is too small is left out."""
    complaints: dict[str, dict] = {}
    for row in given:
        if row["date_received"] >= DECIDED_UNTIL or row["investigative_findings"] not in (SUSTAINED, NOT_SUSTAINED):
            continue
        of = complaints.setdefault(
            row["complaint_id"], {"race": row["complainant_race"] or "not said", "sustained": False}
        )
        of["sustained"] |= row["investigative_findings"] == SUSTAINED
    people = Counter(of["race"] for of in complaints.values())
    for of in complaints.values():
        if people[of["race"]] < FEWEST_OF_A_GROUP:
            of["race"] = "all others"
    counted = Counter((of["race"], of["sustained"]) for of in complaints.values())
    races = sorted({race for race, _ in counted}, key=lambda race: -counted[race, True] - counted[race, False])
    hidden = run.calc("suppress", table=[[counted[race, True], counted[race, False]] for race in races])
    intervals = run.calc(
        "proportion-intervals",
        pairs=[[counted[race, True], counted[race, True] + counted[race, False]] for race in races],
    )
    out = {cell[0] for cell in hidden["primary"] + (hidden["secondary"] or [])}
    table = []
    for place, (race, interval) in enumerate(zip(races, intervals)):
        n = counted[race, True] + counted[race, False]
        shown = (
            ["left out", ""] if place in out else [study.share(counted[race, True] / n), study.span(interval["wilson"])]
        )
        table.append([race, study.count(n), *shown])
    run.table(
        "Complaints sustained in any part, by race of the complainant",
        ["race", "n", "sustained", "95 % interval"],
        table,
    )
    if counted["black", True] and counted["white", True]:
        pairs = [(counted[race, True], counted[race, True] + counted[race, False]) for race in ("black", "white")]
        [found] = run.calc("proportion-difference", rows=[[*pairs[0], *pairs[1]]])
        difference = pairs[0][0] / pairs[0][1] - pairs[1][0] / pairs[1][1]
        run.facts({"Black less white complainants": f"{study.share(difference)} ({study.span(found['newcombe95'])})"})


if __name__ == "__main__":
    main()
