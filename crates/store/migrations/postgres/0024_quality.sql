-- Narrow sums for the board of quality, each at fixed grains (hour, day, station_day, service_day, mix_month, beat_month). `at`
-- is the first moment of the hour, day or month in the unit's zone. An unknown place, and one that a grain does not tell
-- apart, is an empty code.
CREATE TABLE rollup_case (
    unit TEXT COLLATE "C" NOT NULL,
    grain TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    filed BIGINT NOT NULL,
    responded BIGINT NOT NULL,
    responded_late BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    rights_owed BIGINT NOT NULL,
    rights_in_time BIGINT NOT NULL,
    wait_seconds DOUBLE PRECISION NOT NULL,
    wait_seconds_squared DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (unit, grain, at, place, service)
);

CREATE TABLE rollup_meeting (
    unit TEXT COLLATE "C" NOT NULL,
    grain TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    encounters BIGINT NOT NULL,
    forced BIGINT NOT NULL,
    explained BIGINT NOT NULL,
    PRIMARY KEY (unit, grain, at, place, service)
);

CREATE TABLE rollup_answer (
    unit TEXT COLLATE "C" NOT NULL,
    grain TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    answer BIGINT NOT NULL CHECK (answer BETWEEN 0 AND 4),
    n BIGINT NOT NULL,
    PRIMARY KEY (unit, grain, at, place, item, answer)
);

-- Encounters with force by day, station and stage; an empty stage was not said.
CREATE TABLE rollup_force (
    unit TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (unit, at, station, stage)
);

-- Control measures by the day they began.
CREATE TABLE rollup_control (
    unit TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    measure TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (unit, at, station, measure)
);

-- Months of officers.
CREATE TABLE rollup_officer_month (
    unit TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    officer UUID NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    encounters BIGINT NOT NULL,
    forced BIGINT NOT NULL,
    explained BIGINT NOT NULL,
    responded BIGINT NOT NULL,
    responded_late BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    PRIMARY KEY (unit, at, officer, service)
);

-- Units whose counts above are still to be derived from acts of before: SQL does not know their hours, days and months. The
-- program does it when it opens the store, before anything else is done with it.
CREATE TABLE rollups_due (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

INSERT /* of every unit */ INTO rollups_due (unit) SELECT DISTINCT unit FROM acts;
