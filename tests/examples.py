"""Answers queries over a stage with DuckDB: `examples.py STAGE SQL_FOLDER QUERY…` prints {query: [row, …]}.

Tables are views over the parts that manifests name; what a whole run has replaced is not read.
"""

import glob
import json
import os
import sys

import duckdb

stage, sql, queries = sys.argv[1], sys.argv[2], sys.argv[3:]
db = duckdb.connect()
db.execute("SET TimeZone = 'UTC'")

manifests = [json.load(open(path)) for path in sorted(glob.glob(f"{stage}/_runs/*.json"))]
current = {}
for manifest in manifests:
    for name, table in manifest["tables"].items():
        assert table.get("changes") is None, "these desks have no delta runs"
        current[manifest["schema"], name] = [f"{stage}/{part['path']}" for part in table["parts"]]
for (schema, name), parts in current.items():
    db.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    db.execute(f'CREATE VIEW "{schema}"."{name}" AS SELECT * FROM read_parquet({parts}, hive_partitioning = false)')

db.execute("CREATE SCHEMA runs")
db.execute("CREATE TABLE runs.tables (run VARCHAR, schema_name VARCHAR, table_name VARCHAR, row_count BIGINT)")
rows = [(m["run"], m["schema"], name, table["rows"]) for m in manifests for name, table in m["tables"].items()]
db.executemany("INSERT INTO runs.tables VALUES (?, ?, ?, ?)", rows)

db.execute("CREATE SCHEMA IF NOT EXISTS ledger")
segments = sorted(glob.glob(f"{stage}/ledger/entries/segment-*.parquet"))
columns = "seq, table_name, source_key, step, state, status, code, message"
if segments:
    db.execute(f"CREATE VIEW ledger.entries AS SELECT {columns} FROM read_parquet({segments})")
else:
    db.execute(f"CREATE TABLE ledger.entries ({columns.replace(',', ' VARCHAR,')} VARCHAR)")
last = "row_number() OVER (PARTITION BY table_name, source_key, step ORDER BY seq DESC) = 1"
db.execute(f"CREATE VIEW ledger.steps AS SELECT * FROM ledger.entries QUALIFY {last}")
db.execute("CREATE VIEW ledger.rows AS SELECT * FROM ledger.steps WHERE step = 'create'")

answers = {}
for query in queries:
    found = db.execute(open(os.path.join(os.path.dirname(sql), query)).read())
    names = [column[0] for column in found.description]
    answers[query] = [dict(zip(names, row)) for row in found.fetchall()]
print(json.dumps(answers, ensure_ascii=False))
