"""Count child-level exports by village while reading them; no personal data are stored."""
