// Registers accounts, logs them in and refreshes their sessions as a client does.

import { inject } from 'vitest'
import { User } from '../../src/contract/entities.ts'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { connectRedis } from '../../src/redis/client.ts'
import { call } from '../support/chat.ts'
import { answer, json, post } from './responses.ts'

export const password = 'correct horse battery'

export function newAccount() {
  const mark = crypto.randomUUID().slice(0, 13)
  return { username: `Ada ${mark}`, email: `Ada.${mark}@example.com`, password }
}

export type NewAccount = ReturnType<typeof newAccount>

/** An unused address, so that tests do not fill each other's windows. */
export function anAddress(): Record<string, string> {
  const [a, b] = crypto.getRandomValues(new Uint8Array(2))
  return { 'cf-connecting-ip': `10.${a}.${b}.1` }
}

export async function registered(person: NewAccount = newAccount()) {
  const response = await call('/auth/register', post(person, anAddress()))
  return { ...person, user: await answer(response, 201, User) }
}

export const logIn = (email: string, secret = password, headers = anAddress()) =>
  call('/auth/login', post({ email, password: secret }, headers))

export type LoggedIn = Tokens & { refresh_token: string }

/** Starts a new session of an account. */
export async function session(email: string, secret = password): Promise<LoggedIn> {
  return withRefreshToken(await answer(await logIn(email, secret), 200, Tokens))
}

function withRefreshToken(tokens: Tokens): LoggedIn {
  if (tokens.refresh_token === null) throw new Error('The refresh token is not in the body.')
  return { ...tokens, refresh_token: tokens.refresh_token }
}

export const askRefresh = (refresh_token: string) => call('/auth/refresh', post({ refresh_token }))

export async function refreshed({ refresh_token }: LoggedIn): Promise<LoggedIn> {
  return withRefreshToken(await answer(await askRefresh(refresh_token), 200, Tokens))
}

/** Makes a call with the token of a session, and with a JSON body if there is one. */
export function callIn(
  { access_token }: Pick<Tokens, 'access_token'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  const headers = { ...json, ...anAddress(), authorization: `Bearer ${access_token}` }
  return call(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
}

export function connectTestRedis() {
  const { redisUrl: url, redisToken: token } = inject('services')
  return connectRedis({ url, token, signal: () => AbortSignal.timeout(5_000) })
}
