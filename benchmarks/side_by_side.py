"""The published code and ours in turns: bench_reference.py beside ModelSpeedBenchmark, with as many threads.

    PLUGLM_REF=CHECKOUT python side_by_side.py BENCH_REFERENCE THREADS ROUNDS java ... ModelSpeedBenchmark THREADS ...

Run it with a Python that has PyTorch. Prints the median over the rounds of each measurement and how many times faster
ours is; with one thread the same for processor time, which is what to go by while others use the machine.
"""
import os
import re
import statistics
import subprocess
import sys

LINE = re.compile(r"(.*): median ([\d.]+) ms, .*processor time ([\d.]+) ms.*")
# The published benchmark as it is, but for training (which this is not about), with processor times beside.
PUBLISHED = """
import statistics, sys, time
import numpy, torch
sys.argv = sys.argv[1:]
source = "".join(line for line in open(sys.argv[0]) if not line.startswith("rate(step"))
wall, used, show = time.time, [], print
def clock():
    used.append(time.process_time())
    return wall()
def shown(text, *more):
    if ": median" in text:
        text += f"; processor time {statistics.median(b - a for a, b in zip(used[::2], used[1::2])) * 1e3:.1f} ms"
        used.clear()
    show(text, *more)
time.time = clock
exec(compile(source, sys.argv[0], "exec"), {"__name__": "__main__", "__file__": sys.argv[0], "print": shown})
"""


def measure(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads, MKL_NUM_THREADS=threads)
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [match.groups() for match in map(LINE.fullmatch, output.splitlines()) if match]


def kind(what):
    return "encode" if "passages" in what else "batch" if "B=16" in what else "one"


script, threads, rounds, *ours = sys.argv[1:]
times = {}
for _ in range(int(rounds)):
    for who, command in (("published", [sys.executable, "-c", PUBLISHED, script, threads]), ("ours", ours)):
        for what, wall, processor in measure(command, threads):
            if "collate" not in what:
                times.setdefault((who, what), []).append((float(wall), float(processor)))

print(f"{threads} thread(s), medians of {rounds} rounds, load {os.getloadavg()[0]:.1f} at the end")
published = {}
for (who, what), rows in times.items():
    # With more threads ours knows of one thread's processor time only.
    kinds = ("wall", "processor") if threads == "1" else ("wall",)
    medians = [statistics.median(column) for column in zip(*rows)]
    beside = published.setdefault(kind(what), medians)
    print(f"{who:9} {what}: " + ", ".join(
        f"{name} {median:.1f} ms" + ("" if who == "published" else f" ({other / median:.2f} times as fast)")
        for name, median, other in zip(kinds, medians, beside)))
