"""What cleans files of their traces, as a limited program: nothing here may import Flask or the database."""
