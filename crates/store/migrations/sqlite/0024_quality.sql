-- Narrow sums for the board of quality, each at fixed grains (hour, day, station_day, service_day, mix_month, beat_month). `at`
-- is the first moment of the hour, day or month in the unit's zone. An unknown place, and one that a grain does not tell
-- apart, is an empty code.
CREATE TABLE rollup_case (
    unit TEXT NOT NULL,
    grain TEXT NOT NULL,
    at INTEGER NOT NULL,
    place TEXT NOT NULL,
    service TEXT NOT NULL,
    filed INTEGER NOT NULL,
    responded INTEGER NOT NULL,
    responded_late INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    rights_owed INTEGER NOT NULL,
    rights_in_time INTEGER NOT NULL,
    wait_seconds REAL NOT NULL,
    wait_seconds_squared REAL NOT NULL,
    PRIMARY KEY (unit, grain, at, place, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_meeting (
    unit TEXT NOT NULL,
    grain TEXT NOT NULL,
    at INTEGER NOT NULL,
    place TEXT NOT NULL,
    service TEXT NOT NULL,
    encounters INTEGER NOT NULL,
    forced INTEGER NOT NULL,
    explained INTEGER NOT NULL,
    PRIMARY KEY (unit, grain, at, place, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_answer (
    unit TEXT NOT NULL,
    grain TEXT NOT NULL,
    at INTEGER NOT NULL,
    place TEXT NOT NULL,
    item TEXT NOT NULL,
    answer INTEGER NOT NULL CHECK (answer BETWEEN 0 AND 4),
    n INTEGER NOT NULL,
    PRIMARY KEY (unit, grain, at, place, item, answer)
) STRICT, WITHOUT ROWID;

-- Encounters with force by day, station and stage; an empty stage was not said.
CREATE TABLE rollup_force (
    unit TEXT NOT NULL,
    at INTEGER NOT NULL,
    station TEXT NOT NULL,
    stage TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (unit, at, station, stage)
) STRICT, WITHOUT ROWID;

-- Control measures by the day they began.
CREATE TABLE rollup_control (
    unit TEXT NOT NULL,
    at INTEGER NOT NULL,
    station TEXT NOT NULL,
    measure TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (unit, at, station, measure)
) STRICT, WITHOUT ROWID;

-- Months of officers.
CREATE TABLE rollup_officer_month (
    unit TEXT NOT NULL,
    at INTEGER NOT NULL,
    officer BLOB NOT NULL,
    service TEXT NOT NULL,
    encounters INTEGER NOT NULL,
    forced INTEGER NOT NULL,
    explained INTEGER NOT NULL,
    responded INTEGER NOT NULL,
    responded_late INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    PRIMARY KEY (unit, at, officer, service)
) STRICT, WITHOUT ROWID;

-- Units whose counts above are still to be derived from acts of before: SQL does not know their hours, days and months. The
-- program does it when it opens the store, before anything else is done with it.
CREATE TABLE rollups_due (
    unit TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT /* of every unit */ INTO rollups_due (unit) SELECT DISTINCT unit FROM acts;
