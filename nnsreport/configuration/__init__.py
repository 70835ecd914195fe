"""TOML to settings: reading, presets, overrides, and the way back."""
