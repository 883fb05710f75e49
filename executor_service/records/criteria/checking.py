"""A tree against the properties there are: what is refused at save, and what is only warned of."""

from collections.abc import Iterator, Mapping

from executor_service.records.criteria.problems import MAX_PROBLEMS, Problem, at, shown
from executor_service.records.criteria.tree import PropertyFilter, Tree
from executor_service.records.domain.values import PropertyDefinition


def check_tree(tree: Tree, definitions: Mapping[str, PropertyDefinition], *, path: str) -> list[Problem]:
    """Return every mistake that the definitions show, at most a hundred; none means the tree can be evaluated."""
    return [problem for each in tree.property_filters() for problem in _problems(each, definitions, path)][
        :MAX_PROBLEMS
    ]


def warn_tree(tree: Tree, definitions: Mapping[str, PropertyDefinition], *, path: str) -> list[Problem]:
    """Return what is allowed and yet probably not meant, such as options that do not exist; at most a hundred."""
    return [problem for each in tree.property_filters() for problem in _warnings(each, definitions, path)][
        :MAX_PROBLEMS
    ]


def _problems(asked: PropertyFilter, definitions: Mapping[str, PropertyDefinition], path: str) -> Iterator[Problem]:
    place = _joined(path, asked.path)
    for name in (asked.property, *asked.operation.names):
        if name not in definitions:
            yield Problem("UNKNOWN_NAME", at(place, "property"), f"there is no property {shown(name)}")
            return
    definition = definitions[asked.property]
    operation = asked.operation
    if definition.type not in operation.fits:
        reason = f"{operation.operation_type} does not fit {definition.name}, which is of type {definition.type}"
        yield Problem("DOES_NOT_FIT", at(place, "operation", "operationType"), reason)
        return
    for problem in operation.check(definition):
        yield _placed(problem, place)


def _warnings(asked: PropertyFilter, definitions: Mapping[str, PropertyDefinition], path: str) -> Iterator[Problem]:
    definition = definitions.get(asked.property)
    if definition is not None and definition.type in asked.operation.fits:
        for problem in asked.operation.warnings(definition):
            yield _placed(problem, _joined(path, asked.path))


def _placed(problem: Problem, place: str) -> Problem:
    return Problem(problem.code, f"{at(place, 'operation')}.{problem.field}", problem.reason)


def _joined(path: str, below: str) -> str:
    return f"{path}.{below}" if path else below
