"""Job alerts for Clinical Trial Managers: from a feed to a digest, along one road.

What happens to one posting: a tick finds the feed due, as far as its terms allow (`flows.ingest`), its bytes are fetched
politely (`flows.asking`, `net`) and parsed in a limited child (`parsing`, `feeds`), each entry is understood
(`postings.classify`) and joined to the position that it is a copy of (`postings.cluster`), and one transaction keeps it
all with the feed's next check (`storage`). What happens to one digest: a due row is claimed
(`flows.dispatch`), the round's postings are matched (`matching`), the period is composed (`digests.compose`), the pages
behind its links are looked at (`flows.links`), and one transaction writes digest, ledger rows, outbox bytes and next due
date; `flows.deliver` sends it (`transports`) and records the receipt.

Data and imports run the same way; every stop may import those before it, never those after it:

    failpoints | errors < settings < guide < feeds < postings < subscribers < matching < digests < emails
           < { flows | net | parsing | storage | transports } < app < { worker | web } < testing < { service | demo } < cli

    errors, settings    what can go wrong; what is set
    failpoints          where a test ends the process; nothing that is installed can
    guide               the career guide as data
    feeds               bytes in, entries out, one module per kind; a source's terms, a feed's health, lists of feeds
    postings            an entry understood, which entries are one position, whether a link still leads to it
    subscribers         people, profiles, signed links
    matching            gates, rank, the round's bit sets
    digests             when a digest is due, what it holds, the two sums; what becomes of its mail
    emails              one function per mail
    flows               the stories: ingest, health, links, dispatch, deliver, signup, enlist, judge
    net, parsing        outbound HTTP; the child process that parses
    storage             the only place that knows SQLAlchemy
    transports          ways out for mail
    app                 where the parts are put together
    worker, web         the clock; the pages
    service, demo, cli  the ways in
"""

__version__ = "0.1.0"
