/** Python that makes a safetensors file of one of PyTorch's: two lines, the same in every language but for the names of files. */
export const convert = (file: string, name: string): string =>
  `import torch; from safetensors.torch import save_file\nw = torch.load("${file}", map_location="cpu"); save_file({k: v.contiguous() for k, v in w.get("state_dict", w).items()}, "${name}.safetensors")`;
