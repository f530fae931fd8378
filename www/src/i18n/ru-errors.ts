import type { Formats } from "../lib/format.ts";
import { convert } from "./convert.ts";
import { expectedText } from "./error-words.ts";
import type { ErrorTexts } from "./messages.ts";
import { ruErrorWords } from "./ru-error-words.ts";

/** Sentences by a word of an error. */
type Words = { readonly [word: string]: string };

export const ruErrors = (f: Formats, words = ruErrorWords(f)): ErrorTexts => ({
  malformed_json: (e) => `Это не JSON: ${e.reason} (строка ${f.whole(e.line)}, столбец ${f.whole(e.column)}).`,
  unsupported_version: (e) => `Эта страница читает версию ${f.whole(e.supported)}, а не ${e.found}.`,
  unknown_operator: (e) => `${e.path}: нет оператора «${e.operator}». Известны ${e.known}.`,
  invalid_value: (e) => `${e.path}: значение ${e.found} здесь невозможно; ожидается ${expectedText(words, e.expected)}.`,
  missing_field: (e) => `${e.path}: не хватает поля «${e.field}»; ожидается ${expectedText(words, e.expected)}.`,
  unknown_field: (e) => `${e.path}: поле «${e.field}» здесь лишнее. Известны ${e.known}.`,
  duplicate_name: (e) => `${e.path}: слой или группа с именем «${e.node}» уже есть. Переименуйте что-то одно.`,
  empty_network: () => "Добавьте слой или начните с LeNet-5.",
  kernel_larger_than_input: (e) =>
    `${e.node}: ядро занимает ${f.whole(e.span)}, а вход с отступами всего ${f.whole(e.padded)} (${e.axis}). Уменьшите ядро, увеличьте отступ или уберите один пулинг перед слоем.`,
  rank_mismatch: (e) =>
    `${e.node}: число измерений на входе должно быть ${f.whole(e.needed)}${e.also ? ` или ${f.whole(e.also)}` : ""}, а приходит ${f.written(e.shape)}. Добавьте или уберите перед слоем переход в вектор.`,
  channels_not_divisible: (e) =>
    `${e.node}: ${f.whole(e.channels)} каналов не делятся на ${f.whole(e.groups)} групп. Возьмите делитель числа ${f.whole(e.channels)}.`,
  shapes_differ: (e) => `${e.node}: ${f.written(e.left)} и ${f.written(e.right)} должны совпадать.`,
  summands_differ: (e) =>
    `${e.node}: ${f.written(e.left)} и ${f.written(e.right)} нельзя сложить: у слагаемых должна быть одна форма. Приведите одно к форме другого: в обходном пути — свёрткой 1×1 с тем же числом каналов и тем же шагом.`,
  window_of_padding: (e) =>
    `${e.node}: шаг расширения ядра ${f.whole(e.dilation)} перешагивает весь вход размером ${f.whole(e.input)} (${e.axis}), и в окне остаётся только отступ. Уменьшите dilation или уберите отступ.`,
  padding_too_large: (e) =>
    `${e.node}: отступ ${f.whole(e.padding)} не может быть больше половины ядра ${f.whole(e.kernel_size)} (${e.axis}). Задайте отступ не больше ${f.whole(Math.floor(e.kernel_size / 2))} или поставьте перед ним pad2d.`,
  single_value: (e) =>
    `${e.node}: в канале входа ${f.written(e.shape)} всего одно значение, и дисперсии у него нет. Увеличьте батч или размер карт.`,
  empty_output: (e) =>
    `${e.node}: отступ ${f.whole(e.padding)} срезает весь выход размером ${f.whole(e.size)} (${e.axis}). Уменьшите padding.`,
  no_such_channel: (e) =>
    `${e.node}: есть связь с входным каналом ${f.whole(e.channel)}, а каналов ${f.whole(e.channels)}, считая с 0. Измените связи или предыдущий слой.`,
  branches_differ: (e) =>
    `${e.node}: ${f.written(e.first)} и ${f.written(e.other)} различаются не только числом каналов. Задайте ветвям одинаковые stride и padding или обрежьте одну из них.`,
  crop_outside: (e) =>
    `${e.node}: вырезать ${f.whole(e.size)} начиная с ${f.whole(e.offset)} из ${f.whole(e.input)} нельзя (${e.axis}). Уменьшите size или offset.`,
  wrong_inputs: (e) =>
    `${e.node}: ${e.op} читает ${f.whole(e.needed)} значения (${words.operands[e.what]}), а не ${f.whole(e.found)}. Как исправить: ${words.fix[e.fix]}.`,
  not_unpoolable: (e) =>
    `${e.node}: пулинг с таким ядром и шагом не переводит ${f.whole(e.size)} в ${f.whole(e.input)} (${e.axis}). Задайте output_size от ${f.whole(e.least)} до ${f.whole(e.most)}.`,
  size_overflow: (e) => `${e.node}: размер (${words.part[e.what]}) слишком велик. Уменьшите сеть или батч.`,
  images_mismatch: (e) =>
    `Эта сеть для изображений ${f.written(e.shape, false)}, а в MNIST они ${f.shape([1, 28, 28])}. Здесь её можно рассмотреть, а запустить — в «Полноразмерных сетях».`,
  classes_mismatch: (e) =>
    `На выходе сети ${f.written(e.shape)}, а классов ${f.whole(e.classes)}. Завершите её слоем с числом выходов или каналов ${f.whole(e.classes)}.`,
  not_differentiable: (e) => `${e.node}: через ${e.op} здесь нельзя обучать: у него нет градиента.`,
  too_large: (e) =>
    `Шаг обучения требует ${f.bytes(e.needed_bytes)}, а предел ${f.bytes(e.limit_bytes)}. Подойдёт батч ${f.whole(e.largest_batch)}.`,
  bad_magic: (e) => `${e.file}: в байте ${f.whole(e.offset)} стоит ${f.hex(e.found)} вместо ${f.hex(e.expected)}. Тот ли это файл IDX?`,
  truncated: (e) => `${e.file}: кончается на байте ${f.whole(e.offset)}, а нужно ${f.whole(e.needed)}. Файл обрезан.`,
  wrong_size: (e) =>
    `${e.file}: в байте ${f.whole(e.offset)} указано ${f.whole(e.found)} вместо ${f.whole(e.expected)} (${words.measure[e.what]}).`,
  checksum_mismatch: (e) =>
    `${e.file}: контрольная сумма с байта ${f.whole(e.offset)} равна ${f.hex(e.found)} вместо ${f.hex(e.expected)}. Файл повреждён.`,
  count_mismatch: (e) => `Изображений в ${e.file}: ${f.whole(e.images)}, а меток в ${e.labels_file}: ${f.whole(e.labels)}.`,
  label_out_of_range: (e) => `${e.file}: метка ${f.whole(e.found)} в байте ${f.whole(e.offset)} не из диапазона 0–${f.whole(e.largest)}.`,
  side_out_of_range: (e) =>
    `${e.file}: изображения ${f.whole(e.height)}×${f.whole(e.width)}, а сторона может быть от ${f.whole(e.least)} до ${f.whole(e.most)} пикселей. Сначала измените их размер.`,
  other_data: (e) => {
    const [is, has] = [
      `${f.shape(e.input.slice(1))}, классов: ${f.whole(e.classes)}`,
      `${f.shape(e.found.slice(1))}, классов: ${f.whole(e.found_classes)}`,
    ];
    if (e.what === "missing")
      return `Эта сеть для своих изображений (${is}), а загружен MNIST. Откройте их файлы IDX или подгоните сеть под MNIST.`;
    if (e.what === "images")
      return `Эта сеть сделана для других изображений, хотя и того же вида (${is}). Откройте их файлы IDX или подгоните сеть под загруженные.`;
    return `Эта сеть для других изображений (${is}), чем загруженные (${has}). Подгоните сеть под них или откройте другие.`;
  },
  no_letters: () => "Загруженные изображения не похожи на буквы EMNIST: метки 1–26, 28×28 пикселей.",
  no_data: (e) => `${e.split === "test" ? "Тестовые" : "Обучающие"} изображения ещё не загружены.`,
  too_few_images: (e) =>
    `Обучающих изображений загружено ${f.whole(e.found)}, а в батче их ${f.whole(e.needed)}. Подождите остальных или возьмите батч ${f.whole(e.found)}.`,
  invalid_index: (e) => `Нет изображения ${f.whole(e.index)}, всего их ${f.whole(e.total)}.`,
  invalid_pixels: (e) => `Пикселей в изображении должно быть ${f.whole(e.expected)}, а не ${f.whole(e.found)}.`,
  no_webgpu: () => "В этом браузере здесь нет WebGPU.",
  webgpu_needs_https: () => "WebGPU требует https: страница открыта по обычному http. По адресу с https или на localhost он есть.",
  no_adapter: () => "WebGPU есть, но не нашёл видеокарты.",
  software_adapter: (e) => `Для WebGPU есть только программный адаптер (${e.adapter}), он медленнее процессора.`,
  device_request_failed: (e) => `Не удалось открыть видеокарту: ${e.reason}.`,
  self_check_failed: (e) =>
    `Видеокарта не прошла самопроверку: ${e.kernel} ошибается на ${f.plain(e.largest_error)}, допустимо ${f.plain(e.allowed)}.`,
  device_lost: (e) => `Видеокарту забрали: ${e.reason}.`,
  limit_exceeded: (e) => `${e.what}: нужно ${f.whole(e.needed)}, а устройство допускает ${f.whole(e.limit)}.`,
  too_many_workgroups: (e) => `${e.kernel}: нужно рабочих групп: ${f.whole(e.needed)}, а устройство допускает ${f.whole(e.limit)}.`,
  device_failed: (e) => `${words.doing[e.what]}${e.name === null ? "" : ` (${e.name})`}: сбой на видеокарте: ${e.reason}.`,
  no_scalar_kernels: () => "В этой сборке нет скалярных ядер.",
  not_on_cpu: () => "Воркеры делят батч только на процессоре, а эта сеть не на нём.",
  workers_lost: () => "Воркер остановился, и те, что пришли ему на смену, тоже.",
  worker_mismatch: (e) => `Воркер прислал или получил чисел: ${f.whole(e.found)}, а нужно ${f.whole(e.expected)}. Это наша ошибка.`,
  floats_and_words: (e) => `Спутаны числа и слова (${e.name}). Это наша ошибка.`,
  not_compiled: () => "Сеть ещё не готова.",
  unknown_run: (e) => `Нет запуска «${e.run}».`,
  busy: () => "Идёт обучение. Сначала поставьте его на паузу.",
  not_running: () => "Сейчас ничего не обучается.",
  non_finite: (e) =>
    `На шаге ${f.whole(e.step)} ${e.what === "activations" ? `выход слоя ${e.node} перестал` : e.what === "gradients" ? `градиент в слое ${e.node} перестал` : "значение потерь перестало"} быть конечным числом. Скорость обучения ${f.plain(e.learning_rate)}, скорее всего, слишком велика. Веса остались такими, какими были до этого шага.`,
  non_finite_weights: (e) =>
    `После ${f.whole(e.step)} ${f.plural(e.step, { one: "шага", other: "шагов" })} не все веса — конечные числа: ${f.counted(e.tensors)}. ${e.loaded ? "Такими они пришли из файла. Откройте исправный или нажмите «Сброс»." : `Скорость обучения ${f.plain(e.learning_rate)}, скорее всего, слишком велика. Нажмите «Сброс» и возьмите меньшую.`}`,
  unknown_name: (e) => `Нет объекта «${e.name}» (${words.named[e.what]}).`,
  wrong_length: (e) => `${e.name}: значений должно быть ${f.whole(e.expected)}, а не ${f.whole(e.found)}.`,
  invalid_setting: (e) => `${e.field}: значение ${f.plain(e.found)} невозможно; ожидается ${expectedText(words, e.expected)}.`,
  needs_fresh_start: (e) => `${e.field}: ${e.present} нельзя сменить на ${e.found} во время обучения; нужен новый запуск.`,
  malformed_request: (e) => `Движок не понял запроса страницы: ${e.reason}. Это наша ошибка.`,
  internal: () => "Внутри движка что-то сломалось. Это наша ошибка.",
  no_weights: () => "У сети ещё нет весов. Создайте их из зерна или загрузите из файла.",
  unreadable_weights: (e) => `Файл не читается: ${e.reason}.`,
  foreign_weights: ({ format }) =>
    format === "pytorch_zip" || format === "pickle"
      ? `Это файл PyTorch (${format === "pickle" ? "pickle" : "архив zip с pickle внутри"}): он может запустить любую программу, и браузер его не открывает. Файл safetensors из него делают две строки на Python: ${convert("ФАЙЛ", "ИМЯ")}`
      : `Это файл ${{ numpy: "NumPy", keras: "Keras", gguf: "llama.cpp (GGUF)" }[format] ?? format}, а не safetensors. Назовите его массивы, как в PyTorch, и сохраните функцией save_file из safetensors.`,
  malformed_weights: (e) =>
    `Это не файл safetensors: ${
      ({
        short: `нужен байт ${f.whole(e.at)}, а всего их ${f.whole(e.size)}; файл обрезан?`,
        header_length: `заголовок занял бы ${f.whole(e.at)} байт, а в файле их ${f.whole(e.size)}. Файл обрезан?`,
        text: `в байте ${f.whole(e.at)} заголовок перестаёт быть текстом.`,
        json: `в байте ${f.whole(e.at)} заголовок не читается.`,
        number: `в нём есть число ${f.whole(e.at)}, больше возможного.`,
      })[e.flaw] ?? `тензоры кончаются на байте ${f.whole(e.at)}, а в файле их ${f.whole(e.size)}; остальное ничьё.`
    } Сохраните или скопируйте его заново.`,
  malformed_tensor: (e) =>
    `Этот файл safetensors нарушает правила формата. ${e.tensor}: ${
      ({
        duplicate: "имя стоит в заголовке дважды.",
        fields: "в заголовке должны быть dtype, shape и data_offsets и ничего больше.",
        number: "размер или место — не целое 64-битное число.",
        order: `конец в байте ${f.whole(e.found)}, раньше начала в ${f.whole(e.expected)}.`,
        outside: `конец в байте ${f.whole(e.found)} после заголовка, а их там ${f.whole(e.expected)}; файл обрезан?`,
        overlap: `начало в байте ${f.whole(e.found)}, внутри другого тензора, который кончается в ${f.whole(e.expected)}.`,
        hole: `начало в байте ${f.whole(e.found)}, а байты с ${f.whole(e.expected)} ничьи.`,
      })[e.flaw] ?? `занимает байт: ${f.whole(e.found)}, а по типу и форме нужно ${f.whole(e.expected)}.`
    } Сохраните его заново библиотекой safetensors.`,
  weights_mismatch: (e) =>
    `Этот файл от другой сети. ${f.plural(e.tensors.length, { one: "Не подходит или отсутствует", other: "Не подходят или отсутствуют" })} ${f.whole(e.tensors.length)} ${f.plural(e.tensors.length, { one: "тензор", few: "тензора", many: "тензоров", other: "тензора" })} этой сети (${f.few(e.tensors.map(({ name, expected }) => `${name} ${expected}`))}). В файле есть ${f.few(e.file)}. Имена должны быть как у этой сети.`,
  malformed_onnx: (e) =>
    `${e.file || "Файл"}: это не целый файл ONNX. ${
      (
        {
          truncated: `Нужен байт ${f.whole(e.at)}, а всего их ${f.whole(e.limit)}; файл обрезан?`,
          wire: `Он не читается с байта ${f.whole(e.at)}.`,
          no_graph: "В нём нет сети.",
          no_input: "У сети в нём нет входа.",
          input: `У входа «${e.name}» нет постоянного размера. Сохраните сеть с размерами изображения: любой батч, каналы, высота, ширина.`,
          inputs: `У сети есть второй вход, «${e.name}», а здесь в сеть входит одно изображение.`,
          twice: `«${e.name}» вычисляется дважды.`,
          missing: `«${e.name}» читается, но ни узла, ни веса с таким именем нет.`,
          cycle: `«${e.name}» зависит от собственного результата.`,
          dimension: `Размер «${e.name}» слишком велик: ${f.whole(e.at)}.`,
          data: `У «${e.name}» должно быть ${f.whole(e.limit)}, а есть ${f.whole(e.at)}.`,
          external: `Веса лежат в другом файле, ${e.name}. Сохраните сеть одним файлом (в PyTorch: external_data=False).`,
          type: `У «${e.name}» значения типа ${f.whole(e.at)}, здесь они не читаются; читаются 32-битные, половинной точности и bfloat16.`,
        } as Words
      )[e.flaw] ?? "В нём разреженные веса, здесь они не читаются."
    }`,
  unsayable_onnx: (e) =>
    `${e.file}: «${e.node}» (${e.operator}${e.attributes ? `: ${e.attributes}` : ""}) здесь не выразить, ${
      (
        {
          operator: "такого оператора нет.",
          attributes: "с такими атрибутами его нет.",
          shapes: "он не подходит к формам того, что читает.",
          operands: "на месте, где здесь бывает только константа, у него вычисляемое значение.",
          constant: "на месте, где здесь бывает только значение сети, у него константа.",
          branches: "его входы сходятся не как residual, не как ветви и не как skip.",
          order: "его признаки идут не в порядке каналы, высота, ширина.",
        } as Words
      )[e.reason] ?? "у файла есть второй выход."
    }`,
  incomplete_shards: (e) =>
    `${e.file}: ${
      (
        {
          header: "нет заголовка safetensors.",
          index: "это не указатель: нужен объект JSON с weight_map.",
          two_indices: "второй указатель. Выберите файлы одной сети.",
          missing: `нет файла ${e.name}. Выберите все файлы сети вместе.`,
          another: `он не от той же сети, что ${e.name}.`,
          twice: `${e.name} есть и в другом файле.`,
          outside: `${e.name} лежит за пределами файла; файл обрезан?`,
          elsewhere: `${e.name} по указателю лежит в другом файле.`,
        } as Words
      )[e.flaw] ?? `${e.name} по указателю лежит в нём, но его там нет.`
    }`,
  panic: (e) => `Движок остановила ошибка в нём самом: ${e.reason}`,
  engine_failed: (e) => `Движок не загрузился или не запустился: ${e.reason}`,
  wasm_blocked: () =>
    "Content-Security-Policy сервера этой страницы запрещает WebAssembly. Тот, кто ведёт сервер, добавляет 'wasm-unsafe-eval' в script-src: script-src 'self' 'wasm-unsafe-eval'.",
  page_failed: (e) =>
    `${e.reason}${/[.!?]$/u.test(e.reason) ? "" : "."} Если чего-то не хватает, перезагрузите страницу; обучение сохраняется.`,
  no_simd: () => "В этом браузере нет WebAssembly SIMD, на котором построен движок. Он есть в любом браузере с 2023 года.",
  worker_silent: (e) => `Нет признаков жизни уже ${f.duration(e.seconds)}.`,
  worker_stopped: () => "Движок был остановлен и не успел ответить.",
  fetch_failed: (e) => (e.status ? `${e.file}: сервер ответил ${e.status}.` : `${e.file}: сеть не отвечает.`),
  bad_gzip: (e) => `${e.file}: сжатые данные повреждены.`,
  unreadable_picture: (e) => `${e.file}: браузер не смог прочитать это как изображение.`,
  bad_link: (e) =>
    ({
      letters: "В ссылке есть знаки, которых там не бывает: скопирована ли она целиком?",
      packing: "Ссылка повреждена или обрывается.",
      json: "Содержимое ссылки не читается.",
      preset: "В ссылке названа сеть, которой на этой странице нет.",
    })[e.reason] ?? "Ссылка не читается.",
  not_ours: (e) => `${e.file}: это не сеть (.json, .onnx), не сохранённое обучение (.safetensors) и не изображения с метками (IDX).`,
  bad_json: (e) => `${e.file}: это не JSON: ${e.reason}.`,
  unknown_file: (e) => `${e.file}: это не изображение, не веса (.safetensors) и не имена классов (.txt, .json).`,
  wrong_class_names: (e) => `${e.file}: имён ${f.whole(e.found)}, а классов у этой сети ${f.whole(e.expected)}.`,
  no_class_names: (e) =>
    e.what === "empty"
      ? `${e.file}: имён классов в файле нет.`
      : `${e.file}: это не JSON и не список или словарь, как их пишет Python. Нужно по одному имени в строке или список JSON.`,
  no_pair: (e) =>
    `${e.found.map(({ name, what, count }) => `${name} (${what === "images" ? "изображения" : "метки"}${count === null ? "" : `: ${f.whole(count)}`})`).join(", ")}: пары из этого не составить. Выберите вместе обучающие изображения и столько же меток, а если есть, то и тестовые изображения с метками.`,
  double_gzip: (e) => `${e.file}: это gzip внутри gzip. Распакуйте файл один раз и откройте то, что получится.`,
  too_much: (e) => `${e.file}: после распаковки больше ${f.bytes(e.limit)}, столько странице не вместить. Откройте файл поменьше.`,
  unreadable_file: (e) => `${e.file}: не читается. Это папка, или файл перемещён? Выберите сами файлы.`,
  not_text: (e) => `${e.file}: это не текст в UTF-8 или UTF-16. Сохраните его в UTF-8.`,
});
