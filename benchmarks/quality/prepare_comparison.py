"""Writes the files of the comparisons: labelled examples with the usual column names, and documents for memories.

    python prepare_comparison.py DATA OUTPUT [TRAIN OTHERS [DOCUMENTS]]

TRAIN and OTHERS: so many of the examples at most to train on, and for dev and test each. DOCUMENTS: of so many documents
each memory is made. All are drawn, always the same. No text of a test is in a memory.
"""
import gzip
import json
import pathlib
import random
import re
import sys

data, output = map(pathlib.Path, sys.argv[1:3])
most = [int(number) for number in sys.argv[3:5]] or [10**9, 10**9]
documents = int(sys.argv[5]) if len(sys.argv) > 5 else 1500
output.mkdir(parents=True, exist_ok=True)


def drawn(rows, count):
    return rows if len(rows) <= count else random.Random(0).sample(rows, count)


def most_of(part):
    return most[0 if part == "train" else 1]


def of_part(rows, part):
    return drawn(rows, most_of(part))


def write(name, rows):
    with open(output / name, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def text_of(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return file.read()


def lines(path):
    return [json.loads(line) for line in text_of(path).split("\n") if line.strip()]


def write_classes(name, part, rows):
    write(f"{name}-{part}.jsonl", ({"text": row["text"], "label": row["label"]} for row in of_part(rows, part)))


xquad = json.loads(text_of(data / "qa/xquad.en.json.gz"))


def write_pairs():
    for part in ("train", "dev", "test"):
        rows = [line.split("\t") for line in text_of(data / "pairs" / f"sts-{part}.csv").splitlines() if line.strip()]
        write(f"sts-{part}.jsonl", ({"sentence1": row[5], "sentence2": row[6], "label": float(row[4])}
                                    for row in of_part(rows, part)))


def write_classifications():
    for part in ("train", "dev", "test"):
        texts = lines(data / "classification/citation_intent" / f"{part}.txt")
        write_classes("citation", part, texts)
        write_classes("scicite", part, lines(data / "classification/sci-cite" / f"{part}.txt"))
        if part == "train":
            # For speed: every text is longer than any input, so that all batches are of one size.
            write("long-train.jsonl", ({"text": " ".join([row["text"]] * 40)[:20_000], "label": row["label"]}
                                       for row in texts[:400]))
    for part in ("train", "test"):
        write_classes("imdb", part, lines(data / "classification" / f"imdb-{part}-5k.jsonl.gz"))


def write_entities():
    for part in ("train", "dev", "test"):
        text = text_of(data / "ner/NCBI-disease" / f"{part}.txt")
        sentences = [each for each in re.split(r"\n\s*\n", text) if each.strip()]
        with open(output / f"ncbi-{part}.txt", "w", encoding="utf-8") as out:
            out.writelines(each.strip() + "\n\n" for each in of_part(sentences, part))


def write_squad(name, part, paragraphs):
    """Paragraphs with their questions; so many paragraphs that there are about as many questions as wanted."""
    random.Random(0).shuffle(paragraphs)
    kept, questions = [], 0
    for paragraph in paragraphs:
        if questions >= most_of(part):
            break
        kept.append(paragraph)
        questions += len(paragraph["qas"])
    (output / f"{name}-{part}.json").write_text(
        json.dumps({"version": "1.1", "data": [{"title": name, "paragraphs": kept}]}), encoding="utf-8")


def write_answers():
    paragraphs = []
    for row in lines(data / "qa/qed-dev.jsonlines.gz"):
        spans = [answer[0] for answer in row["original_nq_answers"] if len(answer) == 1]
        answers = [{"text": span["string"], "answer_start": span["start"]} for span in spans
                   if row["paragraph_text"][span["start"]:span["end"]] == span["string"]]
        if answers:
            paragraphs.append({"context": row["paragraph_text"], "qas": [
                {"id": str(row["example_id"]), "question": row["question_text"], "answers": answers[:1]}]})
    write_squad("qa", "train", paragraphs)
    write_squad("qa", "test", [paragraph for article in xquad["data"] for paragraph in article["paragraphs"]])

    pubmed = json.loads(text_of(data / "qa/ori_pqal.json.gz"))
    tests = json.loads(text_of(data / "qa/test_ground_truth.json.gz"))
    for part in ("train", "test"):
        ids = of_part([key for key in pubmed if (key in tests) == (part == "test")], part)
        (output / f"pubmedqa-{part}.json").write_text(json.dumps({key: pubmed[key] for key in ids}), encoding="utf-8")


def beginning(text, characters=500):
    text = re.sub(r"\s+", " ", text).strip()
    cut = text[:characters]
    end = cut.rfind(". ")
    return text if len(text) <= characters else cut[:end + 1] if end > 100 else cut


def write_documents():
    tested = {article["title"].replace("_", " ").lower() for article in xquad["data"]}
    sources = {"wikipedia": ("wikipedia-4k", "title", "text"), "medquad": ("medquad", "question", "answer"),
               "cs": ("cs-abstracts", "title", "text")}
    for name, (file, title, text) in sources.items():
        rows = [row for row in lines(data / "text" / f"{file}.jsonl.gz") if len(row[text]) >= 60]
        rows = [row for row in rows if row[title].lower() not in tested]
        write(f"{name}.jsonl", ({"id": f"{name}-{i}", "title": row[title], "text": beginning(row[text])}
                                for i, row in enumerate(drawn(rows, documents))))


write_pairs()
write_classifications()
write_entities()
write_answers()
write_documents()
