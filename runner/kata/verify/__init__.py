"""Proves a grader: programs that must pass, programs that must fail, and nothing else than what they should.

soundness.py  the exercise by itself: statement, points, services, starters
contracts.py  openapi.yaml is OpenAPI. sources.py: the grader read without running it
proofs.py     the right/ and wrong/ submissions of an exercise and what each is expected to get
patching.py   a wrong one is a small patch on a right one, applied to the snapshot
trial.py      runs proofs in containers, several side by side
repeats.py    what the same submission got each time. Pure
matrix.py     the kill matrix and what is wrong with it. Pure
telling.py    the outcome in lines for a terminal. Pure
pages.py      the outcome as JSON and as a page
"""
