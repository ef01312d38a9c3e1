"""Nothing is remembered for longer than CACHE_TTL. The grader waits half as long again."""

from __future__ import annotations

from kata.grader import needs, require


@needs("reads-reach-origin-once")
def test_entry_expires(aged):
    for what, later in aged.left_alone.items():
        is_new = later.status == 200 and aged.new in later.text
        require(is_new, f"after one and a half times CACHE_TTL {what} was still old", expected=aged.new, reply=later)


@needs("entry-expires")
def test_reads_do_not_extend_an_entry(aged):
    for what, later in aged.read_all_the_time.items():
        is_new = later.status == 200 and aged.new in later.text
        words = f"{what} that was read all the time was still old after one and a half times CACHE_TTL"
        require(is_new, words, expected=aged.new, reply=later)
