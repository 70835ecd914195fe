"""Train the bundled example: a small residual network on the UCI optical digits, with Joshi 2020's noise recipe.

Needs the packages of the extra ``example`` (PyTorch, scikit-learn, onnxscript); running nnsreport does not.

    python tools/train_example.py    writes digits_cnn.onnx, digits_test.npz and digits_calibration.npz of the example
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

FOLDER = Path(__file__).resolve().parent.parent / "nnsreport" / "example"
SEED = 20261122
PIXEL_SCALE = 16.0  # the images count black pixels of 4 x 4 blocks
TEST_IMAGES, CALIBRATION_IMAGES = 600, 200
CLEAN_EPOCHS, NOISY_EPOCHS, BATCH_SIZE = 40, 60, 64
# Joshi 2020, Sec. II: noise of 3.8 % of each layer's largest weight in the forward pass, weights clipped at 2 sigma.
NOISE, CLIP_SIGMAS = 0.038, 2.0


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output, (N, outputs, H / stride, W / stride)."""
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class DigitsNetwork(nn.Module):
    """Seven crossbar layers: stem, two residual blocks, classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 16, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.block1 = Block(16, 16, 1)
        self.block2 = Block(16, 32, 2)
        self.classifier = nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, (N, 10), of images (N, 1, 8, 8) scaled to 0..1."""
        x = torch.relu(self.norm(self.stem(x)))
        x = self.block2(self.block1(x))
        return self.classifier(x.mean((2, 3)))


def crossbar_weights(network: nn.Module) -> dict[str, nn.Parameter]:
    """Return the weights that will lie on crossbars, by the name of their layer."""
    return {
        name: module.weight for name, module in network.named_modules() if isinstance(module, nn.Conv2d | nn.Linear)
    }


def train(network: nn.Module, images: Tensor, labels: Tensor, epochs: int, rate: float, noise: float) -> None:
    """Train in place; with ``noise``, gradients are taken at noisy weights and applied to the clean ones."""
    weights = list(crossbar_weights(network).values())
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    steps = epochs * -(-len(images) // BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    network.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(BATCH_SIZE):
            clean = [weight.detach().clone() for weight in weights]
            with torch.no_grad():
                for weight in weights:
                    weight.add_(noise * weight.abs().max() * torch.randn_like(weight))
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(images[batch]), labels[batch]).backward()
            with torch.no_grad():
                for weight, value in zip(weights, clean, strict=True):
                    weight.copy_(value)
            optimiser.step()
            schedule.step()
            if noise:
                with torch.no_grad():
                    for weight in weights:
                        limit = float(CLIP_SIGMAS * weight.std())
                        weight.clamp_(-limit, limit)


def export(network: nn.Module, path: Path) -> None:
    """Write the network as ONNX with its normalisation in the metadata and its modules' names on the nodes."""
    network.eval()
    program = torch.onnx.export(
        network,
        (torch.zeros(2, 1, 8, 8),),
        dynamo=True,
        opset_version=18,
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        external_data=False,
    )
    assert program is not None
    model = program.model_proto
    layers = iter(crossbar_weights(network))
    for node in model.graph.node:
        if node.op_type in {"Conv", "Gemm"}:
            node.name = next(layers)
        node.ClearField("metadata_props")  # traces with paths of this machine
        node.ClearField("doc_string")
    for value in [*model.graph.value_info, *model.graph.initializer, *model.graph.input, *model.graph.output]:
        value.ClearField("metadata_props")
    model.graph.ClearField("metadata_props")
    onnx.helper.set_model_props(
        model,
        {
            "nnsreport.pixel_scale": f"{PIXEL_SCALE:g}",
            "nnsreport.mean": "0",
            "nnsreport.std": "1",
            "title": "Residual CNN for the UCI optical digits, trained with weight noise (nnsreport example)",
        },
    )
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main() -> None:
    """Train, export and report the accuracies."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    digits = load_digits()
    images = digits.images.astype(np.uint8)[:, None]
    labels = digits.target.astype(np.uint8)
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, labels, test_size=TEST_IMAGES, stratify=labels, random_state=SEED
    )
    scaled = torch.from_numpy(train_images).float() / PIXEL_SCALE
    targets = torch.from_numpy(train_labels).long()
    network = DigitsNetwork()
    train(network, scaled, targets, CLEAN_EPOCHS, 3e-3, 0.0)
    train(network, scaled, targets, NOISY_EPOCHS, 1e-3, NOISE)
    network.eval()
    with torch.no_grad():
        predicted = network(torch.from_numpy(test_images).float() / PIXEL_SCALE).argmax(1).numpy()
    print(f"float accuracy on {TEST_IMAGES} test images: {(predicted == test_labels).mean():.4f}")

    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / "digits_test.npz", images=test_images, labels=test_labels)
    np.savez_compressed(
        FOLDER / "digits_calibration.npz",
        images=train_images[:CALIBRATION_IMAGES],
        labels=train_labels[:CALIBRATION_IMAGES],
    )
    export(network, FOLDER / "digits_cnn.onnx")


if __name__ == "__main__":
    main()
