"""What a firm looks like: settings, pictures that are drawn anew, and where they are shown."""

import base64
import io
from typing import Any, Protocol

import pytest
from PIL import Image

from kartoteka.platform.kernel.errors import Forbidden, Invalid
from kartoteka.platform.services import organisation, people, pictures, signing, tokens
from kartoteka.platform.services.office import Office


class Somebody(Protocol):
    """Somebody at his browser."""

    id: int
    client: Any
    token: str

    def get(self, address: str) -> Any: ...


def drawn(kind: str = "PNG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0f766e").save(out, kind, **more)
    return out.getvalue()


def test_every_process_knows_a_new_name_at_once(office: Office, ana: Somebody) -> None:
    other = Office(office.settings)
    try:
        with other.begin(ana.id) as work:
            assert organisation.organisation(work).name == "Kartoteka"
        with office.begin(ana.id, write=True) as work:
            organisation.change_organisation(work, {"name": "  Klen  & Kámen "})
        with other.begin(ana.id) as work:
            assert organisation.organisation(work).name == "Klen & Kámen"
        with pytest.raises(RuntimeError), office.begin(ana.id, write=True) as work:
            organisation.change_organisation(work, {"name": "Never"})
            raise RuntimeError
        with office.begin(ana.id) as work:
            assert organisation.organisation(work).name == "Klen & Kámen"
    finally:
        other.engine.dispose()


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 61}, {"name": 3}, {"accent": "red"}, {"accent": "#12345"}, {"welcome": "x" * 4001},
     {"welcome": "\x00"}, {"logo": "f" * 64}, {"logo": "../x"}, {"nothing": 1}],
)  # fmt: skip
def test_wrong_settings_are_refused(office: Office, ana: Somebody, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused, office.begin(ana.id, write=True) as work:
        organisation.change_organisation(work, wrong)
    assert set(refused.value.errors) == set(wrong)


def test_only_designers_change_it(office: Office, rita: Somebody) -> None:
    with pytest.raises(Forbidden), office.begin(rita.id, write=True) as work:
        organisation.change_organisation(work, {"name": "Mine"})


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", b"", b"\x89PNG\r\n\x1a\n broken", b"%PDF-1.4",
     drawn("GIF"), drawn("BMP"), drawn()[:45]],
)  # fmt: skip
def test_only_pictures_are_pictures(content: bytes) -> None:
    with pytest.raises(Invalid):
        pictures.redrawn(content, (100, 100))


def test_a_small_file_does_not_unfold_into_a_large_picture() -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(Invalid):
        pictures.redrawn(out.getvalue(), (100, 100))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_drawn_anew(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    uploaded = drawn(kind, (900, 500), exif=exif) + b"<script>behind the end</script>"
    kept = pictures.redrawn(uploaded, (300, 300))
    assert (kept.width, kept.height) == (300, 167) and len(kept.content) <= pictures.MAX_KEPT
    assert b"where I live" not in kept.content and b"script" not in kept.content
    assert Image.open(io.BytesIO(kept.content)).format in ("PNG", "JPEG")


def test_a_noisy_photograph_becomes_small() -> None:
    noise = Image.effect_noise((1600, 1200), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    assert len(pictures.redrawn(out.getvalue(), (1600, 1200)).content) <= pictures.MAX_KEPT


def test_the_logo_is_shown_to_everybody_and_other_pictures_are_not(office: Office, ana: Somebody) -> None:
    with office.begin(ana.id, write=True) as work:
        logo, other = pictures.keep(work, drawn(), "logo"), pictures.keep(work, drawn(size=(50, 50)))
        organisation.change_organisation(
            work, {"logo": logo, "accent": "#0f766e", "sign_in_text": "**Welcome**"}
        )
    stranger = ana.client.application.test_client()
    shown = stranger.get(f"/identity/{logo}")
    assert shown.status_code == 200 and shown.content_type == "image/png"
    assert (
        shown.headers["X-Content-Type-Options"] == "nosniff" and "immutable" in shown.headers["Cache-Control"]
    )
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert stranger.get(f"/identity/{other}").status_code == 404
    assert stranger.get(f"/pictures/{other}").status_code in (303, 401)
    assert ana.get(f"/pictures/{other}").status_code == 200
    door = stranger.get("/").text
    assert logo in door and "<strong>Welcome</strong>" in door and "/identity/0f766e.css" in door
    sheet = stranger.get("/identity/0f766e.css")
    assert "--accent:" in sheet.text and sheet.content_type.startswith("text/css")
    assert stranger.get("/identity/zzzzzz.css").status_code == 404


def test_mails_carry_the_name(office: Office, ana: Somebody) -> None:
    from sqlalchemy import select

    from kartoteka.platform.kernel.mail import OutgoingMail

    with office.begin(ana.id, write=True) as work:
        organisation.change_organisation(work, {"name": "Klen & Kámen"})
        signing.invite(work, "new@firm.example", ["reader"])
        sent = work.session.scalars(select(OutgoingMail)).one().message.decode()
    head = sent.partition("\r\n\r\n")[0]
    assert "Klen" in head.partition("From:")[2].partition("\r\n")[0] and "X-Kartoteka" not in head


def test_over_rest(office: Office, ana: Somebody, rita: Somebody) -> None:
    def ask(who: Somebody, method: str, body: Any = None) -> Any:
        with office.begin(ana.id) as work:
            email = people.user(work, who.id).email
        headers = {"Authorization": f"Bearer {tokens.create_token(office, email)}"}
        client = ana.client.application.test_client()
        return client.open("/api/v1/organisation", method=method, json=body, headers=headers)

    logo = base64.b64encode(drawn()).decode()
    changed = ask(ana, "PATCH", {"name": "Klen", "logo": logo})
    assert changed.status_code == 200 and changed.json["name"] == "Klen" and len(changed.json["logo"]) == 64
    assert ask(rita, "GET").json == changed.json
    assert ask(rita, "PATCH", {"name": "x"}).status_code == 403
    assert ask(ana, "PATCH", {"logo": "####"}).json["errors"].keys() == {"logo"}
    assert ask(ana, "PATCH", {"logo": ""}).json["logo"] == ""
