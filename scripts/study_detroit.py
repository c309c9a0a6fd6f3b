"""Response times of the Detroit police by precinct, hour and shift: docs/studies/detroit.md.

python3 scripts/study_detroit.py data/detroit/calls_2019.csv.gz data/detroit/areas.geojson
"""

import math

import study

# Minutes from call to arrival beyond which a call counts as late: of this study, no rule of the department.
LATE_MINUTES = 15.0
# Points that set the limits of a chart, as on the board.
BASELINE = 25


def main() -> None:
    run = study.Study(__doc__, "calls", "outlines")
    given = study.rows(run.files[0])
    calls = [call for call in given if call["dispatch_min"] and call["travel_min"]]
    for call in calls:
        call["dispatch"], call["travel"] = float(call["dispatch_min"]), float(call["travel_min"])
        # In tenths, as recorded: sums of halves of bits would put 15.0 above 15.
        call["minutes"] = round(call["dispatch"] + call["travel"], 1)
        call["late"] = call["minutes"] > LATE_MINUTES
        call["day"], call["hour"] = call["call_time_local"][:10], call["call_time_local"][11:13]
    described(run, given, calls)
    by_hour(run, calls)
    by_shift(run, calls)
    by_precinct(run, calls)
    by_beat(run, calls)
    parts(run, calls)
    run.end()


def described(run: study.Study, given: list[dict], calls: list[dict]) -> None:
    days = {call["day"] for call in calls}
    run.facts(
        {
            "rows": study.count(len(given)),
            "rows without a time of dispatch": len(given) - len(calls),
            "calls used": study.count(len(calls)),
            "shifts": f"{len(days)}, from {min(days)} to {max(days)}",
            "calls to a shift": f"{len(calls) / len(days):.1f}",
        }
    )
    table = []
    for name in ("dispatch", "travel", "minutes"):
        values = [call[name] for call in calls]
        shown = {"dispatch": "call to dispatch", "travel": "dispatch to arrival", "minutes": "both"}[name]
        nine = study.quantile(values, 0.9)
        interval = study.span(study.median_interval(values), study.decimals(1))
        table.append([shown, f"{study.median(values):.1f}", interval, f"{nine:.1f}"])
    run.table("Minutes of the two parts", ["part", "median", "95 % interval", "9 in 10 within"], table)


def late_table(run: study.Study, caption: str, column: str, of: dict[str, list[dict]]) -> None:
    pairs = [[sum(call["late"] for call in calls), len(calls)] for calls in of.values()]
    intervals = run.calc("proportion-intervals", pairs=pairs)
    table = []
    for (label, calls), (late, n), interval in zip(of.items(), pairs, intervals):
        values = [call["minutes"] for call in calls]
        middle = study.span(study.median_interval(values), study.decimals(1))
        row = [label, study.count(n), f"{study.median(values):.1f}", middle]
        table.append([*row, study.share(late / n), study.span(interval["wilson"])])
    late = f"over {LATE_MINUTES:.0f} min"
    run.table(caption, [column, "n", "median min", "95 % interval", late, "95 % interval"], table)


def by_hour(run: study.Study, calls: list[dict]) -> None:
    late_table(run, "Response by hour of the call", "hour", study.grouped(calls, "hour"))


def by_shift(run: study.Study, calls: list[dict]) -> None:
    """Is the series of shifts steady?"""
    of = study.grouped(calls, "day")
    days, shifts = list(of), of.values()
    logs = [study.mean([math.log(call["minutes"]) for call in these]) for these in shifts]
    values = run.calc("xmr", x=logs, baseline=BASELINE)
    late = [sum(call["late"] for call in these) for these in shifts]
    shares = run.calc("p-chart", num=late, den=[len(these) for these in shifts], baseline=BASELINE)
    run.facts(
        {
            f"geometric mean, first {BASELINE} of {len(days)} shifts": f"{math.exp(values['center']):.1f} min",
            "limits of its XmR chart": f"{math.exp(values['lower']):.1f} to {math.exp(values['upper']):.1f} min",
            "shifts beyond them": study.at(values, days, "one_beyond_limits"),
            "other rules, points": study.runs(values),
            f"share over {LATE_MINUTES:.0f} min, the same {BASELINE} shifts": study.share(shares["center"]),
            "spread of shifts beside chance (Laney)": f"{shares['sigma_z_laney']:.2f}",
            "shifts beyond the limits of the p-chart": study.at(shares, days, "one_beyond_limits"),
            "shifts beyond Laney's limits": study.at(shares, days, "beyond_laney"),
        }
    )
    months = study.grouped([call | {"month": call["day"][:7]} for call in calls], "month").values()
    medians = [study.median([call["minutes"] for call in these]) for these in months]
    chart = run.calc("run-chart", x=medians)
    run.facts(
        {
            "months": len(medians),
            "median of their medians": f"{chart['median']:.1f} min, from {min(medians):.1f} to {max(medians):.1f}",
            "longest run": f"{chart['longest_run']}, at most {chart['longest_run_limit']} by chance",
            "crossings": f"{chart['crossings']}, at least {chart['crossings_limit']} by chance",
        }
    )


