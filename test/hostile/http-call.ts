// One HTTP call exactly as it is sent, and its answer.

export type Header = [name: string, value: string]

export type Call = {
  method: string
  path: string
  headers: Header[]
  body: Buffer | null
}

export type Answer = {
  status: number
  /** The names are in lower case. */
  headers: Map<string, string[]>
  body: Buffer
}

export const jsonHeader: Header = ['content-type', 'application/json']

export const tokenHeader = (token: string): Header => ['authorization', `Bearer ${token}`]

/** Pages and documents, which may be cached. */
export const pages = new Set(['/', '/docs', '/redoc', '/openapi.json', '/asyncapi.json'])

/** The path of an address, decoded. */
export function pathOf(address: string): string {
  const whole = address.startsWith('/') ? `http://here${address}` : address
  const path = URL.parse(whole)?.pathname ?? address
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** @returns undefined if the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function header({ headers }: Answer, name: string): string | null {
  return headers.get(name)?.join(', ') ?? null
}
