"""News articles written for this repository, what is in them, and what the pipeline answers.

`name.txt` is an article, `name.gold.json` what a reader finds in it, and
`name.answer.json` what the pipeline finds. `python -m tests.golden` writes the answers anew, so
that a change to them is reviewed like a change to code.
"""
