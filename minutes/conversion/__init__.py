"""From an uploaded file to Markdown: archives, limited programs, Word, OpenDocument, PDF, plain text."""
