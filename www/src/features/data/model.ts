/** What is asked of images of one's own. */
declare module "../../page/intent.ts" {
  interface Intents {
    /** What the classes are called, from 0; an empty name is the class's number. */
    name_classes: { names: readonly string[] };
    /** EMNIST's letters are turned upright and counted from 0. */
    turn_letters: object;
    /** MNIST takes the place of the user's files. */
    use_mnist: object;
  }
}

export {};
