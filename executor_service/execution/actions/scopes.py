"""What the templates of a claim are rendered over: one scope a record, its values locked and read once for all."""

from collections.abc import Iterator, Mapping, Sequence

from executor_service.execution.actions.kind import Step
from executor_service.execution.actions.templates import Scope, Value, typed
from executor_service.execution.domain.cohorts import Cohort
from executor_service.records.ports import Definitions, Document, Records


async def lock_scopes(
    step: Step, names: Sequence[str], definitions: Definitions, *, records: Records
) -> dict[int, Scope]:
    """Lock the records of a claim and return what templates see of each that is there; `names`: what they ask for."""
    documents = await records.lock_values(step.object_type_id, step.record_ids, names)
    return dict(scopes_of(step, documents, definitions))


def scopes_of(step: Step, documents: Mapping[int, Document], definitions: Definitions) -> Iterator[tuple[int, Scope]]:
    """Yield (record, scope) for the records of a step that have a document, ascending."""
    cohort_of = {record_id: cohort for cohort in step.cohorts for record_id in cohort.record_ids}
    for record_id in sorted(documents):
        yield record_id, _scope(step, cohort_of[record_id], _values(documents[record_id], definitions))


def _values(document: Document, definitions: Definitions) -> dict[str, Value]:
    found = {name: typed(definitions[name], stored) for name, stored in document.items() if name in definitions}
    return {name: value for name, value in found.items() if value is not None}


def _scope(step: Step, cohort: Cohort, enrolled: Mapping[str, Value]) -> Scope:
    return Scope(
        enrolled=enrolled,
        workflow_id=step.workflow_id,
        workflow_name=step.revision.name,
        occurrence_id=cohort.occurrence_id,
        due_at=cohort.due_at,
        trigger=cohort.trigger,
        now=step.now,
        zone=step.revision.time_zone_id,
    )
