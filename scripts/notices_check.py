"""Notices, sent by the built program to servers nobody of this project wrote, or that misbehave on purpose.

python3 scripts/notices_check.py PROGRAM

Mail goes to a real SMTP server (aiosmtpd) with STARTTLS and a password, which also refuses, breaks off and is slow;
short messages to a gateway that holds a message while the program is killed; messages to a browser to a push service
over TLS, and are decrypted with http_ece. Everything is on this machine. Prints `N passed, N failed` and leaves with
1 when anything failed. Takes about two minutes: what failed is tried again after one.
"""

import base64
import datetime
import email
import email.policy
import http.cookiejar
import http.server
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

import http_ece
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID

passed = failed = 0


def check(what, right):
    global passed, failed
    if right:
        passed += 1
    else:
        failed += 1
        print(f"failed: {what}")


def until(what, ready, seconds=60):
    """Waits for something that another process does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            check(what, True)
            return True
        time.sleep(0.2)
    check(what, False)
    return False


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


# -- certificates -----------------------------------------------------------------------------------


def certificates(folder):
    """An authority and a certificate of it for this machine."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def made(name, issuer, key, signer, extensions):
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(signer, hashes.SHA256())

    root = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    authority = made("authority", "authority", root, root, [(x509.BasicConstraints(True, None), True), (usage, True)])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    served = made("localhost", "authority", key, root, [(names, False), (x509.BasicConstraints(False, None), True)])
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "served.pem").write_bytes(served.public_bytes(pem) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "served.pem")
    return context


# -- the other machines -----------------------------------------------------------------------------


class Mailbox:
    """Takes mail as each address asks for: once@ is refused once, no@ for ever, cut@ is cut off in the middle once."""

    def __init__(self):
        self.mails = {}
        self.tries = {}
        self.secured = []
        self.users = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        who = address.split("@")[0]
        self.tries[who] = self.tries.get(who, 0) + 1
        if who.startswith("busy") and self.tries[who] == 1:
            return "451 4.3.0 try again later"
        if who.startswith("no"):
            return "550 5.1.1 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        who = envelope.rcpt_tos[0].split("@")[0]
        self.secured.append(session.ssl is not None)
        if who.startswith("cut") and self.tries[who] == 1:
            server.transport.abort()
            return "451 cut off"
        if who.startswith("slow") and self.tries[who] == 1:
            import asyncio

            await asyncio.sleep(20)
        self.mails.setdefault(who, []).append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        right = data.login == b"pengayom" and data.password == b"sandi surat yang panjang"
        self.users.append(right)
        return AuthResult(success=right)


