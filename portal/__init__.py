"""The house itself: database, people and rights, letters, published files, digest chain, text guard."""
