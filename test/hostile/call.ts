// One call as it goes out, and what came back, to the letter.

export type Call = {
  method: string
  path: string
  headers: [string, string][]
  body: Buffer | null
}

export type Answer = {
  status: number
  /** Names in lower case. */
  headers: Map<string, string[]>
  body: Buffer
}

/** Pages and documents, which caches may keep. */
export const pages = new Set(['/', '/docs', '/redoc', '/openapi.json', '/asyncapi.json'])

/** The path that an address means. */
export function pathOf(address: string): string {
  const whole = address.startsWith('/') ? `http://here${address}` : address
  const path = URL.parse(whole)?.pathname ?? address
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

export function header({ headers }: Answer, name: string): string | null {
  return headers.get(name)?.join(', ') ?? null
}
