"""From an uploaded file to Markdown: archive checks, limited programs, Word and OpenDocument, PDF, plain text."""
