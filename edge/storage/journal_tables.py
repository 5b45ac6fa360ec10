"""The tables of the journal's file, and its statements.

`counted` marks the rows that facts are made of, to be read again after a restart: uses, passages and voids. A
check-in that used a step of a rotating code up says so beside its body, and a trigger keeps it with those of
the card and reader that were taken lately: one statement, so that no crash parts the two.

`acked_by` tells how far the hub had acked by the end of a day (of the Unix epoch, UTC): rows leave by it. The last
row never leaves.
"""

import sqlite3
from typing import Final

from edge.core.used_steps import STEPS_KEPT

FORMAT: Final = 5
"""PRAGMA user_version of a journal; an older one is brought up to it, a newer one is left alone."""
_TABLES: Final = """
CREATE TABLE checkin (sequence INTEGER PRIMARY KEY AUTOINCREMENT, counted INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE ack (number INTEGER PRIMARY KEY, upto INTEGER, epoch INTEGER, sequence INTEGER);
"""
_COLUMNS_OF_2: Final = """
ALTER TABLE checkin ADD COLUMN reader TEXT;
ALTER TABLE checkin ADD COLUMN card BLOB;
ALTER TABLE checkin ADD COLUMN step INTEGER;
CREATE INDEX checkin_counted ON checkin (sequence) WHERE counted;
"""
_USED_STEPS_OF_3: Final = f"""
CREATE TABLE used_step (
  reader TEXT NOT NULL,
  card BLOB NOT NULL,
  step INTEGER NOT NULL,
  PRIMARY KEY (reader, card, step)
) WITHOUT ROWID;
CREATE TRIGGER checkin_uses_step_up AFTER INSERT ON checkin WHEN new.step IS NOT NULL BEGIN
  DELETE FROM used_step WHERE reader = new.reader AND card = new.card AND step < new.step - {STEPS_KEPT};
  INSERT INTO used_step VALUES (new.reader, new.card, new.step) ON CONFLICT DO NOTHING;
END;
"""  # noqa: S608 (a number of ours)
_FROM_2_TO_3: Final = f"""
DROP TRIGGER checkin_uses_step_up;
ALTER TABLE used_step RENAME TO newest_step;
{_USED_STEPS_OF_3}
INSERT INTO used_step SELECT reader, card, step FROM newest_step;
INSERT INTO used_step SELECT reader, card, checkin.step FROM checkin JOIN newest_step USING (reader, card)
WHERE checkin.step >= newest_step.step - {STEPS_KEPT} ON CONFLICT DO NOTHING;
DROP TABLE newest_step;
"""  # noqa: S608 (a number of ours)
_ACKED_BY_OF_4: Final = """
ALTER TABLE journal ADD COLUMN begins INTEGER NOT NULL DEFAULT 1;
CREATE TABLE acked_by (day INTEGER PRIMARY KEY, upto INTEGER NOT NULL);
"""
# Until then no hub had another feed.
_FEED_OF_5: Final = "ALTER TABLE ack ADD COLUMN feed TEXT NOT NULL DEFAULT 'everyone';"
_AT_FORMAT: Final = f"PRAGMA user_version = {FORMAT};"
_CREATE: Final = f"""
BEGIN;
CREATE TABLE journal (id BLOB NOT NULL);
{_TABLES} {_COLUMNS_OF_2} {_USED_STEPS_OF_3} {_ACKED_BY_OF_4} {_FEED_OF_5} {_AT_FORMAT}
INSERT INTO journal (id) VALUES (x'{{id}}');
COMMIT;
"""  # noqa: S608 (an id of ours)
UPGRADE: Final = {
    1: f"BEGIN IMMEDIATE; {_COLUMNS_OF_2} {_USED_STEPS_OF_3} {_ACKED_BY_OF_4} {_FEED_OF_5} {_AT_FORMAT} COMMIT;",
    2: f"BEGIN IMMEDIATE; {_FROM_2_TO_3} {_ACKED_BY_OF_4} {_FEED_OF_5} {_AT_FORMAT} COMMIT;",
    3: f"BEGIN IMMEDIATE; {_ACKED_BY_OF_4} {_FEED_OF_5} {_AT_FORMAT} COMMIT;",
    4: f"BEGIN IMMEDIATE; {_FEED_OF_5} {_AT_FORMAT} COMMIT;",
}
"""By the format that is found."""

