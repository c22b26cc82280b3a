"""The feeds of the city's platforms, one module each; a new one is a module and a line here."""

from infra.sandbox.feeds import (
    emergency_accident,
    emergency_enterprise,
    emergency_hazard,
    grid_activity,
    grid_dispute,
    grid_event,
    grid_grid,
    grid_task,
    petition_message,
    petition_petition,
    petition_progress,
    police_address,
    police_case,
    police_incident,
    police_organisation,
    police_resident,
)
from infra.sandbox.feeds.feed import Feed

FEEDS: dict[str, Feed] = {
    module.FEED.name: module.FEED
    for module in (
        police_incident,
        petition_petition,
        petition_message,
        emergency_accident,
        grid_event,
        police_case,
        police_resident,
        police_address,
        police_organisation,
        grid_dispute,
        emergency_hazard,
        emergency_enterprise,
        grid_grid,
        grid_task,
        grid_activity,
        petition_progress,
    )
}
