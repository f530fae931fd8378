/** What the engine says inside its errors (what would be possible, what would mend it, what of a thing), in Russian. Its own words are English. */

const PHRASES: { readonly [phrase: string]: string } = {
  // fix
  "end the network in a linear layer": "закончите сеть полносвязным слоем",
  "end the network in a convolution": "закончите сеть свёрткой",
  "end the network in flatten and a linear layer": "закончите сеть слоями flatten и linear",
  "give it the mask": "дайте ему маску",
  "give it a map of logits": "дайте ему карту логитов",
  "give it the places of the pooling that it undoes": "дайте ему места того пулинга, который он обращает",
  "put a flatten before it": "поставьте перед ним flatten",
  "put it after a layer that makes maps": "поставьте его после слоя, который даёт карты",
  "put it after a layer with channels or features": "поставьте его после слоя с каналами или признаками",
  "put it after layers that make maps": "поставьте его после слоёв, которые дают карты",
  "put it before flatten": "поставьте его перед flatten",
  // what
  "a batch of images": "батч изображений",
  "a command": "команда",
  "a worker": "воркер",
  "an activation and its mask": "активация и её маска",
  "a window": "окно",
  "all of them together": "все вместе",
  argmax: "места максимумов",
  backend: "вычислитель",
  "buffer of": "буфер",
  buffers: "буферы",
  denominator: "знаменатель",
  "input times output": "вход на выход",
  inputs: "входы",
  instrument: "инструмент",
  items: "элементы",
  "k, in workgroups,": "k, в рабочих группах,",
  "maps and the places of a max_pool2d": "карты и места из max_pool2d",
  mask: "маска",
  node: "слой",
  parameter: "параметр",
  parameters: "параметры",
  part: "часть сети",
  preset: "готовая сеть",
  probabilities: "вероятности",
  split: "часть данных",
  statistics: "статистики",
  "sharing a batch": "разделение батча",
  "loading the shaders": "загрузка шейдеров",
  sums: "суммы",
  "the enlarged map": "увеличенная карта",
  "the file's length": "длина файла",
  "the number of channels": "число каналов",
  "the output": "выход",
  "the padded input": "вход с отступами",
  "the padded map": "карта с отступами",
  "the row of features": "строка признаков",
  "the scalar kernels": "скалярные ядра",
  "the self-check": "самопроверка",
  "the table of codes": "таблица кодов",
  "the table of connections": "таблица связей",
  value: "значение",
  // reason
  "its factor is a constant": "его множитель постоянный",
  "this build leaves them out": "в этой сборке их нет",
  "this network is not on the CPU": "эта сеть не на процессоре",
  "it stopped, and so did those that took its place": "он остановился, и те, что пришли ему на смену, тоже",
  "floats and words were mixed up": "спутаны числа и слова",
  // expected
  "an object": "объект",
  "a list of layers": "список слоёв",
  "a list of at least one layer": "список хотя бы из одного слоя",
  "a list of 2 to 64 branches": "список из 2–64 ветвей",
  "at least one layer": "хотя бы один слой",
  "true or false": "true или false",
  "a whole number of at least 1": "целое число не меньше 1",
  "a whole number, or [height, width]": "целое число или [высота, ширина]",
  "a whole number, or [height, width]; half of kernel_size, rounded down, keeps the size where stride is 1":
    "целое число или [высота, ширина]; половина kernel_size, округлённая вниз, сохраняет размер при шаге 1",
  "1, the channels: values are brought together along nothing else here":
    "1, то есть каналы: по другим измерениям значения здесь не сводят",
  "1, the channels: softmax is over nothing else here": "1, то есть каналы: по другим измерениям softmax здесь не берут",
  "a whole number, or [left, right, top, bottom]": "целое число или [слева, справа, сверху, снизу]",
  "a finite number": "конечное число",
  "a whole number from 0 to 2^53 - 1": "целое число от 0 до 2^53 − 1",
  "a text of 1 to 80 characters": "текст длиной от 1 до 80 знаков",
  "a name for the saved value": "имя для сохраняемого значения",
  "a name that no value was saved under before": "имя, под которым ещё ничего не сохраняли",
  "a name, since something in its body has one; block makes block1, block2":
    "имя, потому что имя есть у чего-то внутри; из block получатся block1, block2",
  "an operator of one input; values are brought together by residual, parallel and join":
    "оператор с одним входом; значения сводят вместе residual, parallel и join",
  "identity, pad, or a list of layers": "identity, pad или список слоёв",
  "heads that stand in no other head": "выходы, которые не стоят внутри других выходов",
  "1 where there are connections": "1, если заданы связи",
  "containers at most 16 deep": "вложенность контейнеров не больше 16",
  "at most 4096 layers": "не больше 4096 слоёв",
  "[channels, height, width], each from 1 to 4096": "[каналы, высота, ширина], каждое от 1 до 4096",
  "none with this data: each pixel's class would stay where it was":
    "с этими данными её не должно быть: классы точек остались бы на прежних местах",
  "two numbers from 0 to below 1": "два числа от 0 до 1, не включая 1",
  "a list of at most 1000 numbers of epochs, each from 0 to 1000000": "список не длиннее 1000, числа эпох от 0 до 1000000",
  "false, or a momentum above 0 with no dampening": "false или momentum больше 0 без dampening",
  "no value: this optimizer has no momentum, sgd and rmsprop do": "ничего: у этого оптимизатора нет momentum, он есть у sgd и rmsprop",
  "an operator's name, or a list that begins with the name of an operator or a container":
    "имя оператора или список, который начинается с имени оператора или контейнера",
};

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^a whole number from (\S+) to (\S+)$/u, "целое число от $1 до $2"],
  [/^a whole number from (\S+) to (\d+), or \[height, width\]$/u, "целое число от $1 до $2 или [высота, ширина]"],
  [/^a number from (\S+) to (\S+)$/u, "число от $1 до $2"],
  [/^a number of epochs from (\S+) to (\S+)$/u, "число эпох от $1 до $2"],
  [/^at most (\d+) layers, repetitions written out$/u, "не больше $1 слоёв, если раскрыть повторы"],
  [/^at most (\d+) items, repetitions written out$/u, "не больше $1 элементов, если раскрыть повторы"],
  [/^at most (\S+): less than stride or dilation$/u, "не больше $1: меньше шага или разрежения"],
  [/^at most (\S+), the largest$/u, "не больше $1, наибольшего"],
  [/^the name of a value saved before it \((.*)\)$/u, "имя значения, сохранённого раньше ($1)"],
  [/^an operator \((.*)\), or a container \((.*)\)$/u, "оператор ($1) или контейнер ($2)"],
  [
    /^names that do not begin with that of another layer, (.*), and a dot$/u,
    "имена, которые не начинаются с имени другого слоя, $1, и точки",
  ],
  [
    /^lenet5, or a list of different input channels, counted from 0, for each of (\d+) output channels$/u,
    "lenet5 или для каждого из $1 выходных каналов список разных входных, считая от 0",
  ],
  [/^(\S+(?: or \S+)+)$/u, "$1"],
];

/** In Russian, or as it is where it is a name or came from elsewhere. */
export function ruWord(text: string): string {
  const phrase = PHRASES[text];
  if (phrase !== undefined) return phrase;
  for (const [pattern, russian] of PATTERNS) if (pattern.test(text)) return text.replace(pattern, russian).replaceAll(" or ", " или ");
  return text;
}
