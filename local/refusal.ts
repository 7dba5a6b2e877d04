/** The reason why a local program cannot run: one sentence for the terminal, never a stack trace. */
export class Refusal extends Error {}

/** The reason of an error. Node joins several failed connects into an error without a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  return error.message || ('code' in error ? String(error.code) : error.name)
}
