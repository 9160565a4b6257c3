"""Pure helpers that every room may use: phone numbers, times, thresholds, limits, redaction. Nothing here does I/O."""
