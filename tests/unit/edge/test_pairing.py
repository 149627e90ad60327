"""One-time codes: proofs, tries, age, single use, and the whole way over real TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import api_stub
from support.stores import FakeClock, opened
from watchpost.api.identity import Identity
from watchpost.base.errors import EdgeError
from watchpost.client.edge import EdgeClient
from watchpost.client.pairing import pair, parse_address
from watchpost.domain.pairing import new_code, plain_code, proof
from watchpost.edge.access import Access
from watchpost.edge.certificate import ensure_certificate
from watchpost.edge.pairing import PairingDesk
from watchpost.edge.stores import Stores
from watchpost.protocol.edge import EdgeInfo, PairFinish, PairStart

ADMIN = Identity("this computer", "admin", remote=False)
FINGERPRINT = "ab" * 32


def describe(caller: Identity) -> EdgeInfo:
    return EdgeInfo(
        id="e",
        name="Depot",
        version="1",
        demo=False,
        started_ns=1,
        now_ns=2,
        hostname="depot",
        shared_memory=False,
        role=caller.role,
        user=caller.user,
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stores(tmp_path: Path, clock: FakeClock) -> Iterator[Stores]:
    with opened(tmp_path, clock=clock) as found:
        yield found


@pytest.fixture
def desk(stores: Stores, clock: FakeClock) -> PairingDesk:
    return PairingDesk(
        stores.tokens,
        fingerprint=FINGERPRINT,
        address="https://192.0.2.7:8443",
        describe=describe,
        clock=clock,
    )


def try_code(desk: PairingDesk, code: str, fingerprint: str = FINGERPRINT) -> str:
    challenge = desk.start(PairStart(console_name="Office"))
    answer = desk.finish(
        PairFinish(
            challenge_id=challenge.challenge_id,
            proof=proof("console", code, challenge.nonce, fingerprint),
        )
    )
    assert answer.proof == proof("edge", code, challenge.nonce, FINGERPRINT)
    return answer.token


def test_a_right_code_brings_a_token_with_its_role(
    desk: PairingDesk, stores: Stores
) -> None:
    code = desk.new_code("supervisor", ADMIN).code
    token = stores.tokens.check(try_code(desk, code))
    assert token is not None
    assert (token.name, token.role) == ("Office", "supervisor")


def test_a_code_is_good_once(desk: PairingDesk) -> None:
    code = desk.new_code("admin", ADMIN).code
    try_code(desk, code)
    with pytest.raises(EdgeError, match="wrong, used or too old"):
        try_code(desk, code)


def test_a_code_ends_after_ten_minutes(desk: PairingDesk, clock: FakeClock) -> None:
    code = desk.new_code("admin", ADMIN).code
    clock.move(599)
    desk.start(PairStart(console_name="Office"))
    clock.move(1)
    with pytest.raises(EdgeError):
        try_code(desk, code)


def test_setting_the_clock_back_does_not_prolong_a_code(
    desk: PairingDesk, clock: FakeClock
) -> None:
    code = desk.new_code("admin", ADMIN).code
    clock.monotonic += 600 * 10**9
    with pytest.raises(EdgeError):
        try_code(desk, code)


def test_five_wrong_proofs_end_a_code(desk: PairingDesk) -> None:
    code = desk.new_code("admin", ADMIN).code
    for _ in range(5):
        with pytest.raises(EdgeError):
            try_code(desk, new_code())
    with pytest.raises(EdgeError):
        try_code(desk, code)


def test_four_wrong_proofs_do_not(desk: PairingDesk) -> None:
    code = desk.new_code("admin", ADMIN).code
    for _ in range(4):
        with pytest.raises(EdgeError):
            try_code(desk, new_code())
    assert try_code(desk, code)


def test_a_proof_over_another_certificate_is_worth_nothing(desk: PairingDesk) -> None:
    code = desk.new_code("admin", ADMIN).code
    with pytest.raises(EdgeError):
        try_code(desk, code, fingerprint="cd" * 32)


def test_a_challenge_answers_once(desk: PairingDesk) -> None:
    code = desk.new_code("admin", ADMIN).code
    challenge = desk.start(PairStart(console_name="Office"))
    with pytest.raises(EdgeError):
        desk.finish(PairFinish(challenge_id=challenge.challenge_id, proof="no"))
    right = proof("console", code, challenge.nonce, FINGERPRINT)
    with pytest.raises(EdgeError):
        desk.finish(PairFinish(challenge_id=challenge.challenge_id, proof=right))


def test_without_a_code_nobody_begins(desk: PairingDesk) -> None:
    with pytest.raises(EdgeError):
        desk.start(PairStart(console_name="Office"))


def test_challenges_are_not_hoarded(desk: PairingDesk) -> None:
    desk.new_code("admin", ADMIN)
    for _ in range(32):
        desk.start(PairStart(console_name="Office"))
    with pytest.raises(EdgeError, match="Too many"):
        desk.start(PairStart(console_name="Office"))


def test_an_edge_that_does_not_listen_makes_no_code(stores: Stores) -> None:
    desk = PairingDesk(stores.tokens, fingerprint="", address="", describe=describe)
    with pytest.raises(EdgeError, match="does not listen"):
        desk.new_code("admin", ADMIN)


def test_codes_are_read_as_people_type_them() -> None:
    assert plain_code(" 7kq2 m0xd-9r4t ") == "7KQ2M0XD9R4T"
    assert plain_code("OIL0") == "0110"
    assert len({new_code() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("192.0.2.7", ("192.0.2.7", 8443)),
        (" https://bus-12:9000/ ", ("bus-12", 9000)),
        ("bus-12:9000", ("bus-12", 9000)),
        ("[2001:db8::1]:9000", ("2001:db8::1", 9000)),
    ],
)
def test_addresses_as_people_type_them(typed: str, expected: tuple[str, int]) -> None:
    assert parse_address(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "http://bus-12", "bus 12", "bus:port", "x:99999"]
)
def test_no_addresses(typed: str) -> None:
    with pytest.raises(EdgeError, match="not the address"):
        parse_address(typed)


class _Site:
    def info(self, caller: Identity) -> EdgeInfo:
        return describe(caller)


def test_pairing_over_tls_and_then_talking(stores: Stores) -> None:
    pem = stores.folder.certificate
    desk = PairingDesk(
        stores.tokens,
        fingerprint=ensure_certificate(pem, "e"),
        address="",
        describe=describe,
    )
    found = api_stub.services(
        pairing=desk, access=Access("local" * 8, stores.tokens), site=_Site()
    )
    with api_stub.serving(found, remote=True, certificate=pem) as url:
        code = desk.new_code("operator", ADMIN).code
        paired = pair(url, code.lower().replace("-", " "), "Office")
        client = EdgeClient(paired.address)
        assert client.info().role == "operator"
        assert client.info().user == "Office"
        client.close()
        with pytest.raises(EdgeError) as caught:
            pair(url, code, "Office")
        assert caught.value.code == "pair.refused"


def test_an_edge_that_does_not_know_the_code_is_not_trusted(stores: Stores) -> None:
    """A machine in between lets us in without proof: its answer gives it away."""
    pem = stores.folder.certificate
    ensure_certificate(pem, "e")
    desk = PairingDesk(
        stores.tokens, fingerprint="not ours", address="", describe=describe
    )
    code = desk.new_code("operator", ADMIN).code
    impostor = _Impostor(desk)
    found = api_stub.services(pairing=impostor)
    with (
        api_stub.serving(found, remote=True, certificate=pem) as url,
        pytest.raises(EdgeError) as caught,
    ):
        pair(url, code, "Office")
    assert caught.value.code == "pair.impostor"


class _Impostor:
    def __init__(self, desk: PairingDesk) -> None:
        self.start = desk.start

    def finish(self, _request: PairFinish) -> object:
        from watchpost.protocol.edge import PairResult

        return PairResult(token="t" * 40, proof="00", edge=describe(ADMIN))


def test_the_certificate_stays_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "edge.pem"
    first = ensure_certificate(path, "e")
    assert ensure_certificate(path, "e") == first
    path.write_text("nothing", encoding="utf-8")
    with pytest.raises(Exception, match="cannot be read"):
        ensure_certificate(path, "e")
