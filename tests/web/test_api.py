"""Every answer of the API, good and bad."""

from __future__ import annotations

import asyncio
import io
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from lxml import etree
from PIL import Image

from crohme.expressions.recognizer import NoReading, Recognizer
from crohme.ink.export import symbol_to_png, to_png
from crohme.ink.image_files import ImageError
from crohme.notation import from_latex, to_text, to_typst
from crohme.solver import NoAnswer
from crohme.web.app import STATIC, create_app
from crohme.web.bodies import Body, parse_json
from crohme.web.errors import ApiError, as_api_error
from crohme.web.middleware import HEADERS
from crohme.web.networks import Networks, SymbolNetworks, choose_bundles
from crohme.web.schemas import Strokes
from crohme.web.server import hosts_of
from inkml_parser import Ink, write
from tests.web import asgi
from tests.web.limits import LIMITS

INKML = {"Content-Type": "application/inkml+xml"}
JSON = {"Content-Type": "application/json"}


def inkml_of(strokes) -> bytes:
    file = io.BytesIO()
    write(Ink.from_arrays(strokes), file)
    return file.getvalue()


def png_of(strokes) -> bytes:
    return symbol_to_png(Ink.from_arrays(strokes))


def refused(response) -> tuple[int, str]:
    """Status and code of an error, whose shape is checked on the way."""
    body = response.json()
    assert body.keys() == {"error"} and body["error"].keys() == {"code", "message"}
    assert body["error"]["message"].endswith((".", "again.", "moment.")), body
    assert not re.search(r"Traceback|\.py\b|/(home|root|tmp|work|usr)/", response.text)
    return response.status_code, body["error"]["code"]


def test_strokes_are_read(client: TestClient, recognizer: Recognizer, cross) -> None:
    answer = client.post("/v1/recognize", json={"strokes": cross}).json()
    expected = recognizer.recognize([np.array(stroke) for stroke in cross])
    assert answer.keys() == {"readings", "signs"}
    assert [r["latex"] for r in answer["readings"]] == [r.latex for r in expected.readings]
    assert 1 <= len(answer["readings"]) <= 5
    for reading, known in zip(answer["readings"], expected.readings, strict=True):
        assert [(s["label"], s["strokes"]) for s in reading["symbols"]] == [
            (s.label, list(s.strokes)) for s in known.symbols
        ]
        assert [s["doubtful"] for s in reading["symbols"]] == [s.confidence < 0.5 for s in known.symbols]
        assert {label for s in reading["symbols"] for label in s["candidates"]} <= answer["signs"].keys()
        assert (reading["text"], reading["typst"]) == (to_text(known.tree), to_typst(known.tree))
        from_latex(reading["latex"])
        shown = etree.fromstring(reading["mathml"])
        strokes = {int(s) for symbols in shown.xpath("//@data-strokes") for s in symbols.split()}
        assert strokes and strokes <= {0, 1}
        assert 0 <= reading["confidence"] <= 1


def test_fixed_symbols_are_in_every_reading(client: TestClient, cross) -> None:
    fixed = [{"strokes": [1, 0], "label": "α"}]
    answer = client.post("/v1/recognize", json={"strokes": cross, "fixed": fixed}).json()
    for reading in answer["readings"]:
        assert [(s["label"], s["strokes"], s["doubtful"]) for s in reading["symbols"]] == [("\\alpha", [0, 1], False)]
    apart = [{"strokes": [0]}, {"strokes": [1], "label": "|"}]
    for reading in client.post("/v1/recognize", json={"strokes": cross, "fixed": apart}).json()["readings"]:
        assert sorted(s["strokes"] for s in reading["symbols"]) == [[0], [1]]
        assert "|" in [s["label"] for s in reading["symbols"]]


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ([{"strokes": [2], "label": "x"}], "A fixed symbol has stroke 2; there are 2, counted from 0."),
        ([{"strokes": [0], "label": "nosuchsign"}], "The recogniser does not know nosuchsign."),
        ([{"strokes": [0]}, {"strokes": [0, 1]}], "Stroke 0 is of two fixed symbols."),
        ([{"strokes": [0, 1], "label": "\\sqrt"}], "No reading has all fixed symbols."),
        ([{"strokes": []}], "fixed.0.strokes: List should have at least 1 item after validation, not 0."),
    ],
)
def test_fixed_symbols_that_cannot_be_are_refused(client: TestClient, cross, fixed, message: str) -> None:
    response = client.post("/v1/recognize", json={"strokes": cross, "fixed": fixed})
    assert refused(response) == (422, "invalid")
    assert response.json()["error"]["message"] == message


