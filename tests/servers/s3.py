"""An object store that speaks as much of S3 as files need, in memory: what is tested is that we speak it."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


@dataclass
class Store:
    """What lies in it, by bucket and key, and what is on its way in parts."""

    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    # When this is not empty, everything is answered by it.
    failing: int = 0


class _Talk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/")

    @property
    def query(self) -> dict[str, str]:
        asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        return {name: values[0] for name, values in asked.items()}

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return body
        plain = b""
        while body:
            size, _line, rest = body.partition(b"\r\n")
            number = int(size.partition(b";")[0], 16)
            plain, body = plain + rest[:number], rest[number + 2 :] if number else b""
        return plain

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _told(self, name: str, inside: str) -> None:
        body = f"<{name} {NAMESPACE}>{inside}</{name}>"
        self._answer(200, body.encode(), Content_Type="application/xml")

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code></Error>".encode(), Content_Type="application/xml")

    def _failed(self) -> bool:
        if self.store.failing:
            self._body()
            self._refuse(self.store.failing, "SlowDown")
        return bool(self.store.failing)

    def do_PUT(self) -> None:
        """An object, a part of one, or a copy."""
        if self._failed():
            return
        body, query = self._body(), self.query
        source = self.headers.get("x-amz-copy-source")
        if "partNumber" in query:
            self.store.parts[query["uploadId"]][int(query["partNumber"])] = body
            self._answer(200, ETag=_tag(body))
        elif source is not None:
            found = self.store.objects.get(unquote(source).lstrip("/"))
            if found is None:
                return self._refuse(404, "NoSuchKey")
            self.store.objects[self.key] = found
            self._answer(200, f"<CopyObjectResult><ETag>{_tag(found)}</ETag></CopyObjectResult>".encode())
        else:
            self.store.objects[self.key] = body
            self._answer(200, ETag=_tag(body))

    def do_POST(self) -> None:
        """The beginning and the end of an object in parts, and many removed at once."""
        if self._failed():
            return
        body, query = self._body(), self.query
        if "uploads" in query:
            number = str(len(self.store.parts) + 1)
            self.store.parts[number] = {}
            self._told("InitiateMultipartUploadResult", f"<UploadId>{number}</UploadId>")
        elif "uploadId" in query:
            parts = self.store.parts.pop(query["uploadId"])
            whole = b"".join(parts[each] for each in sorted(parts))
            self.store.objects[self.key] = whole
            self._told("CompleteMultipartUploadResult", f"<ETag>{_tag(whole)}</ETag>")
        elif "delete" in query:
            bucket = self.key.strip("/")
            keys = [each.partition("</Key>")[0] for each in body.decode().split("<Key>")[1:]]
            for each in keys:
                self.store.objects.pop(f"{bucket}/{each}", None)
            told = "".join(f"<Deleted><Key>{each}</Key></Deleted>" for each in keys)
            self._told("DeleteResult", told)
        else:
            self._refuse(400, "InvalidRequest")

    def do_GET(self) -> None:
        """An object, a part of one, or a list."""
        if self._failed():
            return
        if "list-type" in self.query:
            return self._list()
        found = self.store.objects.get(self.key)
        if found is None:
            return self._refuse(404, "NoSuchKey")
        asked = self.headers.get("Range", "").removeprefix("bytes=")
        headers = {"ETag": _tag(found), "Last_Modified": formatdate(usegmt=True), "Accept_Ranges": "bytes"}
        if not asked:
            return self._answer(200, found, **headers)
        first, _dash, last = asked.partition("-")
        start, end = int(first), min(int(last or len(found) - 1), len(found) - 1)
        headers["Content_Range"] = f"bytes {start}-{end}/{len(found)}"
        self._answer(206, found[start : end + 1], **headers)

    def do_HEAD(self) -> None:
        """The head of what GET gives."""
        self.do_GET()

    def do_DELETE(self) -> None:
        """An object away, or what came in parts."""
        if self._failed():
            return
        self.store.parts.pop(self.query.get("uploadId", ""), None)
        self.store.objects.pop(self.key, None)
        self._answer(204)

    def _list(self) -> None:
        bucket = self.key.strip("/").partition("/")[0] + "/"
        prefix, delimiter = self.query.get("prefix", ""), self.query.get("delimiter", "")
        keys = sorted(
            each.removeprefix(bucket) for each in self.store.objects if each.startswith(bucket + prefix)
        )
        folders, files = [], []
        for each in keys:
            rest = each.removeprefix(prefix)
            if delimiter and delimiter in rest:
                folders.append(prefix + rest.partition(delimiter)[0] + delimiter)
            else:
                files.append(each)
        told = "".join(
            f"<Contents><Key>{escape(each)}</Key><LastModified>2026-11-22T08:00:00.000Z</LastModified>"
            f"<ETag>{_tag(b'')}</ETag><Size>{len(self.store.objects[bucket + each])}</Size>"
            "</Contents>"
            for each in files
        )
        told += "".join(
            f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>"
            for each in dict.fromkeys(folders)
        )
        self._told("ListBucketResult", f"<IsTruncated>false</IsTruncated>{told}")


def _tag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


@contextmanager
def object_store() -> Iterator[tuple[str, Store]]:
    """A store on a free port: its address and what lies in it."""
    store = Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Talk", (_Talk,), {"store": store}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
