"""The yardstick: connectorx with two partitions, written with pyarrow as ZSTD Parquet. Arguments: URL, folder."""

import sys
import time
from pathlib import Path

import connectorx
import pyarrow.parquet

url, folder = sys.argv[1], Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
for table in ("replies", "tickets"):
    began = time.monotonic()
    rows = connectorx.read_sql(url, f"SELECT * FROM hesk_{table}", partition_on="id", partition_num=2, return_type="arrow")
    pyarrow.parquet.write_table(rows, folder / f"{table}.parquet", compression="zstd")
    print(table, rows.num_rows, time.monotonic() - began, flush=True)
    del rows
