// Errors that the operator can correct. They are printed as sentences, without a stack trace.

export class UsageError extends Error {
  override name = 'Mistake'
}

/** The service refuses a call. */
export class RefusalError extends UsageError {
  /** What is wrong, by field. */
  readonly errors: Record<string, string>

  constructor(message: string, errors: Record<string, string>) {
    super(message)
    this.errors = errors
  }
}