def test_latex_is_converted(client: TestClient) -> None:
    answer = client.post("/v1/convert", json={"latex": "\\frac12 x^2"}).json()
    assert answer["latex"] == "\\frac { 1 } { 2 } x ^ { 2 }"
    assert (answer["text"], answer["typst"]) == ("(1/2)x²", "frac(1, 2) x^(2)")
    assert "<mfrac>" in answer["mathml"]
    assert refused(client.post("/v1/convert", json={"latex": "x ^"})) == (422, "not_understood")


@pytest.mark.parametrize(
    ("latex", "sign", "text", "typst"),
    [
        (r"x \in \mathbb{R}", "ℝ", "x ∈ ℝ", "x ∈ ℝ"),
        (r"\ln x + \arcsin ( y )", "<mi>ln</mi>", "ln x + arcsin(y)", "ln x + arcsin ( y )"),
        (r"\hat { x } = \nabla f", "∇", "x̂ = ∇f", "hat(x) = ∇ f"),
        (r"2 \cdot 3 * \lfloor x \rfloor", "⌊", "2 ⋅ 3 ∗ ⌊x⌋", "2 ⋅ 3 ∗ ⌊ x ⌋"),
        (r"x \in \emptyset", "∅", "x ∈ ∅", "x ∈ ∅"),
    ],
)
def test_what_is_no_problem_is_converted_too(client: TestClient, latex, sign, text, typst) -> None:
    answer = client.post("/v1/convert", json={"latex": latex}).json()
    assert sign in answer["mathml"] and (answer["text"], answer["typst"]) == (text, typst)
    assert not set("\\") & {*answer["mathml"], *answer["text"], *answer["typst"]}


@pytest.mark.parametrize("kind", ["application/inkml+xml", "text/xml; charset=utf-8", "application/XML"])
def test_inkml_is_read_and_its_strokes_come_back(client: TestClient, cross, kind: str) -> None:
    answer = client.post("/v1/recognize", content=inkml_of(cross), headers={"Content-Type": kind}).json()
    assert answer["strokes"] == cross
    assert answer["readings"] == client.post("/v1/recognize", json={"strokes": cross}).json()["readings"]


def test_symbol_networks_stand_side_by_side(client: TestClient, cross) -> None:
    networks = client.post("/v1/symbol", json={"strokes": cross}).json()["networks"]
    assert [one["network"] for one in networks] == ["symbol_lstm", "symbol_cnn", "both"]
    for one in networks:
        probabilities = [candidate["probability"] for candidate in one["candidates"]]
        assert len(probabilities) == 5 and probabilities == sorted(probabilities, reverse=True)
    by_network = {o["network"]: {c["latex"]: c["probability"] for c in o["candidates"]} for o in networks}
    lstm, cnn, both = by_network.values()
    for label in lstm.keys() & cnn.keys() & both.keys():
        assert both[label] == pytest.approx((lstm[label] + cnn[label]) / 2)


def test_a_picture_of_a_symbol_is_for_the_cnn(client: TestClient, cross) -> None:
    response = client.post("/v1/symbol", content=png_of(cross), headers={"Content-Type": "image/png"})
    (cnn,) = response.json()["networks"]
    assert cnn["network"] == "symbol_cnn"
    from_ink = client.post("/v1/symbol", json={"strokes": cross}).json()["networks"][1]
    assert cnn["candidates"][0]["latex"] == from_ink["candidates"][0]["latex"]


