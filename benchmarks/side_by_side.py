"""The published code and ours in turns: ModelSpeedBenchmark beside bench_reference.py, with the same number of threads.

    PLUGLM_REF=CHECKOUT python side_by_side.py BENCH_REFERENCE THREADS ROUNDS java ... ModelSpeedBenchmark THREADS ...

Run it with a Python that has PyTorch. Prints the median over all rounds for each measurement, wall and processor time
(the latter is what to go by while others use the machine), and the ratio of the published code's to ours.
"""
import os
import re
import statistics
import subprocess
import sys

LINE = re.compile(r"(.*): median ([\d.]+) ms, .*processor time ([\d.]+) ms")
# The published benchmark as it is, but for training (which this is not about), and with processor times beside.
PUBLISHED = """
import builtins, statistics, sys, time
source = "\\n".join(line for line in open(sys.argv[1]) if not line.startswith("rate(step"))
wall, used, show = time.time, [], builtins.print
def clock():
    used.append(time.process_time())
    return wall()
def shown(text, *more):
    times = [b - a for a, b in zip(used[::2], used[1::2])]
    used.clear()
    show(text, *more) if more else show(f"{text}; processor time {statistics.median_high(times) * 1e3:.1f} ms")
time.time = clock
sys.argv = sys.argv[1:]
exec(compile(source, sys.argv[0], "exec"), {"__name__": "__main__", "__file__": sys.argv[0], "print": shown})
"""


def measure(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads, MKL_NUM_THREADS=threads)
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [match.groups() for match in map(LINE.fullmatch, output.splitlines()) if match]


script, threads, rounds, *ours = sys.argv[1:]
times = {}
for _ in range(int(rounds)):
    for who, command in (("published", [sys.executable, "-c", PUBLISHED, script, threads]), ("ours", ours)):
        for what, wall, processor in measure(command, threads):
            times.setdefault((who, what), []).append((float(wall), float(processor)))

medians = {key: [statistics.median(column) for column in zip(*values)] for key, values in times.items()}
print(f"{threads} thread(s), {rounds} rounds; load at the end {os.getloadavg()[0]:.1f}")
for (who, what), (wall, processor) in medians.items():
    line = f"{who:9} {what}: wall {wall:.1f} ms, processor {processor:.1f} ms"
    beside = [m for (other, name), m in medians.items() if other == "published" and what.startswith(name.split(",")[0])
              and who == "ours" and ("B=16" in name) == ("B=16" in what)]
    if "the same" in what:
        beside = [m for (other, name), m in medians.items() if other == "published" and name.startswith("encode")]
    if beside and who == "ours":
        line += f"; published / ours: wall {beside[0][0] / wall:.2f}, processor {beside[0][1] / processor:.2f}"
    print(line)
