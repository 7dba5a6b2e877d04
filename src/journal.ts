// One JSON object a line, with an event name. Never a token, a password, an email or a text: so of
// an error only what can't hold one is written, where it happened and its code.

type Fields = Record<string, string | number | boolean | null | undefined>

const framesShown = 5

/** Errors of the language itself: their messages speak of code, not of what a person wrote. */
const ofCode = [TypeError, RangeError, ReferenceError]

function frames({ stack = '' }: Error): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return lines
    .slice(0, framesShown)
    .map((line) => line.trim())
    .join(' | ')
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return 'cause' in error ? codeOf(error.cause) : undefined
}

/** What of an error may be written down. */
export function traits(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error }
  const speaksOfCode = ofCode.some((kind) => error instanceof kind)
  return {
    error: error.name,
    code: codeOf(error),
    message: speaksOfCode ? error.message.replaceAll(/\S+:\/\/\S+/g, '<url>') : undefined,
    at: frames(error),
  }
}

export function journal(event: string, fields: Fields = {}): void {
  console.log(JSON.stringify({ event, ...fields }))
}

/** The same, for what someone should look at. */
export function journalFault(event: string, fields: Fields = {}): void {
  console.error(JSON.stringify({ event, level: 'error', ...fields }))
}