def test_an_equation_is_solved(client: TestClient) -> None:
    pytest.importorskip("sympy", reason="the extra [solver] is not installed")
    solved = client.post("/v1/solve", json={"latex": "x ^ { 2 } = 2"}).json()
    assert solved["kind"] == "solutions"
    assert [answer["latex"] for answer in solved["answers"]] == [r"x = - \sqrt{2}", r"x = \sqrt{2}"]
    assert "1.41421356237" in solved["decimal"]["latex"]
    for shown in (solved["understood"], *solved["answers"], solved["decimal"]):
        assert etree.QName(etree.fromstring(shown["mathml"])).localname == "math"


def test_definitions_angles_and_steps_go_with_a_problem(client: TestClient) -> None:
    pytest.importorskip("sympy", reason="the extra [solver] is not installed")
    asked = {"latex": "f(2) =", "definitions": ["a = 3", "f(x) = a x + \\sin 30"], "angle": "degrees"}
    solved = client.post("/v1/solve", json=asked).json()
    assert [answer["latex"] for answer in solved["answers"]] == ["\\frac{13}{2}"]
    assert "a = 3" in solved["understood"]["latex"] and (solved["steps"], solved["defines"]) == ([], [])
    solved = client.post("/v1/solve", json={"latex": "2 x + 3 = 7", "steps": True}).json()
    assert [step["latex"] for step in solved["steps"]] == ["2 x = 4", "x = 2"]
    assert all(step["text"].endswith(".") and step["mathml"].startswith("<math") for step in solved["steps"])
    assert client.post("/v1/solve", json={"latex": "a = 3"}).json()["defines"] == ["a"]
    many = {"latex": "a =", "definitions": ["a = 3"] * 101}
    assert refused(client.post("/v1/solve", json=many)) == (422, "invalid")
    assert refused(client.post("/v1/solve", json={"latex": "a", "definitions": ["x < 2"]})) == (422, "not_understood")
    assert refused(client.post("/v1/solve", json={"latex": "a", "angle": "gradians"})) == (422, "invalid")


def test_a_function_is_plotted(client: TestClient) -> None:
    pytest.importorskip("sympy", reason="the extra [solver] is not installed")
    asked = {"latex": "y = x^2 - a", "definitions": ["a = 2"], "low": -2, "high": 2}
    plotted = client.post("/v1/plot", json=asked).json()
    assert plotted["variable"] == "x"
    [part] = plotted["parts"]
    assert (part[0], part[-1]) == ([-2, 2], [2, 2])
    assert [(m["kind"], m["latex"]) for m in plotted["marks"]] == [
        ("root", "x = - \\sqrt{2}"),
        ("minimum", "x = 0"),
        ("root", "x = \\sqrt{2}"),
    ]
    assert plotted["marks"][1]["y"] == -2 and plotted["marks"][0]["mathml"].startswith("<math")
    assert refused(client.post("/v1/plot", json={"latex": "x y"})) == (422, "not_understood")
    assert refused(client.post("/v1/plot", json={"latex": "\\sqrt{-1-x^2}"})) == (422, "no_answer")
    assert refused(client.post("/v1/plot", json={"latex": "x", "low": 2, "high": 1})) == (422, "not_understood")
    assert refused(client.post("/v1/plot", json={"latex": "x", "high": 1e9})) == (422, "invalid")
    assert refused(client.post("/v1/plot", content=b"x", headers=INKML)) == (415, "unsupported_type")


def test_handwriting_is_read_and_then_solved(
    client: TestClient, networks: Networks, recognizer: Recognizer, cross, monkeypatch
) -> None:
    asked = []
    best = recognizer.recognize([np.array(stroke) for stroke in cross]).best.tree

    async def solve(tree, **_):
        asked.append(tree)
        raise NoAnswer("it has none", "1 = 2")

    monkeypatch.setattr(networks.solver, "solve", solve)
    response = client.post("/v1/solve", json={"strokes": cross})
    assert refused(response) == (422, "no_answer")
    assert response.json()["error"]["message"] == "It has none (read as 1 = 2)."
    assert refused(client.post("/v1/solve", content=inkml_of(cross), headers=INKML)) == (422, "no_answer")
    assert asked == [best, best]


