/** Data and augmentation of a script: MNIST's files, digits over clutter, and the changes of a training batch. */
import type { Fields } from "../network.ts";
import { number } from "../network.ts";
import { indented, literal } from "./python.ts";

export const READ_MNIST = `def read_idx(folder, name):
    """One of MNIST's files, as it is or compressed."""
    for path, opener in ((folder / name, open), (folder / f"{name}.gz", gzip.open)):
        if path.exists():
            with opener(path, "rb") as file:
                data = bytearray(file.read())
            shape = struct.unpack_from(f">{data[3]}I", data, 4)
            return torch.frombuffer(data, dtype=torch.uint8, offset=4 + 4 * len(shape)).view(shape)
    raise SystemExit(f"{folder / name} is not there: put MNIST's four files into {folder}, or install torchvision to download them")


def read_mnist(folder):
    """Training images and labels, test images and labels: bytes of 0 to 255, and 0 to 9."""
    if not any(folder.glob("train-images-idx3-ubyte*")):
        try:
            from torchvision.datasets import MNIST
        except ImportError:
            pass
        else:
            MNIST(folder, download=True)
            folder = folder / "MNIST" / "raw"
    names = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    images, labels, test_images, test_labels = (read_idx(folder, name) for name in names)
    return images, labels.long(), test_images, test_labels.long()`;

export const NORMALIZE = `def normalize(images):
    """Bytes as the network expects them."""
    return (images[:, None].float() / 255 - MEAN) / STD`;

export const CLUTTER = `def clutter(images, labels, generator=None):
    """Digits over strokes and noise, and the class of each pixel: 0 for background, 1 and the digit where its ink is at least half."""
    count, height, width = images.shape
    device = images.device
    digit = images.float() / 255
    between = lambda least, most, *shape: least + (most - least) * torch.rand(*shape, generator=generator).to(device)
    # One to three arcs of circles, as thick and as bright as a digit's strokes.
    shape = (count, 3, 1, 1)
    turn, sign = between(-1, 1, *shape), torch.sign(between(-1, 1, *shape))
    end = sign / (1 + turn**2)
    along_x, along_y = end * (1 - turn**2), end * 2 * turn
    half = between(4, 8, *shape)
    bend = half * between(0.05, 0.75, *shape)
    offset, radius = (half**2 - bend**2) / (2 * bend), (half**2 + bend**2) / (2 * bend)
    thickness, brightness = between(0.9, 1.5, *shape), between(0.75, 1, *shape)
    right = torch.arange(width, device=device) - between(0, width - 1, *shape)
    down = torch.arange(height, device=device)[:, None] - between(0, height - 1, *shape)
    along, up = right * along_x + down * along_y, down * along_x - right * along_y
    above = up + offset
    from_centre = (along**2 + above**2).sqrt()
    on_arc = above * radius >= offset * from_centre
    distance = torch.where(on_arc, (from_centre - radius).abs(), ((along.abs() - half) ** 2 + up**2).sqrt())
    strokes = brightness * (thickness + 0.5 - distance).clamp(0, 1)
    drawn = torch.arange(3, device=device)[:, None, None] < (1 + torch.randint(3, (count, 1, 1, 1), generator=generator)).to(device)
    under = (strokes * drawn).amax(dim=1)
    noise = between(-0.2, 0.2, count, height, width)
    seen = (digit + (1 - digit) * under + noise).clamp(0, 1)
    targets = torch.where(images >= 128, 1 + labels[:, None, None], torch.zeros_like(labels)[:, None, None])
    return (seen[:, None] - MEAN) / STD, targets`;

