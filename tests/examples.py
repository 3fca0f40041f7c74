"""Answers queries with DuckDB over the views of `deskferry sql --views`: `examples.py VIEWS FOLDER QUERY…` prints {query: [row, …]}."""

import json
import os
import sys

import duckdb

views, folder, queries = sys.argv[1], sys.argv[2], sys.argv[3:]
db = duckdb.connect()
db.execute("SET TimeZone = 'UTC'")
db.execute(open(views).read())

answers = {}
for query in queries:
    found = db.execute(open(os.path.join(folder, query)).read())
    names = [column[0] for column in found.description]
    answers[query] = [dict(zip(names, row)) for row in found.fetchall()]
print(json.dumps(answers, ensure_ascii=False))
