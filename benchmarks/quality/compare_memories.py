"""Fine-tunes one model on several tasks without a memory and with others plugged in, and prints what came of it.

    python compare_memories.py MODEL FILES WORK SEEDS THREADS [TASK[:MEMORY,...] ...]

FILES: where prepare_comparison.py has written. WORK: where memories and runs go; what is there already is not done again,
and more seeds may be added. TASK: of those below, with the memories wanted, or all of the task's. PLUGLM in the
environment names another launcher than ./pluglm.

Without a memory a PlugLM whose memory layers were added to a BERT computes what the BERT does: "none" is the plain BERT
from the same start.
"""
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys

Task = collections.namedtuple("Task", "kind train test memories options score")

TASKS = {
    "citation": Task("classify", "citation-train.jsonl", "citation-test.jsonl", "none,wikipedia,cs,in-task",
                     "--metrics macro_f1,accuracy", "accuracy"),
    "scicite": Task("classify", "scicite-train.jsonl", "scicite-test.jsonl", "none,wikipedia,cs,in-task",
                    "--metrics macro_f1,accuracy", "macro_f1"),
    "sts": Task("regress", "sts-train.jsonl", "sts-test.jsonl", "none,wikipedia,in-task", "", "pearson"),
    "ncbi": Task("ner", "ncbi-train.txt", "ncbi-test.txt", "none,wikipedia,medquad,in-task", "", "f1"),
    "imdb": Task("classify", "imdb-train.jsonl", "imdb-test.jsonl", "none,wikipedia,in-task", "", "accuracy"),
    "pubmedqa": Task("yesno", "pubmedqa-train.json", "pubmedqa-test.json", "none,wikipedia,medquad,in-task",
                     "--metrics macro_f1,accuracy", "accuracy"),
    "qa": Task("qa", "qa-train.json", "qa-test.json", "none,wikipedia", "", "f1"),
}

model, files, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
seeds, threads = int(sys.argv[4]), sys.argv[5]
wanted = [argument.partition(":") for argument in sys.argv[6:]] or [(name, "", "") for name in TASKS]
launcher = os.environ.get("PLUGLM", "./pluglm")


def pluglm(*arguments):
    subprocess.run([launcher, *map(str, arguments), "--quiet"], check=True, stdout=sys.stderr)


def memory(name):
    directory = work / "memories" / name
    if not directory.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        pluglm("memory", "create", directory, "--model", model, "--from", files / f"{name}.jsonl")
    return directory


def plug(name):
    match name:
        case "none":
            return []
        case "in-task":
            return ["--in-task-memory"]
        case _:
            return ["--memory", memory(name)]


def report(name, task, plugged):
    run = work / "runs" / f"{name}-{plugged}"
    known = run / "report.json"
    if not known.exists() or len(json.loads(known.read_text())["runs"]) < seeds:
        pluglm("finetune", task.kind, "--model", model, "--train-file", files / task.train,
               "--test-file", files / task.test, "--output-dir", run, *plug(plugged), *task.options.split(),
               "--seeds", seeds, "--threads", threads, "--resume", "auto",
               *os.environ.get("RECIPE", "--num-train-epochs 2 --learning-rate 1e-4").split())
    return json.loads(known.read_text())


def read(told):
    """How much of the attention of all lookups went to passages, in percent; the rest read nothing."""
    use = told.get("memory_use")
    if not use:
        return "-"
    weight = sum(layer["hits"] * layer["mean_weight"] for layer in use["layers"])
    return f"{100 * weight / use['samples']:.1f}"


print("| task | score | memory | test, mean ± deviation | of each seed | read, % | seconds a seed |")
print("|---|---|---|---|---|---|---|", flush=True)
for name, _, memories in wanted:
    task = TASKS[name]
    for plugged in (memories or task.memories).split(","):
        told = report(name, task, plugged)
        runs = told["runs"][:seeds]
        scores = [100 * run["test"][task.score] for run in runs]
        deviation = statistics.stdev(scores) if len(scores) > 1 else 0
        print(f"| {name} | {task.score} | {plugged} | {statistics.mean(scores):.1f} ± {deviation:.1f} | "
              f"{', '.join(f'{score:.1f}' for score in scores)} | {read(runs[0])} | "
              f"{statistics.mean(run['seconds'] for run in runs):.0f} |", flush=True)
