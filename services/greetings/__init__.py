"""How people greet, by language: patterns of words in lower case, without punctuation."""
