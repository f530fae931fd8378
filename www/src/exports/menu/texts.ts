/** Texts of the dialog in which a network is written for another program. */
import type { Language } from "../../i18n/messages.ts";
import type { ExporterName } from "../registry.ts";

export type Target = ExporterName | "csv";

export interface ExportTexts {
  title: string;
  target: string;
  targets: { [T in Target]: string };
  about: { [T in Target]: string };
  weights: string;
  none: string;
  run: (step: string) => string;
  chooseFile: string;
  external: string;
  preview: string;
  binary: (size: string) => string;
  copy: string;
  copied: string;
  notCopied: string;
  save: string;
  files: (names: readonly string[]) => string;
  noCurves: string;
  working: string;
  errors: {
    not_whole: (node: string) => string;
    unknown_operator: (node: string) => string;
    weights: (detail: string) => string;
    unwritable: (node: string) => string;
  };
}

const en: ExportTexts = {
  title: "Take it elsewhere",
  target: "For",
  targets: { pytorch: "PyTorch", keras: "Keras 3", onnx: "ONNX", safetensors: "Weights", csv: "Curves" },
  about: {
    pytorch: "One script: the network, the data and the same training, on one machine or with torchrun on several.",
    keras: "One script: the network, the data and the same training, on JAX, TensorFlow or PyTorch.",
    onnx: "The network for onnxruntime, a phone or a browser (opset 17). It takes pixels between 0 and 1; the batch is free.",
    safetensors: "The weights alone, with PyTorch's names and layouts.",
    csv: "Loss and accuracy of the run on show, a row a point.",
  },
  weights: "Weights",
  none: "none",
  run: (step) => `of this run, step ${step}`,
  chooseFile: "From a file…",
  external: "in a file of their own",
  preview: "Preview",
  binary: (size) => `A file of ${size}; it is no text.`,
  copy: "Copy",
  copied: "Copied",
  notCopied: "This page may not write to the clipboard: select the text and copy it.",
  save: "Save",
  files: (names) => `Saves ${names.join(" and ")}`,
  noCurves: "Nothing was trained yet: there are no curves.",
  working: "Writing…",
  errors: {
    not_whole: (node) => `The network is not whole yet: ${node} does not fit what it reads.`,
    unknown_operator: (node) => `${node} cannot be written for this program.`,
    weights: (detail) => `These weights are not this network's: ${detail}.`,
    unwritable: (node) => `${node} cannot be written for this program.`,
  },
};

const ru: ExportTexts = {
  title: "Забрать в другую программу",
  target: "Для",
  targets: { pytorch: "PyTorch", keras: "Keras 3", onnx: "ONNX", safetensors: "Веса", csv: "Кривые" },
  about: {
    pytorch: "Один скрипт: сеть, данные и то же обучение на одной машине или, через torchrun, на нескольких.",
    keras: "Один скрипт: сеть, данные и то же обучение на JAX, TensorFlow или PyTorch.",
    onnx: "Сеть для onnxruntime, телефона или браузера (opset 17). На входе пиксели от 0 до 1, размер батча любой.",
    safetensors: "Только веса: имена и порядок осей как в PyTorch.",
    csv: "Функция потерь и точность текущего обучения, по строке на точку.",
  },
  weights: "Веса",
  none: "без весов",
  run: (step) => `из этого обучения, шаг ${step}`,
  chooseFile: "Из файла…",
  external: "отдельным файлом",
  preview: "Предпросмотр",
  binary: (size) => `Файл размером ${size}, это не текст.`,
  copy: "Скопировать",
  copied: "Скопировано",
  notCopied: "Странице нельзя писать в буфер обмена: выделите текст и скопируйте его.",
  save: "Сохранить",
  files: (names) => `Сохранит ${names.join(" и ")}`,
  noCurves: "Ещё ничего не обучено, кривых нет.",
  working: "Пишу…",
  errors: {
    not_whole: (node) => `Сеть ещё не готова: ${node} не подходит к тому, что читает.`,
    unknown_operator: (node) => `${node} нельзя записать для этой программы.`,
    weights: (detail) => `Это веса не этой сети: ${detail}.`,
    unwritable: (node) => `${node} нельзя записать для этой программы.`,
  },
};

export const exportTexts = (language: Language): ExportTexts => (language === "ru" ? ru : en);
