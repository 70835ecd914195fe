"""Labelled images from the user's files: NumPy archives, folders by class, CIFAR-10 and MNIST as published."""
