#!/usr/bin/env python3
"""Derives the files of `data/` from a folder of published sources.

    python3 -m venv venv && venv/bin/pip install shapely==2.2.0
    venv/bin/python data/derive.py SOURCES data

SOURCES holds the published files under the names that the README files of `data/` give.  Nothing is
drawn at random and no date is written, so that a second run writes the same bytes.
"""

import csv
import gzip
import io
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from shapely import MultiPoint, Point, STRtree, voronoi_polygons
from shapely.geometry import mapping, shape
from shapely.ops import unary_union


def read_features(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return json.load(file)["features"]


def read_rows(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rounded(value, digits):
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    return round(value, digits)


def geometry_json(geometry, digits=6):
    made = mapping(geometry)
    return {"type": made["type"], "coordinates": rounded(made["coordinates"], digits)}


def feature(level, code, name, parent, geometry, **more):
    properties = {"level": level, "code": code, "name": name, "parent": parent}
    properties.update({key: value for key, value in more.items() if value is not None})
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection_text(features):
    lines = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in features]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def write_gz(path, data):
    """Plain gzip without a name and a time, so that the bytes depend on the content only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as file:
        file.write(data)
    path.write_bytes(buffer.getvalue())


def copy_gz(source, target):
    write_gz(target, gzip.decompress(source.read_bytes()))


def dissolved(shapes, close_deg, smallest_hole_deg2):
    """One outline of many areas: joins across hairline gaps, drops the holes those gaps leave."""
    grown = unary_union([item.buffer(close_deg, join_style="mitre") for item in shapes])
    outline = grown.buffer(-close_deg, join_style="mitre")
    parts = list(outline.geoms) if outline.geom_type == "MultiPolygon" else [outline]
    kept = []
    for part in parts:
        holes = [hole for hole in part.interiors if shape(
            {"type": "Polygon", "coordinates": [list(hole.coords)]}).area >= smallest_hole_deg2]
        kept.append(type(part)(part.exterior, holes))
    return unary_union(kept).simplify(close_deg / 2)


# --- Indonesia -----------------------------------------------------------------------------------

def regency_name(full):
    """`Kabupaten Pati` -> kind and name; the kind stays in the name, as it is said."""
    return ("kota" if full.startswith("Kota ") else "kabupaten"), full


def derive_id(sources, data):
    people = {row["kode"]: int(row["total"])
              for row in read_rows(sources / "id/penduduk_luas_prov_kab.csv") if row["total"]}
    regencies = []
    for item in read_features(sources / "id/kab_kota_indonesia.geojson.gz"):
        properties = item["properties"]
        kind, name = regency_name(properties["nama"])
        regencies.append(feature("regency", properties["kode"], name, None, item["geometry"],
                                 kind=kind, population=people.get(properties["kode"])))
    regencies.sort(key=lambda item: item["properties"]["code"])
    write_gz(data / "id/kab_kota.geojson.gz", collection_text(regencies).encode())

    # Names of Kota Surabaya, for the tests of the search by name.
    rows = [row for row in read_rows(sources / "id/wilayah_kode.csv.gz")
            if row["kode"].split(".")[:2] == ["35", "78"]]
    levels = {"kabupaten_kota": "regency", "kecamatan": "subdistrict", "desa_kelurahan": "village"}
    lines = ["code,name,level,parent"]
    for row in sorted(rows, key=lambda row: row["kode"]):
        parent = "" if row["tingkat"] == "kabupaten_kota" else row["induk"]
        lines.append(",".join([row["kode"], row["nama"], levels[row["tingkat"]], parent]))
    write_text(data / "id/surabaya_names.csv", "\n".join(lines) + "\n")
    return regencies


# Sensus Penduduk 2020 (BPS), people by kecamatan of Kabupaten Pati, as two public encyclopedias have it from BPS
# Kabupaten Pati: de.wikipedia.org "Pati (Regierungsbezirk)" (01 to 15) and en.wikipedia.org "Pati Regency" (01 to 08, the
# same figures). Divided by the areas beside them they give the densities beside them. 16 to 21 were in no text we could
# read, so they are not here; together they are what is left of the 1,324,188 of the whole.
PATI_PEOPLE_2020 = {
    "33.18.01": 90270, "33.18.02": 78540, "33.18.03": 55616, "33.18.04": 63638, "33.18.05": 47934,
    "33.18.06": 46174, "33.18.07": 44619, "33.18.08": 95933, "33.18.09": 47568, "33.18.10": 108398,
    "33.18.11": 62279, "33.18.12": 64091, "33.18.13": 47370, "33.18.14": 54300, "33.18.15": 63808,
}


def derive_pati(sources, data, regencies):
    base = sources / "id/kab_pati"
    villages = sorted(read_features(base / "desa.geojson"), key=lambda f: f["properties"]["kode"])
    districts = sorted(read_features(base / "kecamatan.geojson"),
                       key=lambda f: f["properties"]["kode"])
    own_code = "33.18"
    own = dissolved([shape(f["geometry"]) for f in villages], 0.00005, 0.000001)
    published = {f["properties"]["code"]: f for f in regencies}

    features = [feature("regency", own_code, published[own_code]["properties"]["name"], None,
                        geometry_json(own), kind="kabupaten",
                        population=published[own_code]["properties"]["population"])]
    for item in districts:
        p = item["properties"]
        features.append(feature("subdistrict", p["kode"], p["nama"], own_code, item["geometry"],
                                kind="kecamatan", population=PATI_PEOPLE_2020.get(p["kode"])))
    for item in villages:
        p = item["properties"]
        # Kemendagri: the fourth part of the code is 1xxx for a kelurahan, 2xxx for a desa.
        kind = {"1": "kelurahan", "2": "desa"}[p["kode"].split(".")[3][0]]
        features.append(feature("village", p["kode"], p["nama"], p["kecamatan_kode"],
                                item["geometry"], kind=kind,
                                published_point=[round(p["lng"], 6), round(p["lat"], 6)]))
    # The published border of the country's regencies is simplified by 0.004 degrees.
    near = [f for f in regencies if f["properties"]["code"] != own_code
            and shape(f["geometry"]).distance(own) < 0.01]
    features.extend(near)
    write_text(data / "pati/areas.geojson", collection_text(features))

    unit_in_source = "Polres Kabupaten Pati"
    stations = {f["properties"]["unit"]: f["geometry"]["coordinates"]
                for f in read_features(base / "polsek.geojson")}
    by_name = {f["properties"]["nama"]: f["properties"]["kode"] for f in districts}
    source = ("points: github.com/ferriimam/sigferri polsek/layers/polsek_1.js @3e4ab3e1 (bare facts); "
              "areas: the kecamatan of the same name, which is our reading")
    lines = [
        "# Polres Pati: the unit, its stations and how people call the kinds of its areas.",
        "# Derived by data/derive.py; provenance in README.md beside this file.",
        "# Points are [lng, lat], WGS84. certainty: found = the source supports the entry.",
        "",
        "[unit]",
        'code = "polres-pati"',
        'name = "Polres Pati"',
        'level = "polres"',
        'parent = "Polda Jawa Tengah"',
        'case_prefix = "PTI"',
        'time_zone = "Asia/Jakarta"',
        'zone_label = "WIB"',
        'languages = ["id", "en"]',
        'emergency_number = "110"',
        f"point = {json.dumps(stations[unit_in_source])}",
        f'area = "{own_code}"',
        'station_level = "subdistrict"',
        'beat_level = "village"',
        'source = "github.com/ferriimam/sigferri polsek/layers/polsek_1.js @3e4ab3e1 (bare facts)"',
        'certainty = "found"',
        "",
        "# Words people put before a name, and the areas they mean by them.",
    ]
    for words, level, kind in [
        (["desa", "ds"], "village", "desa"),
        (["kelurahan", "kel"], "village", "kelurahan"),
        (["kecamatan", "kec"], "subdistrict", None),
        (["kabupaten", "kab"], "regency", "kabupaten"),
        (["kota", "kotamadya", "kodya"], "regency", "kota"),
    ]:
        lines += ["[[name_prefix]]", f"words = {json.dumps(words)}", f'level = "{level}"']
        lines += [f'kind = "{kind}"'] if kind else []
        lines += ['source = "usual Indonesian short forms"', 'certainty = "draft"', ""]
    for name in sorted(stations):
        if name == unit_in_source:
            continue
        district = name.removeprefix("Polsek ")
        lines += [
            "[[station]]",
            f'code = "{name.lower().replace(" ", "-")}"',
            f'name = "{name}"',
            'level = "polsek"',
            f'areas = ["{by_name[district]}"]',
            f"point = {json.dumps(stations[name])}",
            f'source = "{source}"',
            'certainty = "found"',
            "",
        ]
    lines += [
        "# A place that is not ours but lies in a neighbouring regency is named, and its unit answers for it.",
        "[[outside]]",
        'areas = "neighbours"',
        "",
    ]
    write_text(data / "pati/unit.toml", "\n".join(lines))


# --- Detroit -------------------------------------------------------------------------------------

ORDINALS = {2: "2nd", 3: "3rd"}


def derive_detroit(sources, data):
    calls = sources / "calls"
    precincts = sorted(read_features(calls / "detroit_precincts.geojson"),
                       key=lambda f: int(f["properties"]["precinct"]))
    beats = sorted(read_features(calls / "detroit_beats.geojson"),
                   key=lambda f: int(f["properties"]["beat"]))
    city = dissolved([shape(f["geometry"]) for f in precincts], 0.00005, 0.000001)
    features = [feature("city", "detroit", "Detroit", None, geometry_json(city))]
    for item in precincts:
        code = item["properties"]["precinct"]
        features.append(feature("precinct", code, f"Precinct {code}", "detroit", item["geometry"]))
    for item in beats:
        code = item["properties"]["beat"]
        features.append(feature("beat", code, f"Beat {code}", item["properties"]["precinct"],
                                item["geometry"]))
    write_text(data / "detroit/areas.geojson", collection_text(features))

    source = ("github.com/mednche/police-deployment-optimisation @7d251162 data/stations.csv, "
              "data/precincts; origin City of Detroit open data")
    lines = [
        "# Detroit Police Department: the unit and its precincts.",
        "# Derived by data/derive.py; provenance in README.md beside this file.",
        "# Points are [lng, lat], WGS84. certainty: found = the source supports the entry.",
        "",
        "[unit]",
        'code = "detroit-pd"',
        'name = "Detroit Police Department"',
        'level = "department"',
        'case_prefix = "DET"',
        'time_zone = "America/Detroit"',
        'zone_label = "ET"',
        'languages = ["en", "id"]',
        'emergency_number = "911"',
        'area = "detroit"',
        'station_level = "precinct"',
        'beat_level = "beat"',
        f'source = "{source}"',
        'certainty = "found"',
        "",
        "[[name_prefix]]",
        'words = ["precinct", "pct"]',
        'level = "precinct"',
        'certainty = "draft"',
        "",
        "[[name_prefix]]",
        'words = ["beat", "scout car area", "sca"]',
        'level = "beat"',
        'certainty = "draft"',
        "",
    ]
    points = {f["properties"]["precinct"]: f["geometry"]["coordinates"]
              for f in read_features(calls / "detroit_stations.geojson")}
    for item in precincts:
        code = item["properties"]["precinct"]
        lines += [
            "[[station]]",
            f'code = "precinct-{code}"',
            f'name = "{ORDINALS.get(int(code), code + "th")} Precinct"',
            'level = "precinct"',
            f'areas = ["{code}"]',
            f"point = {json.dumps(points[code])}",
            f'source = "{source}"',
            'certainty = "found"',
            "",
        ]
    write_text(data / "detroit/unit.toml", "\n".join(lines))
    copy_gz(calls / "detroit_2019_weekday_day.csv.gz", data / "detroit/calls_2019.csv.gz")


# --- San Francisco -------------------------------------------------------------------------------

def station_cells(points):
    """One outline per station area, from the calls that carry both a point and a station area.

    Voronoi cells of the distinct call points, cut to the convex hull of all points grown by 0.003
    degrees (about 300 m), united by station area.  A point recorded with more than one station area
    goes to the more frequent one, then to the lower code.  A point farther than 0.05 degrees (about
    5 km) from every other one is left out: it is the airport, in another county.
    """
    votes = defaultdict(Counter)
    for lng, lat, area in points:
        votes[(lng, lat)][area] += 1
    owner = {point: min(seen.items(), key=lambda pair: (-pair[1], pair[0]))[0]
             for point, seen in votes.items()}
    alone = STRtree([Point(p) for p in sorted(owner)])
    for point in sorted(owner):
        if alone.query_nearest(Point(point), exclusive=True, return_distance=True)[1][0] > 0.05:
            print(f"san_francisco: left out {point}, station area {owner.pop(point)}")
    frame = MultiPoint(sorted(owner)).convex_hull.buffer(0.003)
    cells = list(voronoi_polygons(MultiPoint(sorted(owner)), extend_to=frame).geoms)
    tree = STRtree(cells)
    parts = defaultdict(list)
    for point in sorted(owner):
        found = tree.query(Point(point), predicate="intersects")
        parts[owner[point]].append(cells[found[0]].intersection(frame))
    united = {area: unary_union(part).simplify(0) for area, part in parts.items()}
    conflicts = sum(len(seen) > 1 for seen in votes.values())
    # Leave one out: is the nearest other call point in the same station area?
    ordered = sorted(owner)
    nearest = STRtree([Point(p) for p in ordered])
    same = 0
    for point in ordered:
        found = nearest.query_nearest(Point(point), exclusive=True)
        best = min(ordered[i] for i in found)
        same += owner[point] == owner[best]
    print(f"san_francisco: {len(ordered)} points, {conflicts} with two station areas, "
          f"nearest other point agrees for {same} ({same / len(ordered):.1%})")
    return united, unary_union(list(united.values()))


def derive_san_francisco(sources, data):
    path = sources / "calls/sf_fire_ems_2016-12-31_2017-01-03.csv.gz"
    rows = read_rows(path)
    united, city = station_cells(
        [(float(r["lng"]), float(r["lat"]), r["station_area"]) for r in rows if r["lat"]])
    features = [feature("city", "san-francisco", "San Francisco", None, geometry_json(
        dissolved([city], 0.00001, 0.000001)), kind="derived")]
    for area in sorted(united):
        features.append(feature("station_area", area, f"Station area {area}", "san-francisco",
                                geometry_json(united[area], 7), kind="derived"))
    write_text(data / "san_francisco/areas.geojson", collection_text(features))
    source = ("derived from the station_area column of the calls; "
              "github.com/nikitaAD/Fire-Incidents-Analysis-Modeling @eb6afb04, origin DataSF")
    lines = [
        "# San Francisco Fire Department (fire and medical calls, not police): the unit and its stations.",
        "# Derived by data/derive.py; provenance in README.md beside this file.",
        "# The outlines are derived from the calls, and the points of the stations are not in the source.",
        "",
        "[unit]",
        'code = "sf-fire"',
        'name = "San Francisco Fire Department"',
        'level = "department"',
        'case_prefix = "SFF"',
        'time_zone = "America/Los_Angeles"',
        'zone_label = "PT"',
        'languages = ["en", "id"]',
        'emergency_number = "911"',
        'area = "san-francisco"',
        'station_level = "station_area"',
        'beat_level = "station_area"',
        f'source = "{source}"',
        'certainty = "found_partial"',
        "",
        "[[name_prefix]]",
        'words = ["station area", "station"]',
        'level = "station_area"',
        'certainty = "draft"',
        "",
    ]
    for area in sorted(united):
        lines += [
            "[[station]]",
            f'code = "station-{area}"',
            f'name = "Station {area}"',
            'level = "fire_station"',
            f'areas = ["{area}"]',
            f'source = "{source}"',
            'certainty = "found_partial"',
            "",
        ]
    write_text(data / "san_francisco/unit.toml", "\n".join(lines))
    copy_gz(path, data / "san_francisco/calls_2016_2017.csv.gz")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sources, data = Path(sys.argv[1]), Path(sys.argv[2])
    regencies = derive_id(sources, data)
    derive_pati(sources, data, regencies)
    derive_detroit(sources, data)
    derive_san_francisco(sources, data)


if __name__ == "__main__":
    main()
