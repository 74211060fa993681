"""Both banks, as doubles of the whole run."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette

from integrations.payments.factory import make_payments
from models.tenants import Tenant
from services.providers import providers, use_providers
from tests.doubles import tbank as tbank_double
from tests.doubles import yookassa as yookassa_double
from tests.doubles.tbank import TbankDouble, tbank_server
from tests.doubles.yookassa import YookassaDouble, yookassa_server
from tests.fixtures.application import client_of
from tests.fixtures.work import DrainJobs
from tests.payments.banks import Shop


@pytest.fixture(scope="session")
def tbank_of_the_run() -> Iterator[TbankDouble]:
    with tbank_server() as double:
        yield double


@pytest.fixture(scope="session")
def yookassa_of_the_run() -> Iterator[YookassaDouble]:
    with yookassa_server() as double:
        yield double


@pytest.fixture
def bank_settings(tbank_of_the_run: TbankDouble, yookassa_of_the_run: YookassaDouble) -> dict[str, str]:
    return {
        "OPORA_TBANK_TERMINAL_KEY": tbank_double.TERMINAL,
        "OPORA_TBANK_PASSWORD": tbank_double.PASSWORD,
        "OPORA_TBANK_API_URL": tbank_of_the_run.url,
        "OPORA_YOOKASSA_SHOP_ID": yookassa_double.SHOP,
        "OPORA_YOOKASSA_SECRET_KEY": yookassa_double.KEY,
        "OPORA_YOOKASSA_API_URL": yookassa_of_the_run.url,
        "OPORA_PAYMENT_TIMEOUT_S": "10",
        "OPORA_PUBLIC_URL": "https://opora.example",
        "OPORA_TRUSTED_PROXIES": "127.0.0.1",
    }


@pytest.fixture
async def banks(
    database: None,
    override: Any,
    bank_settings: dict[str, str],
    tbank_of_the_run: TbankDouble,
    yookassa_of_the_run: YookassaDouble,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[TbankDouble, YookassaDouble]]:
    """Both banks, empty, and configured."""
    tbank_of_the_run.reset()
    yookassa_of_the_run.reset()
    monkeypatch.setattr("integrations.payments.tbank._PAUSE_S", 0.0)
    monkeypatch.setattr("integrations.payments.yookassa._PAUSE_S", 0.0)
    present = providers()
    with override(**bank_settings) as settings:
        payments = make_payments(settings)
        use_providers(replace(present, payments=payments))
        yield tbank_of_the_run, yookassa_of_the_run
        use_providers(present)
        await payments.close()


@pytest.fixture
async def shop(
    banks: tuple[TbankDouble, YookassaDouble], application: Starlette, tenant: Tenant, drain_jobs: DrainJobs
) -> AsyncIterator[Shop]:
    async with client_of(application) as client:
        yield Shop(tenant, *banks, client, drain_jobs)
