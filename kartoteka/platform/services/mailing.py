"""What the worker does about mail: answer those who forgot their password, then send all that is due."""

from kartoteka.platform.kernel import mail
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.signing import answer_reset_requests


def deliver_mail(office: Office) -> int:
    """This function will send the mail that is due and tell how many messages have left."""
    answer_reset_requests(office)
    return mail.deliver(office)
