"""Many clients at once against a server of this machine: errors, times and memory.

    python scripts/load_test.py                   # 50 clients for 30 seconds
    python scripts/load_test.py --clients 10 --seconds 5 --bundle runs/expressions/bundle

Starts `crohme serve`, lets every client send one expression after the other, and prints how long the
answers took and how the server's memory grew. The exit code is 1 if any answer was an error.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
CROSS = [np.linspace((0, 10), (20, 10), 12), np.linspace((10, 0), (10, 20), 12)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--bundle", default="expressions")
    args = parser.parse_args()
    command = [sys.executable, str(REPOSITORY / "crohme.py"), "serve", "--port", "0", "--bundle", args.bundle]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        first_line = server.stdout.readline()
        if not first_line:
            return 1
        address = first_line.split()[2].removeprefix("http://")
        return measure(address, server.pid, args.clients, args.seconds)
    finally:
        server.terminate()
        server.wait()


def measure(address: str, pid: int, clients: int, seconds: float) -> int:
    """Let the clients loose and print what they saw."""
    statuses: Counter[str] = Counter()
    took: list[float] = []
    stop = time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(address, n, stop, statuses, took)) for n in range(clients)]
    for thread in threads:
        thread.start()
    memory = []
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        memory.append(resident(pid))
    p50, p95 = np.percentile(took, [50, 95]) if took else (np.nan, np.nan)
    print(f"{clients} clients, {seconds:g} s: {len(took)} answers, {len(took) / seconds:.1f} a second")
    print(f"statuses: {dict(statuses)}")
    print(f"time: p50 {p50:.2f} s, p95 {p95:.2f} s")
    half = len(memory) // 2
    print(f"memory: {memory[0]:.0f} MB at first, {memory[half]:.0f} MB half-way, {memory[-1]:.0f} MB at the end")
    return int(set(statuses) != {"200"})


def client(address: str, seed: int, stop: float, statuses: Counter[str], took: list[float]) -> None:
    """One client: a cross, each time written a little differently."""
    rng = np.random.default_rng(seed)
    connection = http.client.HTTPConnection(address, timeout=60)
    while time.monotonic() < stop:
        strokes = [(stroke + rng.normal(0, 0.3, stroke.shape)).round(2).tolist() for stroke in CROSS]
        began = time.monotonic()
        try:
            connection.request(
                "POST", "/v1/recognize", json.dumps({"strokes": strokes}), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            response.read()
            statuses[str(response.status)] += 1
        except OSError as error:
            statuses[type(error).__name__] += 1
            connection.close()
        took.append(time.monotonic() - began)


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    raise SystemExit(main())
