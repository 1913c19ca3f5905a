"""Writes the files of the comparison as JSON lines with the usual column names.

    python prepare_comparison.py DATA OUTPUT [TRAIN OTHERS]

TRAIN and OTHERS: so many of the examples at most to train on, and for dev and test each; drawn, always the same.
"""
import json
import pathlib
import random
import sys

data, output = map(pathlib.Path, sys.argv[1:3])
most = [int(number) for number in sys.argv[3:]] or [10**9, 10**9]
output.mkdir(parents=True, exist_ok=True)


def drawn(rows, part):
    count = most[0 if part == "train" else 1]
    return rows if len(rows) <= count else random.Random(0).sample(rows, count)


def write(name, rows):
    with open(output / name, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


for part in ("train", "dev", "test"):
    lines = (data / "pairs" / f"sts-{part}.csv").read_text(encoding="utf-8").splitlines()
    fields = [line.split("\t") for line in lines if line.strip()]
    write(f"sts-{part}.jsonl", ({"sentence1": row[5], "sentence2": row[6], "label": float(row[4])}
                                for row in drawn(fields, part)))
    texts = [json.loads(line) for line in
             (data / "classification/citation_intent" / f"{part}.txt").read_text(encoding="utf-8").splitlines()]
    write(f"citation-{part}.jsonl", ({"text": row["text"], "label": row["label"]} for row in drawn(texts, part)))
    if part == "train":
        # For speed: every text is longer than any input, so that all batches are of one size.
        write("long-train.jsonl", ({"text": " ".join([row["text"]] * 40)[:20_000], "label": row["label"]}
                                   for row in texts[:400]))
