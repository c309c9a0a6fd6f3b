#!/usr/bin/env python3
"""Makes a store of many closed cases out of one: closed_cases.py FILE.db CASES DUE

FILE.db is a store of San Francisco into which one call was imported; DUE cases were closed in
2016 and 2017, the others in the last two months. Only for measuring: no act is in the ledger.
"""

import os
import sqlite3
import sys
import time

DAY = 86_400 * 1_000_000
TIMES = ("filed_at", "recorded_at", "respond_by", "responded_at", "closed_at", "last_at", "kept_from", "keep_until")

file, cases, due = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
db = sqlite3.connect(file)
db.execute("PRAGMA synchronous = OFF")


def names(table):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def into(table, columns):
    return f"INSERT INTO {table} ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})"


of_case, of_act, of_told = names("cases"), names("acts"), names("told")
case = dict(zip(of_case, db.execute("SELECT * FROM cases").fetchone()))
acts = [dict(zip(of_act, row)) for row in db.execute("SELECT * FROM acts WHERE subject_kind = 'case' ORDER BY seq")]
told = {row[1]: list(row) for row in db.execute("SELECT * FROM told")}
words = db.execute("SELECT words FROM cases_fts").fetchone()[0]
seq = db.execute("SELECT max(seq) FROM acts").fetchone()[0]
recent = int((time.time() - 30 * 86_400) * 1e6) - case["closed_at"]

for n in range(1, cases):
    later = n * 60_000_000 % (300 * DAY) if n < due else recent - n * 2_000_000 % (25 * DAY)
    number, subject = f"SFF-1612-{n + 10:07}", os.urandom(16)
    made = {**case, "row": case["row"] + n, "id": subject, "number": number}
    for moment in TIMES:
        if made[moment] is not None:
            made[moment] += later
    db.execute(into("cases", of_case), [made[name] for name in of_case])
    db.execute("INSERT INTO cases_fts (rowid, words) VALUES (?, ?)", (made["row"], words.replace(case["number"], number)))
    for act in acts:
        seq += 1
        payload = act["payload"].replace(case["number"], number)
        copied = {**act, "seq": seq, "subject_id": subject, "id": os.urandom(16), "payload": payload}
        copied["happened_at"] += later
        db.execute(into("acts", of_act), [copied[name] for name in of_act])
        if act["seq"] in told:
            unit, _, *rest = told[act["seq"]]
            db.execute(into("told", of_told), [unit, seq, *rest])
    if n % 20_000 == 0:
        db.commit()
db.commit()
