"""Training steps of torchvision's InceptionV3 on a CPU, timed on request.

    PYTHON torch_process.py LAYOUT SIDE IMAGES STEPS

Needs torch and torchvision, and no package of ours. Each line on stdin is answered with the images
a second of STEPS steps in float32.
"""

import sys
import time


def main() -> None:
    layout, side, count, steps = sys.argv[1], *map(int, sys.argv[2:])
    import torch
    import torchvision

    torch.manual_seed(0)
    network = torchvision.models.inception_v3(weights=None, aux_logits=False, init_weights=False)
    network.fc = torch.nn.Linear(2048, 2)
    images, labels = torch.rand(count, 3, side, side) * 2 - 1, torch.randint(2, (count,))
    if layout == "channels_last":
        network = network.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
    loss = torch.nn.CrossEntropyLoss()
    for _ in sys.stdin:
        started = time.perf_counter()
        for _ in range(steps):
            optimizer.zero_grad()
            loss(network(images), labels).backward()
            optimizer.step()
        print(steps * count / (time.perf_counter() - started), flush=True)


if __name__ == "__main__":
    main()
