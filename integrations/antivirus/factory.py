"""The virus scanner that the settings name."""

from config.settings import Settings
from integrations.antivirus.port import VirusScanner


def make_virus_scanner(settings: Settings) -> VirusScanner | None:
    """None where no scanner is configured: uploads are not scanned then. It is not visited yet."""
    if settings.antivirus.url is None:
        return None
    from integrations.antivirus.clamd import ClamdScanner

    return ClamdScanner(settings.antivirus.url, timeout_s=settings.antivirus.timeout_s)
