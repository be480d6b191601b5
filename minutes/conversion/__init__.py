"""From an uploaded file to Markdown: limited programs, Word, OpenDocument, RTF, web pages, PDF."""
