# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be changed in a source so that a test should fail: each change with the nodes that it is in.

Nothing in annotations, decorators, texts and formatted texts is changed.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LARGEST_INTEGER = 1000
OPERATORS: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
}
TEXT_OR_LIST = (ast.List, ast.ListComp, ast.Tuple, ast.Dict)
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
LEFT_OUT = {"annotation", "returns", "decorator_list"}


@dataclass(frozen=True)
class Change:
    """A replacement of bytes; C(nodes) lead from the file down to what is changed."""

    name: str
    start: int
    end: int
    text: str
    nodes: tuple[ast.AST, ...]

    def apply(self, source: bytes) -> bytes:
        """The source with the change; its lines keep their numbers."""
        lost, text = source[self.start : self.end].count(b"\n"), self.text.encode()
        if lost and text != b"pass":
            text = b"(" + text + b"\n" * lost + b")"
        elif lost:
            text += b"\n" * lost
        return source[: self.start] + text + source[self.end :]


def changes(source: bytes) -> Iterator[Change]:
    """All of a file. In their nodes, each text of several words is the same short one."""
    yield from _Finder(source).below(_WithoutMessages().visit(ast.parse(source)), ())


class _WithoutMessages(ast.NodeTransformer):
    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.copy_location(ast.Constant("..."), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and re.search(r"\s", node.value):
            node.value = "..."
        return node


class _Finder:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.starts = [0, *itertools.accumulate(len(line) for line in source.splitlines(keepends=True))]

    def below(self, node: ast.AST, parents: tuple[ast.AST, ...]) -> Iterator[Change]:
        nodes = (*parents, node)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        for part in (self._operators, self._conditions, self._constants, self._statements, self._defaults):
            yield from part(node, nodes)
        for name, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and name not in LEFT_OUT:
                    yield from self.below(child, nodes)

    def _operators(self, node: ast.AST, nodes: tuple[ast.AST, ...]) -> Iterator[Change]:
        if isinstance(node, ast.Compare):
            pairs = itertools.pairwise([node.left, *node.comparators])
            yield from (self._operator(op, *pair, nodes) for op, pair in zip(node.ops, pairs))
        if isinstance(node, ast.BoolOp):
            yield from (self._operator(node.op, *pair, nodes) for pair in itertools.pairwise(node.values))
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS and _may_be_numbers(node.left, node.right):
            yield self._operator(node.op, node.left, node.right, nodes)
        if isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS and _may_be_numbers(node.value):
            yield self._operator(node.op, node.target, node.value, nodes)

    def _conditions(self, node: ast.AST, nodes: tuple[ast.AST, ...]) -> Iterator[Change]:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            start = self._start(node)
            word = re.compile(rb"not[ \t]*").match(self.source, start)
            assert word
            yield Change("not", start, word.end(), "", nodes)
        if isinstance(node, (ast.If, ast.IfExp)) and not isinstance(node.test, ast.Constant):
            yield from (self._whole(f"if {text}", node.test, text, nodes) for text in ("True", "False"))
        if isinstance(node, ast.comprehension):
            yield from (self._whole("if True", test, "True", nodes) for test in node.ifs)

    def _constants(self, node: ast.AST, nodes: tuple[ast.AST, ...]) -> Iterator[Change]:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, bool):
            new = str(not value)
        elif isinstance(value, int) and value <= LARGEST_INTEGER:
            new = str(value + 1)
        else:
            return
        yield self._whole(f"{value} to {new}", nodes[-1], new, nodes[:-1])

    def _statements(self, node: ast.AST, nodes: tuple[ast.AST, ...]) -> Iterator[Change]:
        if isinstance(node, ast.Return) and node.value and ast.unparse(node.value) != "None":
            yield self._whole("return None", node.value, "None", nodes)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield self._whole("no call", node, "pass", nodes[:-1])
        if isinstance(node, ast.Break):
            yield self._whole("break to continue", node, "continue", nodes[:-1])
        if isinstance(node, ast.Continue):
            yield self._whole("continue to break", node, "break", nodes[:-1])

    def _defaults(self, node: ast.AST, nodes: tuple[ast.AST, ...]) -> Iterator[Change]:
        """Those that are no numbers, truth values or None."""
        if not isinstance(node, FUNCTION):
            return
        for default in filter(None, (*node.args.defaults, *node.args.kw_defaults)):
            if not isinstance(default, ast.Constant):
                yield self._whole("default None", default, "None", nodes)
            elif isinstance(default.value, str):
                yield self._whole("default text", default, '"mutant"', nodes)

    def _operator(self, operator: ast.AST, left: ast.expr, right: ast.expr, nodes: tuple[ast.AST, ...]) -> Change:
        """The change of what stands between two operands, where there may be brackets and comments too."""
        old, new = OPERATORS[type(operator)]
        start, end = self._end(left), self._start(right)
        between = re.sub(rb"#.*", lambda match: b" " * len(match[0]), self.source[start:end])
        match = re.search(re.escape(old.encode()).replace(rb"\ ", rb"\s+"), between)
        assert match
        return Change(f"{old} to {new}", start + match.start(), start + match.end(), new, nodes)

    def _whole(self, name: str, node: ast.AST, text: str, nodes: tuple[ast.AST, ...]) -> Change:
        return Change(name, self._start(node), self._end(node), text, (*nodes, node))

    def _start(self, node: ast.AST) -> int:
        line, column = vars(node)["lineno"], vars(node)["col_offset"]
        return int(self.starts[line - 1] + column)

    def _end(self, node: ast.AST) -> int:
        line, column = vars(node)["end_lineno"], vars(node)["end_col_offset"]
        return int(self.starts[line - 1] + column)


def _may_be_numbers(*operands: ast.expr) -> bool:
    """Whether operands are not seen to be texts or lists, for which a minus is an error and no change worth a test."""
    parts = [part for each in operands for part in (each, *(vars(each).get(side) for side in ("left", "right")))]
    return not any(
        isinstance(part, TEXT_OR_LIST) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in parts
    )
