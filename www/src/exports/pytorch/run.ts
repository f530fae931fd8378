/** What a script does when it is started: trains and evaluates, or says the classes of an image. */
import type { Fields, Network } from "../network.ts";

interface Training {
  /** A class for every pixel. */
  readonly segments: boolean;
  readonly kaiming: boolean;
  readonly augmented: boolean;
  readonly optimizer: Fields;
}

export function trainSource(network: Network, training: Training): string {
  return [evaluateSource(training.segments), mainSource(network, training)].join("\n\n\n");
}

function evaluateSource(segments: boolean): string {
  const batches = segments
    ? [
        "        # The same clutter in every evaluation.",
        "        generator = torch.Generator().manual_seed(batch[0])",
        "        inputs, targets = clutter(images[batch], labels[batch], generator)",
        "        predicted = model(inputs).argmax(dim=1)",
        "        pairs = targets.flatten() * CLASSES + predicted.flatten()",
        "        confusion += torch.bincount(pairs, minlength=CLASSES * CLASSES).view(CLASSES, CLASSES)",
      ]
    : [
        "        logits = model(normalize(images[batch]))",
        "        ranked = logits.topk(5, dim=1).indices == labels[batch][:, None]",
        "        sums += torch.stack([ranked[:, 0].sum(), ranked.sum(), torch.tensor(len(batch), device=images.device)])",
      ];
  return [
    "@torch.no_grad()",
    "def evaluate(model, images, labels, rank=0, world=1):",
    segments
      ? '    """The share of pixels whose class is right, and the mean IoU of the classes that occur; over the images of all processes."""'
      : '    """The shares of images whose class comes first, and among the first five; over the images of all processes."""',
    "    model.train(False)",
    segments
      ? "    confusion = torch.zeros(CLASSES, CLASSES, dtype=torch.long, device=images.device)"
      : "    sums = torch.zeros(3, dtype=torch.long, device=images.device)",
    "    for begin in range(rank * 250, len(images), world * 250):",
    "        batch = list(range(begin, min(begin + 250, len(images))))",
    ...batches,
    "    if world > 1:",
    `        dist.all_reduce(${segments ? "confusion" : "sums"})`,
    ...(segments
      ? [
          "    right, union = confusion.diag(), confusion.sum(0) + confusion.sum(1) - confusion.diag()",
          "    iou = (right / union)[union > 0]",
          "    return (right.sum() / confusion.sum()).item(), iou.mean().item()",
        ]
      : ["    return (sums[0] / sums[2]).item(), (sums[1] / sums[2]).item()"]),
  ].join("\n");
}

function mainSource(network: Network, { segments, kaiming, augmented, optimizer }: Training): string {
  const heads = network.heads.length > 0;
  const clip = typeof optimizer.clip_grad_norm === "number" ? optimizer.clip_grad_norm : null;
  // A cycle that is shorter than the run: the rate stays where it ended.
  const { schedule } = (network.spec.training ?? {}) as { schedule?: Fields };
  const ends = schedule?.type === "one_cycle" && schedule.total !== undefined;
  const inputs = segments
    ? ["inputs, targets = clutter(images[batch], labels[batch])"]
    : [`inputs, targets = ${augmented ? "augment(normalize(images[batch]))" : "normalize(images[batch])"}, labels[batch]`];
  const loss = heads
    ? [
        "logits, *others = model(inputs)",
        "loss = F.cross_entropy(logits, targets)",
        "for weight, other in zip(HEAD_WEIGHTS, others):",
        "    loss = loss + weight * F.cross_entropy(other, targets)",
      ]
    : ["loss = F.cross_entropy(model(inputs), targets)"];
  const step = [
    "batch = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE][rank::world]",
    ...inputs,
    ...loss,
    "optimizer.zero_grad()",
    "loss.backward()",
    ...(clip === null ? [] : [`nn.utils.clip_grad_norm_(model.parameters(), ${clip})`]),
    "optimizer.step()",
    ...(ends ? ["if scheduler.last_epoch + 1 < scheduler.total_steps:", "    scheduler.step()"] : ["scheduler.step()"]),
    "total += loss.detach()",
  ];
  const words = segments
    ? "pixels right {100 * first:.2f} %, mean IoU {second:.3f}"
    : "test accuracy {100 * first:.2f} %, top 5 {100 * second:.2f} %";
  return `def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("mnist"), help="the folder of MNIST's files")
    parser.add_argument("--weights", help="a safetensors file to begin with")
    parser.add_argument("--evaluate", action="store_true", help="do not train")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--save", default="trained.safetensors", help="where the trained weights go")
    args = parser.parse_args()

    # One process, or one of those that torchrun starts.
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    if world > 1:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    if BATCH_SIZE % world:
        raise SystemExit(f"{world} processes cannot share batches of {BATCH_SIZE} evenly")

    images, labels, test_images, test_labels = (tensor.to(device) for tensor in read_mnist(args.data))
    torch.manual_seed(SEED)
    network = Network()
${kaiming ? "    initialize(network)\n" : ""}    if args.weights:
        load_weights(network, args.weights)
    network.to(device)
    if args.evaluate:
        first, second = evaluate(network, test_images, test_labels, rank, world)
        if rank == 0:
            print(f"${words}")
        return

    model = network
    if world > 1:
        model = nn.parallel.DistributedDataParallel(network, device_ids=[device] if device.type == "cuda" else None)
    optimizer = make_optimizer(model)
    steps = len(images) // BATCH_SIZE
    scheduler = make_scheduler(optimizer, steps, args.epochs * steps)
    # All processes draw the same order and take their part of each batch; what is drawn besides differs.
    generator = torch.Generator().manual_seed(SEED)
    torch.manual_seed(SEED + 1 + rank)
    for epoch in range(1, args.epochs + 1):
        begin = time.perf_counter()
        model.train()
        order = torch.randperm(len(images), generator=generator).to(device)
        total = torch.zeros((), device=device)
        for step in range(steps):
${step.map((line) => `            ${line}`).join("\n")}
        if world > 1:
            dist.all_reduce(total)
        first, second = evaluate(network, test_images, test_labels, rank, world)
        if rank == 0:
            seconds = time.perf_counter() - begin
            loss = total.item() / steps / world
            print(f"epoch {epoch}: train loss {loss:.4f}, ${words}, {seconds:.1f} s", flush=True)
    if rank == 0:
        save_weights(network, args.save)
    if world > 1:
        dist.destroy_process_group()`;
}

/** For networks whose images are not MNIST's: the classes of one image. */
export function predictSource(network: Network): string {
  const [channels, height, width] = network.input;
  const mode = channels === 1 ? "L" : "RGB";
  return `def read_image(path):
    """An image in the network's size, as the weights expect it."""
    import numpy
    from PIL import Image

    pixels = torch.from_numpy(numpy.array(Image.open(path).convert("${mode}").resize((${width}, ${height})), dtype="float32"))
    return ((pixels.view(${height}, ${width}, ${channels}).permute(2, 0, 1) / 255 - MEAN) / STD)[None]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="a safetensors file")
    parser.add_argument("--image", required=True, help="a picture")
    args = parser.parse_args()
    network = Network().train(False)
    load_weights(network, args.weights)
    with torch.no_grad():
        output = network(read_image(args.image))[0]
    if output.dim() > 1:
        print(output.argmax(dim=0))
    else:
        for probability, index in zip(*output.softmax(dim=0).topk(min(5, len(output)))):
            print(f"class {index.item()}: {100 * probability.item():.2f} %")`;
}
