"""The doors of the portal: invitations, links, passwords; guessing, listing and fixing sessions withstood."""

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.sdk import change, change_plugin, create, people_verbs
from kartoteka.platform.services import signing
from kartoteka.platform.services.worker import Worker
from tests.integration.portal.conftest import PASSWORD, Browser, Firm

Open = Callable[..., Browser]
LINK = re.compile(r"/portal/(?:invitation|link|new-password)/[\w-]+")


def letters(firm: Firm) -> list[str]:
    Worker(firm.office).run_once()
    folder = firm.office.settings.data / "mail"
    found = sorted(folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    return [each.read_text().replace("=\n", "") for each in found]


def test_somebody_invited_from_his_record_comes_in_as_that_record(firm: Firm, surf: Open) -> None:
    with firm.as_("ada") as work:
        values = {"name": "Eva New", "company": firm.ids["bolt"], "email": "eva@example.com"}
        eva = create(work, "contacts", values).id
    ada = surf("ada", door="/sign-in")
    page = f"/from-customers/invite/contacts/{eva}"
    assert "Invite into the portal" in ada.get(f"/r/contacts/{eva}/tab/portal").text
    assert (
        ada.post("/from-customers/invite/contacts", form_at=page, ids=eva, roles="seller").status_code == 422
    )
    sent = ada.post(
        "/from-customers/invite/contacts", form_at=page, ids=[eva, firm.ids["bob"]], roles="owner"
    )
    assert sent.status_code == 200 and "is invited" in sent.text
    assert "There is an account with this e-mail address already" in sent.text
    (letter,) = letters(firm)
    assert "eva@example.com" in letter and "customer portal" in letter
    door = LINK.search(letter)
    assert door is not None and door[0].startswith("/portal/invitation/")
    her = surf()
    assert her.post(door[0], name="Eva", password="short").status_code == 422
    came = her.post(door[0], name="Eva", password="a much longer phrase")
    assert came.headers["Location"] == "/portal"
    assert "Bolt order 1" in her.get("/portal/orders").text and "Acme" not in her.get("/portal/orders").text
    assert surf().get(door[0]).status_code == 404
    with firm.as_("ada") as work:
        made = next(each for each in people_verbs.users(work) if each.email == "eva@example.com")
        assert made.identity is not None and made.identity.id == eva and made.roles == ("owner",)
        with pytest.raises(Conflict):
            signing.invite(work, "eva@example.com", ["owner"])
    assert surf("sam", door="/sign-in").get("/from-customers/people").status_code == 403


def test_a_link_lets_a_guest_in_once_and_nobody_else(firm: Firm, surf: Open) -> None:
    for who in ("ann", "sam", "nobody"):
        answer = surf().post("/portal/link", email=f"{who}@example.com")
        assert answer.status_code == 200
    (letter,) = letters(firm)
    assert "ann@example.com" in letter
    door = LINK.search(letter)
    assert door is not None
    assert surf().get(door[0]).status_code == 200, "a program that looks into mails does not use it up"
    her = surf()
    assert her.post(door[0]).headers["Location"] == "/portal"
    assert "Acme order 1" in her.get("/portal/orders").text
    assert surf().get(door[0]).status_code == 404
    with firm.design() as work:
        change_plugin(work, "portal", {"settings": {"magic_link": False}})
    assert surf().get("/portal/link").status_code == 404
    assert surf().post("/portal/link", form_at="/portal/sign-in", email="ann@example.com").status_code == 404


def test_a_forgotten_password_leads_back_into_the_portal(firm: Firm, surf: Open) -> None:
    before = surf("ann")
    surf().post("/portal/forgotten", email="ann@example.com")
    (letter,) = letters(firm)
    door = LINK.search(letter)
    assert door is not None and door[0].startswith("/portal/new-password/")
    her = surf()
    assert her.post(door[0], password="another long phrase").headers["Location"] == "/portal"
    assert before.get("/portal").status_code == 303, "whoever was in under the old one is out"
    assert surf().enter("ann").status_code == 401
    assert surf().enter("ann", password="another long phrase").status_code == 303


def test_the_doors_tell_nobody_who_has_an_account(firm: Firm, surf: Open) -> None:
    def told(address: str, email: str, **more: str) -> tuple[int, str]:
        answer = surf().post(address, email=email, **more)
        return answer.status_code, re.sub(r'"[\w.-]{40,}"', "", answer.text.replace(email, "ADDRESS"))

    for address in ("/portal/forgotten", "/portal/link"):
        assert told(address, "ann@example.com") == told(address, "not-here@example.com")
    wrong = [
        told("/portal/sign-in", f"{who}@example.com", password="wrong words") for who in ("ann", "not-here")
    ]
    assert wrong[0] == wrong[1] and wrong[0][0] == 401
    with firm.as_("ada") as work:
        change(work, "contacts", firm.ids["bob"], {"still": False})
    gone = surf()
    assert gone.enter("bob").status_code == 303 and gone.get("/portal").status_code == 303


def test_guessing_passwords_is_slowed_down_at_this_door_too(firm: Firm, surf: Open) -> None:
    thief = surf()
    answers = [thief.enter("ann", password=f"guess number {n}").status_code for n in range(8)]
    assert answers[0] == 401 and answers[-1] == 429
    assert thief.enter("ann").status_code == 429, "not even the right one is taken now"


def test_a_session_begun_before_is_worth_nothing_after_signing_in(firm: Firm, surf: Open) -> None:
    victim = surf()
    victim.get("/portal/sign-in")
    planted = victim.client.get_cookie("kartoteka_session")
    assert planted is not None
    assert victim.enter("ann").status_code == 303
    mine = victim.client.get_cookie("kartoteka_session")
    assert mine is not None and mine.value != planted.value
    thief = surf()
    thief.client.set_cookie("kartoteka_session", planted.value)
    assert thief.get("/portal/orders").status_code == 303
    assert victim.post("/portal/sign-out", form_at="/portal").status_code == 303
    thief.client.set_cookie("kartoteka_session", mine.value)
    assert thief.get("/portal/orders").status_code == 303, "signed out, a copy of the cookie opens nothing"


def test_nobody_is_led_elsewhere_after_signing_in(firm: Firm, surf: Open) -> None:
    for wanted in ("https://evil.example", "//evil.example", "/r/orders", "/\\evil.example", "/portalx"):
        came = surf().post("/portal/sign-in", email="ann@example.com", password=PASSWORD, next=wanted)
        assert came.headers["Location"] == "/portal", wanted
    order = f"/portal/orders/{firm.ids['acme 1']}"
    sent_away = surf().get(order)
    assert sent_away.status_code == 303 and sent_away.headers["Location"].startswith("/portal/sign-in?next=")
    came = surf().post("/portal/sign-in", email="ann@example.com", password=PASSWORD, next=order)
    assert came.headers["Location"] == order


def test_own_settings_and_password(firm: Firm, surf: Open) -> None:
    ann, elsewhere = surf("ann"), surf("ann")
    page = "/portal/my-data"
    wrong = ann.post(f"{page}/password", form_at=page, old="wrong", new="something quite new")
    assert wrong.status_code == 422
    done = ann.post(f"{page}/password", form_at=page, old=PASSWORD, new="something quite new")
    assert done.status_code == 303
    assert ann.get(page).status_code == 200 and elsewhere.get(page).status_code == 303
    assert ann.post(f"{page}/settings", form_at=page, language="cs", mail="1").status_code == 303
    assert "Moje údaje" in ann.get(page).text


def test_a_guest_sets_a_second_factor_up_and_does_without_it_again(firm: Firm, surf: Open) -> None:
    ann, page = surf("ann"), "/portal/my-data"
    shown = ann.get("/second-factor").text
    found = re.search(r"[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}|[A-Z2-7]{32}", shown)
    assert found is not None
    way_back = re.search(r'href="([^"]+)">Back to your settings', shown)
    assert way_back is not None and way_back[1].startswith("/portal")
    assert ann.get(way_back[1], follow_redirects=True).status_code == 200
    codes = pyotp.TOTP(found[0].replace(" ", ""))
    now = firm.office.clock()
    firm.office.clock = lambda: now
    assert ann.post("/second-factor", code="000000").status_code == 422
    assert ann.post("/second-factor", code=codes.at(now)).status_code == 200
    half = surf()
    assert half.enter("ann").headers["Location"] == "/sign-in/code"
    assert half.get("/portal/orders").status_code == 303, "the password alone is not enough now"
    firm.office.clock = lambda: now + timedelta(seconds=60)
    came = half.post("/sign-in/code", code=codes.at(now + timedelta(seconds=60)))
    assert came.headers["Location"] == "/portal" and half.get("/portal/orders").status_code == 200
    assert half.post(f"{page}/second-factor", form_at=page, code="000000").status_code == 422
    firm.office.clock = lambda: now + timedelta(seconds=120)
    code = codes.at(now + timedelta(seconds=120))
    assert half.post(f"{page}/second-factor", form_at=page, code=code).status_code == 303
    assert surf("ann").get("/portal/orders").status_code == 200
