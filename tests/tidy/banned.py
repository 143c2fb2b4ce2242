"""Words that have no place where they stand, each with what to write instead.

The lock-free rooms know no locks, no thread-local state, no hash order, no floating point and no
fences; the library reads no clock, draws no random number, prints nothing and never ends its host.
Comments and strings are not searched, except for the words that no text may hold.
"""

import re

import source
from source import Finding

# The rooms whose orderings are argued by hand, and the one place that applies a change set.
STRICT = re.compile(r"(include/earmark|src)/(stock|lifecycle)/|(include/earmark|src)/engine/commit")
LIBRARY = re.compile(r"(include|src)/")
# A hash seed that nobody can know may be drawn where no number of the table ever shows it.
NO_SEEDS = re.compile(r"(include|src)/(?!core/number_table\.cpp$)")
OURS = re.compile(r"(bench|bindings|examples|include|src|tests)/")

RULES = (
    (STRICT, r"\b\w*mutex\b|\b(lock_guard|unique_lock|scoped_lock|condition_variable)\b",
     "a lock; use the labelled atomics of this room"),
    (STRICT, r"\bthread_local\b", "thread-local state; borrow a caller slot"),
    (STRICT, r"\bunordered_\w+", "a hash table, whose order nobody may see; use a dense array"),
    (STRICT, r"\b(double|float)\b", "floating point; use integers of a stated unit"),
    (STRICT, r"\batomic_(thread|signal)_fence\b",
     "a fence, which the thread sanitizer cannot follow; order the access itself"),
    (LIBRARY, r"\bthread_local\b", "thread-local state; pass what is needed"),
    (LIBRARY, r"\b(std::)?(jthread|async)\s*[({<]|\bstd::thread\b",
     "a thread of our own; the host's threads call us"),
    (LIBRARY, r"\bsleep_(for|until)\b|\bthis_thread::yield\b|\busleep\b",
     "waiting; answer with a transient code"),
    (OURS, r"\bstd::w?c?regex\b|#\s*include\s*<regex>",
     "std::regex, which overflows the stack on long texts; write the few lines by hand"),
    (NO_SEEDS, r"\b(std::)?s?rand\s*\(|\brandom_device\b|\bmt19937\w*|#\s*include\s*<random>",
     "a random number; the seed comes from outside"),
    (LIBRARY, r"\b\w+_clock\s*::\s*now\b|\b(clock_gettime|gettimeofday|__rdtsc)\b"
     r"|\bstd::time\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)",
     "a clock; time is an input of every command"),
    (LIBRARY, r"\bstd::(cout|cerr|clog)\b|\b(std::)?v?f?printf\s*\(|\b(std::)?f?puts\s*\("
     r"|\bfmt::print\b|#\s*include\s*<iostream>",
     "printing; return a value, or let the host drain events"),
    (LIBRARY, r"\b(std::)?(abort|terminate|_Exit|quick_exit)\s*\(|\b(std::)?exit\s*\(",
     "the end of the host's process; EARMARK_INVARIANT halts the engine"),
    (LIBRARY, r"\bset(locale|env)\s*\(|\bgetenv\s*\(|\bstd::locale\b",
     "the environment of the process; take it as configuration"),
)

# Assembled, so that this file does not find itself.
WORDS = (
    (r"\b(TO" r"DO|FIX" r"ME)\b", "an unfinished thought; finish it or file an issue"),
    (r"(?<![\w.])/(home|root|work|tmp)/[\w.]", "a path of one machine; make it relative"),
)


def search(name, text, pattern):
    for match in re.finditer(pattern, text):
        yield text.count("\n", 0, match.start()) + 1, " ".join(match.group().split())


def check_code(root):
    for path in source.cpp_files(root):
        name = source.name_of(root, path)
        code = source.code_only(path.read_text())
        for where, pattern, advice in RULES:
            if not where.match(name):
                continue
            for line, found in search(name, code, pattern):
                yield Finding(name, line, f"`{found}` is {advice}")


def check_words(root):
    files = [p for f in source.TEXT_FOLDERS for p in (root / f).rglob("*") if p.is_file()]
    files += [p for p in root.iterdir() if p.is_file() and p.name != "LICENSE"]
    for path in sorted(files):
        if "__pycache__" in path.parts:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        name = source.name_of(root, path)
        for pattern, advice in WORDS:
            for line, found in search(name, text, pattern):
                yield Finding(name, line, f"`{found}` is {advice}")


def check(root):
    yield from check_code(root)
    yield from check_words(root)


if __name__ == "__main__":
    source.run(check)
