"""The report a trainer hands over: one HTML file that needs no network, and the same as PDF.

Read `words` (how numbers are said), `charts` (SVG by hand), `figures` (the charts of a set),
`filmstrip`, `document` (an `Analysis` as HTML) and `pdf` (that file as PDF, in the worker).
Nothing is imported here: the worker reads `pdf` alone and needs none of the others.
"""
