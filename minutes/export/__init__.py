"""Minutes leave the portal again: as PDF for the archive, for word processors, and as Markdown."""
