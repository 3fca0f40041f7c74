"""Time and peak memory of `deskferry diff` beside DuckDB's EXCEPT both ways, on the same two Parquet files in the same run.

    python benches/diff/run.py --binary target/release/deskferry [--rows N] [--changed SHARE] [--cache DIR]

Needs a Python with duckdb. Each works in a process of its own; peak memory is the kernel's maximum for that process. EXCEPT tells
which rows differ; `diff` pairs them by key and counts by column, too. Both must find the same number of rows.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXCEPT = """
import sys, duckdb
a, b, temporary = sys.argv[1:]
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")
db.execute(f"SET temp_directory = '{temporary}'")
for one, other in ((a, b), (b, a)):
    print(db.execute(f"SELECT count(*) FROM (SELECT * FROM '{one}' EXCEPT SELECT * FROM '{other}')").fetchone()[0])
"""


def files(cache, rows, changed):
    """Two files of so many rows; a share of those of the second is changed, and one in ten of that is gone and one is new."""
    import duckdb

    pair = [cache / f"diff-{rows}-{changed}-{side}.parquet" for side in "ab"]
    if all(path.exists() for path in pair):
        return pair
    every = max(1, round(1 / changed))
    text = "'It began on Monday, number ' || hash(id) || ', and I have tried everything in the manual of ' || id % 1000"
    columns = f"'desk:reply:' || id AS source_key, id // 5 AS ticket, {text} AS body, 'open' AS state, id % 17 AS position, " \
              "TIMESTAMP '2020-01-01' + to_seconds(id) AS created_at"
    is_changed = f"id % {every} = 7 % {every}"
    second = f"SELECT * REPLACE (CASE WHEN {is_changed} THEN body || '!' ELSE body END AS body) FROM (SELECT *, " \
             f"CAST(split_part(source_key, ':', 3) AS BIGINT) AS id FROM one) WHERE id % {10 * every} <> 3"
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false")
    db.execute(f"CREATE VIEW one AS SELECT {columns} FROM range({rows}) AS r(id)")
    options = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 65536)"
    db.execute(f"COPY (SELECT * FROM one) TO '{pair[0]}.new' {options}")
    new = f"SELECT {columns} FROM range({rows}, {rows + rows // (10 * every)}) AS r(id)"
    db.execute(f"COPY (SELECT * EXCLUDE (id) FROM ({second}) UNION ALL {new}) TO '{pair[1]}.new' {options}")
    for path in pair:
        os.rename(f"{path}.new", path)
    return pair


def measured(command):
    """Output, seconds, peak MiB."""
    began = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command[0]} failed")
    return output, time.monotonic() - began, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--changed", type=float, default=0.001)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/deskferry/bench")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    # In a process of its own, as what it needs must not count as that of those it starts.
    maker = f"from pathlib import Path; from run import files; files(Path({str(given.cache)!r}), {given.rows}, {given.changed})"
    subprocess.run([sys.executable, "-c", maker], cwd=Path(__file__).parent, check=True)
    before, after = (given.cache / f"diff-{given.rows}-{given.changed}-{side}.parquet" for side in "ab")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deskferry.toml").write_text('[source]\nkind = "hesk"\nurl = "none.sql"\n')
        output, theirs, their_peak = measured([sys.executable, "-c", EXCEPT, before, after, folder])
        gone, new = map(int, output.split())
        command = [given.binary, "-C", folder, "--json", "diff", "things", "--from", before, "--to", after, "--key", "source_key", "--summary"]
        output, ours, our_peak = measured(command)
    found = json.loads(output)
    assert (found["removed"] + found["changed"], found["added"] + found["changed"]) == (gone, new), (found, gone, new)
    print(f"{given.rows:,} rows, {found['changed']:,} changed, {found['added']:,} added, {found['removed']:,} removed")
    print(f"{'':10}{'seconds':>10}{'peak MiB':>10}")
    print(f"{'deskferry':10}{ours:10.1f}{our_peak:10.0f}\n{'DuckDB':10}{theirs:10.1f}{their_peak:10.0f}")
    print(f"{'ratio':10}{ours / theirs:10.2f}{our_peak / their_peak:10.2f}")


if __name__ == "__main__":
    main()
