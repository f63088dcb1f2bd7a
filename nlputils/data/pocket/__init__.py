"""The embedded data of the course: its lexicon, its grammar, its generator and its oracle."""
