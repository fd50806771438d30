"""VADER over the same texts: `peer.py FOLDER`, which holds texts.jsonl and articles.jsonl.

Prints one JSON object: texts and articles a second of one core (process time, best of three passes), and the
label of each text by the usual thresholds of its compound score, -0.05 and 0.05. It reads the whole text and
knows no target.
"""

import json
import pathlib
import sys
import time

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

folder = pathlib.Path(sys.argv[1])
read = lambda name: [json.loads(line) for line in (folder / name).open(encoding="utf-8")]
texts, articles = read("texts.jsonl"), read("articles.jsonl")
analyser = SentimentIntensityAnalyzer()


def rate(items):
    best, scores = float("inf"), []
    for _ in range(3):
        began = time.process_time()
        scores = [analyser.polarity_scores(item)["compound"] for item in items]
        best = min(best, time.process_time() - began)
    return len(items) / best, scores


text_rate, scores = rate(texts)
article_rate, _ = rate(articles[:200])
labels = ["negative" if score <= -0.05 else "positive" if score >= 0.05 else "neutral" for score in scores]
print(json.dumps({"texts": text_rate, "articles": article_rate, "labels": labels}))
