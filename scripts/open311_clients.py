"""Drives a unit with Open311 clients that nobody of this project wrote, on a free port of loopback.

python3 scripts/open311_clients.py PENGAYOM

PENGAYOM is the program. Runs PyPI's `three` (0.8.0, of Python 2: what it imports from there is put in its
place, its own code is as published), npm's `open311` (scripts/open311/client.cjs), and requests exactly as
FixMyStreet's client makes them (perllib/Open311.pm, read at commit 84d7c80; none of its code is here).
Prints `N passed, N failed` and leaves with 1 when anything failed.
"""

import io
import itertools
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as Xml
import zlib
from pathlib import Path

itertools.ifilter = filter  # what Python 2 called it

import requests  # noqa: E402
from three import Three  # noqa: E402

PROGRAM = Path(sys.argv[1]).resolve()
HERE = Path(__file__).resolve().parent
passed = failed = 0


def check(what: str, right: object) -> None:
    global passed, failed
    if right:
        passed += 1
    else:
        failed += 1
        print(f"failed: {what}")


def picture() -> bytes:
    """A small PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x78\x5a\x3c" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def with_three(endpoint: str, key: str) -> str:
    """`three`, in JSON: its XML needs Python 2. Gives the request it filed."""
    client = Three(endpoint, api_key=key, jurisdiction="polres-pati")
    services = {one["service_code"]: one for one in client.services()}
    check("three: services", "gangguan" in services and "kdrt" not in services)
    definition = client.services("gangguan")
    kinds = {one["code"]: one["datatype"] for one in definition["attributes"]}
    check("three: a definition", kinds.get("gangguan_berlangsung") == "singlevaluelist")
    check("three: discovery", client.discovery()["endpoints"][0]["url"] == endpoint)
    told = {
        "address": "Growong Lor",
        "name": "Siti Aminah",
        "phone": "081234567890",
        "description": "Orkes sampai pagi",
        "attribute[gangguan_berlangsung]": "gangguan_masih",
    }
    missing = client.post("gangguan", description="x", address="Growong Lor")
    check("three: what is missing is said", missing[0]["code"] == 400 and "gangguan_berlangsung" in missing[0]["description"])
    filed = client.post("gangguan", media=io.BytesIO(picture()), **told)
    request = filed[0]["service_request_id"]
    check("three: a report with a photograph", len(request) == 36)
    check("three: one request", client.request(request)[0]["service_code"] == "gangguan")
    check("three: by code", request in [one["service_request_id"] for one in client.requests("gangguan", count=500)])
    year = time.gmtime().tm_year
    check("three: too long a time", client.requests(between=[f"01-01-{year - 1}", f"12-31-{year}"])[0]["code"] == 400)
    check("three: a private service is unknown", client.services("kdrt")[0]["code"] == 404)
    check("three: another jurisdiction", client.services(jurisdiction_id="lain")[0]["code"] == 404)
    check("three: a wrong key", client.post("gangguan", api_key="x", **told)[0]["code"] == 403)
    return request


def with_npm(endpoint: str, key: str) -> None:
    """npm's `open311`, in JSON: what it reads XML with cannot be had any more."""
    ran = subprocess.run(
        ["node", "client.cjs", endpoint, key], cwd=HERE / "open311", capture_output=True, text=True, timeout=120
    )
    lines = ran.stdout.splitlines()
    for line in lines:
        what, _, right = line.rpartition("\t")
        check(f"npm open311: {what}", right == "ok")
    check(f"npm open311 ran to its end {ran.stderr[-500:]}", ran.returncode == 0 and len(lines) >= 7)


class FixMyStreet:
    """Requests in the shapes of FixMyStreet's client: XML only, a key in what it posts and in what it asks
    for updates, `jurisdiction_id` everywhere, names and mail always, ids that are empty refused."""

    def __init__(self, endpoint: str, key: str) -> None:
        self.endpoint, self.key = endpoint, key

    def get(self, path: str, **params: str) -> tuple[int, Xml.Element]:
        return self.read(requests.get(self.endpoint + path, params={**params, "jurisdiction_id": "polres-pati"}))

    def post(self, path: str, params: dict, files: dict | None = None) -> tuple[int, Xml.Element]:
        params = {**params, "jurisdiction_id": "polres-pati", "api_key": self.key}
        return self.read(requests.post(self.endpoint + path, data=params, files=files))

    @staticmethod
    def read(answer: requests.Response) -> tuple[int, Xml.Element]:
        check(f"FixMyStreet: {answer.url.split('?')[0]} is XML", answer.headers["content-type"].startswith("text/xml"))
        return answer.status_code, Xml.fromstring(answer.content)

    def report(self, number: int, files: dict | None = None) -> tuple[int, Xml.Element]:
        params = {
            "description": "Bising\n\nOrkes sampai pagi\n\nhttps://fixmystreet.example/report/7\n",
            "service_code": "gangguan",
            "first_name": "Siti",
            "last_name": "Aminah",
            "phone": "081234567890",
            "email": "siti@example.org",
            "lat": "-6.71315",
            "long": "111.1511",
            "attribute[gangguan_berlangsung]": "gangguan_masih",
            "attribute[fixmystreet_id]": str(number),
            "attribute[easting]": "529025",
            "attribute[uprn]": "10013",
        }
        if files is None:
            params["media_url"] = "https://fixmystreet.example/photo/7.full.jpeg"
        return self.post("requests.xml", params, files)


