"""`python -m tests.golden`: write the pipeline's answers anew, and print how good they are."""

from analysis.pipeline import load_pipeline
from tests.golden.articles import ARTICLES, describe, write
from tests.golden.scoring import Tally, score


def main() -> None:
    """Analyze every article and keep the answer."""
    pipeline = load_pipeline(threads=1)
    total = Tally()
    for article in ARTICLES:
        (analysis,) = pipeline.analyze([article.text])
        answer = describe(analysis)
        article.answer_path.write_text(write(answer), encoding="utf-8")
        tally = score(article.gold, answer)
        total += tally
        print(f"{article.name:10} {tally}")
        for quote, speaker in tally.wrong:
            print(f"           not {speaker}: {quote}")
    print(f"{'all':10} {total}")


if __name__ == "__main__":
    main()
