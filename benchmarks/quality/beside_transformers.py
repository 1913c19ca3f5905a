"""Fine-tuning by ours and by the transformers library, in turns, from the same weights and by the same recipe.

    pluglm model import bert-base-uncased BERT --memory-layers 0
    pluglm model export BERT START
    python prepare_comparison.py DATA FILES
    python beside_transformers.py equality BERT START FILES WORK
    python beside_transformers.py speed    BERT START FILES WORK ROUNDS STEPS LENGTH java ... FinetuningBenchmark
    python beside_transformers.py scores   BERT START FILES WORK SEEDS sts:60:1 citation:128:2

`equality`: outputs of one model in both, before (almost) any training. `speed`: seconds a step with 12 texts of equal
length, fp32 and bf16. `scores`: for each task, its longest input and its epochs, the test scores of SEEDS seeds from 42
on, all in bf16; more of them are added to what WORK/scores.jsonl has. Needs PyTorch, transformers, scipy and
scikit-learn; one thread each, one process at a time.
"""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGLM = str(ROOT / "pluglm")
THEIRS = [sys.executable, str(ROOT / "benchmarks/quality/transformers_finetune.py")]
KINDS = {"sts": "regress", "citation": "classify"}
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")


def run(command, **more):
    return subprocess.run([str(part) for part in command], env=ENVIRONMENT, check=True, stdout=subprocess.PIPE,
                          text=True, **more).stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith(("{", "["))]


def equality():
    few = work / "few.jsonl"
    few.write_text("".join(open(files / "sts-test.jsonl", encoding="utf-8").readlines()[:60]), encoding="utf-8")
    run([PLUGLM, "finetune", "regress", "--model", bert, "--train-file", files / "sts-train.jsonl", "--output-dir",
         work / "equal", "--max-train-steps", 2, "--threads", 1, "-q"])
    run([PLUGLM, "model", "export", work / "equal/model", work / "equal-export"])
    ours = [row["prediction"] for row in lines(run([PLUGLM, "predict", "--model", work / "equal/model", few]))]
    theirs = [row[0] for row in lines(run([*THEIRS, "--model", work / "equal-export", "--kind", "regress",
                                           "--train-file", files / "sts-train.jsonl", "--predict-file", few]))]
    assert len(ours) == len(theirs) > 0
    print(f"{len(ours)} outputs, largest difference {max(abs(a - b) for a, b in zip(ours, theirs)):.1e}")


def speed(rounds, steps, length, *java):
    times = {}
    for _ in range(int(rounds)):
        for dtype in ("fp32", "bf16"):
            made = lines(run([*THEIRS, "--model", start, "--kind", "classify", "--train-file",
                              files / "long-train.jsonl", "--max-train-steps", steps, "--max-seq-len", length,
                              "--dtype", dtype]))
            kept = [row for row in made if row.get("step", 0) > int(steps) // 3]
            times.setdefault(("transformers", dtype), []).append(tuple(
                statistics.median(row[what] for row in kept) for what in ("seconds", "processor")))
            out = run([*java, bert, files / "long-train.jsonl", steps, 12, length, dtype, 1])
            shutil.rmtree(re.search(r"the model is in (.*)", out)[1])
            found = re.search(r"median ([\d.]+) ms.*processor time ([\d.]+) ms", out)
            times.setdefault(("ours", dtype), []).append((float(found[1]) / 1e3, float(found[2]) / 1e3))
            print(dtype, {who: rows[-1] for (who, kind), rows in times.items() if kind == dtype}, flush=True)
    medians = {key: [statistics.median(column) for column in zip(*rows)] for key, rows in times.items()}
    for (who, dtype), (wall, processor) in medians.items():
        ratios = [f"{other}: {medians['transformers', other][1] / processor:.2f}" for other in ("fp32", "bf16")]
        print(f"{who:12} {dtype}  wall {wall:.2f} s/step  processor {processor:.2f} s/step  times as fast as "
              f"transformers {', '.join(ratios)}")
    print(f"load {os.getloadavg()[0]:.1f} at the end")


def ours(task, length, epochs, seed):
    out = work / f"ours-{task}-{seed}"
    shutil.rmtree(out, ignore_errors=True)
    began = time.time()
    run([PLUGLM, "finetune", KINDS[task], "--model", bert, "--train-file", files / f"{task}-train.jsonl", "--dev-file",
         files / f"{task}-dev.jsonl", "--test-file", files / f"{task}-test.jsonl", "--output-dir", out, "--seed", seed,
         "--num-train-epochs", epochs, "--max-seq-len", length, "--group-by-length", "false", "--threads", 1, "-q",
         *(["--metrics", "accuracy,macro_f1"] if task == "citation" else [])])
    report = json.loads((out / "report.json").read_text())["runs"][0]
    shutil.rmtree(out)
    return {"dev": report["dev"], "test": report["test"], "seconds": time.time() - began}


def theirs(task, length, epochs, seed):
    began = time.time()
    last = lines(run([*THEIRS, "--model", start, "--kind", KINDS[task], "--train-file", files / f"{task}-train.jsonl",
                      "--dev-file", files / f"{task}-dev.jsonl", "--test-file", files / f"{task}-test.jsonl",
                      "--seed", seed, "--num-train-epochs", epochs, "--max-seq-len", length, "--dtype", "bf16"]))[-1]
    return {"dev": last["dev"], "test": last["test"], "seconds": time.time() - began}


def scores(seeds, *tasks):
    kept = work / "scores.jsonl"
    for seed in range(42, 42 + int(seeds)):
        for task, length, epochs in (each.split(":") for each in tasks):
            for who in (ours, theirs):
                done = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
                key = {"who": who.__name__, "task": task, "length": length, "epochs": epochs, "seed": seed}
                if not any(key.items() <= row.items() for row in done):
                    before = os.times()
                    row = {**key, **who(task, length, epochs, seed)}
                    after = os.times()
                    row["processor"] = (after.children_user + after.children_system - before.children_user
                                        - before.children_system)
                    with open(kept, "a") as out:
                        out.write(json.dumps(row) + "\n")
                    table(kept)


def table(kept):
    groups = {}
    for row in map(json.loads, kept.read_text().splitlines()):
        for metric, score in row["test"].items():
            groups.setdefault((row["task"], metric, row["who"]), []).append((score, row["processor"]))
    for (task, metric, who), rows in sorted(groups.items()):
        found = [score for score, _ in rows]
        print(f"{task:9} {metric:9} {who:7} mean {statistics.mean(found):.4f}  sd "
              f"{statistics.stdev(found) if len(found) > 1 else float('nan'):.4f}  seeds {len(found)}  "
              f"{statistics.median(seconds for _, seconds in rows):.0f} s of processor each", flush=True)
    print(flush=True)


what, bert, start, files, work, *more = sys.argv[1:]
bert, start, files, work = map(pathlib.Path, (bert, start, files, work))
work.mkdir(parents=True, exist_ok=True)
{"equality": equality, "speed": speed, "scores": scores}[what](*more)
