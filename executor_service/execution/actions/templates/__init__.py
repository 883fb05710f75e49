"""Templates: text with tokens such as `{{ enrolled_object.firstname | default: "there" }}`.

There are no tags, calls, conditions or loops, and what comes out is never looked at again. A template is parsed once,
which finds whatever is wrong with it; rendering asks a scope for values, and can only fail by a filter that cannot take
its value. Nothing here does I/O: which properties must be read beforehand, a template says itself.
"""

from executor_service.execution.actions.templates.parsing import Path, Template, TemplateRefusedError, parse_template
from executor_service.execution.actions.templates.rendering import RenderedTooLongError, Scope, render, single_value
from executor_service.execution.actions.templates.values import FormulaError, Value, text_of, typed

__all__ = [
    "FormulaError",
    "Path",
    "RenderedTooLongError",
    "Scope",
    "Template",
    "TemplateRefusedError",
    "Value",
    "parse_template",
    "render",
    "single_value",
    "text_of",
    "typed",
]
