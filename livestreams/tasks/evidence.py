"""Jobs of evidence clips; those with files run where the gateway's folder is."""

from celery import shared_task

from livestreams.services import evidence_clips


@shared_task(name="livestreams.keep_evidence_task", ignore_result=True)
def keep_evidence_task() -> int:
    """Plan evidence clips, queue what is undone, let go what no order needs."""
    return evidence_clips.sweep_evidence()


@shared_task(name=evidence_clips.MAKE_TASK, ignore_result=True)
def make_evidence_task(pk: int) -> None:
    """Cut an evidence clip; one that is done stays as it is."""
    evidence_clips.make_evidence(pk)


@shared_task(name=evidence_clips.ERASE_TASK, ignore_result=True)
def erase_evidence_task(pk: int) -> None:
    """Delete the files of a removed evidence clip."""
    evidence_clips.erase_evidence(pk)
