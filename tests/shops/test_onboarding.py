"""Onboarding: brands seen by their manager alone, a checklist that ticks by facts, a hand-over that ends his rights."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from chengfeng import clock
from shops.models import Brand, Delegation, Document, Invitation, StepDone
from shops.onboarding import brands, handover, papers, pipeline
from shops.onboarding.checklist import reach
from shops.onboarding.steps import BEFORE_OPENING, Step
from shops.people import delegations, invitations
from shops.people import settings as shop_settings
from shops.people.rights import RIGHTS, VIEWS, Role
from shops.tenancy import access_of
from tests.factories import AT, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PDF = b"%PDF-1.7\n%%EOF\n"
COMPANY = {
    "company": "Beiming Ltd", "contact_name": "Nina", "contact_email": "nina@example.org", "registration_number": "91",
}  # fmt: skip
SHOP = {"name": "北冥", "name_en": "Beiming", "slug": "beiming", "currency": "CNY", "time_zone": "Asia/Shanghai"}


@pytest.fixture
def brand(kai):
    return brands.open_brand(manager=kai, company=COMPANY, shop=SHOP, at=AT)


def acting(brand, at=AT):
    return brands.acting(brand, brand.manager, at=at)


def upload(brand, kind, name="paper.pdf", content=PDF, **fields):
    return papers.add(acting(brand), kind=kind, file=SimpleUploadedFile(name, content), at=AT, **fields)


def make_ready(brand):
    for step in BEFORE_OPENING:
        reach(brand.merchant, step, at=AT)


def steps(brand):
    return set(StepDone.objects.filter(merchant=brand.merchant).values_list("step", flat=True))


def nina_accepts(brand, at=AT):
    handover.accept(handover.offered(brand), user=(nina := person("nina")), at=at)
    brand.refresh_from_db()
    return nina


def test_an_opened_brand_has_a_hidden_shop_and_a_manager_who_acts_for_it(brand, kai):
    access = access_of(kai, brand.merchant, at=AT)
    assert brand.merchant.state == "onboarding"
    assert (access.delegation.kind, access.delegation.expires_at) == ("ka", AT + 90 * DAY)
    assert steps(brand) == {"company"}


def test_a_brand_is_opened_on_a_page(client, kai):
    client.force_login(kai)
    form = {f"company-{name}": value for name, value in COMPANY.items()}
    page = client.post(reverse("shops:ka_brand_new"), form | {f"shop-{name}": value for name, value in SHOP.items()})
    assert page.url == reverse("shops:ka_brand", args=[Brand.objects.get().code])


def test_a_manager_does_not_hand_a_shop_to_himself(client, kai):
    client.force_login(kai)
    form = {f"company-{name}": value for name, value in (COMPANY | {"contact_email": kai.email}).items()}
    page = client.post(reverse("shops:ka_brand_new"), form | {f"shop-{name}": value for name, value in SHOP.items()})
    assert page.context["company"].has_error("contact_email", "manager")


def test_another_manager_does_not_see_the_brand(client, brand):
    client.force_login(person("kim", is_ka_manager=True))
    assert client.get(reverse("shops:ka_brand", args=[brand.code])).status_code == 404
    assert list(client.get(reverse("shops:ka_brands")).context["page"]) == []


def test_a_manager_to_whom_rights_are_lent_looks_on(client, brand):
    kim = person("kim", is_ka_manager=True)
    delegations.grant(acting(brand), email=kim.email, rights=["ads.view"], expires_at=AT + DAY, at=AT)
    client.force_login(kim)
    with clock.at(AT):
        assert client.get(reverse("shops:ka_brand", args=[brand.code])).status_code == 200
        assert client.post(reverse("shops:ka_company", args=[brand.code]), COMPANY).status_code == 403


def test_a_step_is_reached_once(brand):
    assert reach(brand.merchant, Step.WALLET, at=AT, fact="top_1")
    assert not reach(brand.merchant, Step.WALLET, at=AT + DAY, fact="top_2")
    assert StepDone.objects.get(step="wallet").fact == "top_1"


def test_documents_and_contract_tick_by_upload(brand):
    upload(brand, "licence")
    assert steps(brand) == {"company"}
    upload(brand, "trademark")
    contract = upload(brand, "contract")
    assert steps(brand) == {"company", "documents", "contract"}
    assert StepDone.objects.get(step="contract").fact == contract.code


def test_a_licence_that_has_run_out_does_not_count(brand):
    today = AT.date()
    upload(brand, "trademark")
    upload(brand, "licence", expires_date=today - DAY)
    assert "documents" not in steps(brand)
    upload(brand, "licence", expires_date=today)
    assert "documents" in steps(brand)


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"<html>", b"", b"PK\x03\x04"])
def test_only_papers_are_kept(brand, content):
    with pytest.raises(papers.PaperRefused):
        upload(brand, "licence", "licence.pdf", content)
    assert not Document.objects.exists()


def test_a_paper_is_kept_under_a_name_of_our_own_and_handed_out_under_its_own(client, brand, kai, settings):
    paper = upload(brand, "licence", "../../etc/営業 licence.png", b"\x89PNG\r\n\x1a\n....")
    client.force_login(kai)
    with clock.at(AT):
        page = client.get(reverse("shops:ka_paper", args=[brand.code, paper.code]))
    assert paper.file.name == f"documents/{paper.code}.png"
    assert b"".join(page.streaming_content) == b"\x89PNG\r\n\x1a\n...."
    assert page.headers["Content-Disposition"].startswith("attachment")


def test_the_settings_tick_the_shop(brand):
    shop_settings.change(acting(brand), at=AT, city="Qingdao")
    assert "shop" not in steps(brand)
    shop_settings.change(acting(brand), at=AT, tagline="…")
    assert "shop" in steps(brand)


def test_the_clock_runs_per_step(brand):
    stage = pipeline.stage_of(brand, at=AT + 6 * DAY)
    late = [line.step.value for line in stage.lines if line.is_late]
    assert (late, stage.late_since, stage.next.step) == (["documents"], AT + 5 * DAY, Step.DOCUMENTS)


@pytest.mark.parametrize(("days", "said"), [(-1, "blockers"), (30, "warnings"), (31, None)])
def test_papers_that_run_out_are_said(brand, days, said):
    reach(brand.merchant, Step.DOCUMENTS, at=AT)
    upload(brand, "licence", expires_date=AT.date() + days * DAY)
    stage = pipeline.stage_of(brand, at=AT)
    assert (len(stage.blockers), len(stage.warnings)) == (int(said == "blockers"), int(said == "warnings"))


@pytest.mark.parametrize("number", [1, 3])
def test_the_pipeline_costs_the_same_for_one_brand_and_for_three(client, kai, number, django_assert_num_queries):
    for i in range(number):
        brands.open_brand(manager=kai, company=COMPANY, shop=SHOP | {"slug": f"b{i}"}, at=AT)
    with django_assert_num_queries(5):
        assert len(pipeline.stages(kai, at=AT)) == number


def test_the_shop_opens_once_the_first_steps_are_done(brand):
    with pytest.raises(brands.NotReady):
        brands.open_shop(brand, acting(brand), at=AT)
    make_ready(brand)
    assert brands.open_shop(brand, acting(brand), at=AT)
    assert not brands.open_shop(brand, acting(brand), at=AT)
    brand.merchant.refresh_from_db()
    assert brand.merchant.state == "open"


def test_the_hand_over_makes_an_owner_and_leaves_the_manager_a_view(brand, kai):
    make_ready(brand)
    handover.offer(brand, acting(brand), at=AT)
    nina = nina_accepts(brand)
    brand.merchant.refresh_from_db()
    assert (brand.handed_over_at, brand.merchant.state) == (AT, "open")
    assert access_of(nina, brand.merchant, at=AT).rights == RIGHTS[Role.OWNER]
    his = access_of(kai, brand.merchant, at=AT)
    assert (his.rights, his.delegation.expires_at, his.delegation.granted_by) == (VIEWS, AT + 365 * DAY, nina)


def test_the_owner_may_close_the_view_and_the_brand_is_gone_for_the_manager(client, brand, kai):
    make_ready(brand)
    handover.offer(brand, acting(brand), at=AT)
    nina = nina_accepts(brand)
    assert list(brands.visible_to(kai, at=AT)) == [brand]
    delegations.revoke(access_of(nina, brand.merchant, at=AT), Delegation.objects.get(revoked_at=None), at=AT)
    assert list(brands.visible_to(kai, at=AT)) == []


def test_an_offer_is_withdrawn_while_it_is_open(client, brand, kai):
    make_ready(brand)
    offer = handover.offer(brand, acting(brand), at=AT)
    client.force_login(kai)
    with clock.at(AT):
        client.post(reverse("shops:ka_withdraw", args=[brand.code]))
    with pytest.raises(invitations.InvitationRefused):
        handover.accept(offer, user=person("nina"), at=AT)
    assert (handover.offered(brand), Invitation.objects.filter(accepted_at=None).count()) == (None, 1)


def test_an_offer_waits_for_the_first_steps(brand):
    with pytest.raises(brands.NotReady):
        handover.offer(brand, acting(brand), at=AT)


def test_a_manager_extends_what_has_run_out(client, brand, kai):
    later = AT + 90 * DAY
    client.force_login(kai)
    with clock.at(later):
        page = client.get(reverse("shops:ka_brand", args=[brand.code]))
        assert page.context["may_work"] is False
        client.post(reverse("shops:ka_extend", args=[brand.code]))
    assert access_of(kai, brand.merchant, at=later).delegation.expires_at == later + 90 * DAY


def test_a_step_is_remembered_once_it_is_committed(shop, django_capture_on_commit_callbacks, django_assert_num_queries):
    with transaction.atomic():
        assert reach(shop, Step.WALLET, at=AT)
        transaction.set_rollback(True)
    with django_capture_on_commit_callbacks(execute=True):
        assert reach(shop, Step.WALLET, at=AT)
    with django_assert_num_queries(0):
        assert not reach(shop, Step.WALLET, at=AT)
