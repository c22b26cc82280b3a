"""Knock at every port of the object store from outside, as somebody who has the address and no key."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import grpc
import jwt
import orjson
import psutil
import pytest

from infra import store
from infra.settings import Settings
from infra.stack import certificate, processes, seaweed

BUCKET, KEY = "lake", "door/secret.txt"  # a bucket without versions: the path is the object
MARK = b"nobody-outside-may-read-this"
FILE = f"/buckets/{BUCKET}/{KEY}"


class Door:
    """One listening socket of the store, and how to speak to it."""

    def __init__(self, name: str, port: int, context: ssl.SSLContext | None) -> None:
        self.name, self.port, self.context = name, port, context

    def ask(
        self, verb: str, path: str, body: bytes | None = None, token: str | None = None
    ) -> tuple[int, bytes]:
        """Status and body; 0 where there was no answer in HTTP."""
        if self.context:
            link = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=self.context)
        else:
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            link.request(verb, path, body, {"Authorization": f"Bearer {token}"} if token else {})
            answer = link.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            link.close()


def _strangers(folder: Path) -> list[ssl.SSLContext | None]:
    """HTTP, HTTPS without a certificate, HTTPS with a certificate of the stranger's own making."""
    bare, forged = (ssl.create_default_context() for _ in range(2))
    for context in (bare, forged):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    for name, text in certificate.make("seaweedfs").items():
        (folder / name).write_text(text, encoding="ascii")
    forged.load_cert_chain(folder / "weed.crt", folder / "weed.key")
    return [None, bare, forged]


def _our_tls() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(seaweed.FOLDER / "ca.crt"))
    context.load_cert_chain(seaweed.FOLDER / "weed.crt", seaweed.FOLDER / "weed.key")
    return context


@pytest.fixture(scope="module")
def listening(stack: Settings) -> Iterator[list[int]]:
    """Every TCP port on which the store listens, as the kernel sees it."""
    store.client().put_object(BUCKET, KEY, BytesIO(MARK), len(MARK))
    (weed,) = (process for process, name in processes.ours() if name == "seaweedfs")
    found = [link for link in weed.net_connections("tcp") if link.status == psutil.CONN_LISTEN]
    assert {link.laddr.ip for link in found} == {"127.0.0.1"}
    yield sorted(link.laddr.port for link in found)
    store.client().remove_object(BUCKET, KEY)


@pytest.fixture(scope="module")
def chunk(listening: list[int]) -> str:
    """The volume server's name for the object's bytes, learnt from the filer with all of our keys."""
    filer = Door("filer", _port("weed_filer"), _our_tls())
    status, body = filer.ask("GET", f"{FILE}?metadata=true", token=_token("jwt.filer_signing.read"))
    assert status == 200, body
    return str(orjson.loads(body)["chunks"][0]["file_id"])


def _port(name: str) -> int:
    return seaweed.credentials.port(name)


def _token(section: str, **claims: str) -> str:
    text = (seaweed.FOLDER / "security.toml").read_text(encoding="utf-8")
    key = text.split(f"[{section}]", 1)[1].split('"')[1]
    return jwt.encode({"exp": 4102444800, **claims}, key, algorithm="HS256")


def test_the_probe_would_get_the_bytes_with_our_keys(chunk: str) -> None:
    """The control of the tests below: the same paths, with certificate and token, do give the object."""
    ours = _our_tls()
    volume, master = Door("volume", _port("weed_volume"), ours), Door("master", _port("weed_master"), ours)
    assert master.ask("GET", "/dir/assign")[0] == 200
    status, body = volume.ask("GET", f"/{chunk}", token=_token("jwt.signing.read", fid=chunk))
    assert (status, body) == (200, MARK)


def _requests(chunk: str) -> Iterator[tuple[str, str, bytes | None]]:
    for path in (
        *(FILE, f"{FILE}?metadata=true", f"/buckets/{BUCKET}/", "/buckets/", "/"),
        *(f"/{BUCKET}/{KEY}", f"/{BUCKET}/?list-type=2", f"/{BUCKET}?versions"),
        *(f"/{chunk}", f"/{chunk.replace(',', '/')}", "/dir/assign", f"/dir/lookup?fileId={chunk}&read=yes"),
        *("/dir/status", "/vol/status", "/cluster/status", "/ui/index.html", "/stats/disk", "/debug/pprof/"),
    ):
        yield "GET", path, None
    for folder in (f"/buckets/{BUCKET}", f"/{BUCKET}", f"/.tus/buckets/{BUCKET}"):
        yield "PUT", f"{folder}/written.txt", b"written by a stranger"
        yield "POST", f"{folder}/written.txt", b"written by a stranger"
    for path in (f"/{chunk}", "/submit"):
        yield "PUT", path, b"written by a stranger"
        yield "POST", path, b"written by a stranger"
    yield "DELETE", FILE, None
    yield "DELETE", f"/{chunk}", None
    yield "POST", "/?Action=ListUsers&Version=2010-05-08", b"Action=ListUsers&Version=2010-05-08"