def test_no_reading_is_an_error_of_its_own(client: TestClient, monkeypatch: pytest.MonkeyPatch, cross) -> None:
    async def read(*_, **__):
        raise NoReading("no reading")

    monkeypatch.setattr(client.app.state.networks, "read", read)
    for path in ("/v1/recognize", "/v1/solve"):
        assert refused(client.post(path, json={"strokes": cross})) == (422, "no_reading")
    png = {"Content-Type": "image/png"}
    assert refused(client.post("/v1/recognize", content=png_of(cross), headers=png)) == (422, "no_reading")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"latex": "x \\\\ldots"}', 422, "not_understood"),
        ('{"latex": "\\\\frac { 1 }"}', 422, "not_understood"),
        ('{"latex": ""}', 422, "invalid"),
        ('{"latex": "1", "strokes": [[[1, 2], [3, 4]]]}', 422, "invalid"),
        ("{}", 422, "invalid"),
        ('{"strokes": []}', 422, "nothing_to_recognise"),
        ("{", 400, "malformed_json"),
    ],
)
def test_problems_that_are_refused(client: TestClient, body: str, status: int, code: str) -> None:
    assert refused(client.post("/v1/solve", content=body, headers=JSON)) == (status, code)


def test_without_sympy_it_says_so(client: TestClient, monkeypatch) -> None:
    monkeypatch.setattr("crohme.solver.process.find_spec", lambda name: None)
    assert refused(client.post("/v1/solve", json={"latex": "1 + 1"})) == (503, "no_solver")


def test_health_and_bundles(client: TestClient) -> None:
    health = client.get("/v1/health").json()
    assert (health["status"], health["waiting"]) == ("ok", {"readers": 0, "symbols": 0, "solver": 0})
    bundles = client.get("/v1/bundles").json()["bundles"]
    assert [b["network"] for b in bundles] == ["stroke_transformer", "symbol_lstm", "symbol_cnn"]
    assert bundles[0]["name"] == "tiny-stroke_transformer" and bundles[0]["metrics"]["top1"] == 0.5


@pytest.mark.parametrize("path", ["/v1/recognize", "/v1/symbol"])
@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", JSON, 400, "malformed_json"),
        (b"[" * 10_000, JSON, 400, "malformed_json"),
        (b"\xff\xfe", JSON, 400, "malformed_json"),
        (b"", JSON, 400, "empty_body"),
        (b"<ink><trace>", INKML, 400, "malformed_ink"),
        (b"<html/>", INKML, 400, "malformed_ink"),
        (b"<!DOCTYPE ink [<!ENTITY a 'b'>]><ink/>", INKML, 400, "malformed_ink"),
        (b" " * (LIMITS.max_bytes + 1), JSON, 413, "too_large"),
        (b'{"strokes": [' + b"[[1, 2]]," * 20 + b"[[3, 4]]]}", JSON, 413, "too_large"),
        (b'{"strokes": [[' + b"[1, 2]," * 600 + b"[3, 4]]]}", JSON, 413, "too_large"),
        (b"<ink>" + b"<trace>1 2</trace>" * 21 + b"</ink>", INKML, 413, "too_large"),
        (b"<ink><trace>" + b"1 2, " * 601 + b"1 2</trace></ink>", INKML, 413, "too_large"),
        (b" " * (LIMITS.max_picture_bytes + 1), {"Content-Type": "image/jpeg"}, 413, "too_large"),
        (b"1 2", {"Content-Type": "text/plain"}, 415, "unsupported_type"),
        (b"GIF89a", {"Content-Type": "image/gif"}, 415, "unsupported_type"),
        (b'{"strokes": []}', JSON, 422, "nothing_to_recognise"),
        (b'{"strokes": [[[1, 1]], [[1, 1], [1, 1]]]}', JSON, 422, "nothing_to_recognise"),
        (b"<ink/>", INKML, 422, "nothing_to_recognise"),
        (b"<ink><trace>5 5</trace><trace>5 5</trace></ink>", INKML, 422, "nothing_to_recognise"),
        (b'{"strokes": [[]]}', JSON, 422, "invalid"),
        (b'{"strokes": [[[1, NaN]]]}', JSON, 422, "invalid"),
        (b'{"strokes": [[[1, 1e300]]]}', JSON, 422, "invalid"),
        (b'{"strokes": [[[1, 2, 3]]]}', JSON, 422, "invalid"),
        (b'{"strokes": [[[1, 2], [2, 3]]], "colour": "red"}', JSON, 422, "invalid"),
        (b"{}", JSON, 422, "invalid"),
    ],
)  # fmt: skip
def test_what_is_refused(client: TestClient, path, body, headers, status, code) -> None:
    assert refused(client.post(path, content=body, headers=headers)) == (status, code)


