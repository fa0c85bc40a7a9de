"""The report of an evaluation of whole expressions: one page to look at, and the figures behind it as files."""

from crohme.evaluation.report.content import About
from crohme.evaluation.report.files import PAGE, ReportError, StoredReport, read_report, write_report

__all__ = ["PAGE", "About", "ReportError", "StoredReport", "read_report", "write_report"]
