"""Every method of the crate `measure` beside a peer in Python: speed, memory and answers, on the same data.

python3 scripts/measure_peers.py [--sizes 1000,10000] [--only its,did] [--repeats 7] [--limit 60]
                                 [--program PEERS] [--json figures.json]

Builds this side (`cargo build --release -p pengayom-measure --bench peers`) unless PEERS, its path, is
given. For every row and size one process of either side reads the same files, repeats the computation
and says how long each took and how much memory the first took beyond what it had read. Only the
computation is timed: neither reading nor what puts the data into the shape a library takes. Both sides
have one thread. A peer whose next size would take longer than the limit, judged from the last one, is
not run there.

Prints a table and one line `N passed, N failed` of compared answers; leaves with 1 when any differ.
Rows stand in `scripts/measure_peer_rows/`, one file a topic. `pip install -r scripts/measure_peers.txt`.
"""

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

THREADS = {f"{name}_NUM_THREADS": "1" for name in ["OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB"]}
os.environ.update(THREADS)

import numpy as np

from checks import check, end
from measure_peer_rows import Row

PACKAGES = [
    "numpy",
    "scipy",
    "statsmodels",
    "linearmodels",
    "pandas",
    "esda",
    "shewhart",
    "pingouin",
    "ipfn",
]
HERE = Path(__file__).resolve().parent
REPEATS_WITHIN_SECONDS = 20.0


def rows() -> dict[tuple[str, str], Row]:
    """Every row by its name and its peer, topic by topic."""
    found: dict[tuple[str, str], Row] = {}
    for file in sorted((HERE / "measure_peer_rows").glob("*.py")):
        if file.stem != "__init__":
            topic = importlib.import_module(f"measure_peer_rows.{file.stem}")
            found |= {(row.name, row.peer): row for row in topic.ROWS}
    return found


