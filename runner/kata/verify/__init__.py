"""Proves a grader: programs that must pass, programs that must fail, and nothing else than what they should.

proofs.py     the right/ and wrong/ submissions of an exercise and what each is expected to get
patching.py   a wrong one is a small patch on a right one, applied to the snapshot
soundness.py  the exercise by itself: statement, contract, links, points, starters
trial.py      runs proofs in containers, several side by side
matrix.py     the kill matrix and what is wrong with it. Pure
pages.py      the matrix as text, Markdown, JSON and a page
"""
