"""Columns of stored answers, in the words of DuckDB: keys with names, sums, and the measures made of them."""

from ..metrics import Unit
from .definition import Definition
from .dimensions import DIMENSIONS, Type
from .measures import MEASURES, PER_THOUSAND, SUMS, parts_of

NOW, THEN = "", "_then"  # what the names of sums end in, by the period
NAME = "_name"
BEFORE = "_before"
UNCHANGING = {"keyword", "term"}  # dimensions whose names are what they are
DECIMALS = 6  # of ratios in files
MONEY = "DECIMAL(24, 4)"
FORMULA = r"CASE WHEN regexp_matches({0}, '^[=+@\t\r-]') THEN '''' || {0} ELSE {0} END"


def quoted(name: str) -> str:
    return f'"{name}"'


def sums_of(definition: Definition) -> list[str]:
    """Return the sums that the measures of a definition are made of."""
    return list(dict.fromkeys(part.code for measure in definition.offered for part in parts_of(measure)))


def key(code: str) -> list[str]:
    """Return the columns that a dimension is stored in, out of grouped rows and names."""
    kind, column = DIMENSIONS[code].type, f"grouped.{quoted(code)}"
    if kind == Type.CODE:
        return [f"names_{code}.code AS {quoted(code)}", f"names_{code}.name AS {quoted(code + NAME)}"]
    if kind == Type.DATE:
        return [f"DATE '1970-01-01' + {column}::INTEGER AS {quoted(code)}"]
    return [f"{column}::INTEGER AS {quoted(code)}" if kind == Type.NUMBER else f"{column} AS {quoted(code)}"]


def names(code: str) -> list[str]:
    """Return the names of the columns that a dimension is stored in."""
    return [code, code + NAME] if DIMENSIONS[code].type == Type.CODE else [code]


def ordering(definition: Definition, sort: str | None = None, *, by_name: bool = True) -> str:
    """Return the order of stored rows: as asked for, then by the dimensions; what has no value comes last."""
    sort = definition.sort if sort is None else sort
    code, way = sort.removeprefix("-"), "DESC" if sort.startswith("-") else "ASC"
    told = _told if by_name else _coded
    by = [measure(code)] if code in MEASURES else told(code) if code else []
    first = [f"{column} {way} NULLS LAST" for column in by]
    then = [f"{column} ASC NULLS LAST" for each in definition.dimensions for column in told(each)]
    return ", ".join([*first, *then])


def _told(code: str) -> list[str]:
    """Return the columns by which a dimension is sorted: names before codes."""
    return [quoted(name) for name in reversed(names(code))]


def _coded(code: str) -> list[str]:
    """Return the column by which a dimension is sorted whatever its values are called."""
    return [quoted(code)]


def measure(code: str, side: str = NOW) -> str:
    """Return a measure of stored sums as an expression: NULL where it has no denominator, or lacks what it needs."""
    metric = MEASURES[code]
    worth = _worth(code, side)
    if not metric.needs:
        return worth
    known = " OR ".join(f"{_sum(part, side)} <> 0" for part in metric.needs)
    return f"CASE WHEN {known} THEN {worth} END"


def _worth(code: str, side: str) -> str:
    metric = MEASURES[code]
    plus = " + ".join(_sum(part, side) for part in metric.plus)
    top = " - ".join([plus, *(_sum(part, side) for part in metric.minus)])
    if not metric.over:
        return f"({top})::{MONEY}" if metric.unit == Unit.MONEY else f"({top})::BIGINT"
    bottom = " + ".join(_sum(part, side) for part in metric.over)
    times = " * 1000" if code in PER_THOUSAND else ""
    return f"CASE WHEN {bottom} > 0 THEN ({top})::DOUBLE{times} / ({bottom})::DOUBLE END"


def _sum(code: str, side: str) -> str:
    column = quoted(code + side)
    return f"{column}::DECIMAL(24, 0) * 0.0001::DECIMAL(4, 4)" if SUMS[code].unit == Unit.MONEY else column


def exported(definition: Definition, *, by_name: bool = True) -> dict[str, str]:
    """Return the columns of a file by their names: keys, names, and each measure, with what it was before.

    Without names – but where a name is all that a value is – no later renaming changes the file.
    """
    columns = {name: quoted(name) for code in definition.dimensions for name in written_names(code, by_name=by_name)}
    for code in definition.offered:
        columns[code] = rounded(code, measure(code))
        if definition.compare:
            columns[code + BEFORE] = rounded(code, measure(code, THEN))
    return columns


def written_names(code: str, *, by_name: bool) -> list[str]:
    """Return the names of the columns of a dimension in a file."""
    return names(code) if by_name or code in UNCHANGING else names(code)[:1]


def harmless(definition: Definition, *, by_name: bool = True) -> dict[str, str]:
    """Return the same columns, with no text that a spreadsheet takes for a formula."""
    columns = exported(definition, by_name=by_name)
    texts = [code for code in definition.dimensions if DIMENSIONS[code].type in (Type.TEXT, Type.CODE)]
    return columns | {name: FORMULA.format(quoted(name)) for code in texts for name in names(code) if name in columns}


def rounded(code: str, value: str) -> str:
    """Return the value of a measure as files hold it."""
    return f"round({value}, {DECIMALS})" if MEASURES[code].over else value