def test_the_body_is_not_read_beyond_the_cap(client: TestClient) -> None:
    taken = 0

    async def endless() -> dict[str, object]:
        nonlocal taken
        taken += 1000
        return {"type": "http.request", "body": b" " * 1000, "more_body": True}

    start, _ = asyncio.run(asgi.post(client.app, "/v1/recognize", endless))
    assert start["status"] == 413
    assert LIMITS.max_bytes < taken <= LIMITS.max_bytes + 1000


def test_pictures_that_are_refused(client: TestClient, cross) -> None:
    png = {"Content-Type": "image/png"}
    white = io.BytesIO()
    Image.new("L", (30, 30), 255).save(white, "PNG")
    for path in ("/v1/symbol", "/v1/recognize"):
        for content in (b"no picture", white.getvalue(), png_of(cross)[:60]):
            assert refused(client.post(path, content=content, headers=png)) == (422, "unusable_image")


def test_a_picture_may_have_more_bytes_than_ink(client: TestClient, cross) -> None:
    picture = png_of(cross) + b"\0" * LIMITS.max_bytes  # what follows the end of a PNG is of no account
    assert LIMITS.max_bytes < len(picture) < LIMITS.max_picture_bytes
    assert client.post("/v1/recognize", content=picture, headers={"Content-Type": "image/png"}).status_code == 200


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_of_all_types_that_are_told(kind: str, client: TestClient, cross) -> None:
    picture = io.BytesIO()
    Image.open(io.BytesIO(png_of(cross))).convert("RGB").save(picture, kind)
    headers = {"Content-Type": f"image/{kind.lower()}"}
    assert client.post("/v1/symbol", content=picture.getvalue(), headers=headers).status_code == 200


def test_a_picture_of_too_many_pixels_is_refused(client: TestClient, networks: Networks) -> None:
    large = io.BytesIO()
    Image.new("1", (31_999, 2001), 1).save(large, "PNG")
    assert len(large.getvalue()) < LIMITS.max_bytes
    response = client.post("/v1/recognize", content=large.getvalue(), headers={"Content-Type": "image/png"})
    assert refused(response) == (422, "unusable_image")
    assert "31999 x 2001" in response.json()["error"]["message"]


def test_a_picture_of_an_expression_is_read_and_its_strokes_told(client: TestClient, cross) -> None:
    picture = to_png(Ink.from_arrays(cross))
    answer = client.post("/v1/recognize", content=picture, headers={"Content-Type": "image/png"}).json()
    assert len(answer["strokes"]) == 2
    bar, pole = sorted((np.ptp(np.array(stroke), axis=0) for stroke in answer["strokes"]), key=lambda size: size[1])
    assert bar[0] > 100 > 3 > bar[1] and pole[1] > 100 > 3 > pole[0]
    again = client.post("/v1/recognize", json={"strokes": answer["strokes"]}).json()
    assert [r["latex"] for r in again["readings"]] == [r["latex"] for r in answer["readings"]]
    assert 'data-strokes="' in answer["readings"][0]["mathml"]


