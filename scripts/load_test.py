"""Many clients at once against a server of this machine: rate, times, refusals and memory.

    python scripts/load_test.py                   # 50 clients for 30 seconds
    python scripts/load_test.py --clients 200 --seconds 20 --bundle runs/expressions/bundle
    python scripts/load_test.py --data data/crohme/test2013

Starts `crohme serve`, lets every client send one expression after the other, and prints how long the answers took,
how many were refused, and how the memory of the server and its processes grew. A client that is refused waits as long
as `Retry-After` says. The exit code is 1 if any answer was neither 200 nor such a refusal.
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
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from inkml_parser import read  # noqa: E402


@dataclass
class Tally:
    """What the clients saw, in lists: appending needs no lock."""

    statuses: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    retry_after: list[int] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--bundle", default="math")
    parser.add_argument("--data", type=Path, default=REPOSITORY / "data" / "sample", help="the InkML that is sent")
    args = parser.parse_args()
    command = [sys.executable, str(REPOSITORY / "crohme.py"), "serve", "--port", "0", "--bundle", args.bundle]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        first_line = server.stdout.readline()
        if not first_line:
            return 1
        address = first_line.split()[2].removeprefix("http://")
        return measure(address, server.pid, args.clients, args.seconds, requests(args.data))
    finally:
        server.terminate()
        server.wait()


def measure(address: str, pid: int, clients: int, seconds: float, bodies: list[bytes]) -> int:
    """Let the clients loose and print what they saw."""
    ask(http.client.HTTPConnection(address, timeout=120), bodies[0])  # once the readers have started
    tally, memory = Tally(), [resident(pid)]
    stop = time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(address, bodies, n, stop, tally)) for n in range(clients)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        memory.append(resident(pid))
    p50, p95 = np.percentile(tally.took, [50, 95]) if tally.took else (np.nan, np.nan)
    print(f"{clients} clients, {seconds:g} s: {len(tally.took)} answers, {len(tally.took) / seconds:.1f} a second")
    statuses = Counter(tally.statuses)
    print(f"statuses: {dict(statuses)}")
    print(f"time: p50 {p50:.2f} s, p95 {p95:.2f} s")
    if tally.retry_after:
        print(f"refused: {len(tally.retry_after)}, Retry-After {min(tally.retry_after)} to {max(tally.retry_after)} s")
    first, most, last = memory[0], max(memory), memory[-1]
    print(f"memory of all processes: {first:.0f} MB at first, {most:.0f} MB at most, {last:.0f} MB at the end")
    return int(not statuses.keys() <= {"200", "503"} or statuses["503"] != len(tally.retry_after))


def requests(folder: Path) -> list[bytes]:
    """Requests with the ink of every file in a folder."""
    files = sorted(folder.rglob("*.inkml"))
    return [json.dumps({"strokes": [stroke.tolist() for stroke in read(file).strokes]}).encode() for file in files]


def client(address: str, bodies: list[bytes], seed: int, stop: float, tally: Tally) -> None:
    """One client, which sends expressions in an order of its own."""
    rng = np.random.default_rng(seed)
    connection = http.client.HTTPConnection(address, timeout=60)
    while time.monotonic() < stop:
        began = time.monotonic()
        try:
            status, retry_after = ask(connection, bodies[rng.integers(len(bodies))])
        except (OSError, http.client.HTTPException) as error:
            tally.statuses.append(type(error).__name__)
            connection.close()
            continue
        tally.statuses.append(str(status))
        if status == 200:
            tally.took.append(time.monotonic() - began)
        elif retry_after is not None:
            tally.retry_after.append(retry_after)
            connection.close()  # the server would do so before long; the next request opens another
            time.sleep(max(0.0, min(retry_after, stop - time.monotonic())))


def ask(connection: http.client.HTTPConnection, body: bytes) -> tuple[int, int | None]:
    """Status and Retry-After of one request."""
    connection.request("POST", "/v1/recognize", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    retry_after = response.headers.get("Retry-After")
    return response.status, None if retry_after is None else int(retry_after)


def resident(pid: int) -> float:
    """Megabytes of memory that a process and its children hold (Linux); 0 of one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text(encoding="utf-8").split()]
    except OSError:
        return 0.0
    own = int((status.partition("VmRSS:")[2].split() or ["0"])[0])  # a zombie holds none
    return own / 1024 + sum(resident(int(child)) for child in children)


if __name__ == "__main__":
    raise SystemExit(main())
