"""Linear programs by GLOP, which goes on from where it was when columns, rows or bounds have changed."""

from ortools.linear_solver import pywraplp

# Preparing such small programs takes longer than solving them. They are scaled, as priorities make costs differ.
_SETTINGS = "use_preprocessing: false feasibility_rule: DEVEX optimization_rule: DEVEX"


def linear_program() -> pywraplp.Solver:
    """Return a linear program without rows and columns."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.SetSolverSpecificParametersAsString(_SETTINGS)
    return solver
