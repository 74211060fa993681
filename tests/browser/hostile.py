"""A company in which every name and every text is an attack on whoever looks at it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
from playwright.async_api import Page

from app.embedded.postgres import EmbeddedPostgres
from config.settings import override_settings
from core.languages import Language
from services import mail_templates
from services.mail_templates import Template
from services.sealing import seal
from tests.browser.console import PASSWORD, graphql, sign_in
from tests.browser.demo import Demo

NAME = "<img src=x onerror=stolen()>\"'{{7*7}}${stolen()}"
TEXT = f"""{NAME}
<script>stolen()</script><svg onload=stolen()></svg><iframe srcdoc="<script>parent.stolen()</script>"></iframe>
[press](javascript:stolen()) javascript:stolen() data:text/html,<script>stolen()</script>
https://a.example/"onmouseover="stolen()" https://a.example/{")" * 200}x"""
FILE = "<img src=x onerror=stolen()>.png"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da63fcff1f0003"
    "030200efa2a75b0000000049454e44ae426082"
)
_HARMED = """() => {
    // A letter's frame names what is foreign in its srcdoc: what stands in it is looked at, not how it got there.
    const letters = [...document.querySelectorAll("iframe[sandbox='allow-same-origin']")];
    const documents = [document, ...letters.map((frame) => frame.contentDocument)];
    const among = (found) => documents.flatMap((each) => [...found(each)]);
    const dangerous = ["img[src='x']", "iframe[srcdoc*=stolen]", "script:not([src])", "[onerror]", "[onload]",
        "[onmouseover]"].join();
    return [
        window.harmed ?? 0,
        among((each) => each.querySelectorAll(dangerous)).filter((element) => !letters.includes(element)).length,
        among((each) => each.links).filter(({ protocol }) => !/^(https?|mailto|tel):$/.test(protocol)).length,
    ];
}"""
_INPUTS = {
    "createUser": "CreateUserInput",
    "createCategory": "CreateCategoryInput",
    "createTicket": "CreateTicketInput",
    "createAssistant": "CreateAssistantInput",
    "createFaq": "CreateFaqInput",
    "createQaEntry": "CreateQaEntryInput",
    "addKnowledgeChunks": "AddKnowledgeChunksInput",
    "createSavedView": "CreateSavedViewInput",
    "createSupportRequest": "SupportRequestInput",
}
_REGISTER = """
mutation($input: RegisterCompanyInput!) { registerCompany(input: $input) { tenant { id slug } } }"""
_WRITE = "mutation($id: ID!, $input: AddMessageInput!) { addMessage(ticketId: $id, input: $input) { id } }"
_OPEN = "mutation($input: OpenDialogInput!) { openDialog(input: $input) { guestId dialog { id } } }"
_SAY = "mutation($id: ID!, $input: SendDialogMessageInput!) { sendDialogMessage(dialogId: $id, input: $input) { id } }"
_REPLY = "mutation($number: String!, $text: String!) { replyToSupportRequest(number: $number, text: $text) { id } }"
_UPLOAD = "mutation($file: Upload!) { uploadFile(file: $file) { publicId } }"
_DELIVERED = """
WITH e AS (INSERT INTO webhook_endpoints (tenant_id, url, description, sealed_secret, is_active, created_at, updated_at)
    VALUES ($1, 'https://a.example/', $2, '', true, now(), now()) RETURNING id),
m AS (INSERT INTO webhook_messages (public_id, tenant_id, event, body, created_at)
    VALUES (gen_random_uuid(), $1, 'ticket.created', $3, now()) RETURNING id)
INSERT INTO webhook_deliveries (tenant_id, endpoint_id, message_id, state, round, tries, attempts, created_at)
SELECT $1, e.id, m.id, 'failed', 0, 1, $4, now() FROM e, m RETURNING endpoint_id
"""
_PROVIDER = """
INSERT INTO sign_in_providers (tenant_id, name, issuer, client_id, scopes, creates_users, default_role, roles_claim,
    role_rules, is_active, created_at, updated_at)
VALUES ($1, left($2, 64), 'https://id.example', $2, 'openid', false, 'user', $2, '[]', true, now(), now())
"""

_MAIL = """
INSERT INTO mail (public_id, tenant_id, template, language, recipient, subject, sealed_body, created_at)
VALUES (gen_random_uuid(), $1, 'support_reply', 'en', $2, left($3, 255), $4, now())
"""


async def prepare(page: Page) -> None:
    """Whatever runs on the page that is not ours is noted."""
    await page.add_init_script("window.stolen = () => { window.harmed = (window.harmed ?? 0) + 1 }")
    page.on("dialog", lambda dialog: dialog.dismiss())


async def harm(page: Page) -> list[int]:
    """What ran, what elements would run something, and links to anything but addresses: all none where all is well."""
    found: list[int] = await page.evaluate(_HARMED)
    return found


