"""Designing the portal in the browser: what of things on records a role sees, figures, both views side by side."""

from collections.abc import Callable

from kartoteka.platform.sdk import Bearer, change, change_plugin, create, create_field, settings_of
from kartoteka.platform.services import modelling
from kartoteka.plugins.portal.design import NEWS
from tests.integration.portal.conftest import PUBLIC, Browser, Firm

Open = Callable[..., Browser]


def test_what_hangs_on_records_is_narrowed_in_the_browser(firm: Firm, surf: Open) -> None:
    ada = surf("ada", door="/sign-in")
    page = "/admin/portal/owner"
    shown = ada.get(page).text.split('id="things"')[1].split("</section>")[0]
    assert "Attachments" in shown and "News" not in shown
    tasks = shown.split('value="_tasks"')[1].split("</form>")[0]
    assert 'name="marked" value="1" checked' in tasks
    assert ada.post(f"{page}/things", form_at=page, registry="_tasks").status_code == 303
    with firm.as_("ada") as work:
        assert work.catalog.roles["owner"].grants["_tasks"].rows is None
    assert ada.post(f"{page}/things", form_at=page, registry="_tasks", marked="1").status_code == 303
    assert ada.post(f"{page}/things", form_at=page, registry="_portal", parts="message").status_code == 303
    ada.post(f"{page}/things", form_at=page, registry="_portal")
    assert "Leave at least one section" in ada.get(page).text
    with firm.as_("ada") as work:
        grants = work.catalog.roles["owner"].grants
        assert grants["_tasks"].rows == PUBLIC and set(grants["_portal"].sections) == {"message"}
    assert ada.post(f"{page}/things", form_at=page, registry="orders").status_code == 404
    assert (
        surf("sam", door="/sign-in")
        .post(f"{page}/things", form_at="/settings", registry="_tasks")
        .status_code
        == 403
    )


def test_a_new_role_sees_what_is_meant_for_customers_only(firm: Firm, surf: Open) -> None:
    ada = surf("ada", door="/sign-in")
    assert ada.post("/admin/portal/roles", form_at="/admin/portal", name="Buyer").status_code == 303
    with firm.as_("ada") as work:
        made = next(role for role in work.catalog.roles.values() if role.name == "Buyer")
        assert made.for_guests and made.grants["_tasks"].rows == PUBLIC and not made.grants["_tasks"].rights


def test_a_figure_counts_what_a_quick_filter_finds(firm: Firm, surf: Open) -> None:
    with firm.design() as work:
        windows = dict(settings_of(work, "portal")["windows"])
        done = {"names": {"en": "Finished"}, "filter": {"field": "state", "op": "in", "value": ["done"]}}
        first = {**windows["owner"]["pages"][0], "quick": [done]}
        window = {**windows["owner"], "pages": [first]}
        change_plugin(work, "portal", {"settings": {"windows": {**windows, "owner": window}}})
    ada, page = surf("ada", door="/sign-in"), "/admin/portal/owner"
    assert "Orders · Finished" in ada.get(page).text
    given = {"deed": "add", "registry": "orders|0", "measure": "sum:total", "names__en": "Paid"}
    assert ada.post(f"{page}/tiles", form_at=page, **given).status_code == 303
    assert "Orders · sum of Orders · Total · narrowed" in ada.get(page).text
    figure = surf("ann").get("/portal").text.split('class="window-figures"')[1].split("</div>")[0]
    assert "Paid" in figure and "3,000" not in figure, "none of hers is done yet"


def test_a_figure_tells_what_stands_in_the_own_company(firm: Firm, surf: Open) -> None:
    with firm.design() as work:
        create_field(work, "companies", {"key": "limit", "name": "Credit limit", "type": "money"})
        change(work, "companies", firm.ids["acme"], {"limit": "50000", "rank": 7})
        change(work, "companies", firm.ids["bolt"], {"limit": "60000"})
    ada, page = surf("ada", door="/sign-in"), "/admin/portal/owner"
    assert "Companies · Credit limit of his own record" in ada.get(page).text
    for key in ("limit", "rank"):
        given = {"deed": "add", "registry": "companies", "measure": f"value:{key}", "names__en": f"The {key}"}
        assert ada.post(f"{page}/tiles", form_at=page, **given).status_code == 303

    def figures(who: str) -> str:
        return surf(who).get("/portal").text.split('class="window-figures"')[1].split("</div>")[0]

    assert "50,000" in figures("ann") and "The limit" in figures("ann")
    assert "60,000" in figures("bob") and "50,000" not in figures("bob")
    assert "The rank" not in figures("ann"), "no customer sees the rank of his company"


