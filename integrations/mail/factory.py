"""Where the settings send e-mail."""

from config.settings import Settings
from integrations.mail.files import MailFolder
from integrations.mail.port import Mailer


def make_mailer(settings: Settings) -> Mailer:
    """The SMTP server, or a folder of the data directory where none is set. It is not visited yet."""
    mail = settings.mail
    if mail.smtp_url is None:
        return MailFolder(settings.data_dir / "mail", sender=mail.sender)
    from integrations.mail.smtp import SmtpMailer

    return SmtpMailer(mail.smtp_url.get_secret_value(), sender=mail.sender, timeout_s=mail.timeout_s)
