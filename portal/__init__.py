"""The house itself: settings, database, people, rights, letters, files, publishing, digest chain, text guard."""
