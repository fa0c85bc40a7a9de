"""Files at addresses on loopback: web servers with and without parts of files, and an object store."""

from __future__ import annotations

import functools
import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crohme.batch.records import Broken, source_of
from crohme.batch.sources import Sources
from crohme.datasets.location import sample_folder

pytest.importorskip("fsspec")
FILES = sorted((sample_folder() / "test").glob("*.inkml"))[:3]


def packed() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in FILES:
            archive.write(file, file.name)
    return content.getvalue()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files whole, whatever part is asked for."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("aiohttp")
    (tmp_path / "a.zip").write_bytes(packed())
    (tmp_path / "a.inkml").write_bytes(FILES[0].read_bytes())
    (tmp_path / "t.jsonl").write_text('{"id": "one", "strokes": [[[0, 0]]]}\n')
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_web_server_gives_files_archives_and_tables(web: str) -> None:
    found = list(Sources([f"{web}/{name}" for name in ("a.zip", "a.inkml", "t.jsonl")]).records())
    assert [r.id for r in found] == [*(f"{web}/a.zip/{f.name}" for f in FILES), f"{web}/a.inkml", "one"]
    assert [source_of(r) for r in found[:4]] == [f.read_bytes() for f in [*FILES, FILES[0]]]


def test_what_a_server_does_not_have_is_told(web: str) -> None:
    found = list(Sources([f"{web}/gone.zip", f"{web}/gone.inkml"]).records())
    assert found[0].content == Broken("No such file or directory")
    with pytest.raises(Exception, match="gone.inkml: No such file or directory"):
        source_of(found[1])


def test_an_object_store_gives_folders_globs_and_archives(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    boto3 = pytest.importorskip("boto3")
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (("ACCESS_KEY_ID", "none"), ("SECRET_ACCESS_KEY", "none"), ("DEFAULT_REGION", "us-east-1"),
                        ("ENDPOINT_URL", f"http://{host}:{port}")):  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    try:
        store = boto3.client("s3")
        store.create_bucket(Bucket="ink")
        store.put_object(Bucket="ink", Key="a.zip", Body=packed())
        store.put_object(
            Bucket="ink", Key="t.jsonl", Body=b'{"id": "one", "ink": [[[0, 0]]]}\n{"id": "two", "ink": []}'
        )
        for file in FILES:
            store.put_object(Bucket="ink", Key=f"deep/{file.name}", Body=file.read_bytes())
        for named in ("s3://ink/deep", "s3://ink/deep/*.inkml"):
            found = list(Sources([named]).records())
            assert [r.id for r in found] == [f"s3://ink/deep/{f.name}" for f in FILES]
            assert [source_of(r) for r in found] == [f.read_bytes() for f in FILES]
        assert [r.content for r in Sources(["s3://ink/a.zip"]).records()] == [f.read_bytes() for f in FILES]
        assert [r.id for r in Sources(["s3://ink/t.jsonl"]).records()] == ["one", "two"]
        assert list(Sources(["s3://none/a.zip"]).records())[0].content == Broken("The specified bucket does not exist")
    finally:
        server.stop()
