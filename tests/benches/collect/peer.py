"""The stack that a user would write in Python: aiohttp, feedparser, sqlite3.

peer.py LIST DATABASE: polls every URL of LIST twice (new, then unchanged), keeps entries and
validators, prints what each round took as JSON. The start of the interpreter is not counted.
"""
import asyncio
import json
import resource
import sqlite3
import sys
import time

import aiohttp
import feedparser

AT_ONCE = 64
BATCH = 100


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def poll(session, url, known, found):
    headers = {"User-Agent": "peer/1"}
    if url in known:
        headers["If-None-Match"] = known[url]
    async with session.get(url, headers=headers) as response:
        if response.status == 304:
            return
        feed = feedparser.parse(await response.read(), response_headers=dict(response.headers))
        rows = [
            (e.get("link") or e.get("id"), url, e.get("title"), e.get("summary"), e.get("published"))
            for e in feed.entries
        ]
        found.append((url, response.headers.get("ETag"), rows))


def keep(db, found, known):
    with db:
        for url, etag, rows in found:
            db.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?)", rows)
            db.execute("INSERT OR REPLACE INTO feed VALUES (?, ?)", (url, etag))
            known[url] = etag
    found.clear()


async def round_over(urls, db, known):
    began, used = time.monotonic(), cpu()
    queue = asyncio.Queue()
    for url in urls:
        queue.put_nowait(url)
    found = []

    async def work(session):
        while not queue.empty():
            await poll(session, queue.get_nowait(), known, found)
            if len(found) >= BATCH:
                keep(db, found, known)

    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(work(session) for _ in range(AT_ONCE)))
    keep(db, found, known)
    entries = db.execute("SELECT COUNT(*) FROM entry").fetchone()[0]
    return {
        "feeds": len(urls),
        "wall": time.monotonic() - began,
        "cpu": cpu() - used,
        "entries": entries,
    }


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        urls = lines.read().split()
    db = sqlite3.connect(sys.argv[2])
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE entry (key TEXT PRIMARY KEY, feed TEXT, title TEXT, text TEXT, at TEXT)")
    db.execute("CREATE TABLE feed (url TEXT PRIMARY KEY, etag TEXT)")
    known = {}
    cold = asyncio.run(round_over(urls, db, known))
    unchanged = asyncio.run(round_over(urls, db, known))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cold": cold, "unchanged": unchanged, "peak_mb": peak}))


main()
