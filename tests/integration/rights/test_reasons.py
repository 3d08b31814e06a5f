"""Rules tried before they hold, why somebody sees something, and what has changed in rights since a day."""

from datetime import timedelta

import pytest

from kartoteka.platform.kernel.errors import Forbidden, NotFound
from kartoteka.platform.services import explaining, headcount, modelling, people, rights_past
from kartoteka.platform.services.explaining import EXCEPTED, OPENS, OUTSIDE
from kartoteka.platform.services.rights_past import AccountChange, RoleChange
from tests.integration.firm import BRNO, Firm

MINE = {"field": "keeper", "op": "eq", "value": {"var": "me"}}


def test_a_rule_is_tried_on_real_records_against_the_one_in_force(firm: Firm) -> None:
    for name, city in (("Alfa", "Brno"), ("Beta", "Brno"), ("Cesta", "Zlín"), ("Dno", "Praha")):
        firm.create("companies", name=name, city=city)
    wanted = {"field": "city", "op": "in", "value": ["Zlín", "Brno"]}
    with firm.work("ana") as work:
        local = work.catalog.roles["local"]
        trial = headcount.try_rule(work, "companies", local, wanted, None)
        assert (trial.reached, trial.every, trial.gained, trial.lost) == (3, 4, 1, 0)
        assert [title for _id, title in trial.more] == ["Cesta"]
        other = headcount.try_rule(work, "companies", local, {**wanted, "value": ["Praha"]}, None)
        assert (other.reached, other.gained, other.lost) == (1, 1, 2)
        assert [title for _id, title in other.fewer] == ["Beta", "Alfa"]
        everything = headcount.try_rule(work, "companies", local, None, None)
        assert (everything.reached, everything.gained, everything.lost) == (4, 2, 0)


def test_a_rule_about_me_is_tried_with_somebody_of_the_role(firm: Firm) -> None:
    for keeper in ("eda", "eda", "vera"):
        firm.create("contacts", name=keeper, keeper=firm.ids[keeper])
    with firm.work("ana") as work:
        editor = work.catalog.roles["editor"]
        assert headcount.people_with(work, editor) == [(firm.ids["eda"], "Eda")]
        assert headcount.try_rule(work, "contacts", editor, MINE, firm.ids["eda"]).reached == 2
        # Somebody without the role is not looked through: the designer stands in his place.
        assert headcount.try_rule(work, "contacts", editor, MINE, firm.ids["vera"]).reached == 0


def test_why_names_the_role_the_rule_and_the_exception(firm: Firm) -> None:
    zlin = firm.create("companies", name="Zeta", city="Zlín")
    with firm.work("ana", design=True) as work:
        given = {"rights": ["view"], "sections": {"basic": "read"}, "fields": {"about": "hidden"}}
        modelling.set_grant(work, "viewer", "companies", given)
    with firm.work("ana") as work:
        seen, about = explaining.explain(work, "bara@firm.example", "companies", zlin, "about")
        assert seen.allowed
        assert not about.allowed
        assert {each.role.key: each.says for each in about.grounds} == {
            "viewer": EXCEPTED,
            "banker": "closed",
        }
        assert "makes an exception" in about.sentence
        _seen, city = explaining.explain(work, "bara@firm.example", "companies", zlin, "city")
        assert [each.says for each in city.grounds if each.role.key == "viewer"] == [OPENS]
        _seen, money = explaining.explain(work, "bara@firm.example", "companies", zlin, "turnover")
        assert [(each.says, each.rows) for each in money.grounds if each.role.key == "banker"] == [
            (OUTSIDE, BRNO)
        ]
        whole = {
            each.subject: each.allowed
            for each in explaining.explain(work, "bara@firm.example", "companies", zlin)
        }
        assert whole["view"]
        assert not whole["detail “About”"]
        with pytest.raises(NotFound):
            explaining.explain(work, "bara@firm.example", "companies", zlin, "nothing")
    with firm.work("vera") as work, pytest.raises(Forbidden):
        explaining.explain(work, "bara@firm.example", "companies", zlin, "about")


def test_what_has_changed_in_rights_is_told_the_newest_first(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        modelling.set_grant(
            work, "stranger", "companies", {"rights": ["view"], "sections": {"basic": "read"}}
        )
    with firm.work("ana", write=True) as work:
        people.change_user(work, firm.ids["nik"], {"roles": ["viewer"]})
    with firm.work("ana") as work:
        today = work.now.date()
        newest, before, *_rest = rights_past.since(work, today - timedelta(days=1))
        assert isinstance(newest, AccountChange)
        assert (newest.person, newest.changes["roles"]) == ("Nik", [["stranger"], ["viewer"]])
        assert isinstance(before, RoleChange)
        assert (before.role, before.by) == ("stranger", "Ana")
        assert before.before is not None
        assert before.before["grants"] == {}
        assert rights_past.since(work, today + timedelta(days=2)) == []
    with firm.work("vera") as work, pytest.raises(Forbidden):
        rights_past.since(work, today)
