"""Signal-to-noise ratios measured on arrays of dot products, batch by batch.

Moments of batches are merged without ever holding all numbers, so a layer's SNR costs a few reductions a batch.

Source of merging: T. F. Chan, G. H. Golub, R. J. LeVeque, Am. Stat. 37, 242 (1983).
"""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.precision.snr import ComputeSnr, snr_db


@dataclass(frozen=True, slots=True)
class Moments:
    """Count, mean and spread of numbers.

    Attributes
    ----------
    count : int
        How many.
    mean : float
        Of them; 0 for none.
    squares : float
        Sum of squared deviations from the mean.
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @property
    def variance(self) -> float:
        """Mean squared deviation; 0 for no numbers."""
        return self.squares / self.count if self.count else 0.0

    def merged(self, other: Moments) -> Moments:
        """Return the moments of two sets of numbers together.

        Parameters
        ----------
        other : Moments
            Of the other numbers.

        Returns
        -------
        Moments
            The same, but for rounding, as of all numbers at once.
        """
        count = self.count + other.count
        if not count:
            return self
        distance = other.mean - self.mean
        share = other.count / count
        squares = self.squares + other.squares + distance * distance * self.count * share
        return Moments(count, self.mean + distance * share, squares)


def moments(numbers: Array) -> Moments:
    """Return the moments of an array.

    Parameters
    ----------
    numbers : Array
        Of any shape; summed in float64.

    Returns
    -------
    Moments
        Of all elements.
    """
    if not numbers.size:
        return Moments()
    xp = namespace_of(numbers)
    values = numbers.astype(xp.float64, copy=False)
    mean = float(values.mean())
    return Moments(int(numbers.size), mean, float(((values - mean) ** 2).sum()))


@dataclass(frozen=True, slots=True)
class DotProductStatistics:
    """Moments of the stages of dot products: what SNRs are made of.

    Attributes
    ----------
    signal : Moments
        Of ``y_o``, the floating-point dot products.
    input_quantization, analog, pre_adc, output_quantization, total : Moments
        Of the errors ``y_q - y_o``, ``y_a - y_q``, ``y_a - y_o``, ``y - y_a`` and ``y - y_o``, with ``y_q`` of
        quantised operands, ``y_a`` in front of the ADC and ``y`` behind it.
    """

    signal: Moments = Moments()
    input_quantization: Moments = Moments()
    analog: Moments = Moments()
    pre_adc: Moments = Moments()
    output_quantization: Moments = Moments()
    total: Moments = Moments()

    def merged(self, other: DotProductStatistics) -> DotProductStatistics:
        """Return the statistics of two batches together.

        Parameters
        ----------
        other : DotProductStatistics
            Of the other batch.

        Returns
        -------
        DotProductStatistics
            The same, but for rounding, in whatever order batches are merged.
        """
        return DotProductStatistics(
            self.signal.merged(other.signal),
            self.input_quantization.merged(other.input_quantization),
            self.analog.merged(other.analog),
            self.pre_adc.merged(other.pre_adc),
            self.output_quantization.merged(other.output_quantization),
            self.total.merged(other.total),
        )

    def snr(self) -> ComputeSnr:
        """Return the signal-to-noise ratios, each of the variance of ``y_o`` over that of its own error.

        Returns
        -------
        ComputeSnr
            Measured: SNR_A and SNR_T contain what correlation of the errors does, which eqs. (10) and (11) leave out.
        """
        signal = self.signal.variance
        return ComputeSnr(
            snr_db(signal, self.analog.variance),
            snr_db(signal, self.input_quantization.variance),
            snr_db(signal, self.pre_adc.variance),
            snr_db(signal, self.output_quantization.variance),
            snr_db(signal, self.total.variance),
        )


def dot_product_statistics(ideal: Array, fixed_point: Array, pre_adc: Array, output: Array) -> DotProductStatistics:
    """Return the statistics of a batch of dot products.

    Parameters
    ----------
    ideal : Array
        ``y_o``, of floating-point operands; of any shape and unit.
    fixed_point : Array
        ``y_q``, exact, of quantised operands, in the same unit and shape.
    pre_adc : Array
        ``y_a``, as the analog core delivers them.
    output : Array
        ``y``, behind the ADC.

    Returns
    -------
    DotProductStatistics
        To be merged with those of other batches.
    """
    xp = namespace_of(ideal)
    y_o, y_q, y_a, y = (values.astype(xp.float64, copy=False) for values in (ideal, fixed_point, pre_adc, output))
    return DotProductStatistics(
        moments(y_o), moments(y_q - y_o), moments(y_a - y_q), moments(y_a - y_o), moments(y - y_a), moments(y - y_o)
    )
