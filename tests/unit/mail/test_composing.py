"""Letters: both forms, the language of the reader, and no way to break out of a header or into the HTML."""

import stat
from pathlib import Path

import pytest

from kartoteka.platform.kernel.errors import Invalid, Misconfigured
from kartoteka.platform.kernel.mail import compose
from kartoteka.platform.kernel.transport import Folder, MailServer

EVIL = '"><img src=x onerror=alert(1)>'
DATA = {"name": "Jana", "inviter": "Hana", "link": "https://crm.firm.example/invitation/x", "until": "1. 12. 2026",
        "base_url": "https://crm.firm.example"}  # fmt: skip
TEMPLATES = ["invitation", "new_password", "password_changed"]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["en", "cs"])
def test_both_forms(template: str, language: str) -> None:
    letter = compose(language, template, **DATA)
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert letter["Content-Language"] == language
    assert "Kartoteka" in letter["Subject"]
    for part in (plain.get_content(), html.get_content()):
        assert DATA["link"] in part
        assert "Jana" in part
    assert letter["Subject"] not in plain.get_content()
    assert f'<html lang="{language}">' in html.get_content()


@pytest.mark.parametrize("template", TEMPLATES)
def test_html_is_escaped(template: str) -> None:
    letter = compose("en", template, **{**DATA, "name": EVIL, "inviter": EVIL, "link": EVIL, "until": EVIL})
    html = letter.get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content()


@pytest.mark.parametrize(
    "evil", ["Hana\r\nBcc: x@y.cz", "Hana\nX", "Hana\rX", "Hana\x00", "Hana\u2028X", "Hana\x85X"]
)
def test_a_subject_is_one_line(evil: str) -> None:
    with pytest.raises(Invalid):
        compose("en", "invitation", **{**DATA, "inviter": evil})


def test_the_folder_keeps_letters_for_their_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mail")
    for _again in range(2):
        folder.send(b"Subject: x\r\n\r\ny", "a@b.cz", "c@d.cz", "<abc@firm.example>")
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "abc.eml"
    assert file.read_bytes() == b"Subject: x\r\n\r\ny"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://mail.firm.example", MailServer("mail.firm.example", 25, "", "", "")),
        ("smtp://u%40x:p%3A%2F@m:2525?tls=starttls", MailServer("m", 2525, "u@x", "p:/", "starttls")),
        ("smtp://m?tls=starttls", MailServer("m", 587, "", "", "starttls")),
        ("smtps://m", MailServer("m", 465, "", "", "always")),
    ],
)
def test_mail_servers(url: str, wanted: MailServer) -> None:
    assert MailServer.at(url) == wanted


@pytest.mark.parametrize("url", ["smtp://m?tls=perhaps", "smtp://", "smtp://m?tls=none"])
def test_unknown_ways_of_tls_are_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match="KARTOTEKA_SMTP_URL"):
        MailServer.at(url)
