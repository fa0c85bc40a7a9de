"""The report of an evaluation of whole expressions: one page to look at, and the figures behind it as files."""

from crohme.evaluation.report.content import About, Content, content_of, gather
from crohme.evaluation.report.files import PAGE, ReportError, StoredReport, read_report, write_content, write_report

__all__ = [
    "PAGE",
    "About",
    "Content",
    "ReportError",
    "StoredReport",
    "content_of",
    "gather",
    "read_report",
    "write_content",
    "write_report",
]
