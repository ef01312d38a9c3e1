"""Many submissions in one evening: intake -> queue -> store -> gradebook, feedback and overview.

A result is one file that is written once; everything else can be made again from these files and the journal.
"""
