"""Feeds, calendar, tables and exports of a sample unit, read by programs nobody of this project wrote.

python3 scripts/other_readers.py PENGAYOM

PENGAYOM is the program. Starts `pengayom demo` on loopback, lets its desk announce outages, and holds what
other libraries read to what the store says: feedparser and GDAL's GeoRSS driver for `/feed.atom`, icalendar
for `/calendar.ics`, GDAL for GeoJSON and CSV, DuckDB, Arrow and geopandas for exports, standardwebhooks for
what is sent to another program. Prints `N passed, N failed` and leaves with 1 when anything failed.
`pip install -r scripts/other_readers.txt`.
"""

import http.cookiejar
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import warnings
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import duckdb
import feedparser
import geopandas
import icalendar
import pyarrow.parquet
import pyogrio
import shapely
from shapely.geometry import shape
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from checks import check, end

# Areas are compared with areas in the same degrees.
warnings.filterwarnings("ignore", message=".*geographic CRS.*")

program = str(Path(sys.argv[1]).resolve())


def same(what: str, found: object, expected: object) -> None:
    check(f"{what}: expected {expected!r}, found {found!r}", found == expected)


def near(what: str, found: float, expected: float) -> None:
    check(f"{what}: expected {expected!r}, found {found!r}", abs(found - expected) <= 1e-9 * max(1, abs(expected)))


class Browser:
    """Somebody signed in, by the forms of the pages."""

    def __init__(self, url: str) -> None:
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        return self.opener.open(self.url + path).read().decode()

    def post(self, page: str, to: str, **fields: str) -> str:
        """Sends a form of a page with its hidden fields."""
        shown = self.get(page)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown))
        data = urllib.parse.urlencode(hidden | fields).encode()
        return self.opener.open(self.url + to, data).read().decode()


def fetch(url: str, name: str, folder: Path) -> Path:
    with urllib.request.urlopen(url) as answer:
        file = folder / name
        file.write_bytes(answer.read())
        return file


def announce(unit: dict) -> None:
    """One outage that is over and one that is not, each with an end."""
    desk = next(account for account in unit["accounts"] if account["role"] == "desk")
    browser = Browser(unit["url"])
    browser.post("/masuk", "/masuk", nama=desk["user"], sandi=desk["password"])
    until = datetime.now(timezone(timedelta(hours=7))) + timedelta(days=2)
    day, hour = until.strftime("%Y-%m-%d"), "10:00"
    for name in ("Loket <SIM> & SKCK", "Pemadaman; listrik, berencana"):
        browser.post("/meja/gangguan", "/meja/gangguan", apa="-", nama=name, cara="datang besok",
                     pulih_tanggal=day, pulih_jam=hour)
    page = browser.get("/meja/gangguan")
    first = re.search(r'id="g-([0-9a-f-]+)">Loket', page).group(1)
    browser.post("/meja/gangguan", f"/meja/gangguan/{first}", tanggal="", jam="")


