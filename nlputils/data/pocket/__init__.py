"""The embedded data of the course: its lexicon, its grammar, its generator and its oracle.

`lexicon_*` hold the words and `grammar_*` the sentences, both by hand. `chance`, `grammar` and
`surface` turn them into texts, `generate` into the files of data/pocket, and `oracle` tells the
best score that any reader of those texts can reach. data/pocket/README.md is the data card.
"""