def test_unknown_paths_and_methods(client: TestClient) -> None:
    assert refused(client.get("/v2/recognize")) == (404, "not_found")
    assert refused(client.post("/v1/recognize/", json={})) == (404, "not_found")
    assert refused(client.get("/static/../app.py")) == (404, "not_found")
    assert refused(client.get("/static/%2e%2e/app.py")) == (404, "not_found")
    assert refused(client.get("/v1/recognize")) == (405, "method_not_allowed")


def test_without_symbol_bundles_it_says_so(bundle_folders: dict[str, Path], cross, monkeypatch) -> None:
    monkeypatch.setattr("crohme.bundle.names", list)
    networks = Networks(*choose_bundles([bundle_folders["stroke_transformer"]]), LIMITS)
    with TestClient(create_app(networks, LIMITS)) as client:
        response = client.post("/v1/symbol", json={"strokes": cross})
        assert refused(response) == (503, "no_network")
        assert response.headers["Retry-After"]
        assert client.post("/v1/recognize", json={"strokes": cross}).status_code == 200


def test_a_failure_inside_shows_no_trace(client: TestClient, networks: Networks, cross, monkeypatch) -> None:
    def fail(*_, **__):
        raise RuntimeError(f"in {__file__}")

    monkeypatch.setattr(networks.readers, "submit", fail)
    response = client.post("/v1/recognize", json={"strokes": cross})
    assert refused(response) == (500, "internal")
    assert {name: response.headers[name] for name in HEADERS} == HEADERS


def test_symbols_and_pictures_that_wait_together_keep_their_order(bundle_folders, cross) -> None:
    _, symbols = choose_bundles(bundle_folders.values())
    together = SymbolNetworks(symbols)
    ink, flat = Ink.from_arrays(cross), Ink.from_arrays(cross[:1])
    picture = np.zeros((48, 48), np.uint8)
    guesses = together.guess([ink, (picture,), flat])
    assert [len(guess) for guess in guesses] == [3, 1, 3]
    (alone,) = together.guess([flat])
    assert [g.candidates[0][0] for g in guesses[2]] == [g.candidates[0][0] for g in alone]


def test_no_other_host_is_named_and_the_policy_is_strict(client: TestClient) -> None:
    page = client.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    for file in filter(Path.is_file, STATIC.rglob("*")):
        place = file.relative_to(STATIC).as_posix()
        served = client.get("/" if place == "index.html" else f"/static/{place}")
        assert served.status_code == 200 and served.headers["X-Content-Type-Options"] == "nosniff"
        if file.parent.name == "fonts":
            continue
        named = set(re.findall(r"https?://[\w.-]+", served.text))
        assert named <= {"http://www.w3.org"}, file  # namespaces


def test_documentation_is_served_from_here(client: TestClient) -> None:
    assert "/static/docs.js" in client.get("/docs").text
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/v1/recognize", "/v1/symbol", "/v1/solve", "/v1/plot", "/v1/health", "/v1/bundles"} <= paths.keys()
    operation = paths["/v1/recognize"]["post"]
    assert {"200", "400", "413", "415", "422", "503"} <= operation["responses"].keys()
    for path in ("/v1/recognize", "/v1/symbol"):
        content = paths[path]["post"]["requestBody"]["content"]
        assert client.post(path, json=content["application/json"]["example"]).status_code == 200
        example = content["application/inkml+xml"]["example"]
        assert client.post(path, content=example, headers=INKML).status_code == 200