def kilobytes(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def work(folder: Path) -> None:
    """The peer's side of a job, in a process of its own."""
    job = json.loads((folder / "job.json").read_text())
    row = rows()[job["row"], job["peer"]]
    columns = {name: np.fromfile(folder / f"{name}.f64", "<f8") for name in job["columns"]}
    # What a library only does once (imports, tables) is neither timed nor counted as memory.
    small, params = row.make(200, np.random.default_rng(0))
    row.solve(*row.shape(small, params))
    given = row.shape(columns, job["params"])
    Path("/proc/self/clear_refs").write_text("5")
    before = kilobytes("VmRSS")
    seconds, extra = [], None
    started = time.perf_counter()
    while len(seconds) < job["repeats"] and (not seconds or time.perf_counter() - started < job["budget_seconds"]):
        start = time.perf_counter()
        answer = row.solve(*given)
        seconds.append(time.perf_counter() - start)
        if extra is None:
            extra = kilobytes("VmHWM") - before
    np.asarray(answer, "<f8").ravel().tofile(folder / "peer.f64")
    (folder / "peer.json").write_text(json.dumps({"seconds": seconds, "extra_kilobytes": max(extra, 0)}))


def program() -> str:
    """Builds this side and says where it is."""
    command = ["cargo", "build", "--release", "-p", "pengayom-measure", "--bench", "peers"]
    built = subprocess.run(
        command + ["--message-format=json"], stdout=subprocess.PIPE, text=True, check=True, cwd=HERE.parent
    )
    said = [json.loads(line) for line in built.stdout.splitlines()]
    return next(of["executable"] for of in said if of.get("target", {}).get("name") == "peers" and of.get("executable"))


def side(command: list[str], folder: Path, name: str) -> dict:
    subprocess.run(command + [str(folder)], check=True, env=os.environ | THREADS)
    found = json.loads((folder / f"{name}.json").read_text())
    found["answer"] = np.fromfile(folder / f"{name}.f64", "<f8")
    found["median"] = statistics.median(found["seconds"])
    return found


def farthest(row: Row, ours: np.ndarray, peer: np.ndarray) -> float:
    """The largest difference, in tolerances of the row: at most 1 is equal."""
    if ours.shape != peer.shape:
        return float("inf")
    same = (ours == peer) | (np.isnan(ours) & np.isnan(peer))
    apart = np.where(same, 0.0, np.abs(ours - peer) / (row.abs + row.rel * np.abs(peer)))
    apart = np.where(np.isnan(apart), np.inf, apart)
    return float(apart.max(initial=0.0))


def measure(row: Row, n: int, ours_command: list[str], repeats: int, is_peer_run: bool) -> dict:
    columns, params = row.make(n, np.random.default_rng([n, len(row.name)]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for column, values in columns.items():
            np.asarray(values, "<f8").ravel().tofile(folder / f"{column}.f64")
        job = {"row": row.name, "peer": row.peer, "n": n, "columns": list(columns), "params": params}
        job |= {"repeats": repeats, "budget_seconds": REPEATS_WITHIN_SECONDS}
        (folder / "job.json").write_text(json.dumps(job))
        ours = side(ours_command, folder, "ours")
        found = {"row": row.name, "peer": row.peer, "n": n, "ours_seconds": ours["median"]}
        found |= {"ours_runs": len(ours["seconds"]), "ours_kilobytes": ours["extra_kilobytes"]}
        if is_peer_run:
            peer = side([sys.executable, str(Path(__file__).resolve()), "--work"], folder, "peer")
            found |= {"peer_seconds": peer["median"], "peer_runs": len(peer["seconds"])}
            found |= {"peer_kilobytes": peer["extra_kilobytes"], "ratio": peer["median"] / ours["median"]}
            found["difference"] = farthest(row, ours["answer"], peer["answer"])
            check(f"{row.name} at n = {n}: {found['difference']:.3g} tolerances apart", found["difference"] <= 1)
    return found


def line(found: dict) -> str:
    def milliseconds(seconds: float | None) -> str:
        return "not run" if seconds is None else f"{1e3 * seconds:,.3f}"

    def megabytes(kilobytes: int | None) -> str:
        return "" if kilobytes is None else f"{kilobytes / 1024:,.1f}"

    ratio = f"{found['ratio']:,.1f}" if "ratio" in found else ""
    apart = f"{found['difference']:.1g}" if "difference" in found else ""
    return (
        f"{found['row']:<22} {found['n']:>9,} {milliseconds(found['ours_seconds']):>12} "
        f"{milliseconds(found.get('peer_seconds')):>12} {ratio:>9} {megabytes(found['ours_kilobytes']):>8} "
        f"{megabytes(found.get('peer_kilobytes')):>8} {apart:>9}  {found['peer']}"
    )


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sizes", default="1000,10000,100000,1000000")
    given.add_argument("--only", default="")
    given.add_argument("--repeats", type=int, default=7)
    given.add_argument("--limit", type=float, default=60.0)
    given.add_argument("--program")
    given.add_argument("--json")
    given.add_argument("--work")
    asked = given.parse_args()
    if asked.work:
        work(Path(asked.work))
        return
    ours_command = [asked.program or program()]
    only = set(filter(None, asked.only.split(",")))
    known = rows()
    names = [name for name, _ in known]
    if only - set(names):
        given.error(f"no such rows: {', '.join(sorted(only - set(names)))}; known are {', '.join(names)}")
    print(f"{'method':<22} {'n':>9} {'ours ms':>12} {'peer ms':>12} {'ratio':>9} {'ours MB':>8} {'peer MB':>8} {'apart':>9}  peer")
    figures = []
    for row in known.values():
        if only and row.name not in only:
            continue
        last = None
        for n in map(int, asked.sizes.split(",")):
            # Time grows at least with n.
            is_peer_run = last is None or last[1] * n / last[0] <= asked.limit
            found = measure(row, n, ours_command, asked.repeats, is_peer_run)
            if is_peer_run:
                last = (n, found["peer_seconds"])
            figures.append(found)
            print(line(found), flush=True)
    if asked.json:
        machine = {"system": platform.platform(), "processor": processor(), "python": platform.python_version()}
        packages = {name: version(name) for name in PACKAGES}
        text = json.dumps({"machine": machine, "packages": packages, "figures": figures}, indent=1)
        Path(asked.json).write_text(text + "\n")
    end()


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((of.split(":", 1)[1].strip() for of in lines if of.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
