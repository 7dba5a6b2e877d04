// The session cookie as a browser handles it.

import { Tokens } from '../../src/contract/routes/sessions.ts'
import { call } from '../support/chat.ts'
import { anAddress, password, registered } from './accounts.ts'
import { answer, origin, post } from './responses.ts'

export const own = { origin }

/** The name of the cookie of a local service, by its port. */
export const cookieName = 'refresh-80'

/** Name, value and attributes of the only cookie that a response sets; null: it sets none. */
export function setCookie(response: Response) {
  const [line, ...more] = response.headers.getSetCookie()
  if (more.length > 0) throw new Error('More than one cookie')
  if (line === undefined) return null
  const [pair = '', ...attributes] = line.split('; ')
  const [name = '', value = ''] = pair.split('=')
  return { name, value, attributes: attributes.sort() }
}

/** Starts a session in a cookie, as the browser would send it back. */
export async function cookieSession(email: string) {
  const body = { email, password, cookie: true }
  const response = await call('/auth/login', post(body, { ...anAddress(), ...own }))
  const kept = setCookie(response)
  const tokens = await answer(response, 200, Tokens)
  return { tokens, cookie: `${cookieName}=${kept?.value}` }
}

/** The same for a new account. */
export async function withCookie() {
  const { email } = await registered()
  return { email, ...(await cookieSession(email)) }
}

export const renew = (headers: Record<string, string>, body: unknown = {}) =>
  call('/auth/refresh', post(body, headers))
