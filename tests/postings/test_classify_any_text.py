"""What holds for every text whatever: no failure, valid offsets, equal verdicts, a bound on time."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad, Verdict

PIECES = st.sampled_from(
    [
        "Clinical Trial Manager", "Senior", "GCP", "İ", "ﬁ", "ß", "5+ years of experience", "remote", "hybrid work",
        "$120,000 - $150,000", "Boston, MA", "London", "30% travel", "\n- ", "<p>", "</li>", "&amp;", "&nbsp;",
        "About us\n", "Requirements:\n", "治験", "東京", "R, SAS", " ", "\u00a0", "’", "fixed-term contract", "CH", "&#1;", "&#xfdd0;", "\ud83d", "Closing date: 31.12.2026",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES).map("".join)
)
MAYBE = st.one_of(st.none(), TEXTS)
ADS = st.builds(
    Ad,
    title=TEXTS,
    company=MAYBE,
    location=MAYBE,
    description=TEXTS,
    employment_type=MAYBE,
    salary_raw=MAYBE,
    remote=st.one_of(st.none(), st.booleans()),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ad=ADS)
def test_every_quote_stands_at_its_offsets(classifier: Classifier, ad: Ad) -> None:
    verdict = classifier.classify(ad)
    assert [getattr(ad, e.source)[e.start : e.end] for e in verdict.evidence] == [
        e.quote for e in verdict.evidence
    ]
    assert all(e.quote for e in verdict.evidence)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ad=ADS)
def test_a_verdict_survives_its_json(classifier: Classifier, ad: Ad) -> None:
    verdict = classifier.classify(ad)
    assert Verdict.from_json(verdict.as_json()) == verdict


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ad=ADS)
def test_the_same_ad_has_the_same_verdict_and_only_trial_managers_have_a_tier(
    classifier: Classifier, ad: Ad
) -> None:
    verdict = classifier.classify(ad)
    assert classifier.classify(ad) == verdict
    assert (verdict.tier is not None) == (verdict.role == "ctm")


@pytest.mark.parametrize(
    "unit",
    ["a", "1 ", "$1,000 - ", "<", "</p>", "&#", "hybrid ", "\n", "at least 5 years of experience ", "travel 50% ",
     "based in London ", "GCP ", "R ", "治験", "not remote ", "6 years or "],
)  # fmt: skip
def test_no_text_takes_long(classifier: Classifier, unit: str) -> None:
    text = unit * (80_000 // len(unit))
    ad = Ad(title=text, company=text, location=text, description=text, employment_type=text, salary_raw=text)
    start = time.process_time()
    classifier.classify(ad)
    # 0.05-0.1 s on the slowest machine seen; anything quadratic takes minutes
    assert time.process_time() - start < 0.6