APPEND: Final = "INSERT INTO checkin (counted, body, reader, card, step) VALUES (?, ?, ?, ?, ?)"
ROWS_AFTER: Final = "SELECT sequence, body FROM checkin WHERE sequence > ? ORDER BY sequence LIMIT ?"
LAST_SEQUENCE: Final = "SELECT coalesce(max(sequence), 0) FROM checkin"
FIRST_SEQUENCE: Final = "SELECT coalesce(min(sequence), 1) FROM checkin"
IDENTITY: Final = "SELECT id, begins FROM journal"
LAST_ACK: Final = "SELECT upto, epoch, sequence, feed FROM ack ORDER BY number DESC LIMIT 1"
# In one go, so that the lock is not held while the event loop is elsewhere. A hub that has less than it once
# acked, within one epoch of a feed, takes back what it said. `feed`: its name's bytes in hexadecimal digits.
ACKNOWLEDGE: Final = """
BEGIN IMMEDIATE;
DELETE FROM ack WHERE feed = CAST(x'{feed}' AS TEXT) AND epoch = {ack.epoch:d} AND upto > {ack.upto:d};
INSERT INTO ack (upto, epoch, sequence, feed)
VALUES ({ack.upto:d}, {ack.epoch:d}, {ack.sequence:d}, CAST(x'{feed}' AS TEXT));
DELETE FROM ack WHERE number <= (SELECT max(number) FROM ack) - {kept:d};
COMMIT;
"""
RENEW: Final = """
BEGIN IMMEDIATE;
UPDATE journal SET id = x'{id}', begins = (SELECT coalesce(min(sequence), 1) FROM checkin);
DELETE FROM ack;
DELETE FROM acked_by;
COMMIT;
"""
PASSED: Final = "SELECT coalesce(max(upto), 0) FROM ack WHERE feed = ? AND epoch = ? AND sequence <= ?"
OWN_ROWS_AFTER: Final = "SELECT sequence, body FROM checkin WHERE counted AND sequence > ? ORDER BY sequence"
NEWEST_OWN_ROWS: Final = "SELECT body FROM checkin WHERE counted ORDER BY sequence DESC LIMIT ?"
USED_STEPS: Final = "SELECT reader, card, step FROM used_step"

PAGE_OF_APPENDS: Final = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_sequence'"
"""The page that every append writes to, and nothing else."""
ACKED_UPTO: Final = "SELECT upto FROM ack ORDER BY number DESC LIMIT 1"
EVER_LAST: Final = "SELECT seq FROM sqlite_sequence WHERE name = 'checkin'"
SEQUENCE_MAX: Final = 2**53

NOTE_ACKED_BY: Final = """
INSERT INTO acked_by VALUES (?1, ?2) ON CONFLICT (day) DO UPDATE SET upto = excluded.upto
"""
FORGET_DAYS: Final = "DELETE FROM acked_by WHERE day < (SELECT max(day) FROM acked_by WHERE day <= ?)"
ACKED_BY: Final = "SELECT coalesce(max(upto), 0) FROM acked_by WHERE day <= ?"
BYTES: Final = """
SELECT (page_count - freelist_count) * page_size
FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""
FORGET: Final = """
DELETE FROM checkin WHERE sequence IN (
  SELECT sequence FROM checkin
  WHERE sequence <= ?1 AND sequence < (SELECT max(sequence) FROM checkin)
  ORDER BY sequence LIMIT ?2
)
"""

OF_AN_OPEN_ONE: Final = (IDENTITY, LAST_ACK, APPEND, ROWS_AFTER, NOTE_ACKED_BY)
"""What is asked of a journal: every column of its tables stands in one of them, or in the trigger."""

# Of a damaged file: what can be read from either end, by place, whatever its columns are called by now: the
# sequence, all columns.
SAVE_FORWARDS: Final = "SELECT rowid, * FROM checkin WHERE rowid > ? ORDER BY rowid"
SAVE_BACKWARDS: Final = "SELECT rowid, * FROM checkin WHERE rowid > ? ORDER BY rowid DESC"
SAVED: Final = "INSERT INTO used_step VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


def create(connection: sqlite3.Connection, journal_id: bytes) -> None:
    """The tables of a new journal, in a file without any."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_CREATE.format(id=journal_id.hex()))
