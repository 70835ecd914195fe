"""Several networks as read, evaluated together on the same images: programming draws, times, or compensations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nnsreport.engine.backend import Array, joined
from nnsreport.engine.crossbar.places import Batch
from nnsreport.engine.crossbar.reading import (
    Evaluated,
    Fused,
    Inference,
    Products,
    ReadLayer,
    ReadNetwork,
    counters_for,
    products_of_one_input,
)
from nnsreport.engine.crossbar.stacked_layer import StackedLayer, stacked_layer
from nnsreport.engine.cuda.graph import FirstImage
from nnsreport.engine.network import Graph, LinearLayer, Multiply
from nnsreport.engine.network.together import Several, Tensor, execute_together


@dataclass(frozen=True, slots=True)
class ReadTrials:
    """Several networks with the conductances of one moment each, ready to run together.

    What is the same for all is computed once: quantised and unfolded inputs of the first layers, and digital operators
    before them.

    Attributes
    ----------
    networks : tuple of ReadNetwork
        At least one; of one :class:`nnsreport.engine.crossbar.CrossbarNetwork`.
    """

    networks: tuple[ReadNetwork, ...]
    _stacks: tuple[StackedLayer | None, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put the trials of each layer side by side, where a GPU's kernel multiplies them in one launch."""
        layers = zip(*(network.layers for network in self.networks), strict=True)
        object.__setattr__(self, "_stacks", tuple(map(stacked_layer, layers)))

    @property
    def graph(self) -> Graph:
        """The network."""
        return self.networks[0].graph

    def evaluate(self, images: Array, first_image: FirstImage, counters: Array | None) -> tuple[Evaluated, ...]:
        """Run the networks, and wait for nothing.

        Parameters
        ----------
        images : Array
            As :meth:`infer` takes them.
        first_image : int or Array of int64, ()
            Likewise; an array stays on its device.
        counters : Array of int64, (layers, networks), or None
            Where a device is to count clipped conversions, from :func:`counters_for`.

        Returns
        -------
        tuple of Evaluated
            What :meth:`infer` reads.
        """
        products = _ProductsTogether(self.networks, self._stacks, Batch(len(images), first_image), counters)
        outputs = execute_together(self.graph, images, products)
        return tuple(own.evaluated(output) for own, output in zip(products.counts, outputs, strict=True))

    def infer(self, images: Array, first_image: int = 0) -> tuple[Inference, ...]:
        """Run the networks.

        Parameters
        ----------
        images : Array
            A batch as the network takes it, in the memory that the network was built for.
        first_image : int
            Number of the first of them in the data set: noise of conversions is drawn for an image, not for a batch.

        Returns
        -------
        tuple of Inference
            Of each network what :meth:`ReadNetwork.infer` gives.
        """
        counters = counters_for(images, len(self._stacks), len(self.networks))
        found = self.evaluate(images, first_image, counters)
        if counters is None:
            return tuple(own.inference() for own in found)
        return tuple(own.inference(counted) for own, counted in zip(found, counters.T.tolist(), strict=True))


class _ProductsTogether:
    """Multiplies for one batch in several networks, and counts conversions."""

    def __init__(
        self,
        networks: Sequence[ReadNetwork],
        stacks: Sequence[StackedLayer | None],
        batch: Batch,
        counters: Array | None,
    ) -> None:
        self._stacks = stacks
        self._counters = counters
        self.counts = [
            Products(network.layers, batch, None if counters is None else counters[:, trial])
            for trial, network in enumerate(networks)
        ]
        self._layers = [network.layers for network in networks]

    @property
    def each(self) -> Sequence[Multiply]:
        return [own.multiply for own in self.counts]

    def __call__(self, linear: LinearLayer, x: Tensor, /) -> Array:
        layers, stack = [own[linear.index] for own in self._layers], self._stacks[linear.index]
        if stack is not None:
            return self._in_one_launch(linear.index, stack, x)
        fused = _fused(layers)
        if fused is not None:
            return self._in_loops(linear.index, layers, x, fused)
        if not isinstance(x, Several) and all(type(own) is ReadLayer for own in layers):
            return self._from_one_input(linear.index, layers, x)
        parts = x.parts if isinstance(x, Several) else (x,) * len(layers)
        return _side_by_side([own.multiply(linear, part) for own, part in zip(self.counts, parts, strict=True)])

    def _in_one_launch(self, index: int, stack: StackedLayer, x: Tensor) -> Array:
        is_shared, whole = not isinstance(x, Several), x.whole if isinstance(x, Several) else x
        assert self._counters is not None, "a device counts what it clips"
        product = stack.multiply(whole, self.counts[0].batch_of(index), self._counters[index], is_shared=is_shared)
        for own in self.counts:
            own.count(index, product.shape[1] // stack.trials, 0)
        return product

    def _from_one_input(self, index: int, layers: Sequence[ReadLayer], x: Array) -> Array:
        found = products_of_one_input(layers, x, self.counts[0].batch_of(index))
        for own, (product, clipped) in zip(self.counts, found, strict=True):
            own.count(index, product.shape[1], clipped)
        return _side_by_side([product for product, _ in found])

    def _in_loops(self, index: int, layers: Sequence[ReadLayer], x: Tensor, fused: Sequence[Fused]) -> Array:
        """Multiply in the loops in C, from inputs that are quantised at once."""
        taps = layers[0].layer.taps(x.whole if isinstance(x, Several) else x)
        vectors = taps.vectors_at.size // (len(layers) if isinstance(x, Several) else 1)
        products = []
        for position, (multiply, read, own) in enumerate(zip(fused, layers, self.counts, strict=True)):
            first = position * vectors if isinstance(x, Several) else 0
            product, clipped = multiply(taps.part(slice(first, first + vectors)))
            own.count(index, vectors, clipped)
            products.append(read.corrected(product))
        return _side_by_side(products)


def _fused(layers: Sequence[ReadLayer]) -> list[Fused] | None:
    """Return the loops in C of each network; None unless they apply in all."""
    found = [read.fused for read in layers]
    return [one for one in found if one is not None] if None not in found else None


def _side_by_side(products: Sequence[Array]) -> Array:
    """Put products (groups, M, N) one after the other along M, which stays the contiguous axis."""
    return joined([product.swapaxes(1, 2) for product in products], axis=2).swapaxes(1, 2)
