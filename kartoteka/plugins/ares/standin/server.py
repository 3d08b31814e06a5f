"""The stand-in's server: true paths, statuses and codes on the loopback interface, and faults on demand."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from kartoteka.plugins.ares.standin import companies

ARES, VIES, POLAND = "/ekonomicke-subjekty-v-be/rest", "/vies/rest-api", "/poland"
_MOST_FOUND, _MOST_AT_ONCE = 1000, 100
_FILTERS = ("ico", "obchodniJmeno", "sidlo", "pravniForma", "pravniFormaRos", "financniUrad", "czNace")
Answer = tuple[int, Any]


class StandIn:
    """Serves invented companies. `asked` holds every request; `faults` are given away one by one, `always` stays."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.subjects = companies.subjects()
        self.public_register = companies.public_register()
        # Lists of changes of each source: what they tell, by their numbers.
        self.feed: dict[str, dict[int, list[str]]] = {source: {1: []} for source in ("vr", "res", "rzp")}
        self.asked: list[tuple[str, str, Any]] = []
        self.faults: deque[str] = deque()
        self.always = ""
        # What “slow” waits for: a test sets it, and the server lets go.
        self.released = threading.Event()
        self.slow_seconds = 20.0
        self.most_at_a_time = 0
        self._now = 0
        self._lock = threading.Lock()
        self.server = ThreadingHTTPServer((host, port), _handler(self))
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self.server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def settings(self) -> dict[str, str]:
        """The variables that lead Kartoteka here."""
        return {
            "KARTOTEKA_ARES_URL": self.url + ARES,
            "KARTOTEKA_VIES_URL": self.url + VIES,
            "KARTOTEKA_POLAND_URL": self.url + POLAND,
        }

    def begin(self) -> threading.Thread:
        """This function will serve in a thread of its own."""
        thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        return thread

    def end(self) -> None:
        """This function will stop serving."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def enter(self, method: str, path: str, body: Any) -> str:
        """This function will note a request and give the fault that it is to meet."""
        with self._lock:
            self.asked.append((method, path, body))
            self._now += 1
            self.most_at_a_time = max(self.most_at_a_time, self._now)
            return self.faults.popleft() if self.faults else self.always

    def leave(self) -> None:
        """This function will note that a request is over."""
        with self._lock:
            self._now -= 1

    def answer(self, method: str, path: str, body: Any) -> Answer:
        """This function will answer as the public services do."""
        if path.startswith(ARES) and method == "POST" and path == f"{ARES}/ekonomicke-subjekty/vyhledat":
            return self._search(body if isinstance(body, dict) else {})
        if path.startswith(f"{ARES}/ekonomicke-subjekty-notifikace/"):
            return self._announced(path.removeprefix(f"{ARES}/ekonomicke-subjekty-notifikace/"), body)
        for place, known in (
            ("ekonomicke-subjekty", self.subjects),
            ("ekonomicke-subjekty-vr", self.public_register),
        ):
            if method == "GET" and path.startswith(f"{ARES}/{place}/"):
                return _one(path.rpartition("/")[2], known)
        if path.startswith(f"{VIES}/ms/"):
            return self._vat(path)
        if path.startswith(f"{POLAND}/api/search/nip/"):
            return _polish(path.rpartition("/")[2])
        return 404, {"timestamp": "2026-09-30T10:00:00Z", "status": 404, "error": "Not Found", "path": path}

    def _search(self, body: Mapping[str, Any]) -> Answer:
        numbers, name = body.get("ico") or [], str(body.get("obchodniJmeno") or "").strip().casefold()
        size, start = int(body.get("pocet") or 10), int(body.get("start") or 0)
        if not any(body.get(each) for each in _FILTERS):
            return _refused("VSTUP_PRAZDNY", "Nebyla zadána žádná vyhledávací hodnota.")
        if len(numbers) > _MOST_AT_ONCE or size > _MOST_FOUND:
            return _refused("VSTUP_NEVALIDNI_FORMAT_ATRIBUTU", "Příliš mnoho položek.")
        living = [each for each in self.subjects.values() if "datumZaniku" not in each or numbers]
        found = [each for each in living if _fits(each, numbers, name)]
        found += [each for each in companies.foreign() if name and _fits(each, [], name)]
        if len(found) > _MOST_FOUND:
            said = (
                f"Zadaný dotaz vrací příliš mnoho výsledků ({len(found)}). Povoleno je maximálně 1\u00a0000."
            )
            return _refused("VYSTUP_PRILIS_MNOHO_VYSLEDKU", said)
        found.sort(key=lambda each: each.get("ico", "~"))
        return 200, {"pocetCelkem": len(found), "ekonomickeSubjekty": found[start : start + size]}

    def _announced(self, place: str, body: Any) -> Answer:
        """The lists of a source, or one of them."""
        if place == "vyhledat":
            source = str((body or {}).get("datovyZdroj"))
            return 200, {
                "notifikacniDavky": [_list(source, *each) for each in self.feed.get(source, {}).items()]
            }
        _word, source, _word, number = place.split("/")
        told = self.feed.get(source, {}).get(int(number))
        if told is None:
            return 404, {"kod": "NENALEZENO", "popis": "Dávka neexistuje.", "subKod": "VYSTUP_NENALEZEN"}
        said = [{"typZmeny": "UPD", "icoId": each} for each in told]
        return 200, {**_list(source, int(number), told), "seznamNotifikaci": said}

    def _vat(self, path: str) -> Answer:
        country, _vat, number = path.removeprefix(f"{VIES}/ms/").split("/", 2)
        if country == companies.VAT_OF_STATE_AWAY:
            return 200, {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}
        known = next(
            (each for each in self.subjects.values() if each.get("dic") == f"{country}{number}"), None
        )
        told = {"requestDate": "2026-09-30T10:00:00.000Z", "requestIdentifier": "", "vatNumber": number}
        if known is None:
            return 200, {"isValid": False, "userError": "INVALID", "name": "---", "address": "---", **told}
        seat = known["sidlo"]["textovaAdresa"].replace(", ", "\n")
        return 200, {
            "isValid": True,
            "userError": "VALID",
            "name": known["obchodniJmeno"],
            "address": seat,
            **told,
        }


def _list(source: str, number: int, told: list[str]) -> dict[str, Any]:
    return {
        "cisloDavky": number,
        "datovyZdroj": source,
        "datumUvolneniDavky": "2026-09-30",
        "pocetZmen": len(told),
    }


def _one(number: str, known: Mapping[str, Any]) -> Answer:
    if not (len(number) == 8 and number.isascii() and number.isdigit()):
        return _refused(
            "VSTUP_NEVALIDNI_FORMAT_ICO", "Položka 'ico' : nesplňuje regulární výraz [0-9]{8}|Chyba vstupu"
        )
    if number not in known:
        said = {
            "kod": "NENALEZENO",
            "popis": "Subjekt není v registru.",
            "subKod": "VYSTUP_SUBJEKT_NENALEZEN",
        }
        return 404, said
    return 200, known[number]


def _fits(document: Mapping[str, Any], numbers: list[str], name: str) -> bool:
    """Names by their beginning, whatever the case; diacritics matter."""
    if numbers and document.get("ico") not in numbers:
        return False
    return str(document["obchodniJmeno"]).casefold().startswith(name)


def _refused(code: str, said: str) -> Answer:
    return 400, {"kod": "CHYBA_VSTUPU", "popis": said, "subKod": code}


def _polish(number: str) -> Answer:
    if not (number.isdigit() and len(number) == 10):
        return 400, {"code": "WL-115", "message": "Nieprawidłowy NIP."}
    told = {"requestId": f"standin-{number}", "requestDateTime": "30-09-2026 10:00:00"}
    return 200, {"result": {"subject": companies.polish().get(number), **told}}


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            self._serve(None)

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._serve(json.loads(raw) if raw else None)

        def _serve(self, body: Any) -> None:
            path = urlsplit(self.path).path
            fault = standin.enter(self.command, path, body)
            try:
                status, document = standin.answer(self.command, path, body)
                if fault:
                    _FAULTS[fault](self, standin, document)
                else:
                    self.say(status, json.dumps(document, ensure_ascii=False).encode())
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                standin.leave()

        def say(self, status: int, content: bytes, kind: str = "application/json", *, more: int = 0,
                headers: Mapping[str, str] | None = None) -> None:  # fmt: skip
            """Answer; `more` bytes are promised and never sent."""
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content) + more))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            if more:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: what was asked is kept."""

    return Handler


