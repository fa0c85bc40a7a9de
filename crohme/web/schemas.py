"""What goes over the wire, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from crohme.web.limits import RequestLimits

_FAR = RequestLimits.max_coordinate
Coordinate = Annotated[float, Field(ge=-_FAR, le=_FAR, allow_inf_nan=False)]
Point = tuple[Coordinate, Coordinate]
# Of a body of nothing but errors only the first is told: all of them would take 400 MB.
Stroke = Annotated[list[Point], Field(min_length=1, fail_fast=True)]

PLUS: list[JsonValue] = [[[0, 10], [20, 10]], [[10, 0], [10, 20]]]


class Fixed(BaseModel):
    """Strokes that are one symbol."""

    model_config = ConfigDict(extra="forbid")

    strokes: Annotated[list[int], Field(min_length=1, fail_fast=True)]
    label: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        None, description="What it is: LaTeX command or sign; any symbol if it is missing."
    )


class Strokes(BaseModel):
    """Handwriting: strokes in the order of writing, X to the right, Y down, in any unit."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"strokes": PLUS}]})

    strokes: list[Stroke] = Field(fail_fast=True)
    fixed: list[Fixed] = Field(
        default_factory=list, fail_fast=True, description="Symbols that every reading of an expression has."
    )


_MOST_DEFINED = 8000
Latex = Annotated[str, Field(min_length=1, max_length=4000)]


class Setting(BaseModel):
    """What holds for a problem beside its own text."""

    model_config = ConfigDict(extra="forbid")

    definitions: Annotated[list[Latex], Field(max_length=100, fail_fast=True)] = Field(
        default_factory=list,
        description="Lines before it that define letters and functions, as LaTeX; of two that define the same, the "
        "later one holds. See `defines` of an answer. At most 8000 characters in all.",
        examples=[["a = 3", "f ( x ) = a x"]],
    )
    angle: Literal["radians", "degrees"] = Field("radians", description="The unit of angles without a unit.")

    @field_validator("definitions")
    @classmethod
    def _is_short(cls, definitions: list[str]) -> list[str]:
        if sum(map(len, definitions)) > _MOST_DEFINED:
            raise ValueError(f"together longer than {_MOST_DEFINED} characters")
        return definitions


class Problem(Setting):
    """What to solve: a reading's LaTeX, or handwriting, of which the best reading is taken."""

    latex: Latex | None = None
    strokes: list[Stroke] | None = Field(None, fail_fast=True)
    steps: bool = Field(False, description="Whether the way to the answer is wanted, too.")

    @model_validator(mode="after")
    def _is_one(self) -> Problem:
        if (self.latex is None) == (self.strokes is None):
            raise ValueError("give either latex or strokes")
        return self


class Function(Setting):
    """What to plot: `f(x) = …`, `y = …`, or an expression with one letter, over a range of that letter."""

    latex: Latex
    low: Coordinate = -10
    high: Coordinate = 10


class ReadSymbol(BaseModel):
    """One symbol of a reading."""

    label: str
    strokes: list[int]
    doubtful: bool = Field(description="Whether it is more probably wrong than right, or of no known class.")
    candidates: list[str] = Field(description="The labels that its strokes look like, best first.")


class ReadingOut(BaseModel):
    """One reading of an expression."""

    latex: str = Field(description="Tokens separated by spaces.", examples=["x ^ { 2 }"])
    confidence: float = Field(description="Between 0 and 1.")
    mathml: str = Field(description="`<math>`; the attribute `data-strokes` of an element names its strokes.")
    text: str = Field(description="Unicode on one line.", examples=["x²"])
    typst: str = Field(description="The inside of a formula of Typst.", examples=["x^(2)"])
    symbols: list[ReadSymbol]


class Recognized(BaseModel):
    """Readings of an expression, best first, at most five."""

    readings: list[ReadingOut]
    signs: dict[str, str] = Field(description="How each label among `candidates` looks, in Unicode.")
    strokes: list[list[tuple[float, float]]] | None = Field(
        None, description="The ink of an InkML body, or what was traced on a picture, in its pixels."
    )


class SymbolCandidate(BaseModel):
    """One label for a symbol."""

    latex: str = Field(examples=[r"\alpha"])
    mathml: str
    text: str
    typst: str
    probability: float


class SymbolNetworkOut(BaseModel):
    """What one network, or the mean of all, says."""

    network: str = Field(examples=["symbol_lstm", "symbol_cnn", "both"])
    title: str = Field(description="The network, for people.", examples=["LSTM: the strokes"])
    candidates: list[SymbolCandidate]


class SymbolRecognized(BaseModel):
    """The networks side by side. A picture is for those that read pictures."""

    networks: list[SymbolNetworkOut]
    strokes: list[list[tuple[float, float]]] | None = Field(None, description="The ink of an InkML body.")


class Formula(BaseModel):
    """A formula in two notations."""

    latex: str
    mathml: str


class Typed(BaseModel):
    """LaTeX to be shown and copied in other notations."""

    model_config = ConfigDict(extra="forbid")

    latex: Latex


class Converted(Formula):
    """A formula in four notations. The LaTeX is in the normal form of readings."""

    text: str
    typst: str


class StepOut(Formula):
    """One step of the way to an answer."""

    text: str = Field(description="What was done.", examples=["Divide both sides by the factor of the unknown."])


class Solved(BaseModel):
    """An answer, and what it answers."""

    kind: str = Field(
        description="value, expression, solutions, no solution, truth or definition.", examples=["solutions"]
    )
    understood: Formula = Field(description="The problem as it was understood.")
    answers: list[Formula]
    decimal: Formula | None = Field(description="The answers in 12 significant digits, if that says more.")
    notes: list[str] = Field(description="How it was read, where it holds, and if it is numerical or may not be all.")
    steps: list[StepOut] = Field(description="The way to the answers, if it was asked for and is known.")
    defines: list[str] = Field(
        description="The letters and functions that this defines for later problems: give its LaTeX as one of their "
        "`definitions`.",
        examples=[["a"]],
    )


class MarkOut(Formula):
    """A root or a local extremum of a plotted function."""

    kind: str = Field(description="root, maximum or minimum.", examples=["root"])
    x: float
    y: float


class Plotted(BaseModel):
    """A function over a range."""

    understood: Formula = Field(description="The function as it was understood.")
    variable: str = Field(description="Its letter, as LaTeX.", examples=["x"])
    parts: list[list[tuple[float, float]]] = Field(
        description="Points [x, y] from left to right; between two parts there is a gap."
    )
    marks: list[MarkOut] = Field(description="From left to right; their LaTeX has `=` if it is exact.")
    notes: list[str] = Field(description="How it was read, and if marks are numerical or may not be all.")


class Health(BaseModel):
    """That the server answers, and how busy it is."""

    status: str = Field(examples=["ok"])
    version: str
    waiting: dict[str, int] = Field(
        description="Requests in each queue.", examples=[{"readers": 0, "symbols": 0, "solver": 0}]
    )


class BundleOut(BaseModel):
    """A trained network in use."""

    name: str
    network: str
    outputs: int = Field(description="Classes or tokens that it knows.")
    metrics: dict[str, Any]


class Bundles(BaseModel):
    """The trained networks that this server answers with."""

    bundles: list[BundleOut]


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str = Field(description="For programs.", examples=["nothing_to_recognise"])
    message: str = Field(description="For people.", examples=["Nothing to recognise."])


class ErrorOut(BaseModel):
    """Every answer with an error status has this shape."""

    error: ErrorBody
