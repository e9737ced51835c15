"""Processes that are forked from one another's parent: each answers whoever started it."""

from concurrent.futures import ThreadPoolExecutor

from tests.commands import program


def test_each_gets_the_answer_to_its_own_words() -> None:
    words = [f"no-such-command-{number}" for number in range(60)]
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(program.run, words))
    assert [word for word, answer in zip(words, answers, strict=True) if f"{word}'" not in answer.stderr] == []
    assert {answer.returncode for answer in answers} == {2}
