"""Texts to train pluglm-base on, none of which the evaluation asks about.

    python3 recipes/prepare_wikipedia.py SHARED_DATA OUTPUT_DIR

Reads text/wikipedia-4k.jsonl.gz, leaves out the articles of every subject of cloze-wiki and of Google-RE, draws 1,000
articles to hold out, and writes the beginnings (500 characters, cut after a sentence) of the others:
train-leads.jsonl, heldout-leads.jsonl, and heldout.jsonl with the whole held-out texts.
"""
import glob
import gzip
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
