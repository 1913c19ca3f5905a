"""Fine-tunes a BERT with the transformers library, by the recipe of `pluglm finetune`: AdamW (0.9, 0.999, 1e-8, no
decay), a learning rate that falls to 0, clipping at 1, batches padded to their longest text, the best epoch by the
first score of the dev file. Prints one JSON object a line. beside_transformers.py runs it; see --help.

MODEL is a model without memory layers that `pluglm model export` wrote: its tensors have BERT's names.
"""
import argparse
import copy
import json
import pathlib
import random
import resource
import time

import torch
from safetensors.torch import load_file
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import f1_score
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer, get_linear_schedule_with_warmup

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--kind", choices=("classify", "regress"), required=True)
parser.add_argument("--train-file", required=True)
parser.add_argument("--dev-file")
parser.add_argument("--test-file")
parser.add_argument("--predict-file", help="print the outputs for these texts, and train nothing")
parser.add_argument("--max-train-steps", type=int, default=0)
parser.add_argument("--num-train-epochs", type=int, default=3)
parser.add_argument("--batch-size", type=int, default=12)
parser.add_argument("--max-seq-len", type=int, default=128)
parser.add_argument("--learning-rate", type=float, default=5e-5)
parser.add_argument("--seed", type=int, default=42)
parser.add_argument("--dtype", choices=("fp32", "bf16"), default="fp32")
parser.add_argument("--threads", type=int, default=1)
args = parser.parse_args()
torch.set_num_threads(args.threads)


def read(file):
    rows = [json.loads(line) for line in open(file, encoding="utf-8")]
    return [((row["sentence1"], row["sentence2"]) if "sentence1" in row else (row["text"],), row["label"])
            for row in rows]


def start(directory, labels):
    shape = json.loads((pathlib.Path(directory) / "config.json").read_text())["model_args"]
    shape = {name: shape[name] for name in (
        "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
        "hidden_dropout_prob", "attention_probs_dropout_prob", "max_position_embeddings", "type_vocab_size",
        "initializer_range", "layer_norm_eps") if name in shape}
    config = BertConfig(**shape, num_labels=labels)
    made = BertForSequenceClassification(config)
    missing, _ = made.load_state_dict(load_file(pathlib.Path(directory) / "model.safetensors"), strict=False)
    drawn = [name for name in missing if not name.endswith("position_ids")]
    assert all(name.startswith(("classifier.", "bert.pooler.")) for name in drawn), drawn
    assert not args.predict_file or not drawn, drawn
    return made


train = read(args.train_file)
names = sorted({label for _, label in train}) if args.kind == "classify" else []
tokenizer = BertTokenizer.from_pretrained(args.model)
torch.manual_seed(args.seed)
model = start(args.model, len(names) or 1)


def inputs(rows):
    texts = list(zip(*(texts for texts, _ in rows)))
    # The last text loses its end, as ours does.
    return tokenizer(*(list(each) for each in texts), truncation="longest_first", max_length=args.max_seq_len,
                     padding=True, return_tensors="pt")


def targets(rows):
    return torch.tensor([names.index(label) for _, label in rows]) if names else torch.tensor(
        [float(label) for _, label in rows])


def outputs(rows):
    model.eval()
    with torch.no_grad():
        return torch.cat([model(**inputs(rows[i:i + 8])).logits for i in range(0, len(rows), 8)])


def scores(file):
    rows = read(file)
    found = outputs(rows)
    right = [label for _, label in rows]
    if names:
        predicted = [names[i] for i in found.argmax(1).tolist()]
        return {"accuracy": sum(a == b for a, b in zip(right, predicted)) / len(rows),
                "macro_f1": f1_score(right, predicted, labels=names, average="macro", zero_division=0)}
    predicted = found[:, 0].tolist()
    right = [float(score) for score in right]
    return {"pearson": pearsonr(right, predicted)[0], "spearman": spearmanr(right, predicted)[0]}


if args.predict_file:
    for row in outputs(read(args.predict_file)).tolist():
        print(json.dumps(row))
    raise SystemExit

updates = (len(train) + args.batch_size - 1) // args.batch_size
steps = args.max_train_steps or updates * args.num_train_epochs
optimizer = torch.optim.AdamW(model.parameters(), lr=args.learning_rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=0,
                              fused=True)
schedule = get_linear_schedule_with_warmup(optimizer, 0, steps)
order, best, taken, walls, used = random.Random(args.seed), None, 0, [], []
began, processor = time.time(), time.process_time()
while taken < steps:
    order.shuffle(train)
    for at in range(0, len(train), args.batch_size):
        if taken == steps:
            break
        wall, own = time.time(), time.process_time()
        model.train()
        batch = train[at:at + args.batch_size]
        with torch.autocast("cpu", torch.bfloat16, enabled=args.dtype == "bf16"):
            loss = model(**inputs(batch), labels=targets(batch)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        taken += 1
        walls.append(time.time() - wall)
        used.append(time.process_time() - own)
        if args.max_train_steps:
            print(json.dumps({"step": taken, "loss": loss.item(), "seconds": walls[-1], "processor": used[-1]}))
    if args.dev_file:
        dev = scores(args.dev_file)
        first = next(iter(dev))
        print(json.dumps({"dev": dev, "seconds": time.time() - began}), flush=True)
        if best is None or dev[first] > best[0][first]:
            best = dev, copy.deepcopy(model.state_dict())
if best:
    model.load_state_dict(best[1])
print(json.dumps({
    "seed": args.seed, "dev": best and best[0], "test": args.test_file and scores(args.test_file), "steps": steps,
    "training_seconds": sum(walls), "training_processor": sum(used), "seconds": time.time() - began,
    "processor": time.process_time() - processor,
    "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
