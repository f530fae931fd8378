import type { ExportsTexts } from "./texts.ts";

export default (): ExportsTexts => ({
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
});
