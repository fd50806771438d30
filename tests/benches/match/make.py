"""Makes the texts and rules of the benchmark: `make.py DATA OUT`.

DATA: directories with `items.jsonl` (a JSON object a line with `body`, or `text`, or `title`; `lang` or `lang_attr`).
OUT/articles.jsonl: {"title", "body"}; real articles in English, and articles put together from single sentences and
headlines (marked so in docs/performance.md) in English, Spanish and Chinese: by bytes about 25, 51 and 24 %.
OUT/rules-N.jsonl: {"kind", "phrases"}; 60 % one phrase, 12 % OR, 12 % AND, 8 % AND NOT, 8 % NEAR/10; phrases of 1 to 4
words (Chinese 2 to 6 characters): a tenth from the texts, the others recombined words and invented names.
The same input gives the same output.
"""

import json
import pathlib
import random
import re
import sys
import unicodedata

SIZES = [100, 1_000, 10_000, 100_000]
BYTES = {"en": 2_100_000, "es": 4_300_000, "zh": 2_000_000}
SHARES = [("es", 0.4), ("en", 0.8), ("zh", 1.0)]
WORD = re.compile(r"[a-z0-9]+")
HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
SYLLABLES = "ba be bra cor del dor fan gri hal ket lum mar nor pax qui ron sol tek val ver xan zen".split()


def read(data):
    """Whole articles and single sentences, by language."""
    articles, sentences = [], {"en": [], "es": [], "zh": []}
    for path in sorted(pathlib.Path(data).glob("*/items.jsonl")):
        for line in path.open(encoding="utf-8"):
            item = json.loads(line)
            language = (item.get("lang") or item.get("lang_attr") or "en")[:2]
            body = item.get("body") or ""
            if len(body) > 500 and language == "en":
                title, _, rest = body.partition("\n")
                articles.append({"title": (item.get("title") or title)[:200], "body": rest or body})
            text = item.get("text") or ("" if body else item.get("title") or "")
            if language in sentences and len(text) > (8 if language == "zh" else 30):
                sentences[language].append(" ".join(text.split()))
    return articles, sentences


def put_together(sentences, language, wanted, dice):
    articles, size = [], 0
    while size < wanted and sentences:
        parts = [dice.choice(sentences) for _ in range(dice.randint(12, 28))]
        title, rest = parts[0][:120], parts[1:]
        body = "\n".join(("" if language == "zh" else " ").join(rest[at : at + 4]) for at in range(0, len(rest), 4))
        articles.append({"title": title, "body": body})
        size += len((title + body).encode())
    return articles


def folded(text):
    marks = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(marks).casefold()


def phrases(sentences, dice):
    words = {}
    for language in ("en", "es"):
        words[language] = [WORD.findall(folded(text)) for text in sentences[language]]
        words[language] = [row for row in words[language] if len(row) > 4]
    runs = [run for text in sentences["zh"] for run in HAN.findall(folded(text)) if len(run) >= 6]

    def han():
        length = dice.choice([2, 3, 3, 3, 4, 4, 4, 5, 5, 6])
        if dice.random() < 0.1:
            run = dice.choice(runs)
            at = dice.randint(0, len(run) - length)
            return run[at : at + length]
        return "".join(dice.choice(dice.choice(runs)) for _ in range(length))

    def words_of(language):
        length = dice.choice([1, 1, 2, 2, 2, 3, 3, 4])
        kind = dice.random()
        row = dice.choice(words[language])
        if kind < 0.1:
            at = dice.randint(0, max(0, len(row) - length))
            found = row[at : at + length]
            if length > 1 or len(found[0]) > 8:
                return " ".join(found)
        brand = "".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 4)))
        if kind < 0.6 or length == 1:
            return " ".join([brand] + [dice.choice(dice.choice(words[language])) for _ in range(length - 1)])
        return " ".join(dice.choice(dice.choice(words[language])) for _ in range(length))

    def one():
        share = dice.random()
        language = next(name for name, limit in SHARES if share < limit)
        return han() if language == "zh" else words_of(language)

    return one


def rules(one, count, dice):
    for _ in range(count):
        kind = dice.choices(["phrase", "or", "and", "not", "near"], [60, 12, 12, 8, 8])[0]
        number = {"phrase": 1, "or": dice.randint(2, 4), "and": 2, "not": 2, "near": 2}[kind]
        yield {"kind": kind, "phrases": [one() for _ in range(number)]}


def main(data, out):
    dice = random.Random(20261127)
    articles, sentences = read(data)
    real = sum(len((one["title"] + one["body"]).encode()) for one in articles)
    for language, wanted in BYTES.items():
        articles += put_together(sentences[language], language, wanted - (real if language == "en" else 0), dice)
    dice.shuffle(articles)
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    write(out / "articles.jsonl", articles)
    one = phrases(sentences, dice)
    for size in SIZES:
        write(out / f"rules-{size}.jsonl", rules(one, size, dice))


def write(path, rows):
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


main(*sys.argv[1:3])