@dataclass
class Company:
    """`email` is its admin's; they are signed in by the demo's password."""

    origin: str
    tenant: str
    slug: str
    email: str
    token: str
    site_token: str = ""
    ticket: str = ""
    endpoint: str = ""
    dialog: str = ""

    def ask(self, document: str, variables: Mapping[str, Any] | None = None, **names: str) -> dict[str, Any]:
        """By the admin, or by whom the headers name."""
        return graphql(self.origin, document, variables or {}, None if names else self.token, names)

    def make(self, field: str, selection: str = "id", /, **given: Any) -> dict[str, Any]:
        """What a mutation that takes an input makes of it."""
        document = f"mutation($input: {_INPUTS[field]}!) {{ {field}(input: $input) {{ {selection} }} }}"
        made: dict[str, Any] = self.ask(document, {"input": given})[field]
        return made


async def new_company(demo: Demo) -> Company:
    """With a ticket, a dialog, knowledge and settings, each of them hostile."""
    company = _register(demo.origin)
    _people_and_ticket(company)
    _assistant_and_dialog(company)
    _settings(company)
    await _what_only_servers_say(demo, company)
    return company


def _register(origin: str) -> Company:
    email = "hostile@example.com"
    given = {"email": email, "password": PASSWORD, "companyName": NAME, "firstName": NAME, "lastName": NAME}
    tenant = graphql(origin, _REGISTER, {"input": given})["registerCompany"]["tenant"]
    return Company(origin, tenant["id"], tenant["slug"], email, sign_in(origin, email)["accessToken"])


def _people_and_ticket(company: Company) -> None:
    company.make("createUser", email="a@hostile.example", password=PASSWORD, fullName=NAME, role="AGENT")
    category = company.make("createCategory", name=NAME, description=TEXT, color="#ffffff")["id"]
    company.ticket = company.make("createTicket", title=NAME, description=TEXT, categoryId=category)["id"]
    for internal in (True, False):
        said = {"text": TEXT, "internal": internal, "attachments": [_uploaded(company)]}
        company.ask(_WRITE, {"id": company.ticket, "input": said})


def _uploaded(company: Company) -> str:
    operations = json.dumps({"query": _UPLOAD, "variables": {"file": None}})
    response = httpx.post(
        f"{company.origin}/graphql",
        data={"operations": operations, "map": '{"0": ["variables.file"]}'},
        files={"0": (FILE, PIXEL, "image/png")},
        headers={"authorization": f"Bearer {company.token}"},
    )
    number: str = response.json()["data"]["uploadFile"]["publicId"]
    return number


def _assistant_and_dialog(company: Company) -> None:
    site = {"websiteIntegration": True, "allowedDomains": ["localhost"]}
    made = company.make("createAssistant", "siteToken", name=NAME, description=TEXT, systemPrompt=TEXT, **site)
    company.site_token = made["siteToken"]
    guest = {"X-Site-Token": company.site_token, "Origin": "http://localhost"}
    opened = company.ask(_OPEN, {"input": {"firstName": NAME, "lastName": NAME}}, **guest)["openDialog"]
    company.dialog, guest["X-Guest-Id"] = opened["dialog"]["id"], opened["guestId"]
    company.ask(_SAY, {"id": company.dialog, "input": {"text": TEXT}}, **guest)
    company.ask(_SAY, {"id": company.dialog, "input": {"text": TEXT, "operatorName": NAME[:30]}})


def _settings(company: Company) -> None:
    entry = {"question": f"{NAME}?", "answer": TEXT, "tags": [NAME[:40]]}
    company.make("createFaq", **entry, category=NAME)
    company.make("createQaEntry", **entry)
    company.make("addKnowledgeChunks", "created", source=NAME, chunks=[{"content": TEXT, "heading": NAME}])
    broken = {"search": 5, "status": "OPEN", "kinds": {}, "stage": ["OPEN"]}
    company.make("createSavedView", name=NAME, filter=broken, shared=True)
    number = company.make("createSupportRequest", "number", subject=NAME, message=TEXT, topic=NAME[:60])["number"]
    company.ask(_REPLY, {"number": number, "text": TEXT})
    company.ask("mutation($to: String!) { sendTestMail(to: $to) { __typename } }", {"to": company.email})


async def _what_only_servers_say(demo: Demo, company: Company) -> None:
    url = EmbeddedPostgres(demo.data).find_running()
    assert url is not None
    database = await asyncpg.connect(url)
    attempt = {"at": "2026-01-01T00:00:00+00:00", "status": 500, "excerpt": TEXT, "error": None, "ms": 5}
    body = {"type": "ticket.created", "timestamp": "2026-01-01T00:00:00+00:00", "data": {"text": TEXT}}
    tenant = int(company.tenant)
    endpoint = await database.fetchval(_DELIVERED, tenant, NAME, json.dumps(body), json.dumps([attempt]))
    company.endpoint = str(endpoint)
    await database.execute(_PROVIDER, tenant, NAME)
    with override_settings(OPORA_DATA_DIR=str(demo.data)):
        letter = seal(json.dumps([TEXT, _letter()]), purpose="mail")
    await database.execute(_MAIL, tenant, company.email, NAME, letter)
    await database.close()


def _letter() -> str:
    """What others wrote, once as words in one of our letters and once as its markup."""
    values = {"ticket": NAME, "subject": NAME, "message": TEXT}
    ours = mail_templates.render(Template.SUPPORT_REPLY, Language.ENGLISH, values).html
    return ours.replace("</body>", f"{TEXT}</body>")