def test_both_views_of_a_record_stand_side_by_side(firm: Firm, surf: Open) -> None:
    id = firm.ids["acme 1"]
    address, on = f"/from-customers/on/orders/{id}/beside", Bearer("orders", id)
    with firm.as_("sam") as work:
        create(work, "_tasks", {"title": "Frame is welded", "public": True}, on=on)
        create(work, "_tasks", {"title": "Secret step"}, on=on)
    ada = surf("ada", door="/sign-in")
    assert address in ada.get(f"/r/orders/{id}/tab/portal").text
    page = ada.get(address).text
    inside, rest = page.split('id="beside-inside"')[1].split('id="beside-outside"')
    outside = rest.split("</section>\n</div>")[0]
    assert "hush acme" in inside and "Acme order 1" in inside
    assert "Acme order 1" in outside and "Received" in outside and "Frame is welded" in outside
    assert "hush" not in outside and "Secret step" not in outside
    offered = page.split('id="beside-user"')[1].split("</select>")[0]
    assert "Ann" in offered and "Tom" in offered and "Bob" not in offered
    assert "CZK" in outside, "the owner sees prices"
    as_tom = ada.get(f"{address}?user={firm.ids['user tom']}").text.split('id="beside-outside"')[1]
    assert "CZK" not in as_tom
    as_bob = ada.get(f"{address}?user={firm.ids['user bob']}").text.split('id="beside-outside"')[1]
    assert as_bob.startswith(outside), "who does not see it is not among those to choose from"
    assert ada.get("/r/orders").status_code == 200, "she has not put on anybody's eyes"
    assert surf("sam", door="/sign-in").get(address).status_code == 403
    assert surf("ann").get(address).status_code == 404


def test_news_are_for_a_group_of_customers(firm: Firm, surf: Open) -> None:
    """A group is told by what stands with the person or with his company, whether he sees that or not."""
    with firm.design() as work:
        vip = {"key": "vip", "name": "Key customer", "type": "boolean", "section": "secret"}
        modelling.create_field(work, "companies", vip)
    with firm.as_("ada") as work:
        change(work, "companies", firm.ids["bolt"], {"vip": True})
        for title, audience in (("For all", None), ("For the few", "vips"), ("For nobody", "gone")):
            create(work, NEWS, {"title": title, "since": "2020-01-01", "audience": audience})
    ada, page = surf("ada", door="/sign-in"), "/admin/portal"
    assert "Contacts › Company · Key customer" in ada.get(page).text
    wrong = {"names__en": "Key customers", "key": "Vips!", "trait": "contacts|company.vip|True"}
    ada.post(f"{page}/groups", form_at=page, **wrong)
    assert "A group has a name" in ada.get(page).text
    assert ada.post(f"{page}/groups", form_at=page, **{**wrong, "key": "vips"}).status_code == 303
    groups = ada.get(page).text.split('id="groups"')[1]
    assert "<code>vips</code>" in groups and "Key customer" in groups
    ann, bob = surf("ann").get("/portal").text, surf("bob").get("/portal").text
    assert "For all" in ann and "For the few" not in ann and "For nobody" not in ann
    assert "For all" in bob and "For the few" in bob and "For nobody" not in bob
    with firm.as_("ada") as work:
        change(work, "companies", firm.ids["bolt"], {"vip": False})
    assert "For the few" not in surf("bob").get("/portal").text
    ada.post(f"{page}/groups", form_at=page, deed="remove", group="vips")
    assert "<code>vips</code>" not in ada.get(page).text