/** `def augment(images)`; null where nothing is changed. */
export function augmentationSource(augmentation: Fields): string | null {
  const { elastic, erase } = augmentation as { elastic?: Fields; erase?: Fields };
  const [shift, degrees, scale] = [number(augmentation.shift, 0), number(augmentation.rotation_degrees, 0), number(augmentation.scale, 0)];
  const alpha = elastic ? number(elastic.alpha, 34) : 0;
  const erases = erase ? number(erase.probability, 0.5) > 0 : false;
  const warps = shift > 0 || degrees > 0 || scale > 0 || alpha > 0;
  if (!warps && !erases) return null;
  const lines = ["count, _, height, width = images.shape", "device = images.device", "background = -MEAN / STD"];
  if (degrees > 0 || scale > 0 || alpha > 0) lines.push("random = lambda *shape: torch.rand(*shape, device=device) * 2 - 1");
  if (warps) {
    lines.push(
      "# Where each pixel of the result comes from, in pixels from the centre.",
      "x = torch.arange(width, device=device).expand(count, height, width) - (width - 1) / 2",
      "y = torch.arange(height, device=device)[:, None].expand(count, height, width) - (height - 1) / 2",
    );
    if (shift > 0)
      lines.push(`shift = torch.randint(-${shift}, ${shift + 1}, (2, count, 1, 1), device=device)`, "x, y = x - shift[0], y - shift[1]");
    if (degrees > 0) {
      lines.push(
        `angle = math.radians(${literal(degrees)}) * random(count, 1, 1)`,
        "x, y = angle.cos() * x + angle.sin() * y, angle.cos() * y - angle.sin() * x",
      );
    }
    if (scale > 0) lines.push(`scale = 1 + ${literal(scale)} * random(count, 1, 1)`, "x, y = x / scale, y / scale");
    if (elastic && alpha > 0) lines.push(...elasticLines(alpha, number(elastic.sigma, 4)));
    lines.push(
      "grid = torch.stack([x * 2 / (width - 1), y * 2 / (height - 1)], dim=-1)",
      "images = F.grid_sample(images - background, grid, align_corners=True) + background",
    );
  }
  if (erase && erases) lines.push(...eraseLines(erase));
  return [
    "def augment(images):",
    ...indented(['"""Changes normalized images at random, each in its own way."""', ...lines, "return images"]),
  ].join("\n");
}

function elasticLines(alpha: number, sigma: number): string[] {
  const radius = Math.ceil(3 * sigma);
  return [
    "# Elastic deformation (Simard, Steinkraus and Platt 2003): smooth random displacements.",
    `distances = torch.arange(-${radius}, ${radius + 1}, device=device)`,
    `gaussian = torch.exp(-(distances**2) / ${literal(2 * sigma * sigma)})`,
    "gaussian = gaussian / gaussian.sum()",
    "field = random(2 * count, 1, height, width)",
    `field = F.conv2d(field, gaussian.view(1, 1, -1, 1), padding=(${radius}, 0))`,
    `field = F.conv2d(field, gaussian.view(1, 1, 1, -1), padding=(0, ${radius}))`,
    `field = ${literal(alpha)} * field.view(2, count, height, width)`,
    "x, y = x + field[0], y + field[1]",
  ];
}

function eraseLines(erase: Fields): string[] {
  const value = (key: string, otherwise: number): string => literal(number(erase[key], otherwise));
  const fill = erase.fill === "background" ? "background" : "(torch.rand_like(images) - MEAN) / STD";
  return [
    "# Random erasing (Zhong et al. 2017): a rectangle of random size, shape and place.",
    "uniform = lambda least, most: least + (most - least) * torch.rand(count, 1, 1, 1, device=device)",
    `area = uniform(${value("smallest", 0.02)}, ${value("largest", 0.4)}) * height * width`,
    `aspect = uniform(${value("aspect", 0.3)}, 1 / ${value("aspect", 0.3)})`,
    "rows, columns = (area * aspect).sqrt().clamp(1, height).floor(), (area / aspect).sqrt().clamp(1, width).floor()",
    "top, left = (uniform(0, 1) * (height - rows + 1)).floor(), (uniform(0, 1) * (width - columns + 1)).floor()",
    "row, column = torch.arange(height, device=device)[:, None], torch.arange(width, device=device)",
    "inside = (row >= top) & (row < top + rows) & (column >= left) & (column < left + columns)",
    `inside = inside & (uniform(0, 1) < ${value("probability", 0.5)})`,
    `images = torch.where(inside, ${fill}, images)`,
  ];
}
