"""Tables that several outputs show, specified once: columns, titles, formats, widths and masking."""
