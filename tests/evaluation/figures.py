"""Figures of names and of speech, as an evaluation writes them; no two are alike."""

SPEECH = {
    "quotes.dev": {"F": 82.5, "low": 80.1, "high": 84.8, "labelled": 1428, "articles": 84},
}
NAMES = {
    "sets": {
        "some.dev": {
            "all": {"F": 84.7, "low": 81.2, "high": 87.3, "labelled": 2890, "articles": 90},
            "place": {"F": 85.5, "low": 81.6, "high": 88.6, "labelled": 1011, "articles": 90},
        },
    },
    "regions": {
        "Africa": {
            "P": 80.9,
            "R": 79.8,
            "F": 80.4,
            "low": 72.4,
            "high": 87.6,
            "labelled": 427,
            "articles": 17,
        },
    },
    "seen": {
        "place": {"seen": {"R": 93.7, "labelled": 711}, "unseen": {"R": 73.6, "labelled": 300}},
    },
    "short": {
        "sentences of some.dev": {
            "asked": {"articles": 600, "failed": 0, "not_verbatim": 0, "seconds": 24.2},
            "texts": 600,
            "alone": {"F": 82.8, "low": 79.2, "high": 86.1, "labelled": 828, "articles": 88},
            "within": {"F": 85.2, "low": 82.3, "high": 87.9, "labelled": 828, "articles": 88},
        },
    },
    "calibration": {
        "some.dev": {
            "names": 3002,
            "confidence": 0.8234,
            "right": 0.8315,
            "error": 0.0178,
            "error_equal_width": 0.0162,
            "bins": [],
            "bins_equal_width": [],
        },
    },
}
ROWS = (
    "| some.dev | names, place | 85.5 | 81.6 to 88.6 | 1011 | 90 |",
    "| quotes.dev | speech, found with the right source | 82.5 | 80.1 to 84.8 | 1428 | 84 |",
    "| Africa | 80.9 | 79.8 | 80.4 | 72.4 to 87.6 | 427 | 17 |",
    "| place | 93.7 | 711 | 73.6 | 300 |",
    "| sentences of some.dev | 600 | 82.8 | 79.2 to 86.1 | 85.2 | 828 |",
    "| some.dev | 3002 | 0.823 | 0.832 | 0.018 | 0.016 |",
)
