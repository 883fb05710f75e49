"""Criteria: the filter tree that says which records are meant.

One meaning, three readers: `parse_tree` and `check_tree` refuse what cannot be meant, `compile_tree` says the tree in
SQL, `accepts` says it in memory. Each operation family is one file that holds its fields, its check, its SQL and its
evaluation; a family is added by writing its file and naming it in `registry.py`. `search_tree` reads a search into a
tree, so that it has the same meaning and the same readers.
"""

from executor_service.records.criteria.accepting import accepts
from executor_service.records.criteria.checking import check_tree, warn_tree
from executor_service.records.criteria.compiling import Compiled, compile_tree
from executor_service.records.criteria.parsing import parse_tree
from executor_service.records.criteria.problems import CriteriaError, Problem
from executor_service.records.criteria.search import SearchFilter, search_tree
from executor_service.records.criteria.sorting import SortKey, sort_key
from executor_service.records.criteria.tree import MAX_FILTERS, MAX_LEVELS, Tree

__all__ = [
    "MAX_FILTERS",
    "MAX_LEVELS",
    "Compiled",
    "CriteriaError",
    "Problem",
    "SearchFilter",
    "SortKey",
    "Tree",
    "accepts",
    "check_tree",
    "compile_tree",
    "parse_tree",
    "search_tree",
    "sort_key",
    "warn_tree",
]
