"""The courier: carries events from the outbox to the handlers of their subscribers, at least once each.

Events are claimed in one short transaction, handled outside of any, and taken out in another; so a slow handler
holds up no writer, and a handler must be able to do the same twice.
"""

import logging
from collections.abc import Callable, Sequence

from kartoteka.platform.kernel import outbox
from kartoteka.platform.kernel.outbox import Delivery, Subscriber
from kartoteka.platform.services.finding.feeding import feed
from kartoteka.platform.services.office import SEARCH, Office

logger = logging.getLogger(__name__)
Handler = Callable[[Office, Sequence[Delivery]], None]
_handlers: dict[str, Handler] = {SEARCH.name: feed}


def handle_with(subscriber: Subscriber, handler: Handler) -> None:
    """This function will name the function that handles what a subscriber hears of."""
    _handlers[subscriber.name] = handler


def deliver(office: Office) -> int:
    """This function will bring every subscriber a handful of what waits for him, and count what was delivered."""
    return sum(_deliver_to(office, each) for each in office.subscribers)


def _deliver_to(office: Office, subscriber: Subscriber) -> int:
    with office.session() as session:
        if not outbox.is_due(session.connection(), subscriber, office.clock()):
            return 0
    with office.session(write=True) as session:
        claimed = outbox.claim(session.connection(), subscriber, office.clock())
    return _hand_over(office, subscriber, claimed) if claimed else 0


def _hand_over(office: Office, subscriber: Subscriber, deliveries: Sequence[Delivery]) -> int:
    try:
        _handler(office, subscriber)(office, deliveries)
    except Exception:
        logger.exception("%s failed on %s events.", subscriber.name, len(deliveries))
        return _after_failure(office, subscriber, deliveries)
    with office.session(write=True) as session:
        outbox.done(session.connection(), deliveries)
    return len(deliveries)


def _handler(office: Office, subscriber: Subscriber) -> Handler:
    if not subscriber.plugin:
        return _handlers[subscriber.name]
    reactions = office.plugins[subscriber.plugin].reactions
    return next(each.react for each in reactions if f"{subscriber.plugin}.{each.name}" == subscriber.name)


def _after_failure(office: Office, subscriber: Subscriber, deliveries: Sequence[Delivery]) -> int:
    """One event that cannot be handled must not keep its neighbours from being handled."""
    if len(deliveries) > 1:
        return sum(_hand_over(office, subscriber, [each]) for each in deliveries)
    with office.session(write=True) as session:
        outbox.postpone(session.connection(), deliveries, office.clock())
    return 0


__all__ = ["Handler", "deliver", "handle_with"]
