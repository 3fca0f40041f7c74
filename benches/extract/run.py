"""Rows per second and peak memory of `extract` beside connectorx, over the same tables of the same server in the same run.

    python3 benches/extract/run.py [--cache DIR] [--replies N] [--tickets N] [--rounds N]

Needs MariaDB and Python's venv. The data and the Python packages are kept in the cache folder; the server is stopped at the end.
Each reader runs in a process of its own; peak memory is the kernel's maximum for that process. Processor seconds are those of
the reader and of the server together: on a busy machine they say more than the clock.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

from desk import Desk

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["connectorx==0.4.4", "pyarrow==21.0.0"]
# As users install it, without the slow link-time optimisation.
PROFILE = ["--profile", "measure", "--config", 'profile.measure.inherits="release"', "--config", "profile.measure.lto=false",
           "--config", "profile.measure.codegen-units=16"]


def python_with_packages(cache):
    folder = cache / "venv"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "ready").touch()
    return python


def reader():
    subprocess.run(["cargo", "build", "--quiet", "-p", "deskferry-extract", "--example", "extract_mysql", *PROFILE], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "measure" / "examples" / "extract_mysql"


def measure(command, server):
    """Runs a reader; returns table -> (rows, seconds), wall seconds, processor seconds and peak MiB."""
    began, server_began = time.monotonic(), processor_seconds(server)
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    lines = [line.split() for line in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed")
    tables = {name: (int(rows), float(seconds)) for name, rows, seconds in lines}
    processor = usage.ru_utime + usage.ru_stime + processor_seconds(server) - server_began
    return tables, time.monotonic() - began, processor, usage.ru_maxrss / 1024


def delta(ours, desk, out):
    """A full extract, one reply in a thousand changed, and an extract of what differs: wall, processor seconds and peak of each."""
    shutil.rmtree(out, ignore_errors=True)
    command = [ours, desk.url("large"), out]
    full = measure(command, desk.process.pid)
    desk.run("UPDATE hesk_replies SET rating = IF(rating = '5', '1', '5') WHERE id % 1000 = 0", "large")
    before = sum(file.stat().st_size for file in out.rglob("*.parquet"))
    since = measure([*command, "since-last"], desk.process.pid)
    print(f"\n{'extract':12} {'seconds':>8} {'processor':>10} {'peak MiB':>9} {'Parquet MiB':>12}")
    after = sum(file.stat().st_size for file in out.rglob("*.parquet"))
    for name, (_, wall, processor, peak), size in (("full", full, before), ("since-last", since, after - before)):
        print(f"{name:12} {wall:>8.2f} {processor:>10.2f} {peak:>9.0f} {size / 2**20:>12.2f}")


def processor_seconds(process):
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/deskferry/bench")
    parser.add_argument("--replies", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--reader", type=Path, help="a built extract_mysql, instead of building it")
    options = parser.parse_args()
    if os.cpu_count() and os.getloadavg()[0] > os.cpu_count() / 2:
        print(f"the machine is busy (load {os.getloadavg()[0]:.1f}): times will be too long and unequal")
    options.cache.mkdir(parents=True, exist_ok=True)
    python, ours = python_with_packages(options.cache), options.reader or reader()
    out = options.cache / "out"
    best = {}
    with Desk(options.cache, options.replies, options.tickets) as desk:
        for size in ("small", "large"):
            for _ in range(options.rounds):
                for name, command in (("deskferry", [ours]), ("connectorx", [python, HERE / "connectorx_reader.py"])):
                    shutil.rmtree(out, ignore_errors=True)
                    tables, wall, processor, peak = measure([*command, desk.url(size), out], desk.process.pid)
                    seen = best.setdefault((size, name), {"peak": 0.0, "wall": wall, "processor": processor, "tables": dict(tables)})
                    seen["peak"], seen["wall"] = max(seen["peak"], peak), min(seen["wall"], wall)
                    seen["processor"] = min(seen["processor"], processor)
                    for table, (rows, seconds) in tables.items():
                        seen["tables"][table] = (rows, min(seconds, seen["tables"][table][1]))
                    seen["bytes"] = sum(file.stat().st_size for file in out.rglob("*.parquet"))
        delta(ours, desk, out)
    shutil.rmtree(out, ignore_errors=True)
    report(best)


def report(best):
    print(f"\n{'desk':6} {'table':8} {'rows':>10} {'deskferry rows/s':>17} {'connectorx rows/s':>18} {'ratio':>6}")
    for size in ("small", "large"):
        ours, theirs = best[size, "deskferry"], best[size, "connectorx"]
        for table in ("replies", "tickets"):
            rows, seconds = ours["tables"][table]
            other_rows, other_seconds = theirs["tables"][table]
            if rows != other_rows:
                raise SystemExit(f"{table}: {rows} rows against {other_rows}")
            print(f"{size:6} {table:8} {rows:>10,} {rows / seconds:>17,.0f} {rows / other_seconds:>18,.0f} {other_seconds / seconds:>6.2f}")
    print(f"\n{'desk':6} {'reader':10} {'seconds':>8} {'processor':>10} {'peak MiB':>9} {'Parquet MiB':>12}")
    for (size, name), seen in best.items():
        print(f"{size:6} {name:10} {seen['wall']:>8.2f} {seen['processor']:>10.2f} {seen['peak']:>9.0f} {seen['bytes'] / 2**20:>12.1f}")
    ours = best["large", "deskferry"]
    growth = ours["peak"] / best["small", "deskferry"]["peak"]
    total = {name: sum(s for _, s in best["large", name]["tables"].values()) for name in ("deskferry", "connectorx")}
    print(f"\nspeed against connectorx, both tables: {total['connectorx'] / total['deskferry']:.2f} (aim 1.30)")
    print(f"peak memory {ours['peak']:.0f} MiB (aim below 200), {growth:.2f} times that of a tenth of the rows; connectorx {best['large', 'connectorx']['peak']:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
