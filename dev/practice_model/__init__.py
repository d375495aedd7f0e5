"""The practice model: the Chat Completions protocol played by rules, in Brazilian Portuguese; no AI, and it says so."""
