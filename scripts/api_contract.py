"""Holds the JSON API to its description with schemathesis: as nobody, and with tokens of several roles.

PENGAYOM_BIN=target/debug/pengayom python3 scripts/api_contract.py [--keep]

Starts a demonstration unit of its own on loopback, files a request to ask about, makes tokens, and runs schemathesis over
the whole description: data that fits it (with the number and secret of that request where they are asked for) and data
that does not. What is sent follows from a fixed seed. Prints `N passed, N failed` and leaves with 1 when anything failed.
Needs `pip install -r scripts/api_contract.txt`.
"""

import base64
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = os.environ["PENGAYOM_BIN"]
TOKENS = {
    # account: scopes
    "desk": ["cases:read", "cases:write", "desk", "requests:write"],
    "commander": ["cases:read", "cases:write", "board", "export", "webhooks"],
    "patrol": ["cases:read", "encounters"],
    "oversight": ["board"],
}

# Operations of staff, by their tags.
OF_STAFF = ["board", "cases", "desk", "encounters", "skills", "staff", "things"]


def photograph():
    """A PNG of one grey point, in base64."""

    def chunk(kind, data):
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    picture = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
    return base64.b64encode(picture).decode()


def ask(url, body=None, headers=None):
    """One request; what it answered as JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def begin(folder):
    """A unit of its own: its address and where its store is."""
    command = [PROGRAM, "demo", "--dir", folder, "--listen", "127.0.0.1:0", "--days", "3", "--json"]
    command += ["--api-requests-per-minute", "0"]
    environment = {**os.environ, "PENGAYOM_LOG": "error"}
    node = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    line = node.stdout.readline()
    if not line:
        sys.exit("the unit did not begin")
    return node, json.loads(line)


def make_tokens(ready):
    """A token for each account, by its role."""
    logins = {account["role"]: account["user"] for account in ready["accounts"]}
    tokens = {}
    for role, scopes in TOKENS.items():
        key = Path(ready["store"].removeprefix("sqlite:")).with_name("unit.key")
        command = [PROGRAM, "token", "--store", ready["store"], "--node-key-file", str(key), "add", f"contract {role}", "--json"]
        command += ["--account", logins[role]]
        for scope in scopes:
            command += ["--scope", scope]
        made = subprocess.run(command, check=True, capture_output=True, text=True)
        tokens[role] = json.loads(made.stdout)["token"]
    return tokens


def known(url):
    """What is really there, to be asked about."""
    filed = ask(
        f"{url}/api/v1/requests",
        {"service_code": "lp_b", "description": "Motor hilang dari teras", "address": "Growong Lor"},
    )
    form = ask(f"{url}/api/v1/forms", {"count": 1})["items"][0]
    kinds = ask(f"{url}/api/v1/report-kinds?limit=100")["items"]
    return {
        "tracking_code": filed["tracking_code"],
        "secret": filed["secret"],
        "receipt": json.dumps(filed["receipt"]),
        "photograph": photograph(),
        "form_number": form["number"].replace(" ", ""),
        "form_secret": form["secret"],
        "service_code": "lp_b",
        "report_kind": next(kind["code"] for kind in kinds if kind["service_code"] == "lp_b"),
        "station": filed["station"],
        "area_id": filed["beat"],
        "time": ask(f"{url}/api/v1/safety")["times"][0]["code"],
        "survey": ask(f"{url}/api/v1/survey")["items"][0]["code"],
        "duty": ask(f"{url}/api/v1/services/lp_b")["short"]["duty"],
        "parent": ask(f"{url}/api/v1/areas?limit=1")["items"][0]["area_id"],
    }


def examples(url, real):
    """The curl examples of docs/api.md, with this unit's address and what is really there; whether all were answered."""
    page = (HERE.parent / "docs" / "api.md").read_text(encoding="utf-8")
    found = re.findall(r"```sh\n(.*?)```", page, re.S)
    good = len(found) > 3
    for example in found:
        for written, there in (
            ("http://127.0.0.1:8110", url),
            ("PTI-2611-0482", real["tracking_code"]),
            ("482177309514", real["secret"]),
            ("curl ", "curl -sS --fail-with-body "),
        ):
            example = example.replace(written, there)
        done = subprocess.run(["bash", "-ec", example], capture_output=True, text=True)
        if done.returncode != 0:
            good = False
            print(example, done.stdout, done.stderr)
    print(f"examples of docs/api.md: {'ok' if good else 'FAILED'}", flush=True)
    return good


def run(name, url, real, token, options):
    """One run; whether all was well."""
    command = [
        str(Path(sys.executable).parent / "st"),
        "--config-file",
        str(HERE / "api_contract.toml"),
        "run",
        f"{url}/api/v1/openapi.json",
        "--generation-deterministic",
        "--no-color",
        "--continue-on-failure",
        "--warnings=off",
        # Streams that never end.
        "--exclude-path-regex=/changes$",
        *options,
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "SCHEMATHESIS_HOOKS": "api_contract_hooks",
        "PENGAYOM_KNOWN": json.dumps(real),
        "PENGAYOM_MODE": "positive" if "--mode=positive" in options else "negative",
    }
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tempfile.gettempdir())
    took = time.monotonic() - began
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'} in {took:.0f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout[-20000:], done.stderr[-4000:])
    return done.returncode == 0


def main():
    only = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        node, ready = begin(folder)
        try:
            url = ready["url"]
            real = known(url)
            tokens = make_tokens(ready)
            fits = ["--mode=positive", "--phases=examples,coverage,fuzzing", "--max-examples=12"]
            does_not = ["--mode=negative", "--phases=coverage,fuzzing", "--max-examples=12"]
            # What staff ask is about cases in a certain state: what fits the description may be refused rightly.
            few = ["--mode=positive", "--phases=examples,fuzzing", "--max-examples=4"]
            few += ["--exclude-checks=positive_data_acceptance,ignored_auth"]
            # What needs a token answers 401 to nobody, and 429 once it was asked too often with wrong ones: a test of the
            # program's own asks every operation without a token and with a wrong one.
            public = ["--exclude-tag=" + tag for tag in OF_STAFF] + ["--exclude-path-regex=^/webhooks"]
            runs = [("nobody, what fits", None, [*fits, *public]), ("nobody, what does not", None, does_not)]
            for role, token in tokens.items():
                runs.append((role, token, few))
            runs.append(("desk, what does not", tokens["desk"], [*does_not[:2], "--max-examples=4", "--exclude-checks=ignored_auth"]))
            runs = [one for one in runs if not only or one[0] in only]
            results = [examples(url, real)]
            results += [run(name, url, real, token, options) for name, token, options in runs]
        finally:
            node.terminate()
            node.wait(30)
    failed = results.count(False)
    print(f"{len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
