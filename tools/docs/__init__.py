"""Writes the parts of pages that are made from the program itself."""
