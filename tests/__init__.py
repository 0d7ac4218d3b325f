"""Tests of Shopfront: unit, integration, browser, bench."""
