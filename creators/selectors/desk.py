"""What the desk of the staff shows of creators."""

from creators.models import Creator


def count_applications() -> int:
    """Count the people who wait to be verified."""
    return Creator.objects.filter(state=Creator.State.APPLIED).count()