class Receiver(BaseHTTPRequestHandler):
    """A program that is told: it fails once, then takes what comes."""

    came: list[tuple[dict, str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        Receiver.came.append((dict(self.headers), body))
        self.send_response(503 if len(Receiver.came) == 1 else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def listen(unit: dict) -> tuple[HTTPServer, str]:
    """Makes a webhook for outages, as the administrator does, and gives its secret."""
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/hook"
    key = Path(unit["store"].removeprefix("sqlite:")).with_name("unit.key")
    arguments = ["webhook", "--store", unit["store"], "--node-key-file", str(key), "add", address,
                 "--kind", "outage", "--json"]
    refused = subprocess.run([program, *arguments], capture_output=True, text=True)
    check("an address of this machine is refused", refused.returncode == 1 and "private network" in refused.stderr)
    allowed = dict(os.environ, PENGAYOM_OUTSIDE_ALLOW="127.0.0.0/8")
    made = subprocess.run([program, *arguments], capture_output=True, text=True, check=True, env=allowed)
    return server, json.loads(made.stdout)["secret"]


def webhooks(server: HTTPServer, secret: str) -> None:
    """What was announced comes signed, once more where it failed, and without what was told."""
    until = time.monotonic() + 60
    while len(Receiver.came) < 4 and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(2)
    server.shutdown()
    same("two announced and one ended, the first sent twice", len(Receiver.came), 4)
    webhook = Webhook(secret)
    for headers, body in Receiver.came:
        headers = {name.lower(): value for name, value in headers.items()}
        told = webhook.verify(body, headers)
        check("it names an outage", told["type"].startswith("outage.") and told["data"]["subject"] == "outage")
        check("it says nothing that was told", "Loket" not in body and "listrik" not in body)
        for other, changed in ((Webhook(secret), body.replace("outage", "case")), (Webhook("whsec_" + "A" * 43 + "="), body)):
            try:
                other.verify(changed, headers)
                check("what was altered is refused", False)
            except WebhookVerificationError:
                check("what was altered is refused", True)
    ids = [{name.lower(): value for name, value in headers.items()}["webhook-id"] for headers, _ in Receiver.came]
    same("the message sent twice is known by its identifier", len(set(ids)), 3)


def feeds(unit: dict, folder: Path) -> None:
    url = unit["url"]
    ids = {}
    for lang in ("id", "en"):
        file = fetch(f"{url}/feed.atom?lang={lang}", f"feed-{lang}.atom", folder)
        feed = feedparser.parse(file.read_bytes())
        same(f"well-formed in {lang}", feed.bozo, False)
        same("version", feed.version, "atom10")
        same("language", feed.feed.language, lang)
        check("entries", len(feed.entries) >= 7)
        ids[lang] = [entry.id for entry in feed.entries]
        same("every entry once", len(set(ids[lang])), len(ids[lang]))
        for entry in feed.entries:
            check(f"{entry.id} has all", entry.title and entry.updated_parsed and entry.published_parsed
                  and entry.link.startswith(url) and entry.content[0].value)
            check(f"{entry.id} has a place", entry.where["type"] in ("Point", "Box", "Polygon"))
        kinds = [entry.tags[0].term for entry in feed.entries]
        same("kinds", sorted(set(kinds)), ["figures", "outage", "outage-ended", "services"])
        updated = [entry.updated_parsed for entry in feed.entries]
        same("what changed last first", updated, sorted(updated, reverse=True))
        over = next(entry for entry in feed.entries if entry.tags[0].term == "outage-ended")
        check("signs of XML stay signs", "Loket <SIM> & SKCK" in over.title)
    same("one identifier in both languages", ids["id"], ids["en"])

    info = pyogrio.read_info(folder / "feed-id.atom")
    same("GDAL knows it", info["driver"], "GeoRSS")
    same("GDAL finds every entry", info["features"], len(ids["id"]))
    frame = pyogrio.read_dataframe(folder / "feed-id.atom")
    points = frame[frame.geometry.geom_type == "Point"]
    same("outages are points", len(points), 2)
    check("in Pati", all(110.8 < point.x < 111.3 and -7.1 < point.y < -6.4 for point in points.geometry))

    calendar = icalendar.Calendar.from_ical(fetch(f"{url}/calendar.ics", "calendar.ics", folder).read_bytes())
    events = calendar.walk("VEVENT")
    same("events", len(events), 2)
    same("zones", [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")], ["Asia/Jakarta"])
    planned = next(event for event in events if "Pemadaman; listrik, berencana" in str(event["SUMMARY"]))
    same("its end, on the unit's clock", planned["DTEND"].dt.strftime("%H:%M %z"), "10:00 +0700")
    check("it begins before it ends", planned["DTSTART"].dt < planned["DTEND"].dt)
    same("no error", [error for event in events for error in event.errors], [])
    uids = {str(event["UID"]) for event in events}
    check("the calendar names what the feed names", uids <= set(ids["id"]))
    check("a reader's own zone agrees", calendar.walk("VTIMEZONE")[0].to_tz().utcoffset(datetime(2026, 6, 1))
          == timedelta(hours=7))


def tables(unit: dict, folder: Path) -> None:
    url = unit["url"]
    for path in ("/wilayah.geojson", "/wilayah/33.18.08.geojson"):
        file = fetch(url + path, path.replace("/", "_"), folder)
        frame = pyogrio.read_dataframe(file)
        read = json.loads(file.read_text())
        same(f"{path}: rows", len(frame), len(read["features"]))
        same(f"{path}: system", frame.crs.to_epsg(), 4326)
        check(f"{path}: valid", frame.geometry.is_valid.mean() > 0.9)
        same(f"{path}: frame", [float(end) for end in frame.total_bounds], read["bbox"])
        for feature in read["features"]:
            outlines = shape(feature["geometry"])
            for polygon in getattr(outlines, "geoms", [outlines]):
                check(f"{path}: right hand", polygon.exterior.is_ccw and not any(r.is_ccw for r in polygon.interiors))
    for path, least in (("/wilayah.csv", 400), ("/layanan.csv", 20), ("/kinerja.csv", 20), ("/wilayah/33.18.08.csv", 20)):
        file = fetch(url + path, path.replace("/", "_"), folder)
        rows = duckdb.sql(f"SELECT * FROM read_csv('{file}', header = true, all_varchar = true)")
        check(f"{path}: DuckDB reads it", len(rows.fetchall()) >= least)
        same(f"{path}: GDAL reads it", pyogrio.read_info(file)["features"], len(rows.fetchall()))


def export(unit: dict, kind: str, form: str, folder: Path) -> Path:
    file = folder / f"{kind}.{form}"
    done = subprocess.run([program, "export", kind, "--store", unit["store"], "--format", form, "--out", str(file),
                           "--json"], capture_output=True, text=True, check=True)
    told[kind] = json.loads(done.stdout)["rows"]
    return file


told: dict[str, int] = {}
PLACED = ("areas", "calls", "cases")


def exports(unit: dict, folder: Path) -> None:
    store = sqlite3.connect(f"file:{unit['store'].removeprefix('sqlite:')}?mode=ro", uri=True)

    def ask(sql: str) -> object:
        return store.execute(sql).fetchone()[0]

    counts = {
        "cases": ask("SELECT count(*) FROM cases"),
        "calls": ask("SELECT count(*) FROM cases WHERE channel IN ('phone', 'import')"),
        "encounters": ask("SELECT count(*) FROM encounters"),
        "feedback": ask("SELECT count(*) FROM feedback, json_each(feedback.answers)"),
    }
    areas = json.loads(ask("SELECT areas FROM units"))["features"]
    counts["areas"] = len(areas)
    types = {}
    for kind, rows in counts.items():
        files = {form: export(unit, kind, form, folder) for form in ("parquet", "csv", "jsonl")}
        same(f"{kind}: rows told", told[kind], rows)
        duckdb.sql(f"CREATE TABLE {kind} AS SELECT * FROM '{files['parquet']}'")
        for form, read in (("parquet", "SELECT * FROM '{}'"), ("csv", "SELECT * FROM read_csv('{}')"),
                           ("jsonl", "SELECT * FROM read_json('{}', format = 'newline_delimited')")):
            found = duckdb.sql(f"SELECT count(*) FROM ({read.format(files[form])})").fetchall()[0][0]
            same(f"{kind}: rows in {form} by DuckDB", found, rows)
        types[kind] = {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE {kind}").fetchall()}
        table = pyarrow.parquet.read_table(files["parquet"])
        same(f"{kind}: rows by Arrow", table.num_rows, rows)
        if kind in PLACED:
            places(kind, files, export(unit, kind, "geojson", folder))

    moment, text, flag = "TIMESTAMP WITH TIME ZONE", "VARCHAR", "BOOLEAN"
    for kind, name, expected in (
        ("cases", "filed_at", moment), ("cases", "responded_at", moment), ("cases", "service", text),
        ("cases", "narrow", flag), ("cases", "wait_seconds", "BIGINT"), ("feedback", "week", "DATE"),
        ("feedback", "answer", "BIGINT"), ("areas", "population", "BIGINT"), ("areas", "aliases", "VARCHAR[]"),
        ("calls", "received_at", moment), ("encounters", "happened_at", moment), ("encounters", "force_used", flag),
        ("cases", "geometry", "GEOMETRY('OGC:CRS84')"), ("areas", "geometry", "GEOMETRY('OGC:CRS84')"),
    ):
        same(f"type of {kind}.{name}", types[kind].get(name), expected)

    def by(sql: str) -> object:
        return duckdb.sql(sql).fetchall()[0][0]

    open_cases = "FROM cases WHERE NOT sensitive"
    same("the first filing", by("SELECT epoch_us(min(filed_at)) FROM cases WHERE NOT narrow"),
         ask(f"SELECT min(filed_at) {open_cases}"))
    same("all filings", by("SELECT sum(epoch_us(filed_at)) FROM cases WHERE NOT narrow"),
         ask(f"SELECT sum(filed_at) {open_cases}"))
    same("answered late", by("SELECT count(*) FROM cases WHERE responded_late"),
         ask("SELECT count(*) FROM cases WHERE responded_late"))
    same("waiting", by("SELECT sum(wait_seconds) FROM cases"),
         ask("SELECT sum((responded_at - filed_at) / 1000000) FROM cases"))
    for service, n in store.execute(f"SELECT service, count(*) {open_cases} GROUP BY service"):
        same(f"cases of {service}", by(f"SELECT count(*) FROM cases WHERE service = '{service}'"), n)
    same("narrow cases", by("SELECT count(*) FROM cases WHERE narrow"), ask("SELECT count(*) FROM cases WHERE sensitive"))
    check("there are some", by("SELECT count(*) FROM cases WHERE narrow") > 0)
    # What is kept narrow says neither what, nor where, nor at which hour, in no kind.
    for kind, moments, hidden in (
        ("cases", ["filed_at", "responded_at", "closed_at", "respond_by"],
         ["case", "service", "report_kind", "beat", "stratum", "danger", "outcome", "geometry"]),
        ("calls", ["received_at", "arrived_at"], ["case", "service", "beat", "priority", "outcome", "geometry"]),
        ("encounters", ["happened_at", "recorded_at"],
         ["encounter", "case", "capacity", "service", "function", "role", "beat", "stratum", "force_used"]),
    ):
        for name in hidden:
            same(f"narrow {kind}.{name}", by(f'SELECT count("{name}") FROM {kind} WHERE narrow'), 0)
        for name in moments:
            clock = f"strftime({name} AT TIME ZONE 'Asia/Jakarta', '%H:%M:%S.%f')"
            late = by(f"SELECT count(*) FROM {kind} WHERE narrow AND {clock} <> '00:00:00.000000'")
            same(f"the hour of narrow {kind}.{name}", late, 0)
        order = [row[0] for row in duckdb.sql(f"SELECT narrow FROM '{folder / kind}.parquet'").fetchall()]
        check(f"narrow {kind} stand at the end", order == sorted(order))
    same("no feedback of a narrow service", by("SELECT count(service) FROM feedback WHERE narrow"), 0)
    same("answers", by("SELECT sum(answer) FROM feedback"),
         ask("SELECT sum(json_each.value) FROM feedback, json_each(feedback.answers)"))
    same("weeks begin on Monday", by("SELECT count(*) FROM feedback WHERE isodow(week) <> 1"), 0)
    same("people", by("SELECT sum(population) FROM areas"),
         sum(area["properties"].get("population") or 0 for area in areas))

    # The outlines are those of the store, to the last digit.
    stored = {area["properties"]["code"]: shape(area["geometry"]) for area in areas}
    frame = geopandas.read_parquet(folder / "areas.parquet")
    for code, outline in zip(frame["code"], frame.geometry):
        check(f"outline of {code}", shapely.equals(shapely.normalize(outline), shapely.normalize(stored[code]))
              or shapely.normalize(outline) == shapely.normalize(stored[code]))
    near("the ground", frame.geometry.area.sum(), sum(outline.area for outline in stored.values()))
    ends = shapely.total_bounds(list(stored.values()))
    same("the frame", [float(end) for end in frame.total_bounds], [float(end) for end in ends])
    # A position is moved to the middle of its cell of 0.01 degrees, and to no other.
    told_at = {bytes(row[0]).hex(): (row[2], row[1]) for row in store.execute(
        "SELECT id, lat, lng FROM cases WHERE lat IS NOT NULL AND NOT sensitive")}
    cases = geopandas.read_parquet(folder / "cases.parquet")
    cases = cases[cases.geometry.notna()]
    same("cases with a place", len(cases), len(told_at))
    for case, point in zip(cases["case"], cases.geometry):
        lng, lat = told_at[case.replace("-", "")]
        check(f"{case} lies in its cell", abs(point.x - lng) <= 0.005001 and abs(point.y - lat) <= 0.005001)
        check(f"{case} lies on the grid", abs((point.x * 100) % 1 - 0.5) < 1e-6 and abs((point.y * 100) % 1 - 0.5) < 1e-6)


def places(kind: str, files: dict[str, Path], geojson: Path) -> None:
    """A kind with places says the same in every format, to every reader."""
    parquet = geopandas.read_parquet(files["parquet"])
    same(f"{kind}: system", str(parquet.crs), "OGC:CRS84")
    geo = json.loads(pyarrow.parquet.read_metadata(files["parquet"]).metadata[b"geo"])
    placed = parquet[parquet.geometry.notna()]
    same(f"{kind}: GeoParquet", (geo["version"], geo["primary_column"]), ("1.1.0", "geometry"))
    column = geo["columns"]["geometry"]
    same(f"{kind}: kinds of geometry", sorted(column["geometry_types"]), sorted(set(placed.geometry.geom_type)))
    if len(placed):
        same(f"{kind}: frame", column["bbox"], [float(end) for end in placed.total_bounds])
        ends = duckdb.sql(f"SELECT min(ST_XMin(geometry)), min(ST_YMin(geometry)), max(ST_XMax(geometry)), "
                          f"max(ST_YMax(geometry)) FROM {kind}") if SPATIAL else None
        if ends is not None:
            same(f"{kind}: frame by DuckDB", list(ends.fetchall()[0]), column["bbox"])
    lines = pyogrio.read_dataframe(geojson)
    same(f"{kind}: rows of GeoJSON by GDAL", len(lines), len(parquet))
    near(f"{kind}: ground in GeoJSON", lines.geometry.area.sum(), placed.geometry.area.sum())
    if len(placed):
        same(f"{kind}: frame of GeoJSON", [float(e) for e in lines.total_bounds], column["bbox"])
    table = duckdb.sql(f"SELECT wkt FROM read_csv('{files['csv']}') WHERE wkt IS NOT NULL").fetchall()
    outlines = [shapely.from_wkt(row[0]) for row in table]
    same(f"{kind}: places in CSV", len(outlines), len(placed))
    near(f"{kind}: ground in CSV", sum(outline.area for outline in outlines), placed.geometry.area.sum())
    gdal = pyogrio.read_dataframe(files["csv"])
    near(f"{kind}: ground in CSV by GDAL", gdal.geometry.area.sum(), placed.geometry.area.sum())


def has_spatial() -> bool:
    """The functions of places are an extension that DuckDB would fetch from the network: not here."""
    names = duckdb.sql("SELECT count(*) FROM duckdb_functions() WHERE lower(function_name) = 'st_xmin'")
    return names.fetchall()[0][0] > 0


SPATIAL = has_spatial()

with tempfile.TemporaryDirectory() as place:
    folder = Path(place)
    demo = subprocess.Popen([program, "demo", "--dir", str(folder / "demo"), "--listen", "127.0.0.1:0", "--json"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                            env=dict(os.environ, PENGAYOM_OUTSIDE_ALLOW="127.0.0.0/8"))
    try:
        unit = json.loads(demo.stdout.readline())
        server, secret = listen(unit)
        announce(unit)
        webhooks(server, secret)
        feeds(unit, folder)
        tables(unit, folder)
        exports(unit, folder)
    finally:
        demo.terminate()
        demo.wait()

print(f"GDAL {pyogrio.__gdal_version_string__}, DuckDB {duckdb.__version__}, Arrow {pyarrow.__version__}, "
      f"geopandas {geopandas.__version__}, feedparser {feedparser.__version__}")
end()
