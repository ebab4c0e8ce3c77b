"""Where a job sits: names of towns, states, countries and regions, in locations, titles and sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.place import Places, find_places
from ctm_alerts.postings.posting import Ad, Workplace
from ctm_alerts.postings.text import Passage

Reader = Callable[..., Places]


@pytest.fixture
def places(classifier: Classifier) -> Reader:
    def read(location: str = "", title: str = "", text: str = "", workplace: Workplace = "unknown") -> Places:
        return find_places(
            classifier.places,
            Passage.of("title", title),
            Passage.of("location", location),
            Passage.of("description", text),
            workplace,
        )

    return read


@pytest.mark.parametrize(
    ("location", "countries"),
    [
        ("Boston, MA", ("US",)),
        ("Kaiseraugst", ("CH",)),
        ("Ingelheim am Rhein", ("DE",)),
        ("SANTANDER (39)", ("ES",)),
        ("Woking (883)", ("GB",)),
        ("Remote, Brno", ("CZ",)),
        ("Aarhus Office (Hybrid)", ("DK",)),
        ("st. gallen", ("CH",)),
        ("Muenchen", ("DE",)),
        ("Londres", ("GB",)),
        ("Niemcy", ("DE",)),
        ("Németország", ("HU", "DE")[1:]),
        ("Zug", ("CH",)),
        ("東京都港区", ("JP",)),
        ("US.CO.Denver", ("US",)),
        ("United States-Florida-Saint Augustine", ("US",)),
        ("1205 Oxford St, London, ON", ("CA",)),
        ("3000 Elm Avenue East, Suite 400, Markham, Ontario", ("CA",)),
    ],
)
def test_a_place_is_found_by_its_town(places: Reader, location: str, countries: tuple[str, ...]) -> None:
    assert places(location).countries == countries


@pytest.mark.parametrize(
    ("location", "countries"),
    [
        ("Cambridge, MA", ("US",)),
        ("Cambridge, Ontario", ("CA",)),
        ("Cambridge, UK", ("GB",)),
        ("Cambridge", ("GB",)),
        ("USA / Cambridge", ("US",)),
        ("Birmingham, AL", ("US",)),
        ("Birmingham, England", ("GB",)),
        ("Reading, PA", ("US",)),
        ("San Jose, Costa Rica", ("CR",)),
        ("San Jose, CA", ("US",)),
        ("Paris, TN", ("US",)),
        ("Athens, Georgia", ("US",)),
        ("Tbilisi, Georgia", ("GE",)),
        ("Georgia", ("US",)),
        ("Victoria", ()),
        ("Victoria, BC", ("CA",)),
        ("Parkville, Victoria", ("AU",)),
        ("Lahore, Punjab", ("PK",)),
        ("Ludhiana, Punjab", ("IN",)),
        ("Hamilton, New Jersey", ("US",)),
        ("Hamilton, ON", ("CA",)),
        ("Suffolk, VA", ("US",)),
        ("Suffolk County, New York", ("US",)),
        ("Lebanon, Ohio", ("US",)),
        ("Lebanon, PA", ("US",)),
        ("Beirut, Lebanon", ("LB",)),
        ("Jamaica, New York", ("US",)),
        ("Springfield", ("US",)),
        ("Parma", ()),
    ],
)
def test_a_name_of_many_places_follows_what_stands_beside_it_then_the_people(
    places: Reader, location: str, countries: tuple[str, ...]
) -> None:
    assert places(location).countries == countries


@pytest.mark.parametrize(
    ("location", "countries"),
    [
        ("Carmel, IN", ("US",)),
        ("Pune, IN", ("IN",)),
        ("Newark, DE", ("US",)),
        ("Mannheim, DE", ("DE",)),
        ("Elmford, DE 19955", ("US",)),
        ("Toronto, CA", ("CA",)),
        ("Toronto ON CA", ("CA",)),
        ("Dublin, CA", ("US",)),
        ("Perth, WA", ("AU",)),
        ("Seattle, WA", ("US",)),
        ("Chennai, TN", ("IN",)),
        ("Nashville, TN", ("US",)),
        ("Milano, MI", ("IT",)),
        ("Detroit, MI", ("US",)),
        ("Utrecht, NL", ("NL",)),
        ("St. John's, NL", ("CA",)),
        ("Regina, SK", ("CA",)),
        ("Bratislava, SK", ("SK",)),
        ("DE, BY, München", ("DE",)),
        ("IN-MH-Pune-418", ("IN",)),
        ("US, SC, Charleston", ("US",)),
        ("AE, AZ, Abu Dhabi", ("AE",)),
        ("GB, ISL, London", ("GB",)),
        ("USA, CAN", ("CA", "US")),
        ("London, GB - Remote OK", ("GB",)),
        ("Dublin OR London", ("GB", "IE")),
        ("Salem, OR 97301", ("US",)),
        ("100-3633 Westwinds Dr NE, Calgary, AB", ("CA",)),
        ("Submit your CV", ()),
        ("LU Tire Plant", ()),
    ],
)
def test_two_letters_are_a_state_or_a_country_by_their_town(
    places: Reader, location: str, countries: tuple[str, ...]
) -> None:
    assert places(location).countries == countries


@pytest.mark.parametrize(
    ("location", "countries"),
    [
        ("London, Paris or Berlin", ("DE", "FR", "GB")),
        ("London, New York, Paris", ("FR", "GB", "US")),
        ("London, Montreal, Singapore", ("CA", "GB", "SG")),
        ("Amsterdam/Paris", ("FR", "NL")),
        ("Amsterdam/Paris, NL/FR", ("FR", "NL")),
        ("San Francisco, CA, Boston, MA, London, UK", ("GB", "US")),
        ("Warsaw, Poland; Remote in Germany or Spain", ("DE", "ES", "PL")),
        ("Trinidad and Tobago,Puerto Rico", ("PR", "TT")),
        ("Canada, New York, California", ("CA", "US")),
        ("London - Paddington", ("GB",)),
        ("Hamburg - Hamburg, PA", ("US",)),
    ],
)
def test_each_of_several_places_counts_and_the_quarter_of_a_town_does_not(
    places: Reader, location: str, countries: tuple[str, ...]
) -> None:
    assert places(location).countries == countries


@pytest.mark.parametrize(
    "location",
    [
        "Remote",
        "2 Locations",
        "Headquarters",
        "960 Massachusetts Ave",
        "1601 Washington Street",
        "Winslow Hospital",
        "Remote Friendly",
        "Camperdown Campus",
        "Fully Remote",
        "Mobile",
        "Lindqvist-Weston Group",
    ],
)
def test_a_street_a_building_or_a_word_is_no_place(places: Reader, location: str) -> None:
    assert places(location).countries == ()


@pytest.mark.parametrize(
    ("title", "countries"),
    [
        ("Clinical Trial Manager - Leuven", ("BE",)),
        ("CRA II (Home-based, Poland)", ("PL",)),
        ("Study Manager, UK or Ireland", ("GB", "IE")),
        ("Reading Specialist", ()),
        ("Manager, Mobile Nursing", ()),
        ("Nice Study Manager", ()),
        ("Engineer (Build and CI/CD)", ()),
        ("Lead Data Manager", ()),
    ],
)
def test_a_title_names_a_place_only_apart(places: Reader, title: str, countries: tuple[str, ...]) -> None:
    assert places("Remote", title).countries == countries


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("You must be based in Spain or Portugal.", ("ES", "PT")),
        ("The role is based in Kaiseraugst.", ("CH",)),
        ("Based in our Reading office, you lead studies.", ("GB",)),
        ("You enjoy reading in Bath.", ()),
        ("Our office is located in Boston Street.", ()),
        ("We have run trials in France and Italy.", ()),
        ("Location: Lyon, France", ("FR",)),
        ("Site Name:\nPoznan, Siena", ("IT", "PL")),
        ("All job locations:\nUtrecht, Netherlands, Diegem, Belgium", ("BE", "NL")),
    ],
)
def test_a_text_says_where_the_work_is_done(places: Reader, text: str, countries: tuple[str, ...]) -> None:
    assert places("Multiple", text=text).countries == countries


@pytest.mark.parametrize(
    ("location", "text", "countries"),
    [
        ("Stockholm", "We look for a manager for either of our offices in Stockholm, Oslo or Rotterdam.", ("NL", "NO", "SE")),
        ("Oslo", "This role is based in London, Siena, Wavre (Belgium), or Oslo and is hybrid.", ("BE", "GB", "IT", "NO")),
        ("Limerick, IE", "The position requires on-site presence in the US or UK/Ireland locations.", ("GB", "IE", "US")),
        ("Basel", "Salary range Switzerland: 92,200 CHF. Salary range Germany: 50,100 EUR.", ("CH", "DE")),
        ("Siena, Italy", "Belgium Salary Range: EUR 90,000 to 120,000", ("BE", "IT")),
        ("Boston", "Our company has offices in Boston, London and Tokyo.", ("US",)),
        ("Boston", "You oversee sites in Poland, Spain and Italy.", ("US",)),
        ("Budapest", "Our team consists of consultants located in Hungary and Poland.", ("HU",)),
        ("Berlin", "Allowances differ for employees based in the UK, Germany and Poland.", ("DE",)),
    ],
)  # fmt: skip
def test_a_choice_of_places_in_the_text_counts_and_the_employers_own_do_not(
    places: Reader, location: str, text: str, countries: tuple[str, ...]
) -> None:
    assert places(location, text=text).countries == countries


@pytest.mark.parametrize(
    ("text", "eligible"),
    [
        ("You must be based in the UK or Ireland.", ("GB", "IE")),
        ("The role is open to candidates in Germany, Poland and Spain.", ("DE", "ES", "PL")),
        ("Fully remote (US only).", ("US",)),
        ("Applicants must reside in one of the following states: Ohio, Texas.", ("US",)),
        ("You are authorized to work in the United States without sponsorship.", ("US",)),
        ("Do you have the right to work in the UK?", ("GB",)),
        ("Work from anywhere in Canada or the USA.", ("CA", "US")),
        ("Remote, open to Spain-based candidates.", ("ES",)),
        ("Must be a U.S. citizen.", ("US",)),
        ("You can work remotely from anywhere in the world.", ("*",)),
        ("Remote (worldwide).", ("*",)),
        ("Work from anywhere in the world for up to four weeks a year.", ()),
        ("Working hours are CET +-3 hours.", ()),
        ("Unfortunately we cannot consider applicants from Brazil.", ()),
        ("If you are based in California, see our notice.", ()),
        ("Our customers are located in Germany and France.", ()),
        ("Health insurance (US only).", ()),
        ("We seek a manager located in one of the following areas: the UK, Norway or Italy.", ()),
        ("You must reside in one of the following countries: the UK, Norway or Italy.", ("GB", "IT", "NO")),
        ("You will be working directly with US-based clients.", ()),
        ("The role must be US-based.", ("US",)),
        ("Remote within the EU or Switzerland.", ("CH",)),
        ("Candidates residing in California may read our privacy notice.", ()),
        ("This role is not open to candidates in Quebec.", ()),
    ],
)
def test_who_may_apply_is_what_the_text_says(places: Reader, text: str, eligible: tuple[str, ...]) -> None:
    assert places("Remote", text=text, workplace="remote").eligible == eligible


def test_a_remote_job_counts_the_countries_of_those_who_may_apply(places: Reader) -> None:
    text = "This is a remote role open to candidates in Mexico or Colombia."
    assert places("Remote - Mexico", text=text, workplace="remote").countries == ("CO", "MX")


def test_a_job_at_a_place_does_not_count_the_countries_of_permits(places: Reader) -> None:
    text = "You have the right to work in Ireland."
    found = places("Leeds", text=text, workplace="onsite")
    assert (found.countries, found.eligible) == (("GB",), ("IE",))


@pytest.mark.parametrize(
    "location", ["Canada Only", "Remote (Canada only)", "Toronto, Canada residents only"]
)
def test_only_in_a_location_says_who_may_apply(places: Reader, location: str) -> None:
    found = places(location)
    assert (found.countries, found.eligible) == (("CA",), ("CA",))


@pytest.mark.parametrize("location", ["Anywhere in the World", "Remote - Worldwide", "Work from anywhere"])
def test_anywhere_is_all_countries(places: Reader, location: str) -> None:
    found = places(location)
    assert (found.countries, found.eligible) == (("*",), ("*",))


@pytest.mark.parametrize(
    ("location", "title", "text", "regions"),
    [
        ("EMEA", "", "", ("EMEA",)),
        ("Remote - Europe", "", "", ("Europe",)),
        ("Remote, LatAm", "", "", ("LATAM",)),
        ("Basel", "Director Clinical Operations, EMEA", "", ("EMEA",)),
        ("Remote", "", "You must be eligible to work in the EU.", ("EU",)),
        ("Remote", "", "You can work remotely from anywhere in EMEA or North America.", ("EMEA", "North America")),
        ("Remote", "", "Our customers in Asia and Europe love us.", ()),
        ("Remote", "", "You will travel across Europe.", ()),
    ],
)  # fmt: skip
def test_regions_are_named_by_the_place_or_by_who_may_apply(
    places: Reader, location: str, title: str, text: str, regions: tuple[str, ...]
) -> None:
    found = places(location, title, text)
    assert (found.regions, found.countries) == (regions, ("CH",) if location == "Basel" else ())


def test_every_quote_stands_in_the_ad(classifier: Classifier) -> None:
    ad = Ad(
        "CTM, EMEA (m/w/d)",
        location="Zürich / Saint-Étienne, Remote – DACH",
        description="<p>Open to candidates in Österreich, the U.K. &amp; Ireland.</p>\n<p>Standort: Łódź</p>",
        remote=True,
    )
    verdict = classifier.classify(ad)
    found = [e for e in verdict.evidence if e.field in ("countries", "regions", "eligible")]
    words = {"title": ad.title, "location": ad.location or "", "description": ad.description}
    assert [e for e in found if words[e.source][e.start : e.end] != e.quote] == []
    assert (verdict.countries, verdict.regions) == (("AT", "CH", "FR", "GB", "IE"), ("DACH", "EMEA"))


@pytest.mark.parametrize(
    "noise", ["remote (" * 9_000, "based in " * 8_000, "Berlin, " * 9_000, "US/" * 20_000]
)
def test_a_hostile_text_takes_little_time(places: Reader, noise: str) -> None:
    found = places(noise[:2_000], noise[:2_000], noise, "remote")
    assert set(found.countries) <= {"DE", "US"}