def test_no_port_serves_or_takes_anything_without_a_key(
    listening: list[int], chunk: str, tmp_path: Path
) -> None:
    """Every port, in HTTP and in HTTPS without our certificate: never a 2xx, never the object or its name."""
    assert len(listening) == len(seaweed.PORTS)
    strangers = _strangers(tmp_path)
    answered = 0
    for port in listening:
        for context in strangers:
            door = Door("stranger", port, context)
            for verb, path, body in _requests(chunk):
                status, text = door.ask(verb, path, body)
                assert not 200 <= status < 300, f"{verb} {path} on port {port}: {status} {text[:200]!r}"
                assert MARK not in text
                assert b"</Name>" not in text
                answered += bool(status)
    assert answered  # the probe does reach servers
    assert store.read_bytes(BUCKET, KEY) == MARK
    assert not any("written" in key for key in store.list_keys(BUCKET, ""))


def test_unix_sockets_give_nothing_without_a_token() -> None:
    """The filer's own socket speaks HTTP without TLS: its folder is closed, and it asks for a token too."""
    path = seaweed.FOLDER / "filer.sock"
    assert path.parent.stat().st_mode & 0o077 == 0
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(5)
        link.connect(str(path))
        link.sendall(f"GET {FILE} HTTP/1.0\r\n\r\n".encode())
        assert link.recv(4096).split()[1] == b"401"


def _list_buckets(address: str, keys: grpc.ChannelCredentials | None) -> bytes:
    """The filer's gRPC listing of /buckets; raises grpc.RpcError when refused."""
    channel = grpc.secure_channel(address, keys) if keys else grpc.insecure_channel(address)
    with channel:
        call = channel.unary_stream("/filer_pb.SeaweedFiler/ListEntries")
        directory = b"/buckets"
        return b"".join(call(b"\x0a" + bytes([len(directory)]) + directory, timeout=5))


@pytest.fixture(scope="module")
def our_keys(listening: list[int]) -> grpc.ChannelCredentials:
    ca, key, pair = ((seaweed.FOLDER / name).read_bytes() for name in ("ca.crt", "weed.key", "weed.crt"))
    return grpc.ssl_channel_credentials(ca, key, pair)


def test_the_filer_lists_buckets_to_our_certificate_only(our_keys: grpc.ChannelCredentials) -> None:
    port = _port("weed_filer_grpc")
    assert b"returns" in _list_buckets(f"127.0.0.1:{port}", our_keys)
    with pytest.raises(grpc.RpcError):
        _list_buckets(f"127.0.0.1:{port}", None)


@pytest.mark.parametrize("server", ["master", "volume", "filer", "s3"])
def test_grpc_shakes_hands_with_our_certificate_only(our_keys: grpc.ChannelCredentials, server: str) -> None:
    """On the port and on its twin in /tmp; with our keys each answers, if only that it knows no such call."""
    port = _port(f"weed_{server}_grpc")
    ca = (seaweed.FOLDER / "ca.crt").read_bytes()
    forged = certificate.make("seaweedfs")
    strangers = (
        None,
        grpc.ssl_channel_credentials(ca),
        grpc.ssl_channel_credentials(ca, forged["weed.key"].encode(), forged["weed.crt"].encode()),
    )
    for address in (f"127.0.0.1:{port}", f"unix:{seaweed.SOCKETS}/seaweedfs-{server}-grpc-{port}.sock"):
        if not address.startswith("unix"):
            assert _refusal(address, our_keys) is not grpc.StatusCode.UNAVAILABLE
        for keys in strangers:
            assert _refusal(address, keys) is grpc.StatusCode.UNAVAILABLE


def _refusal(address: str, keys: grpc.ChannelCredentials | None) -> grpc.StatusCode | None:
    try:
        _list_buckets(address, keys)
    except grpc.RpcError as error:
        return error.code()
    return None


def test_the_authority_key_is_nowhere() -> None:
    """Nobody can sign a second certificate, not even with all that lies in the folder."""
    keys = [path.name for path in Path(seaweed.FOLDER).iterdir() if path.suffix == ".key"]
    assert keys == ["weed.key"]
