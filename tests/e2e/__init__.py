"""Tests of the whole: the real servers, a real browser, real kills."""
