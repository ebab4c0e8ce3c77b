"""Degrees that a posting asks for or accepts."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("Bachelor's degree in a life science, or equivalent experience", ("bachelor",)),
        ("B.S. or M.S. in biology required", ("bachelor", "master")),
        ("BS/BA degree in a scientific field", ("bachelor",)),
        ("BSc, MSc or PhD in life sciences", ("bachelor", "master", "doctorate")),
        ("University degree in science or nursing", ("bachelor", "nursing")),
        ("Educated to degree level in a relevant subject", ("bachelor",)),
        ("Degree in pharmacy or life sciences", ("bachelor", "pharmd")),
        ("Master's degree in biology preferred", ("master",)),
        ("Advanced scientific degree preferred", ("master",)),
        ("Advanced degree (PharmD, MD, PhD) desirable", ("master", "doctorate", "md", "pharmd")),
        ("MBA or MPH is a plus", ("mba", "mph")),
        ("PhD, MD or PharmD with five years in clinical development", ("doctorate", "md", "pharmd")),
        ("Associate's degree with four years as a coordinator", ("associate",)),
        ("Registered nurse or a nursing degree", ("nursing",)),
        ("RN with a degree or equivalent", ("bachelor", "nursing")),
        ("Abgeschlossenes Studium der Naturwissenschaften, gerne mit Promotion in Biologie", ("bachelor", "doctorate")),
        ("Abgeschlossenes Hochschulstudium", ("bachelor",)),
        ("Bac+5 en sciences de la vie ou doctorat", ("master", "doctorate")),
        ("Formation : pharmacien ou médecin", ("md", "pharmd")),
        ("Diplôme de niveau licence en biologie", ("bachelor",)),
        ("Licenciatura en ciencias de la salud", ("bachelor",)),
        ("Laurea magistrale in biologia", ("master",)),
        ("理系大学院修士課程修了、博士号があれば尚可", ("master", "doctorate")),
        ("大卒以上", ("bachelor",)),
        # words that only look like degrees
        ("Amend the master protocol and keep the master file", ()),
        ("Keep the trial master file and sign the master service agreement", ()),
        ("MS Office, MS Project and MS Teams", ()),
        ("You report to the senior BA and the scrum master", ()),
        ("Our office is in Boston, MA or Bethesda, MD and has a garden", ()),
        ("A high degree of accuracy", ()),
        ("Supervise PhD students in the laboratory", ()),
        ("A full driving licence is needed", ()),
        ("The studies are led by our Managing Director (MD)", ()),
    ],
)  # fmt: skip
def test_degrees_are_those_asked_for_or_accepted(
    classifier: Classifier, text: str, degrees: tuple[str, ...]
) -> None:
    assert classifier.classify(Ad(title="Clinical Trial Manager", description=text)).degrees == degrees


def test_a_degree_paid_for_is_none_that_is_asked(classifier: Classifier) -> None:
    text = "Requirements\n- Bachelor's degree\n\nWhat we offer\n- We pay for your MBA or Master's degree"
    verdict = classifier.classify(Ad(title="Clinical Trial Manager", description=text))
    assert (verdict.degrees, verdict.quotes("degrees")) == (("bachelor",), ("Bachelor's degree",))


def test_requirements_behind_a_line_of_pay_are_read(classifier: Classifier) -> None:
    text = "Salary: 90,000 a year\n\n- MSc and ideally PhD"
    verdict = classifier.classify(Ad(title="Clinical Trial Manager", description=text))
    assert verdict.degrees == ("master", "doctorate")
