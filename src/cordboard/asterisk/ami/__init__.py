"""This package speaks Asterisk's manager interface: `wire`, `cel`, `native`, `recorded` are pure, `client` connects."""
