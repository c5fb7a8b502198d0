"""This package turns what an Asterisk writes and sends into `CelEvent`s; README.md lists its files in reading order."""
