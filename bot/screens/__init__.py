"""Prompt and facts → LINE message objects. Large type, lasting buttons, one question a bubble (line.md 9)."""