def by_precinct(run: study.Study, calls: list[dict]) -> None:
    of = study.grouped(calls, "precinct")
    late_table(run, "Response by precinct", "precinct", of)
    late = [sum(call["late"] for call in these) for these in of.values()]
    funnel = run.calc("funnel-proportion", num=late, den=[len(these) for these in of.values()])
    logs = [math.log(call["minutes"]) for call in calls]
    level = run.calc("icc-oneway", y=logs, group=[call["precinct"] for call in calls])
    run.facts(
        {
            "share over 15 min of all": study.share(funnel["target"]),
            "variance between precincts beside chance": study.beside_chance(funnel),
            "limits in force": funnel["in_force"],
            "precincts beyond 99.8 %": study.at(funnel, list(of), "beyond_998"),
            "precincts beyond 95 % only": study.at(funnel, list(of), "beyond_95"),
            "log minutes: share between precincts": study.figure(level["icc1"], level["icc1_ci95"]),
            "p that log minutes do not differ": study.probability(level["p"]),
        }
    )


def by_beat(run: study.Study, calls: list[dict]) -> None:
    """Are late calls together on the map?"""
    of = study.grouped(calls, "beat")
    labels = list(of)
    late = [sum(call["late"] for call in these) for these in of.values()]
    n = [len(these) for these in of.values()]
    beside = study.neighbours(study.outlines(run.files[1], "code", level="beat"), labels)
    pooled = run.calc("eb-beta", num=late, den=n)
    found = run.calc("spatial", x=late, denominator=n, neighbours=beside)
    whole = pooled["prior_mean"]
    apart = sum(
        low is not None and (low > whole or high < whole) for low, high in zip(pooled["lo95"], pooled["up95"])
    )
    moran, p = found["moran_i_eb_rate"], found["p_randomisation_two_sided_eb_rate"]
    by_p = sum(p is not None and p < 0.05 for p in found["of_rate"]["gi_star_p_two_sided"])
    run.facts(
        {
            "beats with calls": len(labels),
            "calls to a beat": f"{min(n)} to {max(n)}, median {study.median(n):.0f}",
            "share over 15 min, as counted": study.between(pooled["raw"]),
            "share over 15 min, pooled": study.between(pooled["mean"]),
            "beats whose pooled interval leaves out the mean": apart,
            "pairs of neighbours": sum(map(len, beside)) // 2,
            "Moran's I of the steadied shares": f"{moran:.3f}, p {study.probability(p)}",
            "hot or cold beats, false discoveries held to 5 %": sum(of is not None for of in found["of_rate"]["spot"]),
            "beats with p below 0.05, not held": by_p,
        }
    )


def parts(run: study.Study, calls: list[dict]) -> None:
    """How much of the spread is place, how much time?"""
    rows = []
    for name, shown in (("dispatch", "call to dispatch"), ("travel", "dispatch to arrival"), ("minutes", "both")):
        # The clock has tenths of a minute: half of one stands for none.
        y = [math.log(max(call[name], 0.05)) for call in calls]
        of = {key: [call[key] for call in calls] for key in ("precinct", "beat", "day", "hour")}
        found = run.calc("variance-components", y=y, **of)["converged"]["vpc"]
        rows.append([shown, *(study.share(found[key]) for key in ("precinct", "beat", "day", "hour", "residual"))])
    run.table(
        "Share of the variance of log minutes that lies between",
        ["part", "precincts", "beats", "shifts", "hours", "calls"],
        rows,
    )


if __name__ == "__main__":
    main()
