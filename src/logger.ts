// Logs one JSON object per line, with an event name. It never logs a token, a password, an email
// address or a message text, so of an error it logs only the place and the code.

type Fields = Record<string, string | number | boolean | null | undefined>

const maxStackFrames = 5

/** Errors of the language: their messages are about code, not about user input. */
const languageErrors = [TypeError, RangeError, ReferenceError]

function stackFrames({ stack = '' }: Error): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return lines
    .slice(0, maxStackFrames)
    .map((line) => line.trim())
    .join(' | ')
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return 'cause' in error ? codeOf(error.cause) : undefined
}

/** The fields of an error that are safe to log. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error }
  const isMessageSafe = languageErrors.some((kind) => error instanceof kind)
  return {
    error: error.name,
    code: codeOf(error),
    message: isMessageSafe ? error.message.replaceAll(/\S+:\/\/\S+/g, '<url>') : undefined,
    at: stackFrames(error),
  }
}

export function logEvent(event: string, fields: Fields = {}): void {
  console.log(JSON.stringify({ event, ...fields }))
}

/** Logs an event that needs attention. */
export function logError(event: string, fields: Fields = {}): void {
  console.error(JSON.stringify({ event, level: 'error', ...fields }))
}
