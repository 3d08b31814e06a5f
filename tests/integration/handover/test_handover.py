"""What somebody is responsible for is counted and handed over, as one batch that can be undone."""

import pytest

from kartoteka.platform.kernel.errors import Forbidden, Invalid
from kartoteka.platform.services import handover, history, modelling, people, records
from kartoteka.platform.services.office import SYSTEM_EMAIL as ADMIN_EMAIL
from kartoteka.platform.services.office import Office

REGISTRIES = (
    {"key": "firms", "name": "Firms", "title": "{name}", "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text"},
            {"key": "keeper", "name": "Keeper", "type": "user"},
            {"key": "team", "name": "Team", "type": "user", "options": {"many": True}}]},
        {"key": "secret", "name": "Secret", "fields": [{"key": "auditor", "name": "Auditor", "type": "user"}]}]},
    {"key": "deals", "name": "Deals", "title": "{name}", "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text"}, {"key": "owner", "name": "Owner", "type": "user"}]}]},
)  # fmt: skip
CLERK = {
    "key": "clerk", "name": "Clerk", "powers": ["users"],
    "grants": {"firms": {"rights": ["view", "edit"], "sections": {"basic": "edit"}},
               "deals": {"rights": ["view"], "sections": {"basic": "read"}}},
}  # fmt: skip


@pytest.fixture
def staff(office: Office) -> dict[str, int]:
    """Jana leaves, Petr takes over, Kim looks after accounts but sees no secrets."""
    with office.begin_system(design=True) as work:
        for each in REGISTRIES:
            modelling.create_registry(work, each)
        modelling.create_role(work, CLERK)
    with office.begin_system() as work:
        made = {
            name: people.create_user(work, {"email": f"{name}@firm.example", "roles": roles}).id
            for name, roles in (
                ("jana", []),
                ("petr", []),
                ("eva", []),
                ("kim", ["clerk"]),
            )
        }
    return made


def counted(office: Office, who: str, user: int) -> dict[str, int]:
    with office.begin_as(who) as work:
        return {f"{each.registry.key}.{each.field.key}": each.count for each in handover.duties(work, user)}


def test_all_of_it_and_back(office: Office, staff: dict[str, int]) -> None:
    jana, petr, eva = staff["jana"], staff["petr"], staff["eva"]
    with office.begin_as(ADMIN_EMAIL) as work:
        one = records.create(
            work, "firms", {"name": "A", "keeper": jana, "team": [eva, jana, petr], "auditor": jana}
        )
        two = records.create(work, "firms", {"name": "B", "keeper": eva, "team": [jana]})
        deal = records.create(work, "deals", {"name": "D", "owner": jana})
        records.create(work, "deals", {"name": "E", "owner": petr})
    everything = {"firms.keeper": 1, "firms.team": 2, "firms.auditor": 1, "deals.owner": 1}
    assert counted(office, ADMIN_EMAIL, jana) == everything
    with office.begin_as(ADMIN_EMAIL) as work:
        done = handover.hand_over(work, jana, petr)
        people.change_user(work, jana, {"active": False})
    assert (done.changed, done.refused) == (3, 0)
    assert counted(office, ADMIN_EMAIL, jana) == {}

    def named(registry: str, record: int, field: str) -> list[int]:
        with office.begin_as(ADMIN_EMAIL) as work:
            return [link.id for link in records.fetch(work, registry, record).values[field]]

    assert named("firms", one.id, "keeper") == [petr]
    assert sorted(named("firms", one.id, "team")) == sorted([eva, petr])
    assert (named("firms", two.id, "keeper"), named("firms", two.id, "team")) == ([eva], [petr])
    assert named("deals", deal.id, "owner") == [petr]
    with office.begin_as(ADMIN_EMAIL) as work:
        assert len(history.entries(work, "firms", one.id)) == 2
        assert history.undo_batch(work, done.batch).undone == 3
    assert counted(office, ADMIN_EMAIL, jana) == everything


def test_only_what_the_one_who_does_it_may(office: Office, staff: dict[str, int]) -> None:
    jana, petr = staff["jana"], staff["petr"]
    with office.begin_as(ADMIN_EMAIL) as work:
        records.create(work, "firms", {"name": "A", "keeper": jana, "auditor": jana})
        records.create(work, "deals", {"name": "D", "owner": jana})
    assert counted(office, "kim@firm.example", jana) == {"firms.keeper": 1, "deals.owner": 1}
    with office.begin_as("kim@firm.example") as work:
        done = handover.hand_over(work, jana, petr)
    assert (done.changed, done.refused) == (1, 1)
    assert counted(office, ADMIN_EMAIL, jana) == {"firms.auditor": 1, "deals.owner": 1}


def test_to_whom_and_by_whom(office: Office, staff: dict[str, int]) -> None:
    jana = staff["jana"]
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, staff["eva"], {"active": False})
    for to in (jana, staff["eva"], 99999):
        with pytest.raises(Invalid), office.begin_as(ADMIN_EMAIL) as work:
            handover.hand_over(work, jana, to)
    with pytest.raises(Forbidden), office.begin_as("petr@firm.example") as work:
        handover.hand_over(work, jana, staff["petr"])
    with pytest.raises(Forbidden), office.begin_as("petr@firm.example") as work:
        handover.duties(work, jana)