def test_other_origins_only_when_asked(networks: Networks, client: TestClient) -> None:
    asking = {"Origin": "https://a.example"}
    assert "access-control-allow-origin" not in client.get("/v1/health", headers=asking).headers
    open_client = TestClient(create_app(networks, LIMITS, cors=["https://a.example"]))
    answer = open_client.get("/v1/health", headers=asking)
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    other = open_client.get("/v1/health", headers={"Origin": "https://b.example"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/static/main.js", "/v1/health", "/v1/bundles"])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    head, whole = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == whole.headers["Content-Type"]
    assert head.headers["Content-Length"] == str(len(whole.content))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/recognize", {"POST"}),
        ("PUT", "/v1/solve", {"POST"}),
        ("OPTIONS", "/v1/symbol", {"POST"}),
        ("POST", "/v1/health", {"GET", "HEAD"}),
        ("DELETE", "/", {"GET", "HEAD"}),
        ("BREW", "/v1/bundles", {"GET", "HEAD"}),
        ("POST", "/static/main.js", {"GET", "HEAD"}),
    ],
)
def test_methods_that_are_not_allowed(client: TestClient, method: str, path: str, allowed: set[str]) -> None:
    response = client.request(method, path)
    assert refused(response) == (405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_head_of_what_is_not_there(client: TestClient) -> None:
    assert client.head("/nowhere").status_code == 404
    response = client.head("/v1/recognize")
    assert (response.status_code, response.content, response.headers["Allow"]) == (405, b"", "POST")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"strokes": [[[0, 0], [1, 1]]], "strokes": [[[0, 0], [2, 2]]]}', 422, "invalid"),
        (b'{"strokes": [[["0", "0"], ["1", "1"]]]}', 422, "invalid"),
        (b'{"strokes": [[[true, false], [1, 1]]]}', 422, "invalid"),
        (b'{"strokes": [[[null, 0], [1, 1]]]}', 422, "invalid"),
        (b'{"strokes": {"0": [[0, 0]]}}', 422, "invalid"),
        (b'{"strokes": [[[0, Infinity], [1, 1]]]}', 422, "invalid"),
        (b'{"strokes": [[[0, 1e999], [1, 1]]]}', 422, "invalid"),
        (b'{"strokes": [[[0, 1' + b"0" * 5000 + b"], [1, 1]]]}", 400, "malformed_json"),
        (b'{"strokes": [[[0, 01], [1, 1]]]}', 400, "malformed_json"),
        (b"\xef\xbb\xbf" + b'{"strokes": [[[0, 0], [1, 1]]]}', 400, "malformed_json"),
        ('{"strokes": [[[0, 0], [1, 1]]]}'.encode("utf-16"), 400, "malformed_json"),
        (b'{"strokes": [[[0, 0], [1, 1]]]} {}', 400, "malformed_json"),
        (b'"strokes"', 422, "invalid"),
        (b"null", 422, "invalid"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, 400, "malformed_json"),
        (b'{"strokes": ' + b"[" * 100 + b"]" * 100 + b"}", 422, "invalid"),
    ],
)
def test_json_that_is_refused(client: TestClient, body: bytes, status: int, code: str) -> None:
    for path in ("/v1/recognize", "/v1/symbol", "/v1/solve"):
        assert refused(client.post(path, content=body, headers=JSON)) == (status, code)


@pytest.mark.parametrize("latex", ['"\\ud800"', '"\\u0000"', "1", '["x"]', "true", '"' + "x" * 4001 + '"'])
def test_latex_that_is_refused(client: TestClient, latex: str) -> None:
    response = client.post("/v1/solve", content=f'{{"latex": {latex}}}', headers=JSON)
    assert refused(response) in ((422, "invalid"), (422, "not_understood"), (400, "malformed_json"))


@pytest.mark.parametrize(
    "latex",
    ["(" * 200 + "1" + ")" * 200, "|" * 1001, r"\int " * 600 + "x", r"\sin " * 700 + "x", "1" + "/1" * 1500,
     "-(" * 300 + "x" + ")" * 300],
)  # fmt: skip
def test_problems_that_are_nested_too_deeply(client: TestClient, latex: str) -> None:
    response = client.post("/v1/solve", json={"latex": latex})
    assert refused(response) == (422, "not_understood") and "nested too deeply" in response.text


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
def test_compressed_bodies_are_refused(client: TestClient, encoding: str) -> None:
    headers = {**JSON, "Content-Encoding": encoding}
    for path in ("/v1/recognize", "/v1/symbol", "/v1/solve"):
        assert refused(client.post(path, content=b"{}", headers=headers)) == (415, "unsupported_encoding")


