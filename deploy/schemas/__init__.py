"""The schemas of everything that crosses an edge: generated from the code, committed, held against each other."""
