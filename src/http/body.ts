// Bodies are UTF-8, and are decoded by the letter. Where what cannot be read became a guess, two
// different passwords could be read as the same.

import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { limits } from '../contract/values.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

const charsetOf = (contentType: string) => /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1]

function isUtf8(bytes: ArrayBuffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Whoever sends it may go away in the middle, which is no fault of ours. */
async function unbroken<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Refused) throw error
    throw new Refused({ code: 'bad_json', detail: 'The body broke off.' })
  }
}

const limit = bodyLimit({
  maxSize: limits.bodyMax,
  onError: () => {
    throw new Refused({ code: 'too_large' })
  },
})

/** It reads a body whose length is not announced; what fails further in is answered there. */
export const limitBody = createMiddleware<Wired>((c, next) => unbroken(limit(c, next)))

/** For calls with a body, after whoever calls was asked for a token. */
export const utf8Only = createMiddleware<Wired>(async (c, next) => {
  const charset = charsetOf(c.req.header('content-type') ?? '')
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new Refused({ code: 'bad_json', detail: 'The body must be sent in UTF-8.' })
  if (!isUtf8(await unbroken(c.req.arrayBuffer())))
    throw new Refused({ code: 'bad_json', detail: 'The body is not valid UTF-8.' })
  await next()
})
