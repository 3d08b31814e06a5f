"""What is said about tasks and notes, who sees it, and who is told of it by mail."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from kartoteka.platform.kernel.mail import OutgoingMail
from kartoteka.platform.kernel.outbox import OUTBOX, Subscriber
from kartoteka.platform.sdk import (
    Bearer,
    Forbidden,
    Invalid,
    NotFound,
    Query,
    Work,
    browse,
    change,
    create,
    fetch,
    mentioned,
    remove,
)
from kartoteka.platform.services import imports, modelling, people, tokens
from kartoteka.platform.services.office import Office
from kartoteka.plugins.tasks import comments, verbs
from kartoteka.plugins.tasks.design import COMMENTS_KEY, KEY
from tests.integration.tasks.test_pages import signed_in
from tests.integration.tasks.test_verbs import add, as_, firm, number
from tests.servers.apps import app_for

__all__ = ["firm"]


def letters(office: Office) -> dict[str, list[str]]:
    """The subjects of the mails that wait, by the name before the address of their reader."""
    found: dict[str, list[str]] = {}
    with office.session() as session:
        for recipient, raw in session.execute(select(OutgoingMail.recipient, OutgoingMail.message)):
            subject = str(message_from_bytes(raw, policy=policy.default)["Subject"])
            found.setdefault(recipient.split("@")[0], []).append(subject)
    return {who: sorted(each) for who, each in found.items()}


def said(office: Office, who: str, task: int) -> list[str]:
    with as_(office, who) as work:
        asked = Query(filter=comments.said_about(task), sort="id")
        return [each.values["text"] for each in browse(work, COMMENTS_KEY, asked).items]


def test_a_comment_is_seen_by_whoever_sees_the_task_and_changed_by_its_author(firm: Office) -> None:
    made = add(firm, "boss", "Visit Acme", on=True, assignee=number(firm, "tech"))
    with as_(firm, "tech") as work:
        comment = comments.say(work, made, "The gate is shut").id
    assert said(firm, "tech", made) == said(firm, "boss", made) == ["The gate is shut"]
    with as_(firm, "other") as work:
        assert browse(work, COMMENTS_KEY, Query()).items == []
        with pytest.raises(NotFound):
            comments.say(work, made, "May I?")
        with pytest.raises(Invalid):
            create(work, COMMENTS_KEY, {"text": "May I?", "task": made})
    with as_(firm, "boss") as work, pytest.raises(Forbidden):
        change(work, COMMENTS_KEY, comment, {"text": "It is open"})
    with as_(firm, "tech") as work:
        change(work, COMMENTS_KEY, comment, {"text": "It is open"})
    with as_(firm, "boss") as work:
        remove(work, "companies", 1)
    with firm.begin_system() as work:
        assert browse(work, COMMENTS_KEY, Query()).items == []


def test_people_are_told_once_and_only_of_what_they_see(firm: Office) -> None:
    made = add(firm, "boss", "Visit Acme", on=True, assignee=number(firm, "tech"))
    assert letters(firm) == {"tech": ["Boss asks you to do “Visit Acme”"]}
    with as_(firm, "mate") as work, pytest.raises(NotFound):
        verbs.watch(work, made, True)
    with as_(firm, "boss") as work:
        change(work, KEY, made, {"watchers": [number_of(work, "mate@example.com")]})
        comment = comments.say(work, made, "@Tech and @Other, look at a@Mate.example").id
    told = letters(firm)
    assert told["tech"][1:] == ["Boss has mentioned you at “Visit Acme”"]
    assert told["mate"] == ["Boss has written about “Visit Acme”"]
    assert set(told) == {"tech", "mate"}
    with as_(firm, "boss") as work:
        change(work, COMMENTS_KEY, comment, {"text": "@Tech and @Other and @Mate: look"})
    assert letters(firm)["mate"][0] == "Boss has mentioned you at “Visit Acme”"
    assert len(letters(firm)["tech"]) == 2
    with as_(firm, "tech") as work:
        verbs.finish(work, made)
    assert letters(firm)["boss"] == ["Tech has done “Visit Acme”"]
    assert "Tech has done “Visit Acme”" in letters(firm)["mate"]


def number_of(work: Work, email: str) -> int:
    return next(each.id for each in people.users(work.office.beside(work)) if each.email == email)


def test_whoever_sees_a_task_follows_it_and_lets_it_go(firm: Office) -> None:
    with firm.begin_system() as work:
        crew = work.catalog.roles["crew"].id
    made = add(firm, "boss", "Fix the lift", role=crew)
    with as_(firm, "mate") as work:
        assert verbs.watch(work, made, True)
        assert [each.title for each in fetch(work, KEY, made).values["watchers"]] == ["Mate"]
    with as_(firm, "boss") as work:
        change(work, KEY, made, {"role": None})
    with as_(firm, "mate") as work:
        assert not verbs.watch(work, made, False)
        with pytest.raises(NotFound):
            fetch(work, KEY, made)


def test_mentions_in_notes_reach_those_who_see_the_note(firm: Office) -> None:
    with firm.begin_system(design=True) as work:
        sections = {"basic": "edit", "tasks": "edit", "notes": "edit"}
        for role in ("boss", "crew"):
            modelling.set_grant(work, role, "companies", {"rights": ["view", "edit"], "sections": sections})
    with as_(firm, "boss") as work:
        note = create(work, "_notes", {"text": "Ask @Tech"}, on=Bearer("companies", 1)).id
        create(work, "_notes", {"text": "@Mate is slow", "private": True}, on=Bearer("companies", 1))
    assert letters(firm) == {"tech": ["Boss has mentioned you at “Acme”"]}
    with as_(firm, "boss") as work:
        change(work, "_notes", note, {"text": "Ask @Tech, please"})
    assert letters(firm) == {"tech": ["Boss has mentioned you at “Acme”"]}


def test_the_longer_of_two_names_is_meant_and_whoever_may_not_choose_names_nobody(firm: Office) -> None:
    with firm.begin_system() as work:
        whole = people.create_user(
            work, {"email": "m@example.com", "name": "Mate Mátový", "roles": ["crew"]}
        ).id
        short = number_of(work, "mate@example.com")
        assert mentioned(work, "@mate mátový!") == {whole}
        assert mentioned(work, "(@Mate) @MATE, @Mates") == {short}
        assert mentioned(work, "@Mate", before="dear @Mate") == frozenset()
    with as_(firm, "other") as work:
        assert mentioned(work, "@Mate") == frozenset()


def test_imports_and_batches_write_to_nobody_and_an_event_tells_others(firm: Office, tmp_path: Path) -> None:
    sheet = tmp_path / "tasks.csv"
    sheet.write_text("title,assignee\nCall,Tech\n", encoding="utf-8")
    assert imports.run_file(firm, KEY, sheet, {"mode": "add"}).result["created"] == 1
    assert letters(firm) == {}
    firm.subscribers.append(Subscriber("listener", frozenset({"people_told"})))
    made = add(firm, "boss", "Visit", assignee=number(firm, "tech"))
    heard: list[object] = []
    with firm.session() as session:
        heard += session.scalars(select(OUTBOX.c.body).where(OUTBOX.c.subscriber == "listener"))
    (body,) = heard
    assert (body["registry"], body["record"], body["why"]) == (KEY, made, "assigned")
    assert body["people"] == [number(firm, "tech")]


def test_the_page_of_a_task_shows_what_its_reader_sees(firm: Office) -> None:
    tech = number(firm, "tech")
    made = add(firm, "boss", "Read meters", on=True, assignee=tech, watchers=[number(firm, "mate")],
               checklist="- [ ] Hall", description="**Gently** <script>alert(1)</script>")  # fmt: skip
    with as_(firm, "boss") as work:
        comments.say(work, made, "Mind the *dog*")
    page = signed_in(firm, "mate").get(f"/tasks/{made}").get_data(as_text=True)
    assert "<strong>Gently</strong>" in page and "<script>alert" not in page
    assert "Mind the <em>dog</em>" in page
    assert f"/tasks/{made}/form" not in page
    assert f"/tasks/{made}/form" in signed_in(firm, "tech").get(f"/tasks/{made}").get_data(as_text=True)
    assert signed_in(firm, "other").get(f"/tasks/{made}").status_code == 404


def test_comments_over_the_api(firm: Office) -> None:
    made = add(firm, "boss", "Read meters", assignee=number(firm, "tech"))
    heads = {
        who: {"Authorization": f"Bearer {tokens.create_token(firm, f'{who}@example.com')}"}
        for who in ("tech", "boss", "other")
    }
    client = app_for(firm).test_client()
    several = f"/api/v1/tasks/{made}/comments"
    answer = client.post(several, json={"text": "Done soon"}, headers=heads["tech"])
    assert (answer.status_code, answer.json["text"]) == (201, "Done soon")
    one = f"{several}/{answer.json['id']}"
    listed = client.get(f"{several}?count=1", headers=heads["boss"]).json
    assert (listed["count"], listed["items"][0]["created_by"]["name"]) == (1, "Tech")
    assert client.get(several, headers=heads["other"]).status_code == 404
    assert client.patch(one, json={"text": "Now"}, headers=heads["boss"]).status_code == 403
    assert client.patch(one, json={"text": "Now"}, headers=heads["tech"]).json["text"] == "Now"
    elsewhere = add(firm, "tech", "Another")
    wrong = f"/api/v1/tasks/{elsewhere}/comments/{answer.json['id']}"
    assert client.delete(wrong, headers=heads["tech"]).status_code == 404
    assert client.delete(one, headers=heads["tech"]).status_code == 204
    assert client.get(several, headers=heads["boss"]).json["items"] == []
