"""The last day to apply."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad


@pytest.mark.parametrize(
    ("text", "location", "day"),
    [
        ("Closing date: 12 December 2026", "", "2026-12-12"),
        ("Application deadline: December 1st, 2026, 11:59 pm", "", "2026-12-01"),
        ("Please apply by 31 Jan 2027.", "", "2027-01-31"),
        ("Applications close 2026-12-24", "", "2026-12-24"),
        ("Closing Date\n\n13-Mai-2026", "", "2026-05-13"),
        ("Date Posted10-4月-2026Closing Date30-7月-2026Fernhill", "", "2026-07-30"),
        ("Apply by 25/12/2026", "", "2026-12-25"),
        ("Apply by 12/25/2026", "", "2026-12-25"),
        ("Apply by 12/12/2026", "", "2026-12-12"),
        ("Apply by 04/05/2026", "London, United Kingdom", "2026-05-04"),
        ("Apply by 04/05/2026", "Boston, MA, USA", "2026-04-05"),
        ("Bewerbungsschluss 01.12.2026", "", "2026-12-01"),
        ("Die Bewerbungsfrist endet am 3. März 2027", "", "2027-03-03"),
        ("Date limite de candidature : 15 février 2027", "", "2027-02-15"),
        ("Fecha límite: 5 de enero de 2027", "", "2027-01-05"),
        ("Scadenza: 7 giugno 2027", "", "2027-06-07"),
        ("Sluitingsdatum 9 maart 2027", "", "2027-03-09"),
        ("応募締切:2026年12月20日", "", "2026-12-20"),
        # no day, no year, another day, no such day
        ("Apply by 04/05/2026", "", None),
        ("Apply by 04/05/2026", "Toronto, Canada", None),
        ("Closing date: 12 December", "", None),
        ("Closing date: open until filled. Interview date 25 June 2026", "", None),
        ("Application deadline: none. Start date: 1 May 2027", "", None),
        ("Closing date: 31 February 2027", "", None),
        ("You apply by a click on the green field. Founded 1 May 2001", "", None),
        ("Last patient in by 12 December 2026", "", None),
    ],
)
def test_the_last_day_to_apply_is_the_one_that_is_named(
    classifier: Classifier, text: str, location: str, day: str | None
) -> None:
    ad = Ad(title="Clinical Trial Manager", location=location, description=text)
    assert classifier.classify(ad).closes_on == day


def test_the_quote_holds_the_words_and_the_day(classifier: Classifier) -> None:
    ad = Ad(title="Clinical Trial Manager", description="Good luck! Closing date: 12 December 2026, noon.")
    assert classifier.classify(ad).quotes("closes_on", "2026-12-12") == ("Closing date: 12 December 2026",)
