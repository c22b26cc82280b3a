"""`make bench`: our paths beside the libraries that do the same work, in one run on one machine.

    python -m tests.bench [csv xlsx rest …] [--scale 0.2] [--rounds 3]

Each module of this package that has CASES is one path. Every run is a fresh process; rounds are
interleaved, so that what else the machine does falls on all cases alike; the median is shown.
"""
