"""Verbs on the design: every change is read, checked, planned, applied under the design lock and journalled."""

from kartoteka.platform.services.modelling.copying import (
    Originals,
    copy_field,
    copy_parts,
    copy_section,
    plan_copy,
    unused_name,
)
from kartoteka.platform.services.modelling.designer import Plan
from kartoteka.platform.services.modelling.documents import (
    apply_design,
    design_document,
    export_design,
    plan_design,
)
from kartoteka.platform.services.modelling.foresight import Foresight
from kartoteka.platform.services.modelling.impact import Impact, impact_of, told
from kartoteka.platform.services.modelling.many import change_fields, plan_fields
from kartoteka.platform.services.modelling.parts import (
    change_category,
    change_field,
    change_registry,
    change_section,
    create_category,
    create_field,
    create_registry,
    create_section,
    foresee,
)
from kartoteka.platform.services.modelling.returning import (
    WayBack,
    plan_return,
    plan_undo,
    return_to,
    undo,
)
from kartoteka.platform.services.modelling.roles import (
    change_role,
    create_role,
    grant_of,
    remove_role,
    set_grant,
)

__all__ = [
    "Foresight",
    "Impact",
    "Originals",
    "Plan",
    "WayBack",
    "apply_design",
    "change_category",
    "change_field",
    "change_fields",
    "change_registry",
    "change_role",
    "change_section",
    "copy_field",
    "copy_parts",
    "copy_section",
    "create_category",
    "create_field",
    "create_registry",
    "create_role",
    "create_section",
    "design_document",
    "export_design",
    "foresee",
    "grant_of",
    "impact_of",
    "plan_copy",
    "plan_design",
    "plan_fields",
    "plan_return",
    "plan_undo",
    "remove_role",
    "return_to",
    "set_grant",
    "told",
    "undo",
    "unused_name",
]
