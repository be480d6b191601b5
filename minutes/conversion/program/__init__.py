"""The limited program around pandoc: it opens files of strangers, so nothing of Flask is loaded here."""