@pytest.mark.parametrize("top", ["0", "-1", "11", "1000000000000000000000", "many", "1.5", ""])
def test_numbers_of_answers_that_are_refused(client: TestClient, cross, top: str) -> None:
    for path in ("/v1/recognize", "/v1/symbol"):
        assert refused(client.post(f"{path}?top={top}", json={"strokes": cross})) == (422, "invalid")


def test_as_many_answers_as_are_asked_for(client: TestClient, cross) -> None:
    assert len(client.post("/v1/recognize?top=1", json={"strokes": cross}).json()["readings"]) == 1
    for top in (1, 10):
        networks = client.post(f"/v1/symbol?top={top}", json={"strokes": cross}).json()["networks"]
        assert [len(network["candidates"]) for network in networks] == [top] * 3


@pytest.mark.parametrize(
    ("host", "is_known"),
    [
        *((known, True) for known in (
            "localhost", "localhost:8000", "LOCALHOST.", "127.0.0.1:80", "[::1]:8000", "formulas.example",
            "a.b.school.example:443", "testserver", "[0:0:0:0:0:0:0:1]:80", "[::0001]",
        )),
        *((unknown, False) for unknown in (
            "evil.example", "10.0.0.1", "school.example", "", "localhost.evil.example", "localhost:80:80",
            "localhost@evil.example", "*", "evilschool.example", "[::2]", "[::1%lo]", "[::ffff:10.0.0.1]", "[:::]",
        )),
    ],
)  # fmt: skip
def test_hosts(networks: Networks, host: str, is_known: bool) -> None:
    hosts = [*hosts_of("127.0.0.1"), "Formulas.example", "*.school.example"]
    client = TestClient(create_app(networks, LIMITS, hosts=hosts))
    response = client.get("/v1/health", headers={"Host": host})
    if is_known:
        assert response.status_code == 200
    else:
        assert refused(response) == (400, "unknown_host")
        assert {name: response.headers[name] for name in HEADERS} == HEADERS


def test_every_error_is_documented(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path in ("/v1/recognize", "/v1/symbol", "/v1/solve"):
        responses = paths[path]["post"]["responses"]
        assert {"200", "400", "408", "413", "415", "422", "500", "503"} <= responses.keys()
        for status in responses.keys() - {"200"}:
            schema = responses[status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorOut"}


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ("nothing is drawn on it", "it is blank (nothing is drawn on it)"),
        ("has ink that is darker than the paper", "it has ink that is darker than the paper"),
        ("takes too much memory to unpack", "it takes too much memory to unpack"),
    ],
)
def test_a_picture_is_called_blank_only_where_nothing_is_drawn(cause: str, message: str) -> None:
    assert as_api_error(ImageError(cause)).message == f"The picture cannot be used: {message}."


@pytest.mark.parametrize(
    "body",
    [
        '{"strokes": [' + ",".join(["[]"] * 300_000) + "]}",
        '{"strokes": [[' + ",".join(["1"] * 300_000) + "]]}",
        '{"strokes": [], "fixed": [' + ",".join(["{}"] * 300_000) + "]}",
        '{"strokes": [], "fixed": [{"strokes": [' + ",".join(["[]"] * 300_000) + "]}]}",
        "{" + ",".join(f'"{number:x}": 1' for number in range(90_000)) + "}",
    ],
    ids=["strokes", "points", "fixed", "strokes of fixed", "keys"],
)
def test_a_body_of_nothing_but_errors_takes_little_memory(body: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ApiError) as raised:
            parse_json(Body("application/json", body.encode()), Strokes)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (raised.value.status, raised.value.code) == (422, "invalid")
    assert peak < 60_000_000
