"""`python -m kata`."""

from kata.cli import main

main()