def with_fixmystreet(endpoint: str, key: str) -> None:
    client = FixMyStreet(endpoint, key)
    _, services = client.get("services.xml")
    check("FixMyStreet: services", {"gangguan", "laka"} <= {one.findtext("service_code") for one in services.iter("service")})
    _, definition = client.get("services/gangguan.xml")
    attributes = {one.findtext("code"): one for one in definition.iter("attribute")}
    check("FixMyStreet: its number is asked for", "fixmystreet_id" in attributes)
    values = attributes["gangguan_berlangsung"].findall("values/value/key")
    check("FixMyStreet: values", "gangguan_masih" in [one.text for one in values])
    status, filed = client.report(7)
    request = filed.findtext("request/service_request_id")
    check("FixMyStreet: a report has an id that is not empty", status == 200 and request)
    check("FixMyStreet: sent again it is the same", client.report(7)[1].findtext("request/service_request_id") == request)
    photo = {"photo1": ("7.0.full.png", picture(), "image/png")}
    status, with_photo = client.report(8, photo)
    check("FixMyStreet: a report with a photograph", status == 200 and with_photo.findtext("request/service_request_id") != request)
    # A token that stands for nothing yet is asked for up to five times and never gives an id.
    polled = [client.get("tokens/0192f0c1-2222-7000-8000-000000000000.xml") for _ in range(5)]
    check("FixMyStreet: a token polled five times", {status for status, _ in polled} == {404})
    check("FixMyStreet: no id comes of it", all(not one.findtext("request/service_request_id") for _, one in polled))
    _, known = client.get("requests.xml", service_request_id=f"{request},{with_photo.findtext('request/service_request_id')}")
    check("FixMyStreet: requests by their ids", len(known.findall("request")) == 2)
    update = {
        "updated_datetime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "service_request_id": request,
        "status": "OPEN",
        "description": "Masih bising malam ini",
        "last_name": "-",
        "first_name": "Siti",
        "email": "siti@example.org",
        "update_id": "81",
    }
    status, sent = client.post("servicerequestupdates.xml", update)
    check("FixMyStreet: an update has an id", status == 200 and sent.findtext("request_update/update_id"))
    again = client.post("servicerequestupdates.xml", update)[1]
    check("FixMyStreet: an update twice is one", again.findtext("request_update/update_id") == sent.findtext("request_update/update_id"))
    hours = lambda n: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600 * n))  # noqa: E731
    status, updates = client.get("servicerequestupdates.xml", api_key=key, start_date=hours(-2), end_date=hours(0))
    check("FixMyStreet: updates of two hours", status == 200 and updates.tag == "service_request_updates")
    status, updates = client.get("servicerequestupdates.xml", api_key=key, start_date=hours(-24 * 60), end_date=hours(0))
    found = updates.findall("request_update")
    check("FixMyStreet: each update has all its fields", found and all(
        one.findtext(name) for one in found for name in ("update_id", "service_request_id", "status", "updated_datetime")
    ))
    bad = FixMyStreet(endpoint, "pgy_x").report(9)
    check("FixMyStreet: a wrong key is said", bad[0] == 403 and bad[1].findtext("error/code") == "403" and bad[1].findtext("error/description"))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PENGAYOM_LOG": "warn"}
        port = free_port()
        demo = subprocess.Popen(
            [PROGRAM, "demo", "--dir", folder, "--listen", f"127.0.0.1:{port}", "--json"],
            env=environment, stdout=subprocess.PIPE, text=True,
        )
        try:
            ready = json.loads(demo.stdout.readline())
            make = [PROGRAM, "token", "add", "klien", "--scope", "open311:write"]
            environment["PENGAYOM_STORE"] = ready["store"]
            environment["PENGAYOM_NODE_KEY_FILE"] = str(Path(folder) / "unit.key")
            key = subprocess.run(make, env=environment, cwd=folder, capture_output=True, text=True, check=True, timeout=120)
            key = key.stdout.strip()
            endpoint = f"{ready['url'].rstrip('/')}/open311/v2/"
            with_three(endpoint, key)
            with_npm(endpoint, key)
            with_fixmystreet(endpoint, key)
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(timeout=60)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
