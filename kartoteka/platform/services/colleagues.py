"""People as everybody who is signed in may see them: a name to choose, without rights or address."""

from sqlalchemy import select

from kartoteka.field_types.folding import fold
from kartoteka.platform.access.models import User
from kartoteka.platform.services.records import Link
from kartoteka.platform.services.work import Work


def picker(work: Work, q: str = "", *, limit: int = 20) -> list[Link]:
    """This function will offer active people whose name has a word that begins with `q`, by name."""
    found = work.session.execute(select(User.id, User.name).where(User.active, User.system.is_(False)).order_by(User.name))
    wanted = fold(q.strip())
    fitting = [Link(each.id, each.name) for each in found if _fits(fold(each.name), wanted)]
    return fitting[:limit]


def _fits(name: str, wanted: str) -> bool:
    return name.startswith(wanted) or f" {wanted}" in name
