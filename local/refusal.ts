/** Why something local cannot run: one sentence for the person at the terminal, never a stack. */
export class Refusal extends Error {}

/** The reason inside an error; Node joins several failed connects into one that has no message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  return error.message || ('code' in error ? String(error.code) : error.name)
}
