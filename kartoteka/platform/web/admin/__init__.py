"""The administration: designing registries, deciding who sees what, looking after people."""

from kartoteka.platform.web.admin import (
    fields,
    general,
    history,
    jobs,
    organisation,
    overview,
    parts,
    people,
    portable,
    registry,
    roles,
    rules,
    why,
)

PAGES = (fields, general, history, jobs, organisation, overview, parts, people, portable, registry, roles, rules, why)
