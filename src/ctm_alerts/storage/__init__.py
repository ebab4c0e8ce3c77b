"""Everything that is kept: the only place that knows SQLAlchemy. One module per topic, words in and words out."""
