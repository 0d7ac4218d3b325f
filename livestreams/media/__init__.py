"""The media engine: takes a creator's video in, packages, records and serves it.

It knows neither database nor rules of the shop: both are behind `hooks.MediaHooks`.
"""