def _wait(handler: Any, standin: StandIn, document: Any) -> None:
    standin.released.wait(standin.slow_seconds)
    handler.say(200, json.dumps(document).encode())


def _reset(handler: Any, _standin: StandIn, _document: Any) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def _page(status: int) -> Callable[[Any, StandIn, Any], None]:
    content = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    return lambda handler, standin, document: handler.say(status, content, "text/html")


def _half(handler: Any, _standin: StandIn, document: Any) -> None:
    content = json.dumps(document).encode()
    handler.say(200, content[: len(content) // 2], more=len(content))


def _plain(status: int, document: Any, **headers: str) -> Callable[[Any, StandIn, Any], None]:
    content = json.dumps(document).encode()
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, standin, _document: handler.say(status, content, headers=told)


_FAULTS: Mapping[str, Callable[[Any, StandIn, Any], None]] = {
    "slow": _wait,
    "reset": _reset,
    "half": _half,
    "html_200": _page(200),
    "html_502": _page(502),
    "error_500": _plain(500, {"kod": "OBECNA_CHYBA", "popis": "Chyba", "subKod": "SYSTEMOVA_CHYBA"}),
    "busy_429": _plain(429, {"kod": "OBECNA_CHYBA"}, Retry_After="7"),
    "bare_404": _plain(404, {"status": 404, "error": "Not Found", "path": "/elsewhere"}),
    "array": _plain(200, [{"ico": "38100015"}]),
    "somebody_else": _plain(200, {"ico": "00000000", "obchodniJmeno": "Někdo jiný"}),
    "redirect": _plain(302, {}, Location="http://127.0.0.1:9/elsewhere"),
    "huge": lambda handler, standin, document: handler.say(200, b'{"x": "' + b"a" * 5_000_000 + b'"}'),
    "charset": lambda handler, standin, document: handler.say(
        200, json.dumps(document, ensure_ascii=False).encode("cp1250", "replace")
    ),
}
__all__ = ["ARES", "POLAND", "VIES", "StandIn"]
