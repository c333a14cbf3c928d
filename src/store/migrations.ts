/** The history's schema, step by step: the number of steps that were taken is the database's user_version. */

/** A step is never changed once it was released; a new one is put behind it. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE runs (
     id TEXT PRIMARY KEY,
     command_line TEXT NOT NULL CHECK (json_valid(command_line)),
     project TEXT NOT NULL,
     folder TEXT NOT NULL,
     environment TEXT NOT NULL,
     user TEXT NOT NULL,
     controller TEXT NOT NULL,
     commit_id TEXT NOT NULL,
     tree TEXT NOT NULL CHECK (tree IN ('clean', 'dirty', 'unknown')),
     started_at INTEGER NOT NULL, -- milliseconds since the epoch
     duration INTEGER, -- milliseconds; null: the end was not recorded
     exit_code INTEGER,
     selected TEXT NOT NULL CHECK (json_valid(selected)), -- names of hosts
     plans TEXT NOT NULL CHECK (json_valid(plans)) -- [{ play, hosts, lines }]
   ) STRICT;
   CREATE INDEX runs_by_start ON runs (started_at);
   CREATE TABLE hosts (
     run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
     position INTEGER NOT NULL,
     host TEXT NOT NULL,
     play TEXT NOT NULL,
     status TEXT NOT NULL,
     cause TEXT,
     services TEXT NOT NULL CHECK (json_valid(services)),
     message TEXT NOT NULL,
     txn TEXT,
     report TEXT NOT NULL CHECK (json_valid(report)), -- all of it, the columns before as well
     PRIMARY KEY (run, position)
   ) STRICT, WITHOUT ROWID;`,
];
