// Something that whoever runs the program can mend: told as one sentence, without a trace.

export class Mistake extends Error {
  override name = 'Mistake'
}
