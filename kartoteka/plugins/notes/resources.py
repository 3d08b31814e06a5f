"""Notes over REST."""

from marshmallow import fields as f

from kartoteka.platform.sdk import Attached, AttachedResource, Shape
from kartoteka.plugins.notes.design import KEY


class Note(Attached):
    """What somebody thinks of a record."""

    text = f.Str()
    private = f.Bool(metadata={"description": "Seen by its author alone."})
    pinned = f.Bool()


notes = AttachedResource("notes", "What people think of records.", Shape(KEY), document=Note)