class Listener(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        self.server.asked.append((dict((k.lower(), v) for k, v in self.headers.items()), body, self.path))
        self.server.hold.wait(120)
        try:
            self.send_response(self.server.status)
            self.send_header("content-length", "0")
            self.end_headers()
        except OSError:
            pass

    def log_message(self, *_):
        pass


def listen(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.daemon_threads = True
    server.asked, server.status, server.hold = [], 202, threading.Event()
    server.hold.set()
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


# -- a browser without scripts ----------------------------------------------------------------------


class Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.open = [], None

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag == "form":
            self.open = {"action": named.get("action"), "fields": []}
            self.forms.append(self.open)
        if tag == "input" and named.get("type") == "hidden" and self.open is not None and named.get("name"):
            self.open["fields"].append((named["name"], named.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None


class Browser:
    def __init__(self, site):
        self.site, self.page, self.url = site, "", ""
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def ask(self, path, body=None, headers=None):
        request = urllib.request.Request(self.site + path, body, headers or {})
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        self.page = answer.read().decode()
        self.url = urllib.parse.urlparse(answer.geturl()).path
        return answer.status

    def send(self, fields, action=None):
        """Sends the form with this action; of the page itself when none is named."""
        forms = Forms()
        forms.feed(self.page)
        wanted = [form for form in forms.forms if form["action"] == (action or self.url)]
        hidden = wanted[0]["fields"] if wanted else []
        body = urllib.parse.urlencode(hidden + fields).encode()
        return self.ask(action or self.url, body, {"content-type": "application/x-www-form-urlencoded"})


def report(site, contact):
    """A report through the form; number, code and the browser that sent it."""
    browser = Browser(site)
    browser.ask("/lapor/dicuri/bahaya")
    for fields in (
        [("bahaya", "tidak")],
        [("apa", "stolen_phone")],
        [("tempat", "Growong Lor")],
        [("kapan", "hari-ini")],
        [("cerita", "Telepon saya hilang di pasar, namanya rahasia sekali")],
        contact,
    ):
        browser.send(fields)
    if not browser.url.endswith("/periksa"):
        raise SystemExit(f"the form stopped at {browser.url}: {re.findall('error-message[^<]*<[^<]*', browser.page)}")
    browser.send([], "/lapor/periksa")
    codes = re.findall(r'class="[^"]*\bcode\b[^"]*"[^>]*>([^<]*(?:<[^/][^<]*)*)<', browser.page)
    text = re.sub(r"<[^>]*>", " ", browser.page)
    number = re.search(r"\b[A-Z]{3}-\d{4}-\d{4,}\b", text)
    code = re.search(r"\b\d{4} \d{4} \d{4}\b", text)
    if not number or not code:
        raise SystemExit(f"no receipt at {browser.url}: {codes}")
    return number.group(), code.group(), browser


# -- the program ------------------------------------------------------------------------------------


def at_noon():
    """The environment in which a program takes it to be noon in Jawa: by night most news waits for the morning."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        raise SystemExit("libfaketime is missing (Debian: faketime)")
    now = datetime.datetime.now(datetime.timezone.utc)
    noon = now.replace(hour=5, minute=0, second=0)
    offset = f"{round((noon - now).total_seconds()):+d}s"
    return {"LD_PRELOAD": str(library), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Program:
    def __init__(self, binary, folder, options, environment):
        self.log = open(folder / "log.txt", "ab")
        self.command = [binary, "demo", "--dir", str(folder / "demo"), "--days", "1", "--json", *options]
        self.environment = {**os.environ, **at_noon(), **environment, "PENGAYOM_LOG": "info"}
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.log, env=self.environment)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the program did not start")
        said = json.loads(line)
        self.url = said["url"]
        self.accounts = {one["role"]: one for one in said["accounts"]}

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self):
        self.process.terminate()
        self.process.wait(30)


def desk_of(program):
    desk = Browser(program.url)
    desk.ask("/masuk")
    account = program.accounts["desk"]
    desk.send([("nama", account["user"]), ("sandi", account["password"])], "/masuk")
    return desk


def from_base64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main(binary):
    folder = Path(tempfile.mkdtemp(prefix="pengayom-notices-"))
    context = certificates(folder)
    box = Mailbox()
    port = free_port()
    smtp = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=box.authenticate,
        auth_required=True,
    )
    smtp.start()
    gateway, push = listen(), listen(context)
    for name, text in (("mail", "sandi surat yang panjang"), ("token", "kunci gerbang yang panjang")):
        (folder / name).write_text(text + "\n")
    listening = f"127.0.0.1:{free_port()}"
    options = [
        *("--listen", listening, "--outside-allow", "127.0.0.1,::1"),
        *("--mail-host", "localhost", "--mail-port", str(port), "--mail-user", "pengayom"),
        *("--mail-password-file", str(folder / "mail"), "--mail-authority-file", str(folder / "authority.pem")),
        *("--mail-from", "Polres Pati <kabar@polres-pati.example>"),
        *("--gateway-url", f"http://127.0.0.1:{gateway.server_port}/kirim", "--gateway-token-file", str(folder / "token")),
        *("--gateway-ways", "sms,whatsapp", "--push-contact", "mailto:admin@polres-pati.example"),
    ]
    program = Program(binary, folder, options, {"SSL_CERT_FILE": str(folder / "authority.pem")})
    try:
        run(program, box, gateway, push, folder)
    finally:
        program.kill()
        smtp.stop()
    log = (folder / "log.txt").read_text()
    for secret in ("081234567890", "+6281234567890", "@warga.example", "Siti Aminah", "sandi surat", "kunci gerbang"):
        check(f"the log does not say {secret}", secret not in log)
    check("the log holds no link of a notice", not re.search(r"/kabar/[A-Za-z0-9_-]{32}", log))


def run(program, box, gateway, push, folder):
    def by_mail(who):
        contact = [("nama", "Siti Aminah"), ("telepon", ""), ("surel", f"{who}@warga.example"), ("lewat", "email")]
        return report(program.url, contact)

    # Mail arrives once, over TLS, with a password, and says nothing of the case.
    number, code, browser = by_mail("ok")
    until("mail arrives", lambda: box.mails.get("ok"))
    mail = box.mails["ok"][0]
    text = mail.get_content()
    check("over TLS", box.secured and all(box.secured))
    check("signed in", box.users and all(box.users))
    check("from the settings", mail["from"] == "Polres Pati <kabar@polres-pati.example>")
    check("names the report", number in mail["subject"] and number in text)
    check("in both languages", "sudah menerima" in text and "received your report" in text)
    check("without the secret", code not in text and code.replace(" ", "") not in text)
    check("without what was told", "pasar" not in text and "Siti" not in text)
    link = re.fullmatch(r"<(http://127\.0\.0\.1:\d+)(/kabar/[A-Za-z0-9_-]{32})>", mail["list-unsubscribe"])
    check("one click to stop (RFC 8058)", link and mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click")
    check("nobody's holiday answers", mail["auto-submitted"] == "auto-generated")

    # A mail program looks, then stops with one click.
    reader = Browser(program.url)
    check("the link opens without a sign-in", reader.ask(link[2]) == 200 and "Kami masih mengirim" in reader.page)
    check("looking changed nothing", reader.ask(link[2]) == 200 and "Kami masih mengirim" in reader.page)
    one_click = b"List-Unsubscribe=One-Click"
    form = {"content-type": "application/x-www-form-urlencoded"}
    check("one click", reader.ask(link[2], one_click, form) == 204)
    check("stopped", reader.ask(link[2]) == 200 and "dihentikan" in reader.page)
    check("begun again", reader.send([("apa", "lagi")], link[2]) == 200 and "Kami masih mengirim" in reader.page)
    forged = link[2][:-1] + ("A" if link[2][-1] != "A" else "B")
    check("a forged link leads nowhere", reader.ask(forged) == 404 and reader.ask(forged, one_click, form) == 404)

    # A header cannot be smuggled in with an address.
    contact = [("surel", "a@warga.example\r\nBcc: b@warga.example"), ("lewat", "email")]
    try:
        report(program.url, contact)
        check("an address with a line break is refused", False)
    except SystemExit:
        check("an address with a line break is refused", True)

    # Refused for good, for now, cut off, slow.
    for who in ("no", "busy", "cut", "slow"):
        by_mail(who)
    # The gateway takes a message and says nothing; the program is killed meanwhile.
    gateway.hold.clear()
    contact = [("nama", "Siti Aminah"), ("telepon", "081234567890"), ("surel", ""), ("lewat", "sms")]
    killed, _, _ = report(program.url, contact)
    until("the gateway is asked", lambda: gateway.asked)
    until("the slow mail is on its way", lambda: box.tries.get("slow"), 30)
    program.kill()
    gateway.hold.set()
    program.start()
    check("the killed program serves again", Browser(program.url).ask("/") == 200)

    # A browser is told, meanwhile.
    number, code, browser = by_mail("push")
    browser.ask("/lacak")
    browser.send([("nomor", number), ("kode", code)], "/lacak")
    browser.ask(f"/lacak/{number}/kabar")
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    secret = os.urandom(16)
    encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    endpoint = f"https://localhost:{push.server_port}/untuk/peramban"
    fields = [("endpoint", endpoint), ("p256dh", encode(point)), ("auth", encode(secret))]
    status = browser.send(fields, f"/lacak/{number}/kabar/peramban")
    check("a browser subscribes", status == 200)
    desk = desk_of(program)
    desk.ask("/meja/daftar")
    case = re.search(r'href="/perkara/([0-9a-f-]{36})"[^>]*>(?:(?!</a>).)*' + number, desk.page, re.S)
    desk.ask(f"/perkara/{case.group(1)}")
    action = f"/perkara/{case.group(1)}/jawab"
    sent = desk.send([("jawaban", "Telepon Anda ada di Polsek Juwana"), ("kabar", "")], action)
    check("the desk answers", sent == 200)
    if until("the push service is asked", lambda: push.asked):
        headers, body, path = push.asked[0]
        plain = http_ece.decrypt(body, private_key=key, auth_secret=secret, version="aes128gcm")
        said = json.loads(plain)
        check("another library decrypts it", said["url"].startswith(program.url + "/kabar/"))
        check("nothing of the case in it", "Juwana" not in plain.decode() and code not in plain.decode())
        check("kept at the service for a while", int(headers["ttl"]) > 0 and len(headers["topic"]) <= 32)
        token, public = re.fullmatch(r"vapid t=([^,]+), k=(.+)", headers["authorization"]).groups()
        head, claims, signature = token.split(".")
        said = json.loads(from_base64(claims))
        check("signed for this service", said["aud"] == f"https://localhost:{push.server_port}")
        raw = from_base64(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        known = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64(public))
        known.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        check("the signature is right", True)
    until("the news came by mail as well", lambda: len(box.mails.get("push", [])) == 2)

    # What failed is tried again after a minute; what was refused waits for the desk.
    for who in ("busy", "cut", "slow"):
        until(f"{who}: in the end", lambda: box.mails.get(who), 150)
    ids = {who: {mail["message-id"] for mail in box.mails.get(who, [])} for who in ("busy", "cut", "slow")}
    check("each has one id", all(len(found) == 1 for found in ids.values()))
    check("refused is not tried again", box.tries["no"] == 1)
    until("the killed message is sent again", lambda: len(gateway.asked) > 1, 150)
    keys = {headers["idempotency-key"] for headers, _, _ in gateway.asked}
    check("under its id", len(keys) == 1)
    check("and says the same", len({body for _, body, _ in gateway.asked}) == 1)
    check("of its report", killed in json.loads(gateway.asked[0][1])["text"])
    desk.ask("/meja/kiriman")
    check("the desk sees whom to call", "no@" not in desk.page and "Siti Aminah" in desk.page and "menolak" in desk.page)
    asked = len(gateway.asked)
    time.sleep(3)
    check("and not once more", len(gateway.asked) == asked and len(box.mails["ok"]) == 1)

    # A relay that offers no STARTTLS is sent nothing.
    doctor(program, folder)


def doctor(program, folder):
    """The way is not safe: nothing is sent, and `doctor` says why."""
    port = free_port()
    plain = Controller(Mailbox(), hostname="127.0.0.1", port=port)
    plain.start()
    store = f"sqlite:{next((folder / 'demo').glob('*.db'), folder / 'demo')}"
    command = [program.command[0], "doctor", "--json", "--store", store, "--mail-host", "localhost"]
    command += ["--mail-port", str(port), "--mail-from", "kabar@polres-pati.example", "--mail-authority-file", str(folder / "authority.pem")]
    said = subprocess.run(command, capture_output=True, text=True, env=program.environment)
    plain.stop()
    check("doctor tells of a relay without STARTTLS", "STARTTLS" in said.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
