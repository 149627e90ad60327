"""The API's manners: who is let in, what a refusal looks like, how much it swallows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support import api_stub
from watchpost.api.identity import Identity
from watchpost.base.errors import ModelError, StoreError
from watchpost.protocol.cameras import TileLease, TileRequest
from watchpost.protocol.edge import EdgeInfo, EdgeSettings
from watchpost.protocol.models import ModelRecord
from watchpost.protocol.wire import Problem


class _Site:
    def info(self, caller: Identity) -> EdgeInfo:
        return EdgeInfo(
            id="e",
            name="Depot",
            version="1",
            demo=False,
            started_ns=1,
            now_ns=2,
            hostname="depot",
            shared_memory=not caller.remote,
            role=caller.role,
            user=caller.user,
        )

    def settings(self) -> EdgeSettings:
        raise RuntimeError("a bug")

    def save_settings(self, settings: EdgeSettings, by: Identity) -> EdgeSettings:
        raise StoreError("The disk is full.", todo="Free space.", code="store.full")


class _Cameras:
    def lease_tile(self, camera_id: str, request: TileRequest) -> TileLease:
        return TileLease(path=f"/{camera_id}", width=request.width, height=1)


class _Models:
    def add(self, name: str, onnx: bytes, by: Identity) -> ModelRecord:
        raise ModelError(
            f"{name} has {len(onnx)} bytes.", todo="Bring another.", code="model.broken"
        )


PORTS: dict[str, Any] = {"site": _Site(), "cameras": _Cameras(), "models": _Models()}
TILE = {"width": 320, "height": 180}


@pytest.fixture(scope="module")
def api() -> Iterator[httpx.Client]:
    with (
        api_stub.serving(api_stub.services(**PORTS)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        yield client


def ask(
    api: httpx.Client, method: str, path: str, *, role: str = "admin", **options: Any
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {role}"}
    return api.request(method, f"/api/v1{path}", headers=headers, **options)


def problem(response: httpx.Response) -> Problem:
    found = Problem.model_validate_json(response.content)
    assert found.what.endswith(".")
    assert found.todo.endswith(".")
    return found


def test_healthz_is_open_and_nothing_else(api: httpx.Client) -> None:
    assert api.get("/healthz").json() == {"status": "ok"}
    document = ask(api, "GET", "/../../openapi.json").json()
    for path, methods in document["paths"].items():
        if path == "/healthz" or "/pair/" in path:
            continue
        for method in methods:
            answer = api.request(method, path.replace("{", "").replace("}", ""))
            assert answer.status_code == 401, (method, path)
            assert problem(answer).code == "edge.signed_out"
    assert api.get("/openapi.json").status_code == 401


def test_pairing_is_refused_in_the_clear(api: httpx.Client) -> None:
    answer = api.post("/api/v1/pair/start", json={"console_name": "Desk"})
    assert answer.status_code == 409
    assert problem(answer).code == "pair.conflict"


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("operator", "PUT", "/settings"),
        ("supervisor", "PUT", "/settings"),
        ("operator", "POST", "/pair/code"),
        ("operator", "POST", "/cameras"),
        ("supervisor", "DELETE", "/cameras/c"),
        ("operator", "POST", "/models"),
        ("manager", "GET", "/diagnostics.zip"),
        ("operator", "POST", "/events/e/corrections"),
        ("technician", "POST", "/disputes/d:reject"),
    ],
)
def test_roles_are_enforced_here(
    api: httpx.Client, role: str, method: str, path: str
) -> None:
    answer = ask(api, method, path, role=role, params={"name": "m"}, json={})
    assert answer.status_code == 403
    assert problem(answer).code == "edge.forbidden"


def test_an_unknown_token_is_signed_out(api: httpx.Client) -> None:
    answer = ask(api, "GET", "/edge", role="root")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_info_says_who_we_are(api: httpx.Client) -> None:
    info = EdgeInfo.model_validate_json(ask(api, "GET", "/edge").content)
    assert (info.role, info.user, info.shared_memory) == ("admin", "the admin", True)


def test_a_wrong_field_is_named(api: httpx.Client) -> None:
    answer = ask(api, "PUT", "/cameras/c/tile", json={**TILE, "width": 1})
    assert answer.status_code == 422
    assert "width" in problem(answer).what


def test_an_unknown_field_is_refused(api: httpx.Client) -> None:
    answer = ask(api, "PUT", "/cameras/c/tile", json={**TILE, "colour": "red"})
    assert answer.status_code == 422
    assert "colour" in problem(answer).what


def test_broken_json_is_refused(api: httpx.Client) -> None:
    headers = {"Authorization": "Bearer admin", "content-type": "application/json"}
    answer = api.put("/api/v1/cameras/c/tile", headers=headers, content=b"{")
    assert answer.status_code == 422
    problem(answer)


def test_a_bug_is_a_problem_too(api: httpx.Client) -> None:
    answer = ask(api, "GET", "/settings")
    assert answer.status_code == 500
    assert problem(answer).code == "edge.internal"
    assert "a bug" not in answer.text


def test_a_full_disk_says_so(api: httpx.Client) -> None:
    answer = ask(api, "PUT", "/settings", json={})
    assert answer.status_code == 507
    assert problem(answer).code == "store.full"


def test_no_such_page(api: httpx.Client) -> None:
    assert problem(ask(api, "GET", "/nothing")).code == "http.404"
    assert problem(ask(api, "PATCH", "/edge")).code == "http.405"


def test_a_body_past_the_limit_is_refused_by_its_announcement(
    api: httpx.Client,
) -> None:
    answer = ask(api, "POST", "/cameras", content=b" " * (3 << 20))
    assert answer.status_code == 413
    assert problem(answer).code == "request.too_large"


def test_a_body_past_the_limit_is_refused_without_announcement(
    api: httpx.Client,
) -> None:
    chunks = (b" " * (1 << 20) for _ in range(4))
    answer = ask(api, "POST", "/cameras", content=chunks)
    assert answer.status_code == 413


def test_a_model_may_be_larger(api: httpx.Client) -> None:
    answer = ask(api, "POST", "/models", params={"name": "m"}, content=b" " * (3 << 20))
    assert answer.status_code == 422
    assert problem(answer).what == f"m has {3 << 20} bytes."


def test_tiles_are_leased_on_this_computer_only(
    api: httpx.Client, tmp_path: Path
) -> None:
    assert ask(api, "PUT", "/cameras/c/tile", json=TILE).json()["path"] == "/c"
    with api_stub.serving(api_stub.services(**PORTS), remote=True) as url:
        headers = {"Authorization": "Bearer admin"}
        answer = httpx.put(
            f"{url}/api/v1/cameras/c/tile", headers=headers, json=TILE, trust_env=False
        )
    assert answer.status_code == 409
    assert problem(answer).code == "tile.remote"
