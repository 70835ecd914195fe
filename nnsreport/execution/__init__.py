"""A configuration becomes a run: network, images, programming draws and times, part by part."""
