"""Texts to train pluglm-base on, none of which the evaluation asks about.

    python3 recipes/prepare_wikipedia.py SHARED_DATA OUTPUT_DIR

Reads text/wikipedia-4k.jsonl.gz, leaves out the articles of every subject of cloze-wiki and of Google-RE, draws 1,000
articles to hold out, and writes the beginnings (500 characters, cut after a sentence) of the others:
train-leads.jsonl, heldout-leads.jsonl, and heldout.jsonl with the whole held-out texts. Of the first 8,000 beginnings,
which are trained on first, it writes leads-8k.jsonl and passages-8k.jsonl (whole sentences of some 36 words), of the next
8,000 leads-16k.jsonl and passages-16k.jsonl, of the rest leads-24k.jsonl and passages-24k.jsonl, each for a stage of its own;
and next-8k.jsonl and passages-next-8k.jsonl of what follows the beginnings of 8,200 articles (500 characters again).
"""
import glob
import gzip
import itertools
import json
import os
import random
import re
import sys
import urllib.parse

data, output = sys.argv[1:3]


def lines(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


asked = {fact["sub_label"].lower() for fact in lines(os.path.join(data, "cloze/cloze-wiki.jsonl.gz"))}
for path in glob.glob(os.path.join(data, "cloze/google-re/*.gz")):
    for fact in lines(path):
        asked.add(fact["sub_label"].lower())
        for evidence in fact["evidences"]:
            asked.add(urllib.parse.unquote(evidence["url"].rsplit("/", 1)[-1]).replace("_", " ").lower())


def beginning(text, characters):
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= characters:
        return text
    cut = text[:characters]
    end = max(cut.rfind(". "), cut.rfind(".) "))
    return cut[:end + 1] if end > 100 else cut


def write(name, articles, characters):
    with open(os.path.join(output, name), "w", encoding="utf-8") as file:
        count = 0
        for article in articles:
            text = beginning(article["text"], characters)
            if len(text) >= 60:
                file.write(json.dumps({"id": str(article["id"]), "title": article["title"], "text": text}) + "\n")
                count += 1
    print(name, count, "articles")


articles = [a for a in lines(os.path.join(data, "text/wikipedia-4k.jsonl.gz")) if a["title"].lower() not in asked]
random.seed(1)
random.shuffle(articles)
os.makedirs(output, exist_ok=True)
write("train-leads.jsonl", articles[1000:], 500)
write("heldout-leads.jsonl", articles[:1000], 500)
write("heldout.jsonl", articles[:1000], 4000)


def passages(text, words=36, fewest=8):
    """Whole sentences, as many as are near so many words; a short rest goes to the passage before."""
    parts, open_part = [], []
    for sentence in re.split(r'(?<=[.!?])\s+(?=[A-Z"(])', re.sub(r"<[^>]+>", " ", text)):
        if open_part and len(" ".join(open_part + [sentence]).split()) > words:
            parts.append(open_part)
            open_part = []
        open_part = open_part + [sentence]
    if parts and len(" ".join(open_part).split()) < fewest:
        parts[-1] = parts[-1] + open_part
    elif open_part:
        parts.append(open_part)
    return [" ".join(part) for part in parts]


def write_stage(texts_file, passages_file, articles):
    with open(os.path.join(output, texts_file), "w", encoding="utf-8") as texts, \
            open(os.path.join(output, passages_file), "w", encoding="utf-8") as memory:
        for article in articles:
            texts.write(json.dumps(article) + "\n")
            for number, text in enumerate(passages(article["text"])):
                memory.write(json.dumps({"id": f"{article['id']}#{number}", "title": article["title"], "text": text})
                             + "\n")


def after_beginnings(articles):
    for article in articles:
        whole = re.sub(r"\s+", " ", article["text"]).strip()
        text = beginning(whole[len(beginning(whole, 500)):].strip(), 500)
        if len(text) >= 250:
            yield {"id": str(article["id"]), "title": article["title"], "text": text}


with open(os.path.join(output, "train-leads.jsonl"), encoding="utf-8") as leads:
    for stage, count in {"8k": 8000, "16k": 8000, "24k": None}.items():
        write_stage(f"leads-{stage}.jsonl", f"passages-{stage}.jsonl", map(json.loads, itertools.islice(leads, count)))
write_stage("next-8k.jsonl", "passages-next-8k.jsonl", itertools.islice(after_beginnings(articles[1000:]), 8200, 16400))
