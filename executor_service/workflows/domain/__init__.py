"""The rules of workflows, without I/O: the document, its graph, what a change decides, what is in force."""
