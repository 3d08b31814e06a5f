"""The administration: designing registries, deciding who sees what, looking after people."""

from kartoteka.platform.web.admin import (
    fields,
    history,
    jobs,
    overview,
    people,
    portable,
    registry,
    roles,
    rules,
    why,
)

PAGES = (fields, history, jobs, overview, people, portable, registry, roles, rules, why)
