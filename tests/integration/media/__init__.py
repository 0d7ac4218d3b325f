"""Tests of the media engine with a real ffmpeg as encoder and as player."""
