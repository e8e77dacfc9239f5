"""The training register: courses, certificates, and the certificate that a caller agreed to be named by."""

from migrations import steps

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COURSES = (
    ("code", "code"), ("title", "code"), ("audience", "code"), ("modality", "code"), ("country", "code"),
    ("state", "code"), ("municipality", "code"), ("venue", "code"), ("starts_on", "code"), ("ends_on", "code"),
    ("taught_hours", "real"), ("trainer_id", "id"), ("trainer_name", "code"), ("people", "integer"),
    ("women", "integer"), ("men", "integer"), ("source", "code"), ("note", "text"),
)  # fmt: skip
CERTIFICATES = (
    ("number", "code"), ("kind", "code"), ("holder_kind", "code"), ("holder_name", "code"), ("holder_contact", "code"),
    ("state", "code"), ("course_id", "id"), ("issued_on", "code"), ("valid_until", "code"), ("revoked_at", "instant"),
    ("reason", "code"),
)  # fmt: skip
LINKED = (("certificate_consent", "code"), ("certificate_number", "code"), ("certificate_id", "id"))


def upgrade() -> None:
    steps.create_record_table("courses", COURSES)
    steps.create_record_table("certificates", CERTIFICATES)
    steps.add_columns("contacts", LINKED)


def downgrade() -> None:
    steps.drop_columns("contacts", LINKED)
    steps.drop_record_table("certificates")
    steps.drop_record_table("courses")
