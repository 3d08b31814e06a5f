"""What the admin settles about attachments."""

from typing import Any

import marshmallow as ma
from marshmallow import fields as f

from kartoteka.platform.sdk import N_

MOST_FOLDERS = 500
MOST_QUOTAS = 200


class FolderSetting(ma.Schema):
    """A folder on the records of a registry."""

    registry = f.Str(required=True, validate=ma.validate.Length(1, 41))
    name = f.Str(required=True, validate=ma.validate.Length(1, 120))
    section = f.Str(load_default="", validate=ma.validate.Length(max=41))
    kinds = f.List(f.Str(validate=ma.validate.Regexp("[a-z0-9]{1,12}$")), load_default=list)
    max_mb = f.Int(load_default=None, allow_none=True, validate=ma.validate.Range(1, 1_000_000))


class QuotaSetting(ma.Schema):
    """How much each person of a role may keep."""

    role = f.Str(required=True, validate=ma.validate.Length(1, 41))
    mb = f.Int(required=True, validate=ma.validate.Range(1, 100_000_000))


class AttachmentSettings(ma.Schema):
    """Sizes, folders, the scanner."""

    max_mb = f.Int(
        load_default=1024,
        validate=ma.validate.Range(1, 1_000_000),
        metadata={"label": N_("Largest file (MB)")},
    )
    keep_days = f.Int(
        load_default=None,
        allow_none=True,
        validate=ma.validate.Range(1, 36_500),
        metadata={
            "label": N_("Days in the recycle bin"),
            "help": N_("Files that were removed longer ago are taken away for good. Empty: they stay."),
        },
    )
    total_mb = f.Int(
        load_default=None,
        allow_none=True,
        validate=ma.validate.Range(1, 1_000_000_000),
        metadata={
            "label": N_("Room for all files (MB)"),
            "help": N_("Equal files count once. Empty: as much as the storage holds."),
        },
    )
    share_days = f.Int(
        load_default=90,
        validate=ma.validate.Range(1, 365),
        metadata={"label": N_("Longest life of a share link (days)")},
    )
    clamd = f.Str(
        load_default="",
        validate=ma.validate.Regexp(r"(|unix:/.{1,200}|tcp://[^/:]{1,200}:[0-9]{1,5})$"),
        metadata={
            "label": N_("Virus scanner (clamd)"),
            "help": N_(
                "unix:/run/clamav/clamd.ctl or tcp://host:3310. Files are served once it has passed them."
            ),
        },
    )
    folders: Any = f.List(
        f.Nested(FolderSetting),
        load_default=list,
        validate=ma.validate.Length(max=MOST_FOLDERS),
        metadata={"label": N_("Folders"), "elsewhere": True},
    )
    quotas: Any = f.List(
        f.Nested(QuotaSetting),
        load_default=list,
        validate=ma.validate.Length(max=MOST_QUOTAS),
        metadata={"label": N_("Quotas"), "elsewhere": True},
    )


__all__ = ["AttachmentSettings"]
