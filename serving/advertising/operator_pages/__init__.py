"""The operator's pages: what runs, rules, creatives, reports, screens, and who may do what."""
